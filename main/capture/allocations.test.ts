import { afterEach, describe, expect, it } from 'vitest';
import type { V8HeapProfileNode } from '../../profiles/types';
import { pauseAfter } from './allocations';
import { cleanUp, runSource, seriesOf } from './target-for-tests';

afterEach(cleanUp);

function bytesOf(node: V8HeapProfileNode, name: string): number {
  const own = node.callFrame.functionName === name ? node.selfSize : 0;
  return node.children.reduce((sum, child) => sum + bytesOf(child, name), own);
}

const leaking = `const kept = []; globalThis.keptToTheEnd = kept;
  function leakyFunction() { for (let i = 0; i < 20000; i++) kept.push({ i, text: 'kept ' + i }); }
  for (let round = 0; round < 10; round++) leakyFunction();
  console.log('ready');`;

describe('allocation capture', () => {
  it('names the function whose objects stay, on demand', async () => {
    const running = await runSource(`${leaking} setInterval(() => {}, 1000);`);
    await running.until(({ output }) => output.includes('ready'));
    const key = `p${running.target.pid}`;
    await running.threads
      .get(key)!
      .collectors.find((collector) => collector.name === 'allocations')!
      .flush();
    const profile = running.allocations.get(key)!;
    expect(bytesOf(profile.head, 'leakyFunction')).toBeGreaterThan(1e6);
  });

  it('refreshes by itself, and says that the garbage collection was ours', async () => {
    const running = await runSource(`${leaking} setInterval(() => {}, 50);`, {
      capture: { metricsIntervalMs: 100 },
    });
    await running.until(
      ({ marks, allocations }) =>
        allocations.size > 0 && marks.some((mark) => mark.kind === 'gc' && mark.ours),
    );
    const ours = running.marks.filter((mark) => mark.kind === 'gc').filter((mark) => mark.ours);
    expect(ours.every((mark) => mark.durationMs > 0)).toBe(true);
    expect(running.allocations.size).toBe(1);
    // Told once: by the agent with its exact duration, and not counted as the program's.
    expect(ours.filter((mark) => mark.gcKind === 'major')).toHaveLength(1);
    const lastUs = ours[0]!.tUs;
    const counted = seriesOf(running, 'gcCount').filter((point) => point.tUs >= lastUs)[0];
    expect(counted?.value).toBe(0);
  });

  it('tells garbage, too, when all allocations are asked for', async () => {
    const running = await runSource(
      `function makesGarbage() { let a = []; for (let i = 0; i < 100000; i++) a.push({ i, x: [i] }); return a.length; }
      const timer = setInterval(makesGarbage, 20); setTimeout(() => clearInterval(timer), 1000);`,
      { capture: { allocationKind: 'all', allocationIntervalBytes: 16_384 } },
    );
    await running.ended;
    expect(running.warnings).toEqual([]);
    expect(running.allocationReads.at(-1)).toMatchObject({ kind: 'all' });
    const [profile] = running.allocations.values();
    expect(JSON.stringify(profile)).toContain('makesGarbage');
  });

  it('takes a last profile when the program ends', async () => {
    const running = await runSource(leaking);
    await running.ended;
    expect(bytesOf(running.allocations.get(`p${running.target.pid}`)!.head, 'leakyFunction')).toBeGreaterThan(
      1e6,
    );
    expect(running.warnings).toEqual([]);
  });

  it('spaces its reads so that they and their after-effect cost at most one percent', () => {
    expect(pauseAfter(0)).toBe(20_000);
    expect(pauseAfter(50)).toBe(25_000);
    expect(pauseAfter(1000)).toBe(120_000);
    expect(pauseAfter(60_000)).toBe(300_000);
  });
});
