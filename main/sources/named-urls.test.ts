import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NamedUrls } from './named-urls';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-named-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

const asked = ['/app/a.js', '/app/b "quoted".js', '/app', 'app/a.js', '/app/a.js.map', '/etc/passwd'];

async function named(): Promise<string[]> {
  return [...(await new NamedUrls(folder, () => true).filter(asked))];
}

describe('what the profiles of a session name', () => {
  it('is every whole string of a JSON profile, gzipped or not', async () => {
    const text = JSON.stringify({ nodes: [{ url: asked[0] }, { url: asked[1], name: 'x"/etc/passwd' }] });
    await writeFile(path.join(folder, 'profile.json'), text);
    expect(await named()).toEqual(asked.slice(0, 2));
    await writeFile(path.join(folder, 'profile.json'), gzipSync(text));
    expect(await named()).toEqual(asked.slice(0, 2));
  });

  it('survives strings across the parts of a big file', async () => {
    const filler = JSON.stringify('x'.repeat(1024 * 1024 - 12));
    await writeFile(
      path.join(folder, 'big.json'),
      `[${filler},"/app/a.js",${filler},"/app/b \\"quoted\\".js"]`,
    );
    expect(await named()).toEqual(asked.slice(0, 2));
  });

  it('is a whole word in files of other kinds, or a string with its length (pprof)', async () => {
    await writeFile(path.join(folder, 'stacks.txt'), 'main (/app/a.js:3);run 12\n');
    expect(await named()).toEqual(['/app/a.js']);
    await writeFile(
      path.join(folder, 'stacks.txt'),
      Buffer.from([0x32, 9, ...Buffer.from('/app/a.js'), 0x32, 3]),
    );
    expect(await named()).toEqual(['/app/a.js']);
  });

  it('grows with the journal of a running recording', async () => {
    const file = path.join(folder, 'journal.ndjson');
    await writeFile(file, '{"k":"cpu"}\n');
    const urls = new NamedUrls(folder, () => true);
    expect([...(await urls.filter(['/app/a.js']))]).toEqual([]);
    await appendFile(file, '{"k":"cpu","url":["/app/a.js"]}\n');
    expect([...(await urls.filter(['/app/a.js']))]).toEqual(['/app/a.js']);
  });
});
