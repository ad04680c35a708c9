/** Every view of the explorer on the profile whose right numbers are known by arithmetic (profiles/arithmetic.ts). */
import type { Locator } from '@playwright/test';
import { arithmeticFunctions, arithmeticKey, arithmeticTrees } from '../profiles/arithmetic';
import { expect, test } from './support/app';
import { drawn, frameNamed, frames, openHandMade, rows, selectFrame, show } from './support/explorer';

/** `name total` of every call path of a tree written as text. */
function pathsOf(text: string): string[] {
  const found = text.split('\n').map((line) => {
    const [, name, total] = /^ *(.+) \d+\/(\d+)$/.exec(line) ?? [];
    return `${name} ${total}`;
  });
  return [...new Set(found)].sort();
}

const exact = (us: number): string => `${us.toLocaleString('en-US')} µs`;

/** Opens every row of a tree table. */
async function openAll(table: Locator): Promise<void> {
  // Without rows there is nothing to open, too.
  await expect(table.locator('[data-toggle]').first()).toBeVisible();
  const toggles = table.locator('[aria-expanded="false"] [data-toggle]');
  while ((await toggles.count()) > 0) await toggles.first().click({ modifiers: ['Shift'] });
}

test('left-heavy, chart, sandwich: every frame has the width that arithmetic says', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);

  await show(page, 'flame', { mode: 'left-heavy' });
  await expect.poll(() => drawn(page)).toEqual(pathsOf(arithmeticTrees.a));

  await show(page, 'flame', { mode: 'chart' });
  await frameNamed(page, '(garbage collector)');
  await expect
    .poll(async () =>
      (await frames(page)).filter(({ depth }) => depth <= 1).map(({ name, total }) => `${name} ${total}`),
    )
    .toEqual(['main 4095', '(program) 8192', 'next 510', 'render 512', 'query 3072']);
  // The collection interrupted query: it lies on top of it, 2,048 of 3,072 µs wide.
  await expect(async () => {
    const now = await frames(page);
    const query = now.find(({ name }) => name === 'query')!;
    const gc = now.find(({ name }) => name === '(garbage collector)')!;
    expect(gc).toMatchObject({ depth: 2, total: 2048 });
    expect(gc.x + gc.width).toBeCloseTo(query.x + query.width, 0);
    expect(gc.width / query.width).toBeCloseTo(2048 / 3072, 2);
  }).toPass();
  // Idle time is a gap, unless it is wanted.
  await show(page, 'flame', { mode: 'chart', idle: 'shown' });
  expect((await frameNamed(page, '(idle)')).total).toBe(4096);

  await show(page, 'flame', { mode: 'sandwich', function: arithmeticKey('walk') });
  await expect
    .poll(() => drawn(page, 1))
    .toEqual(['stringify 64', 'visit 96', 'walk 16', 'walk 632', 'walk 96']);
  // 512 of its 632 µs come straight from main's render, 120 through the router.
  await expect
    .poll(() => drawn(page, 0))
    .toEqual(expect.arrayContaining(['walk 632', 'render 632', 'handle 120', 'layer 120', 'next 120']));
  await expect(page.getByText(/Total 632\sµs/)).toBeVisible();
});

