/** Big, deep, many, none: the explorer at the ends of its range. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { addStack } from '../profiles/testing';
import { ProfileBuilder } from '../profiles/builder';
import { writeCpuProfile } from '../profiles/formats/cpuprofile';
import { exportProfile } from '../profiles/formats/export';
import { generateCpuProfile } from '../profiles/formats/testing/generate';
import type { Profile } from '../profiles/types';
import { expect, test } from './support/app';
import { canvas, dropFile, frameNamed, frames, openFile, show } from './support/explorer';

function profileOfStacks(stacks: string[]): Profile {
  const builder = new ProfileBuilder('microseconds');
  stacks.forEach((stack, index) => builder.addSample(addStack(builder, stack), index * 1000));
  builder.finish(stacks.length * 1000);
  return builder.profile;
}

const cpuProfileOf = (stacks: string[]): string => writeCpuProfile(profileOfStacks(stacks), { originUs: 0 });

test('200 threads lie one below the other, and each can be looked at alone', async ({ app }) => {
  const { page } = app;
  const profiles = Array.from({ length: 200 }, (_, thread) => ({
    name: `worker ${thread}`,
    profile: profileOfStacks(Array.from({ length: 5 }, (_, i) => `main:a > job${thread}:a > step${i}:a`)),
  }));
  const { fileName, bytes } = exportProfile({ format: 'speedscope', profiles, name: 'many' });
  await openFile(page, fileName, bytes);
  await show(page, 'flame', { mode: 'chart' });
  await frameNamed(page, 'job0');
  await canvas(page).hover();
  // The last thread is reached by scrolling.
  await expect(async () => {
    await page.keyboard.down('Shift');
    await page.mouse.wheel(0, 4000);
    await page.keyboard.up('Shift');
    expect((await frames(page)).map(({ name }) => name)).toContain('job199');
  }).toPass();
  await show(page, 'flame', { mode: 'left-heavy' });
  expect((await frameNamed(page, 'main')).total).toBe(200 * 5000);
  await page.getByRole('button', { name: /^Threads: All 200/ }).click();
  await expect(page.locator('.thread-list')).toBeVisible();
});

test('stacks 2,000 deep are drawn and can be walked down to the end', async ({ app }) => {
  const { page } = app;
  const deep = Array.from({ length: 2000 }, (_, depth) => `f${depth}:deep`).join(' > ');
  await openFile(page, 'deep.cpuprofile', cpuProfileOf([deep, deep, 'f0:deep']));
  for (const mode of ['left-heavy', 'chart']) {
    await show(page, 'flame', { mode });
    await frameNamed(page, 'f0');
    await canvas(page).hover();
    await expect(async () => {
      await page.keyboard.down('Shift');
      await page.mouse.wheel(0, 50_000);
      await page.keyboard.up('Shift');
      expect((await frames(page)).map(({ name }) => name)).toContain('f1999');
    }).toPass();
  }
  await show(page, 'flame', { mode: 'top-down' });
  await page.getByRole('button', { name: 'Expand hot path' }).click();
  await expect(page.getByText(/2,?000 rows/)).toBeVisible();
});

test('one sample is a profile; none is one too, and says so', async ({ app }) => {
  const { page } = app;
  await openFile(page, 'one.cpuprofile', cpuProfileOf(['main:a > work:a']));
  await show(page, 'flame', { mode: 'left-heavy' });
  expect((await frameNamed(page, 'work')).total).toBe(1000);
  await openFile(page, 'none.cpuprofile', cpuProfileOf([]));
  for (const mode of ['chart', 'left-heavy', 'sandwich', 'top-down', 'bottom-up']) {
    await show(page, 'flame', { mode });
    await expect(page.getByRole('tabpanel')).toContainText(/no |nothing/i);
  }
  await show(page, 'functions');
  await expect(page.getByRole('tabpanel')).toContainText(/no |nothing/i);
});

test('an import can be cancelled, and leaves nothing', async ({ app }) => {
  const { page, dataFolder } = app;
  const text = [...generateCpuProfile({ samples: 400_000, nodes: 40_000, depth: 30, seed: 3 })].join('');
  // The engine gets nothing before the person has cancelled, however fast the machine is.
  await page.route('**/upload/**', () => undefined);
  await dropFile(page, 'big.cpuprofile', text);
  const cancel = page.getByRole('button', { name: /cancel/i }).first();
  await cancel.click();
  await expect(cancel).toBeHidden();
  await expect(page.getByTestId('run-phase')).toBeHidden();
  await page.unroute('**/upload/**');
  const leftOver = await readdir(path.join(dataFolder, 'staging')).catch(() => []);
  expect(leftOver).toEqual([]);
  await openFile(page, 'small.cpuprofile', cpuProfileOf(['main:a']));
});

test('a bomb and a desert are refused, and the window stays usable', async ({ app }) => {
  const { page } = app;
  await dropFile(page, 'bomb.cpuprofile.gz', gzipSync(Buffer.alloc(300_000_000, ' ')));
  await expect(page.getByText(/bomb\.cpuprofile/).first()).toBeVisible();
  await dropFile(page, 'desert.json', ' '.repeat(20_000_000));
  await expect(page.getByText(/desert\.json .*blank/i).first()).toBeVisible();
  await openFile(page, 'after.cpuprofile', cpuProfileOf(['main:a > work:a']));
  await show(page, 'flame', { mode: 'left-heavy' });
  await frameNamed(page, 'work');
});
