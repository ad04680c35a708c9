import { gunzipSync } from 'fflate';
import { readFileSync } from 'node:fs';
import { Profile as PeerProfile, StringTable } from 'pprof-format';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { functionTable } from '../functions';
import { importProfiles } from './index';
import { pprof } from './pprof';
import { sourceOfBytes } from './source';

const names = ['go-cpu', 'go-heap', 'go-goroutines', 'datadog-wall', 'datadog-heap'];
const sample = (name: string) =>
  new Uint8Array(readFileSync(new URL(`samples/${name}.pb.gz`, import.meta.url)));
const open = (bytes: Uint8Array, name = 'given') => importProfiles(sourceOfBytes(name, bytes));
const error = (bytes: Uint8Array): ProfileFormatError => {
  try {
    pprof.parse(sourceOfBytes('bad.pb', bytes));
  } catch (thrown) {
    if (thrown instanceof ProfileFormatError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
};

/** A profile written by the other implementation. */
function peer(
  build: (id: (text: string) => number) => Omit<ConstructorParameters<typeof PeerProfile>[0], 'stringTable'>,
) {
  const stringTable = new StringTable();
  const fields = build((text) => stringTable.dedup(text));
  return new PeerProfile({ ...fields, stringTable }).encode();
}
const cpuTypes = (id: (text: string) => number) => [
  { type: id('samples'), unit: id('count') },
  { type: id('cpu'), unit: id('nanoseconds') },
];

describe.each(names)('%s', (name) => {
  it('has the sums that pprof-format finds', () => {
    const { format, profiles } = open(sample(name));
    const other = PeerProfile.decode(gunzipSync(sample(name)));
    const text = (index: number | bigint) => other.stringTable.strings[Number(index)]!;
    expect(format).toBe('pprof');
    expect(profiles).toHaveLength(other.sampleType.length);
    other.sampleType.forEach(({ type, unit }, index) => {
      const ours = profiles.find((profile) => profile.name === text(type))!;
      const sum = other.sample.reduce((total, { value }) => total + Number(value[index]), 0);
      const scale = text(unit) === 'nanoseconds' ? 1e-3 : 1;
      const tree = aggregate(ours.profile, { includeIdle: true, includeProfiler: true });
      expect(tree.totalWeight).toBeCloseTo(sum * scale, 3);
    });
  });

  it('shows what it always showed', () => {
    const [first] = open(sample(name)).profiles;
    const table = functionTable(aggregate(first!.profile, { includeIdle: true }));
    expect(
      table
        .slice(0, 12)
        .map((row) => `${row.name} ${row.url.replace(/^.*\//, '')}:${row.line} ${row.self}/${row.total}`),
    ).toMatchSnapshot();
  });

  it('is refused wherever it was cut off', () => {
    const whole = sample(name);
    for (let percent = 0; percent < 100; percent++) {
      // The last eight bytes are gzip's check sum: without them, nothing of the profile is missing.
      const cut = whole.subarray(0, Math.min(whole.length - 9, Math.floor((whole.length * percent) / 100)));
      expect(() => open(cut)).toThrow(ProfileFormatError);
    }
  });
});

describe('a pprof file', () => {
  it('shows the default kind of value first, without one the last', () => {
    expect(open(sample('go-cpu')).profiles.map(({ name, profile }) => [name, profile.unit])).toEqual([
      ['cpu', 'microseconds'],
      ['samples', 'count'],
    ]);
    expect(open(sample('go-heap')).profiles.map(({ name }) => name)).toEqual([
      'inuse_space',
      'alloc_objects',
      'alloc_space',
      'inuse_objects',
    ]);
    const bytes = peer((id) => ({ sampleType: cpuTypes(id), defaultSampleType: id('samples') }));
    expect(open(bytes).profiles.map(({ name }) => name)).toEqual(['samples', 'cpu']);
  });

  it('counts as many samples as the file says were taken', () => {
    const [cpu] = open(sample('go-cpu')).profiles;
    const { samples } = cpu!.profile;
    expect(samples.length).toBe(90);
    expect(new Set(samples.weight.subarray(0, samples.length))).toEqual(new Set([10_000]));
  });

  it('has inlined functions as frames of their own, innermost last', () => {
    const bytes = peer((id) => ({
      sampleType: cpuTypes(id),
      sample: [{ locationId: [1, 2], value: [3, 3000] }],
      location: [
        { id: 1, line: [{ functionId: 1, line: 12 }, { functionId: 2, line: 22 }] }, // prettier-ignore
        { id: 2, line: [{ functionId: 3, line: 32 }] },
      ],
      function: ['inlined', 'caller', 'main'].map((name, i) => ({ id: i + 1, name: id(name), filename: id('/m.go'), startLine: i * 10 + 10 })), // prettier-ignore
    }));
    const { profile } = open(bytes).profiles[0]!;
    const { nodes, frames } = profile;
    expect([1, 2, 3].map((node) => frames.name[nodes.frame[node]!])).toEqual(['main', 'caller', 'inlined']);
    expect(Array.from(frames.line.subarray(1, 4))).toEqual([30, 20, 10]);
    expect(profile.lineTicks).toEqual(new Map([[3, new Map([[12, 3]])]]));
  });

  it('keeps ids of 64 bits apart, and shows unknown machine code by its address', () => {
    const id1 = 2n ** 63n;
    const bytes = peer((id) => ({
      sampleType: cpuTypes(id),
      sample: [
        { locationId: [id1], value: [1, 1000] },
        { locationId: [id1 + 1n], value: [1, 2000] },
      ],
      mapping: [{ id: 1, filename: id('/usr/lib/libc.so.6') }],
      location: [
        { id: id1, mappingId: 1, address: 0x7fffdeadbeef01n },
        { id: id1 + 1n, mappingId: 1, address: 0x1000 },
      ],
    }));
    const { profile } = open(bytes).profiles[0]!;
    expect(profile.frames.name).toEqual(['(root)', '0x7fffdeadbeef01 [libc.so.6]', '0x1000 [libc.so.6]']);
  });

  it('reads lists that are not packed, and fields it does not know', () => {
    // sample_type {1, 2}; sample with location 1 and value 5, unpacked; location 1; field 99; three texts.
    const bytes = [
      [0x0a, 4, 0x08, 1, 0x10, 2],
      [0x12, 4, 0x08, 1, 0x10, 5],
      [0x22, 4, 0x08, 1, 0x18, 0x20],
      [0x98, 0x06, 7, 0x9a, 0x06, 2, 9, 9],
      [0x32, 0, 0x32, 1, 0x61, 0x32, 1, 0x62],
    ].flat();
    const { profiles } = pprof.parse(sourceOfBytes('x.pb', Uint8Array.from(bytes)));
    expect(aggregate(profiles[0]!.profile).totalWeight).toBe(5);
    expect(profiles[0]!.profile.frames.name[1]).toBe('0x20');
  });

  it('says when it was recorded and that it has no times', () => {
    expect(open(sample('datadog-wall')).notes[0]).toMatch(/^Recorded on 20\d\d-.* UTC for 1\.\d+ s\. /);
  });

  it('is refused when it claims what is not there', () => {
    const huge = [0x12, 0xff, 0xff, 0xff, 0xff, 0x7f];
    expect(error(Uint8Array.from([0x0a, 2, 8, 1, ...huge])).message).toContain('claims 34359738367 bytes');
    expect(error(Uint8Array.from([0x0a, 0xff, 0x01, 8, 1])).message).toContain('claims 255 bytes');
    expect(error(Uint8Array.from([0x48, ...new Array<number>(11).fill(0xff)])).message).toContain('64 bits');
    expect(error(Uint8Array.from([])).message).toContain('no sample types');
    const missing = (more: object) =>
      error(
        peer((id) => ({ sampleType: cpuTypes(id), sample: [{ locationId: [9], value: [1, 1] }], ...more })),
      );
    expect(missing({}).message).toContain('the location 9, which is not there');
    expect(missing({ location: [{ id: 9, line: [{ functionId: 4 }] }] }).message).toContain(
      'the function 4, which',
    );
    expect(missing({ function: [{ id: 4, name: 99 }], location: [{ id: 9, line: [{ functionId: 4 }] }] }).message) // prettier-ignore
      .toContain('refers to text 99');
    expect(missing({ sample: [{ locationId: [], value: [1] }] }).message).toContain('1 values and it has 2');
    expect(missing({ sample: [{ locationId: [], value: [1, -4] }] }).message).toContain(
      'difference of two profiles',
    );
  });
});
