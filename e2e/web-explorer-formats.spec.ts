/** Real files of real tools open by drop; what is shown leaves in other tools' formats and comes back unchanged. */
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { serveFolder } from '../bench/static-files';
import { arithmeticKey, arithmeticProfile } from '../profiles/arithmetic';
import { writeCpuProfile } from '../profiles/formats/cpuprofile';
import { formatTransforms } from '../profiles/transforms';
import { expect, test } from './support/app';
import {
  drawn,
  drawnAtRest,
  dropFile,
  frameNamed,
  frames,
  openFile,
  openHandMade,
  show,
} from './support/explorer';

const samplesFolder = path.resolve('profiles/formats/samples');
const samples = (await readdir(samplesFolder, { withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name !== 'README.md')
  .map(({ name }) => name);

for (const name of samples)
  test(`${name} opens and is drawn`, async ({ app }) => {
    const { page } = app;
    await openFile(page, name, await readFile(path.join(samplesFolder, name)));
    await show(page, name.includes('heap') ? 'memory' : 'flame', { mode: 'left-heavy' });
    await expect.poll(async () => (await frames(page)).length).toBeGreaterThan(2);
    // Nothing went wrong quietly.
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

test('a gzipped profile opens like the plain one', async ({ app }) => {
  const { page } = app;
  const text = writeCpuProfile(arithmeticProfile('a'), { originUs: 0 });
  await openFile(page, 'packed.cpuprofile.gz', gzipSync(text));
  await show(page, 'flame', { mode: 'left-heavy' });
  await expect.poll(() => drawn(page)).toContain('main 2047');
});

test('files that are no profiles are refused by name, with the reason, and nothing else changes', async ({
  app,
}) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'left-heavy' });
  await frameNamed(page, 'query');
  const before = await drawnAtRest(page);
  const whole = await readFile(path.join(samplesFolder, 'node-shop.cpuprofile'));
  const bad: [name: string, content: Uint8Array | string, message: RegExp][] = [
    ['cut.cpuprofile', whole.subarray(0, whole.length / 2), /cut\.cpuprofile .*(ends|not closed)/],
    ['blank.json', ' '.repeat(100_000), /blank\.json .*blank/i],
    ['photo.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10), /photo\.png .*(PNG|image|picture)/i],
    ['empty.json', '', /empty\.json .*empty/i],
    ['bomb.gz', gzipSync(Buffer.alloc(200_000_000)), /bomb\.gz/],
  ];
  for (const [name, content, message] of bad) {
    await dropFile(page, name, content);
    await expect(page.getByText(message).first()).toBeVisible();
    await expect.poll(() => drawn(page)).toEqual(before);
  }
});

async function exported(page: Page, item: string | RegExp): Promise<{ name: string; file: string }> {
  await page.getByRole('button', { name: 'Export what is shown' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: item }).click(),
  ]);
  return { name: download.suggestedFilename(), file: await download.path() };
}

const outputs = [/cpuprofile/i, /speedscope/i, /pprof/i, /collapsed/i];

test('the whole and a selection leave in every format and come back with the same totals', async ({
  app,
}) => {
  const { page } = app;
  await openHandMade(page);
  const home = page.url();
  const selections: Record<string, string>[] = [
    {},
    { transforms: formatTransforms([{ kind: 'focus-function', functionKey: arithmeticKey('query') }]) },
  ];
  for (const selection of selections)
    for (const item of outputs) {
      await page.goto(home);
      await show(page, 'flame', { mode: 'left-heavy', ...selection });
      await frameNamed(page, 'query');
      await expect
        .poll(async () => (await frames(page))[0]?.total)
        .toBe(selection['transforms'] ? 1408 : 12_287);
      const expected = await drawnAtRest(page);
      const { name, file } = await exported(page, item);
      await openFile(page, name, await readFile(file));
      await show(page, 'flame', { mode: 'left-heavy' });
      await expect.poll(() => drawn(page), { message: `${name} read again` }).toEqual(expected);
    }
});

test('speedscope itself opens what we write for it', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'left-heavy' });
  await frameNamed(page, 'query');
  const { name, file } = await exported(page, /speedscope/i);
  const folder = path.dirname(createRequire(import.meta.url).resolve('speedscope/package.json'));
  const site = await serveFolder(path.join(folder, 'dist/release'));
  const peer = await page.context().newPage();
  try {
    await peer.goto(site.url);
    const content = await readFile(file);
    await peer.locator('input[type=file]').first().setInputFiles({
      name,
      mimeType: 'application/json',
      buffer: content,
    });
    await expect(peer).toHaveTitle(/hand-made/);
    await expect(peer.locator('canvas')).toHaveCount(3);
  } finally {
    await peer.close();
    await site.close();
  }
});

test('the picture is saved as PNG and as SVG with its frames in it', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'left-heavy' });
  await frameNamed(page, 'query');
  const save = async (item: string, index: number): Promise<Buffer> => {
    await page.getByRole('button', { name: 'Save as a picture' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).nth(index).click(),
    ]);
    return readFile(await download.path());
  };
  const png = await save('Save as PNG', 0);
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.length).toBeGreaterThan(3000);
  const svg = (await save('Save as SVG', 1)).toString();
  expect(svg).toMatch(/^<svg|^<\?xml/);
  for (const name of ['main', 'query', 'walk', 'stringify']) expect(svg).toContain(name);
  const problem = await page.evaluate(
    (text) =>
      new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')?.textContent ??
      null,
    svg,
  );
  expect(problem).toBeNull();
});
