import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptRecord, SourceRecord } from './source-record';
import { cleanUp, runSource, type Recorded } from './target-for-tests';

afterEach(cleanUp);

let folder: string;
const moduleCount = 200;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'scorchmark-modules-')));
  await mkdir(path.join(folder, 'modules'));
  const work = 'let sum = 0; for (let i = 0; i < 20000; i++) sum = (sum * 31 + i) % 1000003; return sum;';
  for (let i = 0; i < moduleCount; i++)
    await writeFile(
      path.join(folder, `modules/m${i}.cjs`),
      `exports.work = function work${i}() { ${work} };\n`,
    );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The many scripts are there within moments: on a busy machine, too, before anybody looks how many there are. */
const program = (): string => `
  const { Script } = require('vm');
  globalThis.many = Array.from({ length: 3000 }, (_, i) => new Script('1', { filename: '/many/' + i + '.js' }));
  const modules = [];
  for (let i = 0; i < ${moduleCount}; i++) modules.push(require(${JSON.stringify(path.join(folder, 'modules'))} + '/m' + i + '.cjs'));
  let next = 0;
  setInterval(() => { const end = Date.now() + 3; while (Date.now() < end) modules[next++ % ${moduleCount}].work(); }, 5);
  process.on('SIGTERM', () => process.exit(0));
`;

function modulesOf(records: SourceRecord[], kind: SourceRecord['k']): string[] {
  return records.flatMap((each) =>
    each.k === kind && 'url' in each && /m\d+\.cjs$/.test(each.url) ? [each.url] : [],
  );
}

function pauses({ marks }: Recorded): number {
  return marks.filter((mark) => mark.kind === 'blocked' && mark.ours).length;
}

describe('a program with many scripts', () => {
  it('is not stopped while it runs: files are copied, and V8 confirms them at the end', async () => {
    const running = await runSource(program());
    await running.until(({ sources }) => modulesOf(sources, 'script').length > 20);
    const before = pauses(running);
    // V8 may have been asked before any of them was seen, when the program still looked small.
    const copied = running.sources.filter(
      (each): each is ScriptRecord => each.k === 'script' && /m\d+\.cjs$/.test(each.url),
    );
    expect(copied.every((each) => each.copied)).toBe(true);
    const confirmed = async (): Promise<string[]> => {
      for (const { collectors } of running.threads.values())
        for (const collector of collectors) await collector.flush();
      return modulesOf(running.sources, 'verified');
    };
    await expect.poll(confirmed).toEqual(expect.arrayContaining(copied.map(({ url }) => url)));
    // What V8 needed for it is ours, and no block of the program's.
    expect(pauses(running)).toBeGreaterThan(before);
    const blocks = running.marks.filter((mark) => mark.kind === 'blocked');
    for (const ours of blocks.filter((mark) => mark.ours))
      expect(
        blocks.filter(
          (mark) =>
            !mark.ours &&
            mark.tUs <= ours.tUs &&
            mark.tUs + mark.durationMs * 1000 >= ours.tUs + ours.durationMs * 1000,
        ),
      ).toEqual([]);
  });

  it('tells what really ran when a file was changed before it was copied', async () => {
    const file = path.join(folder, 'changing.cjs');
    await writeFile(
      file,
      `exports.before = function before() { let n = 0; for (let i = 0; i < 1e6; i++) n += i; return n; };`,
    );
    const running = await runSource(`
      ${program()}
      const { before } = require(${JSON.stringify(file)});
      require('fs').writeFileSync(${JSON.stringify(file)}, 'exports.after = 1;');
      setInterval(() => before(), 5);
    `);
    const ofFile = (): ScriptRecord[] =>
      running.sources.filter(
        (each): each is ScriptRecord => each.k === 'script' && each.url.endsWith('changing.cjs'),
      );
    await running.until(() => ofFile().length > 0);
    expect(ofFile()[0]).toMatchObject({ copied: true, text: 'exports.after = 1;' });
    await running.target.stop();
    expect(ofFile().at(-1)?.copied).toBeUndefined();
    expect(ofFile().at(-1)?.text).toContain('function before()');
    expect(await readFile(file, 'utf8')).toBe('exports.after = 1;');
  });

  it('is asked at once for what a loader made of another language: only V8 has that', async () => {
    const file = path.join(folder, 'typed.ts');
    await writeFile(
      file,
      `exports.typed = function typed(count: number) { let n = 0; for (let i = 0; i < count; i++) n += i; return n; };`,
    );
    const running = await runSource(`
      ${program()}
      require.extensions['.ts'] = (module, name) =>
        module._compile(require('fs').readFileSync(name, 'utf8').replace(': number', ''), name);
      const { typed } = require(${JSON.stringify(file)});
      setInterval(() => typed(1e6), 5);
    `);
    const typed = (each: SourceRecord): boolean => each.k === 'script' && each.url.endsWith('typed.ts');
    await running.until(({ sources }) => sources.some(typed));
    expect((running.sources.find(typed) as ScriptRecord).text).toContain('typed(count)');
  });
});

it('asks V8 at once in a small program, whose texts are what really ran', async () => {
  const running = await runSource(`
    function small() { let n = 0; for (let i = 0; i < 1e6; i++) n += i; return n; }
    setInterval(small, 5);
    debugger;
  `);
  const program = (each: SourceRecord): boolean => each.k === 'script' && each.url.endsWith('program.cjs');
  await running.until(({ sources }) => sources.some(program));
  expect((running.sources.find(program) as ScriptRecord).copied).toBeUndefined();
});
