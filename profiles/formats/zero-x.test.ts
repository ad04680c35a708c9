import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProfileFormatError } from '../errors';
import { importProfileFolder, importProfiles } from './index';
import { sourceOfBytes } from './source';
import { countsByName } from './testing/counts-by-name';
import { zeroX } from './zero-x';

const folder = '6616.0x';
const log = 'isolate-0x6be08c0-6616-6616-v8.log.json';
const bytesOf = (name: string) => readFileSync(join(import.meta.dirname, 'samples', folder, name));
const filesOf = (...names: string[]) =>
  new Map(names.map((name) => [name, sourceOfBytes(name, bytesOf(name))]));

interface RawNode {
  name: string;
  top: number;
  value: number;
  children?: RawNode[];
}

describe('a folder of 0x', () => {
  it('is read from the log of V8, which has times', () => {
    const { format, profiles } = importProfileFolder(
      folder,
      filesOf('flamegraph.html', 'meta.json', 'ticks.json', log),
    );
    expect(format).toBe('0x');
    expect(profiles).toMatchObject([{ name: 'Process 6616', pid: 6616, profile: { unit: 'microseconds' } }]);
    const { ticks } = JSON.parse(bytesOf(log).toString()) as { ticks: { tm: number }[] };
    expect(profiles[0]!.profile.samples.length).toBe(ticks.length);
    expect(profiles[0]!.profile.samples.timeUs[ticks.length - 1]).toBe(ticks.at(-1)!.tm - ticks[0]!.tm);
  });

  it('without the log is read from its ticks', () => {
    const { profiles, notes } = importProfileFolder(folder, filesOf('meta.json', 'ticks.json'));
    const raw = JSON.parse(bytesOf('ticks.json').toString()) as unknown[][];
    expect(profiles[0]!.profile.unit).toBe('count');
    expect(profiles[0]!.profile.samples.length).toBe(raw.filter(({ length }) => length > 0).length);
    expect(notes[0]).toMatch(/keeps no times/);
  });

  it('that holds only a raw log or the text of perf says what to do', () => {
    const hintOf = (name: string): string => {
      try {
        importProfileFolder(folder, new Map([[name, sourceOfBytes(name, new Uint8Array([65]))]]));
      } catch (error) {
        if (error instanceof ProfileFormatError) return error.hint;
      }
      return '';
    };
    expect(hintOf('isolate-0x1-6616-6616-v8.log')).toContain('--prof-process --preprocess');
    expect(hintOf('stacks.6616.out')).toContain('stackcollapse-perf.pl');
    expect(zeroX.detect('src', ['index.html', 'main.js'])).toBe(false);
  });
});

describe('the page of 0x alone', () => {
  const bytes = bytesOf('flamegraph.html');
  const html = bytes.toString();

  it('has the counts of its tree', () => {
    const { format, profiles } = importProfiles(sourceOfBytes('flamegraph.html', bytes));
    expect(format).toBe('0x');
    const from = html.indexOf('{"merged":');
    const { merged } = JSON.parse(html.slice(from, html.indexOf(', {"title"'))) as { merged: RawNode };
    const expected = new Map<string, number>();
    let total = 0;
    const walk = (node: RawNode): void => {
      if (node.top > 0) {
        const bare = node.name.replace(/ \[[A-Z_]+(:\w+)?\]$/, '');
        const name = bare.replace(/ \S+:\d+:\d+$/, '');
        expected.set(name, (expected.get(name) ?? 0) + node.top);
        total += node.top;
      }
      node.children?.forEach(walk);
    };
    walk(merged);
    expect(total).toBe(merged.value);
    expect(countsByName(profiles[0]!.profile)).toEqual(expected);
    expect(expected.get('sortRows')).toBeGreaterThan(0);
  });

  it('cut off anywhere, or without a tree, is refused', () => {
    for (let percent = 1; percent < 100; percent += 3) {
      const cut = bytes.subarray(0, (bytes.length * percent) / 100);
      expect(() => importProfiles(sourceOfBytes('flamegraph.html', cut))).toThrow(ProfileFormatError);
    }
  });

  it('with a tree that is no tree is refused with the place', () => {
    const page = (tree: string) =>
      new TextEncoder().encode(html.replace(/visualizer\(.*/s, `visualizer({"merged":${tree}}`));
    const parse = (tree: string) => importProfiles(sourceOfBytes('flamegraph.html', page(tree)));
    expect(() => parse('{"top":1}')).toThrow(/with a name/);
    expect(() => parse('{"children":[]}')).toThrow(/name of a node before/);
    expect(() => parse('{"name":"all stacks","top":-1}')).toThrow(/expected a count, found -1/);
    expect(() => parse('{"name":"all stacks","top":0}')).toThrow(/no samples/);
    expect(() => parse('{"name":"a","top":0,"children":["x"]}')).toThrow(/merged\.children\[0\]/);
  });

  it('is found wherever the pieces of the file end', () => {
    const parts = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) =>
      bytes.subarray(i * 7, i * 7 + 7),
    );
    const { profiles } = importProfiles(sourceOfBytes('flamegraph.html', parts));
    expect(profiles[0]!.profile.samples.length).toBeGreaterThan(20);
  });
});
