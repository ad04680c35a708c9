import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { functionTable } from '../functions';
import type { Profile } from '../types';
import { importProfiles } from './index';
import { sourceOfBytes } from './source';
import { countsByName } from './testing/counts-by-name';

const sample = (name: string) => readFileSync(join(import.meta.dirname, 'samples', name));
const read = (name: string) => importProfiles(sourceOfBytes(name, sample(name)));
const parse = (file: unknown) =>
  importProfiles(
    sourceOfBytes('p.json', new TextEncoder().encode(typeof file === 'string' ? file : JSON.stringify(file))),
  );

interface RawThread {
  samples: { data: [number, number][] };
  stackTable: { data: [number | null, number][] };
  frameTable: { data: [number][] };
  stringTable: string[];
}
interface RawProcess {
  meta: { startTime: number };
  threads: RawThread[];
  processes: RawProcess[];
}

/** Functions from the outermost on. */
function stackOf(thread: RawThread, stack: number | null): string[] {
  const names: string[] = [];
  for (let at = stack; at !== null; at = thread.stackTable.data[at]![0])
    names.unshift(thread.stringTable[thread.frameTable.data[thread.stackTable.data[at]![1]]![0]]!);
  return names;
}

function samplesOf({ samples, nodes, frames }: Profile): string[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const names: string[] = [];
    for (let node = samples.node[i]!; node > 0; node = nodes.parent[node]!)
      names.unshift(frames.name[nodes.frame[node]!]!);
    return `${names.join('>')} @${samples.timeUs[i]} +${samples.weight[i]}`;
  });
}

const rounded = (counts: Map<string, number>) =>
  [...counts].map(([name, value]) => `${name} ${value.toFixed(1)}`).sort();

describe('a raw profile of Firefox with two processes', () => {
  const { format, profiles, notes } = read('firefox-raw.json');
  const raw = JSON.parse(sample('firefox-raw.json').toString()) as RawProcess;
  const page = raw.processes[0]!.threads[0]!;

  it('has the main thread of both', () => {
    expect(format).toBe('gecko');
    expect(notes).toEqual([]);
    expect(profiles.map(({ name, processName }) => `${processName}: ${name}`)).toEqual([
      'Parent Process: GeckoMain',
      'file:// Content: GeckoMain',
    ]);
    expect(new Set(profiles.map(({ pid }) => pid)).size).toBe(2);
  });

  it('gives functions the time until the next sample, on the clock of the first process', () => {
    const { profile } = profiles[1]!;
    const total = functionTable(aggregate(profile)).find(
      ({ frame }) => profile.frames.name[frame] === 'fibonacci',
    )!.total;
    let expected = 0;
    page.samples.data.forEach(([stack, time], i) => {
      const next = page.samples.data[i + 1]?.[1] ?? time + 1;
      if (stackOf(page, stack).some((name) => name.startsWith('fibonacci ')))
        expected += (next - time) * 1000;
    });
    expect(expected).toBeGreaterThan(50_000);
    expect(total).toBeCloseTo(expected, 1);
    const first = raw.threads[0]!.samples.data[0]![1];
    const later = raw.processes[0]!.meta.startTime - raw.meta.startTime + page.samples.data[0]![1] - first;
    // The start in ms since 1970 is less exact than the monotonic clock.
    expect(Math.abs(profile.samples.timeUs[0]! / 1000 - later)).toBeLessThan(1);
  });

  it('knows JavaScript by file and line, native code by library', () => {
    const { frames } = profiles[1]!.profile;
    const fibonacci = frames.name.indexOf('fibonacci');
    expect(frames.url[fibonacci]).toBe('file:///tmp/burn/page.html');
    expect(frames.line[fibonacci]).toBe(4);
    expect(frames.name.filter((name) => name === 'fibonacci')).toHaveLength(1);
    const native = frames.name.findIndex((name, i) => name.startsWith('0x') && frames.url[i] === 'libxul.so');
    expect(native).toBeGreaterThan(0);
  });
});

