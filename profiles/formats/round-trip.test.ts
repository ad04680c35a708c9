/** What goes out comes back: every call path with its weight, and its number of samples where the format can hold them. */
import fc from 'fast-check';
import { gunzipSync, unzipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { Profile as PeerProfile } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { arithmeticProfile, arithmeticTotals, arithmeticTrees } from '../arithmetic';
import { ProfileBuilder } from '../builder';
import { aggregate, mergeCallTrees, treeAsText } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { keyOf } from '../frame-key';
import type { Profile, ProfileUnit } from '../types';
import { joinedBytes } from './byte-parts';
import { exportProfile, whyNotExportable } from './export';
import type { ExportFormatId, ExportRequest } from './export';
import { importProfiles } from './index';
import { sourceOfBytes } from './source';
import { writeSpeedscope } from './speedscope-writer';
import { matchesSchema } from './testing/json-schema';

const whole = { includeIdle: true, includeProfiler: true } as const;

function exported(format: ExportFormatId, profile: Profile, more: Partial<ExportRequest> = {}): Uint8Array {
  return exportProfile({ format, name: 'made', profiles: [{ name: 'thread', profile }], ...whole, ...more })
    .bytes;
}
/** Other formats are recognised by their content; of collapsed stacks, short ones only by their name. */
function read(bytes: Uint8Array): Profile {
  return importProfiles(sourceOfBytes('made.collapsed.txt', bytes)).profiles[0]!.profile;
}

/** Call path → its own weight and number of samples. Paths without samples are left out. */
function paths(profile: Profile): Map<string, { weight: number; count: number }> {
  const { nodes, frames, samples } = profile;
  const keys: string[] = [''];
  for (let node = 1; node < nodes.length; node++)
    keys.push(`${keys[nodes.parent[node]!]!}\n> ${keyOf(frames, nodes.frame[node]!)}`);
  const found = new Map<string, { weight: number; count: number }>();
  for (let i = 0; i < samples.length; i++) {
    const key = keys[samples.node[i]!]!;
    const entry = found.get(key) ?? { weight: 0, count: 0 };
    entry.weight += samples.weight[i]!;
    entry.count++;
    found.set(key, entry);
  }
  return found;
}

function expectSamePaths(
  actual: Profile,
  expected: Profile,
  { tolerance, counts }: { tolerance: number; counts: boolean },
): void {
  const [got, wanted] = [paths(actual), paths(expected)];
  for (const [key, { weight, count }] of wanted) {
    // Formats of sums cannot tell a path that weighs nothing from one that is not there.
    if (weight === 0 && !counts) continue;
    const entry = got.get(key);
    expect(entry, key).toBeDefined();
    expect(Math.abs(entry!.weight - weight)).toBeLessThanOrEqual(tolerance * count);
    if (counts) expect(entry!.count, key).toBe(count);
    got.delete(key);
  }
  for (const [key, { weight }] of got) expect(weight, `only after the round trip: ${key}`).toBe(0);
}

interface MadeOf {
  frames: { name: string; url: string; line: number; column: number }[];
  nodes: { parent: number; frame: number }[];
  samples: { node: number; gap: number; weight: number }[];
  startUs: number;
}

function build(unit: ProfileUnit, { frames, nodes, samples, startUs }: MadeOf): Profile {
  const builder = new ProfileBuilder(unit);
  const ids = [0];
  for (const { parent, frame } of nodes) {
    const { name, url, line, column } = frames[frame % frames.length]!;
    ids.push(
      builder.addChild(
        ids[parent % ids.length]!,
        builder.addFrame(name, url, url === '' ? 0 : line, url === '' || line === 0 ? 0 : column),
      ),
    );
  }
  let at = startUs;
  const { profile } = builder;
  for (const { node, gap, weight } of samples) {
    at += gap;
    builder.addWeighted(ids[node % ids.length]!, weight);
    if (unit === 'microseconds') profile.samples.timeUs[profile.samples.length - 1] = at;
    at += weight;
  }
  if (unit === 'microseconds' && samples.length > 0) Object.assign(profile, { startUs, endUs: at });
  return profile;
}

const names = ['main', 'operator new', 'Foo.<anonymous>', 'wörk 🔥', '(anonymous)', '(garbage collector)', '(idle)', 'f(int, char)', 'a "b" \\c', 'x:1']; // prettier-ignore
const urls = ['', 'file:///app/a b.js', 'node:fs', 'C:\\app\\x.js', '/srv/node_modules/@a/b/i.js', 'https://x.test/y.js:z']; // prettier-ignore
const madeOf = (number: fc.Arbitrary<number>): fc.Arbitrary<MadeOf> =>
  fc.record({
    frames: fc.array(
      fc.record({
        name: fc.constantFrom(...names),
        url: fc.constantFrom(...urls),
        line: fc.nat(2000),
        column: fc.nat(200),
      }),
      { minLength: 1, maxLength: 8 },
    ),
    nodes: fc.array(fc.record({ parent: fc.nat(), frame: fc.nat() }), { maxLength: 30 }),
    samples: fc.array(
      fc.record({ node: fc.nat(), gap: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(5000)), weight: number }), // prettier-ignore
      { minLength: 1, maxLength: 40 },
    ),
    startUs: fc.nat(1e9),
  });
