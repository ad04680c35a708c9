import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aggregate, treeAsText } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { functionTable } from '../functions';
import { parseCpuProfile } from './cpuprofile';
import { importProfiles } from './index';
import { sourceOfBytes } from './source';
import { speedscope } from './speedscope';
import { generateSpeedscope } from './testing/generate';

const schema = 'https://www.speedscope.app/file-format-schema.json';
const sample = (name: string) => new Uint8Array(readFileSync(new URL(`samples/${name}`, import.meta.url)));
const bytesOf = (text: string) => new TextEncoder().encode(text);
const open = (text: string) => speedscope.parse(sourceOfBytes('given.speedscope.json', bytesOf(text)));
const file = (profiles: unknown[], frames: unknown[] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]) =>
  open(JSON.stringify({ $schema: schema, profiles, shared: { frames } }));
const evented = (events: [type: string, frame: number, at: number][], more: object = {}) => ({
  type: 'evented',
  name: 'main',
  unit: 'microseconds',
  startValue: 0,
  endValue: 100,
  events: events.map(([type, frame, at]) => ({ type, frame, at })),
  ...more,
});
const sampled = (samples: number[][], weights: number[], more: object = {}) => ({
  type: 'sampled',
  name: 'main',
  unit: 'none',
  startValue: 0,
  endValue: 100,
  samples,
  weights,
  ...more,
});
const error = (work: () => unknown): ProfileFormatError => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ProfileFormatError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
};

describe('a file that speedscope saved', () => {
  it('has the self times that replaying its events gives', () => {
    const { format, profiles } = importProfiles(sourceOfBytes('x.json', sample('shop.speedscope.json')));
    expect(format).toBe('speedscope');
    const table = functionTable(aggregate(profiles[0]!.profile, { includeIdle: true }));
    expect(new Map(table.map(({ name, self }) => [name, self]))).toEqual(replayed());
    expect(table.map(({ name, self, total }) => `${name} ${self}/${total}`)).toMatchSnapshot();
  });

  it('covers as much time as the .cpuprofile it was made from', () => {
    const { profile } = importProfiles(sourceOfBytes('x.json', sample('shop.speedscope.json'))).profiles[0]!;
    const original = aggregate(parseCpuProfile(sample('speedscope-shop.cpuprofile')), { includeIdle: true });
    // speedscope lets the last sample last no time.
    expect(aggregate(profile, { includeIdle: true }).totalWeight).toBeGreaterThan(
      original.totalWeight * 0.95,
    );
  });
});

/** Self times by name, straight from the saved file's events. */
function replayed(): Map<string, number> {
  const { shared, profiles } = JSON.parse(new TextDecoder().decode(sample('shop.speedscope.json'))) as {
    shared: { frames: { name: string }[] };
    profiles: { events: { type: string; frame: number; at: number }[] }[];
  };
  const selfOf = new Map(shared.frames.map(({ name }) => [name, 0]));
  const open: string[] = [];
  let before = 0;
  for (const { type, frame, at } of profiles[0]!.events) {
    const innermost = open.at(-1);
    if (innermost !== undefined) selfOf.set(innermost, selfOf.get(innermost)! + at - before);
    before = at;
    if (type === 'O') open.push(shared.frames[frame]!.name);
    else open.pop();
  }
  return selfOf;
}

describe('evented profiles', () => {
  it('charge the time between events to what is open', () => {
    const { profiles } = file([evented([['O', 0, 0], ['O', 1, 10], ['C', 1, 40], ['C', 0, 100]])]); // prettier-ignore
    expect(treeAsText(aggregate(profiles[0]!.profile))).toBe('(root) 0/100\n  a 70/100\n    b 30/30');
  });

  it('let time pass without a sample while nothing is open', () => {
    const { profile } = file([evented([['O', 0, 10], ['C', 0, 20], ['O', 1, 50], ['C', 1, 60]])]).profiles[0]!; // prettier-ignore
    expect(Array.from(profile.samples.timeUs.subarray(0, profile.samples.length))).toEqual([10, 50]);
    expect([profile.startUs, profile.endUs]).toEqual([0, 100]);
    expect(aggregate(profile).totalWeight).toBe(20);
  });

  it('end what is still open at the end', () => {
    const { profile } = file([evented([['O', 0, 0], ['O', 1, 90]])]).profiles[0]!; // prettier-ignore
    expect(treeAsText(aggregate(profile))).toBe('(root) 0/100\n  a 90/100\n    b 10/10');
  });

  it('refuse calls that end in another order than they began, and events that go back in time', () => {
    const crossed = error(() => file([evented([['O', 0, 0], ['O', 1, 10], ['C', 0, 20]])])); // prettier-ignore
    expect(crossed.message).toMatch(
      /profiles\[0\]\.events\[2\], frame 0 is closed, but frame 1 was opened last/,
    );
    expect(error(() => file([evented([['C', 0, 0]])])).message).toContain('but none is open');
    expect(error(() => file([evented([['O', 0, 10], ['C', 0, 5]])])).message).toContain('found 5 after 10'); // prettier-ignore
  });
});