test('tree tables, functions and totals show the right numbers', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);

  await show(page, 'flame', { mode: 'top-down' });
  const topDown = page.getByRole('treegrid', { name: 'Top-down call tree' });
  await openAll(topDown);
  const paths = arithmeticTrees.a.split('\n').slice(1);
  await expect
    .poll(async () => (await rows(topDown)).map(([total, , self, , , name]) => `${name} ${self}/${total}`))
    .toEqual(
      paths.map((line) => {
        const [, name, self, total] = /^ *(.+) (\d+)\/(\d+)$/.exec(line)!;
        return `${name} ${exact(Number(self))}/${exact(Number(total))}`;
      }),
    );

  await show(page, 'flame', { mode: 'bottom-up' });
  const bottomUp = page.getByRole('treegrid', { name: 'Bottom-up call tree' });
  const withSelf = arithmeticFunctions.a.filter(([, self]) => self > 0);
  await expect
    .poll(async () =>
      (await rows(bottomUp)).map(([self, , total, , samples, name]) => `${name} ${self} ${total} ${samples}`),
    )
    .toEqual(
      withSelf.map(([name, self, total, samples]) => `${name} ${exact(self)} ${exact(total)} ${samples}`),
    );
  // query's 1,024 µs all came from main.
  await bottomUp.getByRole('row').filter({ hasText: 'query' }).locator('[data-toggle]').click();
  await expect
    .poll(async () => (await rows(bottomUp))[3]?.slice(0, 6))
    .toEqual([exact(1024), '8.33 %', exact(1024), '8.33 %', '1', 'main']);

  await show(page, 'functions');
  const table = page.getByRole('grid', { name: 'Functions' });
  await expect
    .poll(async () =>
      (await rows(table)).map(([self, , total, , samples, , name]) => `${name} ${self} ${total} ${samples}`),
    )
    .toEqual(
      arithmeticFunctions.a.map(
        ([name, self, total, samples]) => `${name} ${exact(self)} ${exact(total)} ${samples}`,
      ),
    );

  const totals = (by: string): Promise<string[][]> =>
    rows(page.getByRole('treegrid', { name: `Totals by ${by}` }));
  await show(page, 'functions', { by: 'packages' });
  await expect
    .poll(async () =>
      (await totals('package')).map(([self, , total, , , name]) => `${name} ${self} ${total}`),
    )
    .toEqual([
      `Program ${exact(8192)} ${exact(8192)}`,
      `Garbage collection ${exact(2048)} ${exact(2048)}`,
      `@db/client ${exact(1024)} ${exact(1408)}`,
      `Your code ${exact(575)} ${exact(2047)}`,
      `Node.js ${exact(384)} ${exact(384)}`,
      `Native ${exact(64)} ${exact(64)}`,
      `express ${exact(0)} ${exact(510)}`,
    ]);
  await show(page, 'functions', { by: 'categories', idle: 'shown' });
  await expect
    .poll(async () => (await totals('kind of code')).map(([self, , , , , name]) => `${name} ${self}`))
    .toContain(`Idle ${exact(4096)}`);
});

test('range, weights, percentages and idle change every number accordingly', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);
  const table = page.getByRole('grid', { name: 'Functions' });
  const row = async (name: string): Promise<string[] | undefined> =>
    (await rows(table)).find((cells) => cells[6] === name);

  // From 1,023 µs on: half of query's sample at its end is cut off.
  await show(page, 'functions', { range: '1023-1535' });
  await expect.poll(() => row('query')).toEqual(expect.arrayContaining([exact(512), '100 %']));
  await expect.poll(async () => (await rows(table)).length).toBe(2);
  await show(page, 'functions', { range: '1023-1535', percent: 'run' });
  await expect.poll(async () => (await row('query'))?.[1]).toBe('4.17 %');

  await show(page, 'functions', { weights: 'samples' });
  await expect.poll(async () => (await row('walk'))?.slice(0, 4)).toEqual(['4', '28.6 %', '5', '35.7 %']);
  await show(page, 'functions', { idle: 'shown' });
  await expect.poll(async () => (await row('(idle)'))?.slice(0, 2)).toEqual([exact(4096), '25 %']);

  await show(page, 'flame', { mode: 'chart', range: '511-2047' });
  await expect.poll(() => drawn(page)).toEqual(['main 1536', 'query 1024', 'render 512', 'walk 512']);

  // The options menu does the same.
  await show(page, 'functions');
  await page.getByRole('button', { name: 'Options' }).click();
  await page.getByRole('menu').getByText('Samples').click();
  await page.getByRole('menu').getByText('Shown').click();
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await row('(idle)'))?.[0]).toBe('1');
  expect(page.url()).toContain('weights=samples');
  expect(page.url()).toContain('idle=shown');
});

test('a frame selected in a picture is selected in every table, with its details', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'chart' });
  await selectFrame(page, 'query');
  const details = page.getByRole('complementary', { name: 'Function details' });
  await expect(details.getByRole('heading', { name: 'query' })).toBeVisible();
  await expect(details).toContainText(/1\.02\sms/);
  await expect(details).toContainText('@db/client');
  await expect(details.getByRole('region', { name: 'Callers' })).toContainText('handle');
  for (const [mode, name] of [
    ['top-down', 'Top-down call tree'],
    ['bottom-up', 'Bottom-up call tree'],
  ] as const) {
    await show(page, 'flame', { mode, function: arithmeticKey('query') });
    const table = page.getByRole('treegrid', { name });
    await openAll(table);
    await expect(table.locator('[role="row"][aria-selected="true"]').first()).toContainText('query');
  }
  await show(page, 'functions', { function: arithmeticKey('query') });
  await expect(page.locator('[role="grid"] [aria-selected="true"]')).toContainText('query');
  // A line of its own per source line that was seen, and V8's reasons.
  await show(page, 'functions', { function: arithmeticKey('handle') });
  await expect(details).toContainText('wrong map');
});
