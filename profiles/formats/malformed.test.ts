/**
 * Damaged files of every format: each either becomes a profile that hangs together or an error of ours that says where and
 * what to do – never another error, a hang or memory without end. All files in `samples/` take part by themselves.
 */
import { constants, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ProfileFormatError } from '../errors';
import { importProfiles, importers } from './index';
import type { ByteSource } from './source';
import { checkImportedFile } from './testing/check-profile';
import { damaged, positionScale } from './testing/damage';
import type { Damage } from './testing/damage';
import { allSamples } from './testing/samples';
import type { ImportedFile } from './types';

const samples = allSamples();
const encoder = new TextEncoder();

/** All over the samples, with a seed that is always the same; a tenth as many more with a new one each time. */
const fixedRuns = Math.ceil(20_000 / samples.length);
const freshRuns = Math.ceil(fixedRuns / 10);
let inputs = 0;

/** 'read', or 'refused' with an error that helps; throws when it is anything else. */
function outcome(read: () => ImportedFile): 'read' | 'refused' {
  inputs++;
  let file: ImportedFile;
  try {
    file = read();
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw error;
    expect(error.message).toMatch(/^\S.{10,}[.!?]$/s);
    expect(error.where).not.toBe('');
    expect(error.hint).toMatch(/\S{2,} \S{2,}/);
    return 'refused';
  }
  checkImportedFile(file);
  return 'read';
}

const position = fc.integer({ min: 0, max: positionScale - 1 });
const length = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 20 }) },
  fc.integer({ min: 1, max: 2000 }),
);
const replacement = fc.oneof(
  fc.constantFrom('null', 'true', '""', '"x"', '{}', '[]', '[[]]', '{"a":1}', '[1,2]', '', 'NaN'),
  fc.constantFrom(
    '0',
    '-0',
    '-1',
    '1',
    '2',
    '0.5',
    '1e300',
    '-1e300',
    '1e999',
    '4294967296',
    '9007199254740993',
    '2147483647',
  ),
  fc.integer({ min: -5, max: 50 }).map(String),
  fc.double().map(String),
);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: position }),
  fc.record({ kind: fc.constant('flip' as const), at: position, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant('byte' as const), at: position, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('delete' as const), at: position, length }),
  fc.record({ kind: fc.constant('repeat' as const), at: position, length }),
  fc.record({
    kind: fc.constant('insert' as const),
    at: position,
    bytes: fc.array(fc.nat(255), { minLength: 1, maxLength: 6 }),
  }),
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('replace' as const), at: position, by: replacement }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('copy' as const), at: position, from: position }) },
);
const damages = fc.array(damage, { minLength: 1, maxLength: 3 });

describe.each(samples)('a damaged $name ($format)', (sample) => {
  const { bytes } = sample;
  const read = (content: Uint8Array) => sample.read(content);
  const open = (content: Uint8Array) => sample.open(content);

  it('is read when it is whole', () => {
    expect(outcome(() => open(bytes))).toBe('read');
  });

  it('is a profile or a helpful error when it is cut at any hundredth', () => {
    for (let percent = 0; percent < 100; percent++) {
      const part = bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
      outcome(() => read(part));
      outcome(() => open(part));
    }
  });

  it('is a profile or a helpful error whatever was done to it', () => {
    const property = fc.property(damages, fc.boolean(), (list, byContent) => {
      const broken = list.reduce(damaged, bytes);
      outcome(() => (byContent ? open(broken) : read(broken)));
    });
    fc.assert(property, { seed: 20_260_101, numRuns: fixedRuns });
    fc.assert(property, { numRuns: freshRuns });
  });
});

/** A source that makes its pieces when it is asked: gigabytes without the memory. */
function endless(
  name: string,
  start: Uint8Array,
  piece: Uint8Array,
  times: number,
  end: Uint8Array,
): ByteSource {
  let given = 0;
  return {
    name,
    next() {
      const at = given++;
      if (at === 0) return start;
      if (at <= times) return piece;
      return at === times + 1 && end.length > 0 ? end : null;
    },
    rewind() {
      given = 0;
    },
    get share() {
      return Math.min(1, given / (times + 2));
    },
  };
}

describe('something huge that is no profile', () => {
  const blanks = new Uint8Array(4 << 20).fill(0x20);

  it.each(['x.cpuprofile', 'x.json', 'x.txt', 'x'])('a gigabyte of blanks called %s is refused', (name) => {
    const source = endless(name, blanks, blanks, 255, blanks);
    expect(outcome(() => importProfiles(source))).toBe('refused');
  });

  it.each(importers.map((importer) => ({ id: importer.id, importer })))(
    'a gigabyte of blanks is refused by the parser of $id itself, even after a beginning',
    ({ importer }) => {
      const name = `x${importer.extensions[0] ?? ''}`;
      const refused = (start: string, pieces: number) => {
        const source = endless(name, encoder.encode(start), blanks, pieces, encoder.encode('}'));
        expect(outcome(() => importer.parse(source))).toBe('refused');
      };
      refused(' ', 256);
      for (const start of ['{', '[', '{"nodes":[']) refused(start, 8);
    },
  );

  /** A gzip file of `start` and then `times` megabytes of `unit`, over and over. */
  function bomb(name: string, start: string, unit: string, times: number): ByteSource {
    const megabyte = Buffer.from(unit.repeat((1 << 20) / unit.length));
    // Blocks of a deflate stream that ends on a whole byte and refers to nothing before may be repeated.
    const block = deflateBlock(megabyte);
    const header = gzipSync('').subarray(0, 10);
    return endless(
      name,
      Buffer.concat([header, deflateBlock(Buffer.from(start))]),
      block,
      times,
      new Uint8Array(),
    );
  }

  function deflateBlock(content: Uint8Array): Uint8Array {
    return deflateRawSync(content, { finishFlush: constants.Z_FULL_FLUSH });
  }

  it.each([
    ['zeros', '', '\0'],
    ['blanks', '', ' '],
    ['blanks in a profile', '{"nodes":[', ' '],
    ['numbers', '{"startTime":0,"samples":[1', ',1'],
    ['unwanted values', '{"nodes":[{"callFrame":1}],"x":[1', ',1'],
    ['nested lists', '{"traceEvents":', '['],
    ['an endless text', '{"nodes":[{"callFrame":{"functionName":"', 'ab'],
    ['stacks', 'main;', 'a;a 1\nb;c;d 2\nmain;main;main 3\n'],
  ])('a few kilobytes that unpack to 10 GB of %s are refused', (_what, start, unit) => {
    expect(outcome(() => importProfiles(bomb('x.cpuprofile.gz', start, unit, 10_240)))).toBe('refused');
  });
});

afterAll(() => {
  expect(inputs).toBeGreaterThan(20_000);
});
