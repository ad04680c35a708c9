import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile, appendFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCpuProfile } from '../profiles/formats/cpuprofile';
import type { RunState } from './api';
import { createEngine, type Engine } from './engine';

const root = path.resolve(import.meta.dirname, '..');
const catalog = `
interface Product { id: number; name: string }

export class Catalog {
  private readonly items: Product[] = [];
  constructor(count: number) {
    for (let i = 0; i < count; i++) this.items.push({ id: i, name: 'product ' + i });
  }

  renderCatalog(times: number): number {
    let length = 0;
    for (let round = 0; round < times; round++)
      for (const product of this.items) length += (product.id + product.name.toUpperCase()).length;
    return length;
  }
}

export const sortPrices = (count: number): number => {
  const prices = Array.from({ length: count }, (_, index) => Math.sin(index) * 1000);
  return prices.sort((left, right) => left - right)[0] ?? 0;
};
`;
const main = `
import { Catalog, sortPrices } from './catalog';

function burnCpu(milliseconds: number): number {
  const end = Date.now() + milliseconds;
  const catalog = new Catalog(500);
  let sum = 0;
  while (Date.now() < end) sum += catalog.renderCatalog(20) + sortPrices(2000);
  return sum;
}
burnCpu(900);
// V8 forgets a script of which nothing can run any more; on a busy machine, before anybody has asked for its text.
Object.assign(globalThis, { kept: burnCpu });
`;

let project: string;
let engine: Engine;

beforeAll(async () => {
  // The real path: Node names scripts by it.
  project = await realpath(await mkdtemp(path.join(os.tmpdir(), 'scorchmark-sources-')));
  await mkdir(path.join(project, 'src'));
  await writeFile(
    path.join(project, 'package.json'),
    '{"name":"shop-demo","version":"1.4.2","type":"module"}',
  );
  await writeFile(path.join(project, 'src/catalog.ts'), catalog);
  await writeFile(path.join(project, 'src/main.ts'), main);
  engine = await createEngine({ shell: 'cli', dataFolder: path.join(project, 'data') });
});

afterAll(async () => {
  await engine.close();
  await rm(project, { recursive: true, force: true });
});

/** Records the command to its end; resolves with the session's id. */
async function record(...argv: string[]): Promise<string> {
  let stop: () => void = () => undefined;
  const ended = new Promise<RunState>((resolve) => {
    stop = engine.subscribe((event) => {
      if (event.event === 'run.state' && ['done', 'failed'].includes(event.payload.phase))
        resolve(event.payload);
    });
  });
  await engine.call('run.start', { target: { kind: 'launch', argv, cwd: project, env: {}, nodeFlags: [] } });
  const end = await ended;
  stop();
  expect(end.phase).toBe('done');
  return end.runId;
}

/** Every app function of the session: how it is called as it ran, and what the source maps say of it. */
async function resolved(id: string): Promise<Map<string, string>> {
  const detail = await engine.call('sessions.get', { id });
  const found = new Map<string, string>();
  for (const file of detail.files.filter(({ kind }) => kind === 'cpu')) {
    const bytes = await engine.call('sessions.readFile', { id, file: file.name });
    const { frames } = parseCpuProfile(bytes, { fileName: file.name });
    const urls = [...new Set(frames.url)];
    const positions = frames.url.flatMap((url, i) => [urls.indexOf(url), frames.line[i]!, frames.column[i]!]);
    const answer = await engine.call('sources.resolve', { id, urls, positions });
    for (let i = 0; i < frames.length; i++) {
      const url = answer.urls[answer.url[i]!];
      if (url === undefined) continue;
      const name = answer.name[i] || frames.name[i]!;
      found.set(name, `${path.basename(url)}:${answer.line[i]}`);
    }
  }
  return found;
}

