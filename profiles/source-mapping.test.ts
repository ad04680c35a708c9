import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from './builder';
import { aggregate, treeAsText } from './call-tree';
import { lineTotals } from './lines';
import { mapProfile, mappingOf, positionsOf } from './source-mapping';
import type { OriginalPositions } from './source-mapping';
import { addStack } from './testing';

const bundle = 'file:///srv/shop/dist/main.js';
const original = (file: string) => `file:///srv/shop/src/${file}`;

/** Line of the bundle → original; functions begin on tens, their code follows. */
const places: Record<number, { file: string; line: number; name: string }> = {
  10: { file: 'catalog.ts', line: 3, name: 'renderCatalog' },
  11: { file: 'catalog.ts', line: 5, name: '' },
  20: { file: 'catalog.ts', line: 3, name: 'renderCatalog' },
  21: { file: 'helper.ts', line: 9, name: '' },
  30: { file: 'log.ts', line: 1, name: '' },
  40: { file: '../node_modules/lodash/map.js', line: 7, name: 'map' },
  50: { file: 'net.js', line: 1, name: 'connect' },
};

function resolve(urls: string[], positions: number[]): OriginalPositions {
  const answer = {
    urls: [] as string[],
    url: [] as number[],
    line: [] as number[],
    column: [] as number[],
    name: [] as string[],
  };
  for (let i = 0; i < positions.length; i += 3) {
    const place = urls[positions[i]!] === bundle ? places[positions[i + 1]!] : undefined;
    answer.url.push(place ? answer.urls.push(new URL(place.file, original('')).href) - 1 : -1);
    answer.line.push(place?.line ?? 0);
    answer.column.push(place ? 1 : 0);
    answer.name.push(place?.name ?? '');
  }
  return answer;
}

describe('a profile in terms of its sources', () => {
  const builder = new ProfileBuilder('microseconds');
  const nodes = [
    `main:${bundle}:1 > r:${bundle}:10`,
    `main:${bundle}:1 > s:${bundle}:20`,
    `main:${bundle}:1 > s:${bundle}:20 > t:${bundle}:30`,
    `main:${bundle}:1 > s:${bundle}:20 > u:${bundle}:40`,
    `main:${bundle}:1 > v:${bundle}:50`,
    `main:${bundle}:1 > readFileSync:node:fs:4`,
    '(garbage collector)',
  ].map((stack) => addStack(builder, stack));
  nodes.forEach((node, i) => builder.addSample(node, 2 ** i - 1));
  builder.finish(127);
  builder.addTicks(nodes[0]!, 11, 1);
  builder.addTicks(nodes[1]!, 11, 1);
  builder.addTicks(nodes[1]!, 21, 1);
  builder.profile.deoptReasons = new Map([[nodes[1]!, 'wrong map']]);
  const profile = builder.profile;
  const asked = positionsOf(profile);
  const mapped = mapProfile(profile, mappingOf(profile, asked, resolve(asked.urls, asked.positions)));

  it('asks for the beginnings of functions and the lines with ticks, not for what has no source', () => {
    expect(asked.urls).toEqual([bundle]);
    expect(asked.positions.length / 3).toBe(6 + 2);
    expect(asked.positions.slice(-6)).toEqual([0, 11, 0, 0, 21, 0]);
  });

  it('has original names and merges what became equal; totals stay', () => {
    expect(treeAsText(aggregate(mapped))).toBe(`(root) 0/127
  (garbage collector) 64/64
  main 0/63
    readFileSync 32/32
    connect 16/16
    renderCatalog 3/15
      map 8/8
      t 4/4`);
    expect([mapped.startUs, mapped.endUs, mapped.samples.length]).toEqual([0, 127, 7]);
  });

  it('has original places, and packages again that were bundled', () => {
    const { frames } = mapped;
    const of = (name: string) => frames.name.indexOf(name);
    expect(frames.url[of('renderCatalog')]).toBe(original('catalog.ts'));
    expect(frames.line[of('renderCatalog')]).toBe(3);
    expect(frames.packageName[of('map')]).toBe('lodash');
    expect(frames.url[of('main')]).toBe(bundle);
    // A file called like one of Node's modules is the person's all the same.
    expect(frames.category[of('connect')]).toBe(frames.category[of('renderCatalog')]);
  });

  it('has ticks on original lines, reasons with their function', () => {
    const { line, self, unknownSelf } = lineTotals(mapped, aggregate(mapped), original('catalog.ts'));
    // Line 21 of the bundle is of another file: its tick stands where the function begins.
    expect([...line]).toEqual([3, 5]);
    expect([...self]).toEqual([1, 2]);
    expect(unknownSelf).toBe(0);
    expect([...mapped.deoptReasons!.values()]).toEqual(['wrong map']);
  });

  it('stays what it was where nothing is mapped', () => {
    const none = resolve([], asked.positions);
    expect(treeAsText(aggregate(mapProfile(profile, mappingOf(profile, asked, none))))).toBe(
      treeAsText(aggregate(profile)),
    );
    expect(mapProfile(profile, mappingOf(profile, asked, none)).lineTicks).toEqual(profile.lineTicks);
  });
});
