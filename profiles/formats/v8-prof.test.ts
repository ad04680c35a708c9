import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ProfileFormatError } from '../errors';
import type { Profile } from '../types';
import { importProfiles } from './index';
import { sourceOfBytes } from './source';
import { splitName } from './v8-log-names';
import { v8Prof } from './v8-prof';

const bytes = readFileSync(join(import.meta.dirname, 'samples', 'node-prof.json'));
const parse = (content: unknown) =>
  v8Prof.parse(
    sourceOfBytes(
      'prof.json',
      new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)),
    ),
  );

/** Ticks by the name of the innermost frame, and the stacks themselves, outermost first. */
function ticksOf({ samples, nodes, frames }: Profile): string[][] {
  return Array.from({ length: samples.length }, (_, i) => {
    const names: string[] = [];
    for (let node = samples.node[i]!; node > 0; node = nodes.parent[node]!)
      names.unshift(frames.name[nodes.frame[node]!]!);
    return names;
  });
}

interface RawLog {
  code: { name: string; type: string; kind?: string }[];
  ticks: { tm: number; vm: number; s: number[] }[];
}

describe('the preprocessed log of node --prof', () => {
  const raw = JSON.parse(bytes.toString()) as RawLog;
  const { format, profiles, notes } = importProfiles(sourceOfBytes('prof.json', bytes));
  const { profile } = profiles[0]!;

  it('is one profile with every tick at its time', () => {
    expect(format).toBe('v8-prof');
    expect(profiles).toHaveLength(1);
    expect(profile.samples.length).toBe(raw.ticks.length);
    const times = raw.ticks.map(({ tm }) => tm - raw.ticks[0]!.tm);
    expect([...profile.samples.timeUs.subarray(0, times.length)]).toEqual(times);
  });

  it('attributes ticks to the innermost code that has a name, and to what the VM did', () => {
    const expected = raw.ticks.map(({ vm, s }) => {
      if (vm === 1) return '(garbage collector)';
      if (vm === 8) return '(idle)';
      const code = s.find((value, i) => i % 2 === 0 && value !== -1);
      if (code === undefined) return '(program)';
      const { name, type } = raw.code[code]!;
      return type === 'JS' ? name.replace(/ \S+$/, '') || '(anonymous)' : name;
    });
    expect(ticksOf(profile).map((stack) => stack.at(-1))).toEqual(expected);
    for (const name of ['sortRows', 'fibonacci', '(garbage collector)', '(idle)'])
      expect(expected).toContain(name);
    expect(notes[0]).toMatch(/ticks were in machine code without a name/);
  });

  it('is one frame per function, optimised or not, with its file and line', () => {
    const { frames } = profile;
    const fibonacci = frames.name.flatMap((name, frame) => (name === 'fibonacci' ? [frame] : []));
    expect(
      new Set(raw.code.filter(({ name }) => name.startsWith('fibonacci ')).map((c) => c.kind)).size,
    ).toBeGreaterThan(1);
    expect(fibonacci).toHaveLength(1);
    expect(frames.url[fibonacci[0]!]).toMatch(/\/burn\.js$/);
    expect([frames.line[fibonacci[0]!], frames.column[fibonacci[0]!]]).toEqual([3, 19]);
  });

  it('cut off anywhere is refused with a reason', () => {
    for (let percent = 1; percent < 100; percent += 3)
      expect(() => parse(bytes.toString().slice(0, (bytes.length * percent) / 100))).toThrow(
        ProfileFormatError,
      );
  });
});

describe('odd logs of node --prof', () => {
  const code = [
    { name: 'main /app/a.js:1:1', type: 'JS', kind: 'Unopt' },
    { name: 'AddHandler', type: 'CODE', kind: 'BytecodeHandler' },
    { name: '^a+$', type: 'CODE', kind: 'RegExp' },
    { name: 'malloc', type: 'CPP' },
  ];

  it('show what runs on behalf of a function as that function', () => {
    const { profile } = parse({
      code,
      ticks: [
        { tm: 30, vm: 0, s: [1, 0, 0, 5] },
        { tm: 10, vm: 0, s: [2, 0, -1, 9, 0, 5] },
        { tm: 20, vm: 1, s: [3, 0, 0, 5] },
        { tm: 40, vm: 8, s: [3, 0] },
        { tm: 50, vm: 5, s: [-1, 77] },
        { tm: 60, vm: 5, s: [] },
      ],
    }).profiles[0]!;
    expect(ticksOf(profile)).toEqual([
      ['main', '(regexp) ^a+$'],
      ['main', '(garbage collector)'],
      ['main'],
      ['(idle)'],
      ['(program)'],
      ['(program)'],
    ]);
    expect([...profile.samples.weight.subarray(0, 6)]).toEqual([10, 10, 10, 10, 10, 10]);
  });

  it('without ticks are empty profiles that say why', () => {
    const { profiles, notes } = parse({ code, ticks: [] });
    expect(profiles[0]!.profile.samples.length).toBe(0);
    expect(notes).toEqual(['The log has no ticks: the program ended before V8 took the first.']);
  });

  it.each<[string, unknown, RegExp]>([
    ['code that is not there', { code, ticks: [{ tm: 1, vm: 0, s: [9, 0] }] }, /ticks\[0\]\.s.*no code 9/],
    ['a half pair', { code, ticks: [{ tm: 1, vm: 0, s: [0] }] }, /pairs of code and offset/],
    ['no time', { code, ticks: [{ vm: 0, s: [] }] }, /"tm"/],
    ['a time beyond measure', { code, ticks: [{ tm: 1e300, vm: 0, s: [] }] }, /beyond measure/],
    ['no ticks at all', { code }, /no "ticks"/],
    ['a text as code', { code: ['x'], ticks: [] }, /code\[0\].*expected an object/],
  ])('are refused with %s', (_, log, message) => {
    expect(() => parse(log)).toThrow(ProfileFormatError);
    expect(() => parse(log)).toThrow(message);
  });

  it('that are raw point to the command that prepares them', () => {
    const log = new TextEncoder().encode(
      'v8-version,11,3,244,8,-node.38,0\nshared-library,/usr/bin/node,0x1,0x2,0\n',
    );
    try {
      importProfiles(sourceOfBytes('isolate-0x1-2-v8.log', log));
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'PROFILE_UNKNOWN_FORMAT',
        hint: expect.stringContaining('node --prof-process --preprocess') as string,
      });
    }
  });
});

it.each([
  ['fibonacci /app/burn.js:3:19', 'fibonacci', '/app/burn.js', 3, 19],
  [' node:internal/main/run_main_module:1:1', '', 'node:internal/main/run_main_module', 1, 1],
  ['get size file:///my%20app/a b.mjs:10:2', 'get size', 'file:///my%20app/a b.mjs', 10, 2],
  ['run C:\\my app\\a.js:7:1', 'run', 'C:\\my app\\a.js', 7, 1],
  ['get x a.js:7', 'get x', 'a.js', 7, 0],
  ['wasm-function[3]', 'wasm-function[3]', '', 0, 0],
  ['eval evalmachine.<anonymous>:1:1', 'eval', 'evalmachine.<anonymous>', 1, 1],
])('"%s" is the function "%s" of %s', (text, functionName, url, line, column) => {
  expect(splitName(text)).toEqual({ functionName, url, line, column });
});