describe('a bundled and minified program', () => {
  let id: string;
  const bundle = (): string => path.join(project, 'dist/bundle.cjs');
  const url = (): string => pathToFileURL(bundle()).href;
  const original = (): string => pathToFileURL(path.join(project, 'src/catalog.ts')).href;

  beforeAll(async () => {
    await build({
      entryPoints: [path.join(project, 'src/main.ts')],
      outfile: bundle(),
      bundle: true,
      minify: true,
      sourcemap: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'error',
    });
    id = await record(process.execPath, 'dist/bundle.cjs');
  });

  it('shows its functions under their own names, files and lines', async () => {
    const found = await resolved(id);
    expect(found.get('burnCpu')).toBe('main.ts:4');
    expect(found.get('renderCatalog')).toBe('catalog.ts:10');
    expect(found.get('sortPrices')).toBe('catalog.ts:18');
  });

  it('still shows what ran after every file was changed and the map deleted', async () => {
    const ran = await readFile(bundle(), 'utf8');
    await writeFile(bundle(), 'something else');
    await rm(`${bundle()}.map`);
    await writeFile(path.join(project, 'src/catalog.ts'), '// rewritten');
    try {
      expect(await engine.call('sources.read', { id, url: url() })).toEqual({
        text: ran,
        origin: 'recorded',
      });
      expect(await engine.call('sources.read', { id, url: original(), original: true })).toEqual({
        text: catalog,
        origin: 'source-map',
      });
      expect((await resolved(id)).get('sortPrices')).toBe('catalog.ts:18');
    } finally {
      await writeFile(path.join(project, 'src/catalog.ts'), catalog);
    }
  });

  it('lists the script with its originals, and the version of the package', async () => {
    const list = await engine.call('sources.list', { id });
    expect(list.find((each) => each.url === url())?.originals).toEqual([
      original(),
      pathToFileURL(path.join(project, 'src/main.ts')).href,
    ]);
    expect(await engine.call('sources.packages', { id })).toContainEqual({
      folder: project,
      name: 'shop-demo',
      version: '1.4.2',
    });
  });

  it('finds the way back from an original to what ran', async () => {
    const found = await engine.call('sources.generated', { id, url: original(), line: 10, column: 3 });
    expect(found).toMatchObject({ url: url(), line: 1 });
    const ran = (await engine.call('sources.read', { id, url: url() })).text;
    expect(ran.slice(found!.column - 1)).toMatch(/^renderCatalog\(/);
  });

  it('takes its sources along when it is exported and imported', async () => {
    const { bytes } = await engine.call('sessions.export', { id });
    const { bytes: taken } = { bytes: new Uint8Array(bytes) };
    await engine.call('sessions.trash', { ids: [id] });
    const copy = await engine.call('sessions.import', { fileName: 'x.scorchmark', bytes: taken });
    expect((await engine.call('sources.read', { id: copy.id, url: url() })).origin).toBe('recorded');
    await engine.call('sessions.restore', { ids: [id] });
  });

  it('reads past a line that a killed workbench left unfinished', async () => {
    const folder = await engine.store.folderOf(id);
    await appendFile(path.join(folder, 'sources.ndjson'), '{"k":"script","url":"file:///torn.js","te');
    expect((await engine.call('sources.read', { id, url: url() })).origin).toBe('recorded');
  });

  it('refuses to read or open any file that the session does not name', async () => {
    const hostile = [
      '/etc/passwd',
      'file:///etc/passwd',
      `${url()}/../../package.json`,
      path.join(project, 'package.json'),
      'node:fs/../../etc/passwd',
      `${project}/src/../package.json`,
    ];
    for (const wanted of hostile) {
      await expect(engine.call('sources.read', { id, url: wanted })).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      const place = { id, url: wanted, line: 1, column: 1, editor: 'code' };
      await expect(engine.call('sources.openInEditor', place)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('opens a place in an editor with the arguments as they are, through no shell', async () => {
    const fake = path.join(project, 'my editor.sh');
    const log = path.join(project, 'opened.txt');
    await writeFile(fake, `#!/bin/sh\nfor each in "$@"; do printf '%s\\n' "$each"; done > '${log}'\n`);
    await chmod(fake, 0o755);
    const editor = `"${fake}" --line {line} '$(touch pwned)' "{file}:{line}:{column}"`;
    await engine.call('sources.openInEditor', { id, url: original(), line: 10, column: 3, editor });
    expect((await readFile(log, 'utf8')).trim().split('\n')).toEqual([
      '--line',
      '10',
      '$(touch pwned)',
      `${path.join(project, 'src/catalog.ts')}:10:3`,
    ]);
  });

  it('says which editor is missing, and when one fails at once', async () => {
    const place = { id, url: original(), line: 1, column: 1 };
    await expect(
      engine.call('sources.openInEditor', { ...place, editor: 'no-such-editor-here {file}' }),
    ).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    await expect(engine.call('sources.openInEditor', { ...place, editor: 'true' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(
      engine.call('sources.openInEditor', { ...place, editor: 'false {file}' }),
    ).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringMatching(/exit code 1/) as string });
  });
});

describe('a program run by tsx', () => {
  it('maps to the TypeScript it was written in, and keeps both texts apart though they have one URL', async () => {
    const id = await record(
      process.execPath,
      path.join(root, 'node_modules/tsx/dist/cli.mjs'),
      'src/main.ts',
    );
    const found = await resolved(id);
    expect(found.get('burnCpu')).toBe('main.ts:4');
    expect(found.get('renderCatalog')).toBe('catalog.ts:10');
    const url = pathToFileURL(path.join(project, 'src/catalog.ts')).href;
    const list = await engine.call('sources.list', { id });
    expect(list.find((each) => each.url === url)?.originals).toEqual([url]);
    expect((await engine.call('sources.read', { id, url, original: true })).text).toBe(catalog);
    const ran = await engine.call('sources.read', { id, url });
    expect(ran.origin).toBe('recorded');
    expect(ran.text).not.toContain('interface Product');
  });
});

describe('a program with a worker, debugger statements and exceptions', () => {
  it('is stopped by none of them; the worker’s script is kept, shared scripts once', async () => {
    await writeFile(
      path.join(project, 'busy.cjs'),
      `exports.busy = function busy(ms) {
        const end = Date.now() + ms;
        let sum = 0;
        while (Date.now() < end) {
          for (let i = 0; i < 1e4; i++) sum += Math.sqrt(i);
          debugger;
          try { throw new Error('expected'); } catch {}
        }
        return sum;
      };`,
    );
    await writeFile(
      path.join(project, 'worker.cjs'),
      `function inWorker() { require('./busy.cjs').busy(1200); } inWorker();`,
    );
    await writeFile(
      path.join(project, 'parent.cjs'),
      `new (require('node:worker_threads').Worker)(__dirname + '/worker.cjs'); require('./busy.cjs').busy(1000);`,
    );
    const id = await record(process.execPath, 'parent.cjs');
    const kept = (await readFile(path.join(await engine.store.folderOf(id), 'sources.ndjson'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { url?: string });
    const names = kept.flatMap(({ url }) =>
      url?.includes(path.basename(project)) ? [path.basename(url)] : [],
    );
    expect(names.toSorted()).toEqual(['busy.cjs', 'parent.cjs', 'worker.cjs']);
  });
});

describe('a session without sources', () => {
  it('shows files of the disk that its profile names, and says that they may have changed', async () => {
    const file = path.join(project, 'disk.js');
    await writeFile(file, 'function fromDisk() {}');
    const profile = {
      nodes: [
        {
          id: 1,
          callFrame: { functionName: '(root)', scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 },
          children: [2, 3],
        },
        {
          id: 2,
          callFrame: { functionName: 'fromDisk', scriptId: '1', url: file, lineNumber: 0, columnNumber: 17 },
        },
        {
          id: 3,
          callFrame: {
            functionName: 'evil',
            scriptId: '2',
            url: '/etc/passwd',
            lineNumber: 0,
            columnNumber: 0,
          },
        },
      ],
      startTime: 0,
      endTime: 3000,
      samples: [2, 2, 3],
      timeDeltas: [1000, 1000, 1000],
    };
    const bytes = new TextEncoder().encode(JSON.stringify(profile));
    const { id } = await engine.call('sessions.import', { fileName: 'old.cpuprofile', bytes });
    expect(await engine.call('sources.read', { id, url: file })).toEqual({
      text: 'function fromDisk() {}',
      origin: 'disk',
    });
    // A profile can name anything; what is not source code is still not shown.
    await expect(engine.call('sources.read', { id, url: '/etc/passwd' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await rm(file);
    await expect(engine.call('sources.read', { id, url: file })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a foreign profile that names files that are no scripts', () => {
  it('has nothing to say of their source maps', async () => {
    const page = path.join(project, 'page.html');
    await writeFile(page, '<script>//# sourceMappingURL=gone.map</script>');
    const callFrame = { functionName: 'f', scriptId: '1', url: page, lineNumber: 0, columnNumber: 0 };
    const root = { ...callFrame, functionName: '(root)', url: '', lineNumber: -1, columnNumber: -1 };
    const foreign = {
      nodes: [
        { id: 1, callFrame: root, children: [2] },
        { id: 2, callFrame },
      ],
      startTime: 0,
      endTime: 1000,
      samples: [2],
      timeDeltas: [1000],
    };
    const bytes = new TextEncoder().encode(JSON.stringify(foreign));
    const { id } = await engine.call('sessions.import', { fileName: 'foreign.cpuprofile', bytes });
    const answer = await engine.call('sources.resolve', { id, urls: [page], positions: [0, 1, 1] });
    expect(answer.problems).toBeUndefined();
    await expect(engine.call('sources.read', { id, url: page })).rejects.toThrow('is not a source file');
  });
});