const wholeNumbers = fc.nat(1e7);
const nanoseconds = fc.nat(1e9).map((ns) => ns / 1000);
const units = ['microseconds', 'bytes', 'count'] as const;

describe('random profiles keep every call path through', () => {
  it.each(units)('speedscope, in %s, with all samples and times', (unit) => {
    fc.assert(
      fc.property(madeOf(unit === 'microseconds' ? nanoseconds : wholeNumbers), (made) => {
        const profile = build(unit, made);
        const back = read(exported('speedscope', profile));
        expect(back.unit).toBe(unit);
        expectSamePaths(back, profile, { tolerance: 1e-6, counts: true });
        for (let i = 0; unit === 'microseconds' && i < back.samples.length; i++)
          expect(back.samples.timeUs[i]).toBeCloseTo(profile.samples.timeUs[i]! - profile.startUs, 2);
      }),
      { numRuns: 60 },
    );
  });

  it.each(units)('speedscope written as calls and returns, in %s', (unit) => {
    fc.assert(
      fc.property(madeOf(wholeNumbers), (made) => {
        const profile = build(unit, made);
        const parts = writeSpeedscope([{ name: 't', profile }], { ...whole, maxStackEntries: -1 });
        expectSamePaths(read(joinedBytes(parts)), profile, { tolerance: 1e-6, counts: false });
      }),
      { numRuns: 60 },
    );
  });

  it.each(units)('pprof, in %s', (unit) => {
    fc.assert(
      fc.property(madeOf(unit === 'microseconds' ? nanoseconds : wholeNumbers), (made) => {
        const profile = build(unit, made);
        const back = read(exported('pprof', profile));
        expect(back.unit).toBe(unit);
        expectSamePaths(back, profile, { tolerance: 0.001, counts: false });
      }),
      { numRuns: 60 },
    );
  });

  it.each(units)('collapsed stacks, in %s, as whole numbers', (unit) => {
    fc.assert(
      fc.property(madeOf(wholeNumbers), (made) => {
        const profile = build(unit, made);
        const { totalWeight } = aggregate(profile, whole);
        if (totalWeight === 0) return;
        expectSamePaths(read(exported('collapsed', profile)), profile, { tolerance: 0, counts: false });
      }),
      { numRuns: 60 },
    );
  });

  it('.cpuprofile, with all samples; time without any is idle', () => {
    fc.assert(
      fc.property(madeOf(wholeNumbers), (made) => {
        const profile = build('microseconds', made);
        const back = read(exported('cpuprofile', profile));
        const [got, wanted] = [paths(back), paths(profile)];
        for (const [key, entry] of wanted)
          if (!key.includes('(idle)')) expect(got.get(key), key).toEqual(entry);
        expect(aggregate(back, whole).totalWeight).toBe(profile.endUs - profile.startUs);
      }),
      { numRuns: 60 },
    );
  });

  it('.heapprofile', () => {
    fc.assert(
      fc.property(madeOf(wholeNumbers), (made) => {
        const profile = build('bytes', made);
        expectSamePaths(read(exported('heapprofile', profile)), profile, { tolerance: 0, counts: false });
      }),
      { numRuns: 60 },
    );
  });

  it('every format, restricted to a range as the views restrict it', () => {
    fc.assert(
      fc.property(
        madeOf(wholeNumbers),
        fc.nat(5e7),
        fc.integer({ min: 1, max: 5e7 }),
        (made, from, length) => {
          const profile = build('microseconds', made);
          if (profile.endUs === profile.startUs) return;
          const range = { startUs: profile.startUs + from, endUs: profile.startUs + from + length };
          const { totalWeight } = aggregate(profile, { ...whole, range });
          for (const format of ['speedscope', 'pprof', 'collapsed'] as const) {
            if (totalWeight === 0) continue;
            const back = aggregate(read(exported(format, profile, { range })), whole);
            expect(back.totalWeight).toBeCloseTo(totalWeight, 2);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('the profile whose numbers are known', () => {
  const formats = ['speedscope', 'pprof', 'collapsed', 'cpuprofile'] as const;

  it.each(formats)('is the same after %s', (format) => {
    for (const thread of ['a', 'b'] as const) {
      const tree = aggregate(read(exported(format, arithmeticProfile(thread))));
      expect(rounded(treeAsText(tree))).toBe(arithmeticTrees[thread]);
      const all = aggregate(read(exported(format, arithmeticProfile(thread))), whole);
      expect(all.totalWeight).toBeCloseTo(arithmeticTotals[thread].all, 6);
    }
  });

  it.each(['speedscope', 'pprof', 'cpuprofile'] as const)('has as many samples after %s', (format) => {
    const { samples } = read(exported(format, arithmeticProfile('a')));
    // A sum of nothing is not a value in pprof: the sample that weighs nothing is lost.
    expect(samples.length).toBe(arithmeticTotals.a.samples - (format === 'pprof' ? 1 : 0));
  });

  it('has all threads in a file: side by side in speedscope, added up in pprof and collapsed stacks, a zip of .cpuprofiles', () => {
    const profiles = (['a', 'b'] as const).map((name) => ({ name, profile: arithmeticProfile(name) }));
    const file = (format: ExportFormatId) => exportProfile({ format, name: 'shop', profiles, ...whole });
    const back = importProfiles(sourceOfBytes('x', file('speedscope').bytes));
    expect(back.profiles.map(({ name }) => name)).toEqual(['a', 'b']);
    const merged = mergeCallTrees(back.profiles.map(({ profile }) => aggregate(profile)));
    expect(rounded(treeAsText(merged))).toBe(arithmeticTrees.merged);
    for (const format of ['pprof', 'collapsed'] as const)
      expect(rounded(treeAsText(aggregate(read(file(format).bytes))))).toBe(arithmeticTrees.merged);
    expect(file('cpuprofile').fileName).toBe('shop.cpuprofile.zip');
    const zip = unzipSync(file('cpuprofile').bytes);
    expect(Object.keys(zip)).toEqual(['a.cpuprofile', 'b.cpuprofile']);
    expect(rounded(treeAsText(aggregate(read(zip['b.cpuprofile']!))))).toBe(arithmeticTrees.b);
  });

  it('is cut at a range, counted in samples, and without idle time, when that is asked for', () => {
    const profile = arithmeticProfile('a');
    const range = { startUs: 100, endUs: 2047 + 48 };
    for (const format of formats) {
      const expected = treeAsText(aggregate(profile, { range }));
      expect(rounded(treeAsText(aggregate(read(exported(format, profile, { range })))))).toBe(expected);
    }
    for (const format of ['speedscope', 'pprof', 'collapsed'] as const) {
      const counted = read(exported(format, profile, { weights: 'samples' }));
      expect(aggregate(counted, whole).totalWeight).toBe(arithmeticTotals.a.samples);
      const busy = read(exported(format, profile, { includeIdle: false }));
      expect(aggregate(busy, whole).totalWeight).toBeCloseTo(arithmeticTotals.a.busy, 6);
    }
  });

  it('is read by pprof-format as it was meant', () => {
    const profiles = (['a', 'b'] as const).map((name) => ({ name, profile: arithmeticProfile(name) }));
    const { bytes } = exportProfile({ format: 'pprof', name: 'shop', profiles, ...whole });
    const { sample, sampleType, stringTable, durationNanos, defaultSampleType, function: functions, location } = PeerProfile.decode(gunzipSync(bytes)); // prettier-ignore
    const text = (index: number | bigint) => stringTable.strings[Number(index)];
    expect(sampleType.map(({ type, unit }) => [text(type), text(unit)])).toEqual([
      ['samples', 'count'],
      ['cpu', 'nanoseconds'],
    ]);
    expect(text(defaultSampleType)).toBe('cpu');
    const sum = (index: number) => sample.reduce((total, { value }) => total + Number(value[index]), 0);
    expect([sum(0), sum(1)]).toEqual([arithmeticTotals.merged.samples, arithmeticTotals.merged.all * 1000]);
    expect(Number(durationNanos)).toBe(1_500_000_000);
    expect(new Set(sample.map(({ label }) => `${text(label[0]!.key)} ${text(label[0]!.str)}`))).toEqual(new Set(['thread a', 'thread b'])); // prettier-ignore
    const deepestStack = sample.reduce((longest, { locationId }) => (locationId.length > longest.length ? locationId : longest), sample[0]!.locationId); // prettier-ignore
    const nameOf = (id: number | bigint) => text(functions[Number(location[Number(id) - 1]!.line[0]!.functionId) - 1]!.name); // prettier-ignore
    expect(deepestStack.map(nameOf)).toEqual(['stringify', 'walk', 'visit', 'walk', 'render', 'handle', 'layer', 'next', 'main']); // prettier-ignore
  });
});

describe('written files', () => {
  const schema: unknown = JSON.parse(
    readFileSync(
      new URL('../../node_modules/speedscope/dist/release/file-format-schema.json', import.meta.url),
      'utf8',
    ),
  );

  it('of speedscope satisfy its JSON schema', () => {
    fc.assert(
      fc.property(madeOf(wholeNumbers), fc.constantFrom(...units), fc.boolean(), (made, unit, evented) => {
        const parts = writeSpeedscope(
          [{ name: 't', profile: build(unit, made) }],
          evented ? { maxStackEntries: -1 } : {},
        );
        expect(matchesSchema(JSON.parse(new TextDecoder().decode(joinedBytes(parts))), schema)).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('have names that every system takes, and empty profiles in them', () => {
    const empty = new ProfileBuilder('microseconds').profile;
    const { fileName, bytes } = exportProfile({
      format: 'speedscope',
      name: '../a:b?/c\n',
      profiles: [{ name: 't', profile: empty }],
    });
    expect(fileName).toBe('a-b-c.speedscope.json');
    expect(read(bytes).samples.length).toBe(0);
    for (const format of ['pprof', 'cpuprofile'] as const)
      expect(read(exported(format, empty)).samples.length).toBe(0);
  });

  it('are not written in units that the format does not have', () => {
    const profile = build('count', {
      frames: [],
      nodes: [],
      samples: [{ node: 0, gap: 0, weight: 1 }],
      startUs: 0,
    });
    expect(() => exported('cpuprofile', profile)).toThrow(ProfileFormatError);
    expect(whyNotExportable('heapprofile', 'count')).toBe(
      'A .heapprofile holds allocated bytes, and this profile is in counts.',
    );
    expect(whyNotExportable('collapsed', 'bytes')).toBeNull();
  });

  it('hold stacks 20,000 deep', () => {
    const builder = new ProfileBuilder('bytes');
    let node = 0;
    for (let depth = 0; depth < 20_000; depth++) node = builder.addChild(node, builder.addFrame(`f${depth % 5}`, '', 0, 0)); // prettier-ignore
    builder.addWeighted(node, 7);
    for (const format of ['speedscope', 'pprof', 'collapsed'] as const)
      expect(paths(read(exported(format, builder.profile))).size).toBe(1);
    expect(exported('heapprofile', builder.profile).length).toBeGreaterThan(20_000);
  });
});

/** Without the last digits that adding up fractions leaves. */
function rounded(text: string): string {
  return text.replace(/\d+\.\d+/g, (number) => String(Math.round(Number(number) * 1e6) / 1e6));
}
