import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProfileFormatError } from '../errors';
import { clinicFlame } from './clinic-flame';
import { importProfileFolder, importProfiles } from './index';
import { sourceOfBytes } from './source';
import { countsByName } from './testing/counts-by-name';

const folder = '6557.clinic-flame';
const names = ['inlinedfunctions', 'samples', 'systeminfo'].map((end) => `${folder}-${end}`);
const bytesOf = (name: string) => readFileSync(join(import.meta.dirname, 'samples', folder, name));
const files = () => new Map(names.map((name) => [name, sourceOfBytes(name, bytesOf(name))]));

interface RawCode {
  name: string;
  type: string;
}
const raw = JSON.parse(bytesOf(`${folder}-samples`).toString()) as RawCode[][];

describe('a folder of clinic flame', () => {
  const { format, profiles, notes } = importProfileFolder(folder, files());

  it('is the recording of one process', () => {
    expect(format).toBe('clinic-flame');
    expect(profiles).toMatchObject([{ name: 'Process 6557', pid: 6557, profile: { unit: 'count' } }]);
  });

  it('counts every sample that has a stack at its innermost function', () => {
    const expected = new Map<string, number>();
    const stacks = raw.filter(({ length }) => length > 0);
    for (const stack of stacks) {
      const { name, type } = stack.at(-1)!;
      const shown = type === 'JS' ? name.replace(/ \S+$/, '') || '(anonymous)' : name;
      expected.set(shown, (expected.get(shown) ?? 0) + 1);
    }
    expect(expected.has('sortRows')).toBe(true);
    expect(countsByName(profiles[0]!.profile)).toEqual(expected);
    expect(notes.join(' ')).toContain(`${raw.length - stacks.length} of ${raw.length} samples have no stack`);
  });

  it('may be several in one folder', () => {
    const two = new Map(
      ['a', '77'].flatMap((name) =>
        [...files()].map(([path, source]) => [`${name}.clinic-flame/${path.replace('6557', name)}`, source]),
      ) as [string, ReturnType<typeof sourceOfBytes>][],
    );
    expect(clinicFlame.detect('.clinic', [...two.keys()])).toBe(true);
    const all = importProfileFolder('.clinic', two);
    expect(all.profiles.map(({ name, pid }) => [name, pid])).toEqual([
      ['Process 77', 77],
      ['a', undefined],
    ]);
    expect(all.notes).toEqual(notes);
  });

  it('whose recording never ended says so', () => {
    const unfinished = files();
    unfinished.delete(`${folder}-samples`);
    expect(() => importProfileFolder(folder, unfinished)).toThrow(/no samples of clinic flame/);
  });
});

describe('the samples of clinic flame alone', () => {
  const name = `${folder}-samples`;
  it('are recognised and the same', () => {
    const { format, profiles } = importProfiles(sourceOfBytes(name, bytesOf(name)));
    expect(format).toBe('clinic-flame');
    expect(profiles[0]!.profile.samples.length).toBe(raw.filter(({ length }) => length > 0).length);
  });

  it.each<[string, string, RegExp]>([
    ['nothing in them', '[]', /no samples/],
    ['a text for code', '[[],["x"]]', /\[1\]\[0\].*expected an object/],
    ['an end too early', '[[{"name":"a /b.js:1:1","type":"JS"}],', /file ends/],
  ])('are refused with %s', (_, text, message) => {
    const source = sourceOfBytes(name, new TextEncoder().encode(text));
    expect(() => importProfiles(source)).toThrow(ProfileFormatError);
    expect(() => clinicFlame.parse(folder, new Map([[name, source]]))).toThrow(message);
  });
});
