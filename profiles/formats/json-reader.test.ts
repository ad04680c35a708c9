import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Float64Column, Int32Column } from '../columns';
import { ProfileFormatError } from '../errors';
import { JsonReader } from './json-reader';
import { sourceOfBytes } from './source';

const encoder = new TextEncoder();

/** A reader over a text that arrives in pieces of the given size. */
function readerOf(text: string | Uint8Array, pieceBytes = 1 << 20): JsonReader {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) parts.push(bytes.subarray(at, at + pieceBytes));
  return new JsonReader(sourceOfBytes('x.json', parts), { expected: 'a test file' });
}

function whole(text: string, pieceBytes?: number): unknown {
  const reader = readerOf(text, pieceBytes);
  const value = reader.value();
  reader.finish();
  return value;
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('JsonReader', () => {
  it('reads what JSON.parse reads, wherever the pieces end', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 1, max: 9 }), (text, pieceBytes) => {
        expect(plain(whole(text, pieceBytes))).toEqual(plain(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  it('reads every number exactly as JSON.parse does', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 1, max: 5 }),
        (value, size) => {
          const text = JSON.stringify([value]);
          expect(whole(text, size)).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 1000 },
    );
    for (const text of [
      '0.1',
      '123456789012345.5',
      '1e3',
      '-0.000001',
      '1E-7',
      '9007199254740993',
      '0.30000000000000004',
    ])
      expect(whole(text)).toBe(JSON.parse(text));
  });

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), fc.integer({ min: 32, max: 126 }), (text, where, code) => {
        const at = where % text.length;
        const broken = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        let expected: unknown;
        let valid = true;
        try {
          expected = JSON.parse(broken);
        } catch {
          valid = false;
        }
        // Numbers beyond the largest double are refused; JSON.parse makes them infinite.
        if (/[eE]\+?\d{3,}/.test(broken)) return;
        if (valid) expect(plain(whole(broken, 3))).toEqual(plain(expected));
        else expect(() => whole(broken, 3)).toThrow(ProfileFormatError);
      }),
      { numRuns: 2000 },
    );
  });

  it('fills columns and skips what nobody wants', () => {
    const reader = readerOf('{"skipped":{"a":[1,{"b":"}]\\""}]},"samples":[1,-2,3],"times":[0.5,1e2]}', 4);
    const samples = new Int32Column();
    const times = new Float64Column();
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'samples') reader.integers(samples);
      else if (key === 'times') reader.numbers(times);
      else reader.skip();
    }
    reader.finish();
    expect([...samples.values.subarray(0, samples.length)]).toEqual([1, -2, 3]);
    expect([...times.values.subarray(0, times.length)]).toEqual([0.5, 100]);
  });

  it('fills columns with exactly what JSON.parse reads, wherever the pieces end', () => {
    const item = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -70_000, max: 70_000 }) },
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const blank = fc.constantFrom('', '', '', '', ' ', '\n');
    fc.assert(
      fc.property(
        fc.array(item),
        fc.array(blank),
        fc.integer({ min: 1, max: 40 }),
        (values, blanks, size) => {
          const text = `[${values.map((value, i) => `${blanks[i] ?? ''}${JSON.stringify(value)}`).join(',')}]`;
          const column = new Float64Column(1);
          const reader = readerOf(text, size);
          reader.numbers(column);
          reader.finish();
          expect([...column.values.subarray(0, column.length)]).toEqual(JSON.parse(text));
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    ['[1,2,"x",4,5,6,7,8,9,10,11,12]', 'at [2], expected a number, found the text "x" (byte 5)'],
    ['[1,2,3.5,4,5,6,7,8,9,10,11,12]', 'at [2], expected a whole number below 2^31, found 3.5'],
    ['[1,2,3000000000,4,5,6,7,8,9,10,11]', 'at [2], expected a whole number below 2^31, found 3000000000'],
    ['[1,2,,4,5,6,7,8,9,10,11,12,13]', 'expected a value, found ","'],
    ['[1,2 3,4,5,6,7,8,9,10,11,12,13]', 'expected "," or "]", found "3"'],
    ['[1,2,null,4,5,6,7,8,9,10,11,12]', 'at [2], expected a number, found null'],
  ])('says which entry of %s is no number', (text, problem) => {
    for (const size of [1, 7, 100])
      expect(() => readerOf(text, size).integers(new Int32Column())).toThrow(problem);
  });

  it('refuses blanks without end, and says that a file is empty', () => {
    const blanks = new Uint8Array(1 << 20).fill(0x20);
    const parts = Array.from({ length: 18 }, () => blanks);
    const endless = new JsonReader(sourceOfBytes('x', parts), { expected: 'a test file' });
    expect(() => endless.peek()).toThrow('more than 16 MB of blanks');
    expect(() => whole('')).toThrow('the file is empty');
    expect(() => whole(' \n')).toThrow('nothing but blanks');
  });

  it('names the file, the place and the byte of a mistake', () => {
    const reader = readerOf('{"nodes":[{"id":1},{"id":"two"}]}');
    const read = (): void => {
      reader.enterObject();
      reader.nextKey();
      reader.enterArray();
      while (reader.nextItem()) {
        reader.enterObject();
        while (reader.nextKey() !== null) reader.number();
      }
    };
    expect(read).toThrow(
      'x.json is not a test file: at nodes[1].id, expected a number, found the text "two" (byte 25).',
    );
  });

  it('says where a cut file ends', () => {
    const text = '{"nodes":[{"id":1}]}';
    for (let length = 1; length < text.length; length++)
      expect(() => whole(text.slice(0, length), 3)).toThrow(/the file ends|not closed/);
  });

  it('skips a hundred thousand nested arrays without recursion, but refuses them', () => {
    expect(() => readerOf('['.repeat(100_000)).skip()).toThrow('nested too deeply');
  });
});