describe('sampled profiles', () => {
  it('put samples one behind the other from the start value on', () => {
    const { profile } = file([sampled([[0], [0, 1], [], [2]], [1, 2, 3, 4], { unit: 'milliseconds', startValue: 5 })])
      .profiles[0]!; // prettier-ignore
    const { samples } = profile;
    expect(Array.from(samples.timeUs.subarray(0, samples.length))).toEqual([0, 1000, 6000]);
    expect(Array.from(samples.weight.subarray(0, samples.length))).toEqual([1000, 2000, 4000]);
    expect(profile.unit).toBe('microseconds');
  });

  it.each([
    ['none', 'count', 3],
    ['bytes', 'bytes', 3],
    ['nanoseconds', 'microseconds', 0.003],
    ['microseconds', 'microseconds', 3],
    ['milliseconds', 'microseconds', 3000],
    ['seconds', 'microseconds', 3e6],
  ])('in %s are in %s', (unit, ours, total) => {
    const { profile } = file([sampled([[0], [1]], [1, 2], { unit })]).profiles[0]!;
    expect(profile.unit).toBe(ours);
    expect(aggregate(profile).totalWeight).toBeCloseTo(total, 9);
    if (ours !== 'microseconds') expect([profile.startUs, profile.endUs]).toEqual([0, 0]);
  });

  it('refuse too few weights, negative ones, and frames that are not there', () => {
    expect(error(() => file([sampled([[0], [1]], [1])])).message).toContain(
      'profiles[0].weights, expected 2 entries',
    );
    expect(error(() => file([sampled([[0]], [-1])])).message).toContain(
      'profiles[0].weights[0], expected a weight',
    );
    expect(error(() => file([sampled([[0, 7]], [1])])).message).toContain(
      'there is no frame 7, shared.frames has 3',
    );
    expect(error(() => file([sampled([[0.5]], [1])])).code).toBe('PROFILE_MALFORMED');
  });
});

describe('a speedscope file', () => {
  it('may have its keys in any order', () => {
    const { profiles } = open(
      '{"profiles":[{"weights":[2],"samples":[[0]],"endValue":2,"startValue":0,"unit":"none","name":"n","type":"sampled"},' +
        '{"events":[{"at":1,"frame":0,"type":"O"}],"endValue":3,"unit":"none","type":"evented"}],"shared":{"frames":[{"file":"/x.js","name":"a"}]}}',
    );
    expect(profiles.map(({ name, profile }) => [name, aggregate(profile).totalWeight])).toEqual([
      ['n', 2],
      ['profile 2', 2],
    ]);
  });

  it('gives all threads one origin of time', () => {
    const { profiles } = file([
      evented([['O', 0, 2000], ['C', 0, 3000]], { startValue: 2000, endValue: 3000 }), // prettier-ignore
      sampled([[1]], [1], { unit: 'milliseconds', startValue: 1, endValue: 2 }),
    ]);
    expect(profiles.map(({ profile }) => [profile.startUs, profile.endUs])).toEqual([
      [1000, 2000],
      [0, 1000],
    ]);
  });

  it('recognises what is not a function, and takes an outermost (root) as the root', () => {
    const { profile } = file(
      [sampled([[0, 1], [0, 2], [0]], [1, 2, 4])],
      [{ name: '(root)' }, { name: '(garbage collector)' }, { name: 'f', file: 'node:fs', line: 3, col: 4 }],
    ).profiles[0]!;
    expect(treeAsText(aggregate(profile))).toBe('(root) 4/7\n  f 2/2\n  (garbage collector) 1/1');
  });

  it('is refused with the place when something is missing', () => {
    expect(error(() => open('{"shared":{"frames":[]}}')).message).toContain('no "profiles"');
    expect(error(() => file([])).message).toContain('no profile in the file');
    expect(error(() => file([{ type: 'other' }])).message).toContain('expected "evented" or "sampled"');
    expect(error(() => file([sampled([], [], { unit: 'apples' })])).message).toContain('expected a unit');
    expect(error(() => file([sampled([], [])], [{ file: 'x' }])).message).toContain('a frame with a "name"');
  });

  it('is refused wherever it was cut off', () => {
    const whole = sample('shop.speedscope.json');
    for (let percent = 0; percent < 100; percent++) {
      const cut = whole.subarray(0, Math.floor((whole.length * percent) / 100));
      expect(error(() => importProfiles(sourceOfBytes('cut.speedscope.json', cut))).message).toContain(
        'cut.speedscope',
      );
    }
  });

  it.each(['sampled', 'evented'] as const)('keeps all of a generated run that is %s', (type) => {
    const text = [...generateSpeedscope({ type, samples: 5000, nodes: 2000, profiles: 2 })].join('');
    const { profiles } = open(text);
    const { endValue } = (JSON.parse(text) as { profiles: { endValue: number }[] }).profiles[0]!;
    expect(profiles).toHaveLength(2);
    for (const { profile } of profiles)
      expect(aggregate(profile, { includeIdle: true }).totalWeight).toBeCloseTo(endValue, 3);
  });
});