describe('a processed profile', () => {
  it.each(['firefox-processed-47.json', 'firefox-processed-58.json'])(
    '(%s) gives the same as the raw one',
    (name) => {
      const raw = read('firefox-raw.json').profiles;
      const { profiles, notes } = read(name);
      expect(notes).toEqual([]);
      expect(profiles.map((p) => [p.name, p.processName, p.pid])).toEqual(
        raw.map((p) => [p.name, p.processName, p.pid]),
      );
      profiles.forEach(({ profile }, i) => {
        expect(rounded(countsByName(profile))).toEqual(rounded(countsByName(raw[i]!.profile)));
        expect(profile.nodes.length).toBe(raw[i]!.profile.nodes.length);
      });
    },
  );

  it.each(['firefox-raw.json', 'firefox-processed-47.json', 'firefox-processed-58.json'])(
    '(%s) cut off anywhere is refused with a reason',
    (name) => {
      const bytes = sample(name);
      for (let percent = 1; percent < 100; percent += 4)
        expect(() =>
          importProfiles(sourceOfBytes(name, bytes.subarray(0, (bytes.length * percent) / 100))),
        ).toThrow(ProfileFormatError);
    },
  );
});

/** A processed profile of one thread: main > work, main > poll (idle). */
const profileOf = (samples: object, meta: object = {}, thread: object = {}) => ({
  meta: {
    preprocessedProfileVersion: 48,
    interval: 1,
    startTime: 0,
    product: 'samply',
    categories: [{ name: 'Other' }, { name: 'Idle' }, { name: 'GC / CC' }],
    ...meta,
  },
  libs: [{ name: 'libc.so.6' }],
  threads: [
    {
      name: 'main',
      pid: '12',
      samples: { weight: null, weightType: 'samples', ...samples },
      stackTable: { frame: [0, 1, 2, 3], prefix: [null, 0, 0, 0], length: 4 },
      frameTable: { func: [0, 1, 2, 3], line: [3, 8, null, null], category: [0, null, 1, 2], length: 4 },
      funcTable: {
        name: [0, 1, 2, 4],
        isJS: [true, true, false, false],
        resource: [-1, -1, 0, -1],
        fileName: [3, 3, null, null],
        lineNumber: [1, 5, null, null],
        columnNumber: [1, 2, null, null],
      },
      resourceTable: { name: [2], lib: [0] },
      stringArray: ['main', 'work', 'poll', '/app/a.js', 'sweep'],
      ...thread,
    },
  ],
});

