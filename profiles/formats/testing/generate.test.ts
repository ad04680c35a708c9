import { describe, expect, it } from 'vitest';
import { parseCpuProfile } from '../cpuprofile';
import { generateCpuProfile, generateSpeedscope } from './generate';

const textOf = (parts: Generator<string>): string => [...parts].join('');

describe('generated files', () => {
  it('are the same for the same size, and others for another seed', () => {
    const size = { samples: 500, nodes: 200 };
    expect(textOf(generateCpuProfile(size))).toBe(textOf(generateCpuProfile(size)));
    expect(textOf(generateCpuProfile({ ...size, seed: 2 }))).not.toBe(textOf(generateCpuProfile(size)));
  });

  it('have exactly the size that was asked for', () => {
    const { nodes, samples, frames } = parseCpuProfile(
      textOf(generateCpuProfile({ samples: 20_000, nodes: 3000, depth: 50 })),
    );
    expect([nodes.length, samples.length]).toEqual([3000, 20_000]);
    expect(nodes.depth.subarray(0, 3000).reduce((a, b) => Math.max(a, b))).toBe(50);
    // Code of the application, of packages and of Node, pauses and garbage collections.
    const categories = new Set(frames.category.subarray(0, frames.length));
    expect([...categories].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 8]);
  });

  it('are JSON at any size', () => {
    for (const size of [
      { samples: 0, nodes: 1 },
      { samples: 1, nodes: 5 },
      { samples: 20_000, nodes: 300, depth: 250 },
    ]) {
      JSON.parse(textOf(generateCpuProfile(size)));
      for (const type of ['sampled', 'evented'] as const)
        JSON.parse(textOf(generateSpeedscope({ ...size, type, profiles: 2 })));
    }
  });

  it('close every call that they open', () => {
    const file = JSON.parse(textOf(generateSpeedscope({ samples: 2000, nodes: 300, type: 'evented' }))) as {
      profiles: [{ events: { type: string; frame: number; at: number }[]; endValue: number }];
    };
    const open: number[] = [];
    let at = 0;
    for (const event of file.profiles[0].events) {
      expect(event.at).toBeGreaterThanOrEqual(at);
      at = event.at;
      if (event.type === 'O') open.push(event.frame);
      else expect(open.pop()).toBe(event.frame);
    }
    expect(open).toEqual([]);
    expect(at).toBe(file.profiles[0].endValue);
  });
});