describe('samples', () => {
  it('of idle or collecting stacks say so, others last until the next', () => {
    const { profile } = parse(profileOf({ stack: [1, 2, 3, 1], time: [5, 6, 7, 9] })).profiles[0]!;
    expect(samplesOf(profile)).toEqual([
      'main>work @0 +1000',
      'main>poll>(idle) @1000 +1000',
      'main>sweep>(garbage collector) @2000 +2000',
      'main>work @4000 +1000',
    ]);
    const work = profile.frames.name.indexOf('work');
    expect([profile.frames.url[work], profile.frames.line[work], profile.frames.column[work]]).toEqual([
      '/app/a.js',
      5,
      2,
    ]);
    const poll = profile.frames.name.indexOf('poll');
    expect(profile.frames.url[poll]).toBe('libc.so.6');
    expect([...profile.lineTicks.values()]).toContainEqual(new Map([[8, 2]]));
  });

  it('do not last while the thread sleeps, unless the sampler sees sleepers too', () => {
    const samples = { stack: [1, 1, null, 1], timeDeltas: [1, 500, 2, 3] };
    const asleep = parse(profileOf(samples));
    expect(samplesOf(asleep.profiles[0]!.profile)).toEqual([
      'main>work @0 +1000',
      'main>work @500000 +2000',
      'main>work @505000 +1000',
    ]);
    expect(asleep.notes).toEqual([
      'Threads were not sampled for 0.499 s in all, because they slept; that time counts to no function.',
    ]);
    const firefox = parse(profileOf(samples, { product: 'Firefox' })).profiles[0]!.profile;
    expect(firefox.samples.weight[0]).toBe(500_000);
  });

  it('may weigh milliseconds, bytes, or nothing', () => {
    const traced = parse(
      profileOf({ stack: [0, 1, 0], time: [0, 2, 6], weight: [2, 3.5, 1], weightType: 'tracing-ms' }),
    );
    expect(samplesOf(traced.profiles[0]!.profile)).toEqual([
      'main @0 +2000',
      'main>work @2000 +3500',
      'main @6000 +1000',
    ]);
    const bytes = parse(
      profileOf({ stack: [1, 1, 0], time: [0, 2, 3], weight: [64, -64, 8], weightType: 'bytes' }),
    );
    expect(bytes.profiles[0]!.profile.unit).toBe('bytes');
    expect(countsByName(bytes.profiles[0]!.profile)).toEqual(new Map([['work', 64], ['main', 8]])); // prettier-ignore
    expect(bytes.notes[0]).toMatch(/^1 samples weigh less than nothing/);
    const counted = parse(profileOf({ stack: [1, 0, null], weight: [5, 2, 9] }));
    expect(counted.profiles[0]!.profile.unit).toBe('count');
    expect(countsByName(counted.profiles[0]!.profile)).toEqual(new Map([['work', 5], ['main', 2]])); // prettier-ignore
  });

  it('may come from tables that all threads share, before or after the threads', () => {
    const { meta, libs, threads } = profileOf({ stack: [1], time: [1] });
    const { name, samples, stringArray, ...tables } = threads[0]!;
    const two = [
      { name, samples },
      { name: 'other', samples },
    ];
    for (const file of [
      { meta, libs, shared: { stringArray, ...tables }, threads: two },
      { meta, threads: two, libs, shared: { stringArray, ...tables } },
    ])
      expect(parse(file).profiles.map(({ name, profile }) => [name, samplesOf(profile)])).toEqual([
        ['main', ['main>work @0 +1000']],
        ['other', ['main>work @0 +1000']],
      ]);
  });

  it('of JIT code are functions of their files', () => {
    const stringArray = ['JS:*main /app/a.js:3:19', 'Builtin:ArrayMap', 'JS:~ /app/b.js:1:1', '', 'sweep'];
    const funcTable = { name: [0, 1, 2, 4], isJS: [false, false, false, false], resource: [-1, -1, -1, -1] };
    const { frames } = parse(profileOf({ stack: [1, 2], time: [1, 2] }, {}, { stringArray, funcTable }))
      .profiles[0]!.profile;
    const at = (name: string) => {
      const i = frames.name.indexOf(name);
      return [frames.url[i], frames.line[i], frames.column[i]];
    };
    expect(at('main')).toEqual(['/app/a.js', 3, 19]);
    expect(at('ArrayMap')).toEqual(['', 0, 0]);
    expect(at('(anonymous)')).toEqual(['/app/b.js', 1, 1]);
  });

  it('may be none', () => {
    const { profiles, notes } = parse(profileOf({ stack: [], time: [] }));
    expect(profiles[0]!.profile.samples.length).toBe(0);
    expect(notes).toEqual(['The profile has no samples: nothing ran while it was recorded.']);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a stack that is not there',
      profileOf({ stack: [9], time: [1] }),
      /threads\[0\].stackTable, there is no stack 9/,
    ],
    [
      'a circle of stacks',
      profileOf({ stack: [1], time: [1] }, {}, { stackTable: { frame: [0, 1], prefix: [1, 0] } }),
      /its own ancestor/,
    ],
    [
      'a frame that is not there',
      profileOf({ stack: [0], time: [1] }, {}, { stackTable: { frame: [77], prefix: [null] } }),
      /no frame 77/,
    ],
    ['fewer times than stacks', profileOf({ stack: [0, 1], time: [1] }), /expected 2 times/],
    [
      'fewer weights than stacks',
      profileOf({ stack: [0, 1], time: [1, 2], weight: [1] }),
      /expected 2 weights/,
    ],
    ['a time beyond measure', profileOf({ stack: [0], time: [1e300] }), /beyond measure/],
    [
      'a weight of unknown kind',
      profileOf({ stack: [0], time: [1], weightType: 'apples' }),
      /found "apples"/,
    ],
    [
      'a string that is not there',
      profileOf({ stack: [0], time: [1] }, {}, { stringArray: [] }),
      /no string 0/,
    ],
    ['no threads', { meta: { preprocessedProfileVersion: 48 }, threads: [] }, /no threads/],
  ])('are refused with %s', (_, file, message) => {
    expect(() => parse(file)).toThrow(ProfileFormatError);
    expect(() => parse(file)).toThrow(message);
  });

  it('of processes within processes without end are refused', () => {
    const deep = '{"meta":{"stackwalk":1},"processes":['.repeat(2000);
    expect(() => parse(deep)).toThrow(/nested too deeply/);
  });
});
