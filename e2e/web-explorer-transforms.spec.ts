/** Transforms through menus and keys, their breadcrumbs, history and links; every key of the flame views. */
import type { Page } from '@playwright/test';
import { arithmeticKey } from '../profiles/arithmetic';
import { formatTransforms } from '../profiles/transforms';
import type { Transform } from '../profiles/transforms/types';
import { expect, test } from './support/app';
import {
  canvas,
  chooseInMenu,
  drawn,
  drawnAtRest,
  frameNamed,
  frames,
  openHandMade,
  selectFrame,
  show,
  type VisibleFrame,
} from './support/explorer';

const key = arithmeticKey;
const crumbs = (page: Page) => page.getByRole('group', { name: 'What is shown' });

/** What must be drawn after each transform: some frames with their totals, and names that must be gone. */
const cases: { transform: Transform; there: string[]; gone: string[] }[] = [
  {
    transform: { kind: 'categories', keep: ['dependency'] },
    there: ['(root) 1024', 'main 1024', 'query 1024'],
    gone: ['walk', '(program)'],
  },
  {
    transform: { kind: 'collapse-recursion', functionKey: null },
    there: ['walk 120', 'walk 512', 'stringify 64'],
    gone: ['visit'],
  },
  {
    transform: { kind: 'collapse-recursion', functionKey: key('walk') },
    there: ['walk 120', 'stringify 64'],
    gone: ['visit'],
  },
  {
    transform: { kind: 'collapse-function', functionKey: key('render') },
    there: ['render 124', 'render 512'],
    gone: ['walk', 'visit', 'stringify'],
  },
  {
    transform: { kind: 'collapse-file', url: 'file:///srv/shop/src/catalog.js' },
    there: ['catalog.js 124', 'catalog.js 512', 'stringify 64'],
    gone: ['render', 'walk', 'visit'],
  },
  {
    transform: { kind: 'collapse-package', packageName: 'express' },
    there: ['express 510', 'handle 510'],
    gone: ['next', 'layer'],
  },
  {
    transform: { kind: 'collapse-dependencies' },
    there: ['express 510', '@db/client 384', '@db/client 1024'],
    gone: ['next', 'layer', 'query'],
  },
  { transform: { kind: 'collapse-node' }, there: ['query 384'], gone: ['readFileSync', 'open'] },
  {
    transform: { kind: 'merge-function', functionKey: key('layer') },
    there: ['next 510', 'handle 510'],
    gone: ['layer'],
  },
  {
    transform: { kind: 'drop-function', functionKey: key('next') },
    there: ['(root) 11777', 'main 1537'],
    gone: ['next', 'layer', 'handle'],
  },
  {
    transform: { kind: 'focus-subtree', path: [key('main'), key('next')] },
    there: ['(root) 510', 'next 510', 'handle 510'],
    gone: ['main', '(program)'],
  },
  {
    transform: { kind: 'focus-function', functionKey: key('query') },
    there: ['(root) 1408', 'main 1408', 'query 1024', 'query 384'],
    gone: ['walk', '(program)'],
  },
  {
    transform: { kind: 'focus-callees', functionKey: key('query') },
    there: ['(root) 1408', 'query 1408', 'readFileSync 384'],
    gone: ['main', 'next'],
  },
  {
    transform: { kind: 'drop-below', share: 0.1 },
    there: ['(root) 12287', 'main 2047'],
    gone: ['query', 'render', 'next'],
  },
];

/** Of frames with their totals those that are drawn, and of names; in one look, so that both are of one picture. */
async function lookedFor(
  page: Page,
  there: string[],
  gone: string[],
): Promise<{ isDrawn: boolean; found: string[]; left: string[] }> {
  const now = await frames(page);
  const totals = new Set(now.map(({ name, total }) => `${name} ${total}`));
  const names = new Set(now.map(({ name }) => name));
  return {
    isDrawn: now.length > 0,
    found: there.filter((each) => totals.has(each)),
    left: gone.filter((name) => names.has(name)),
  };
}

test('every transform shows what arithmetic says, in the chart as well, and says what it is', async ({
  app,
}) => {
  const { page } = app;
  await openHandMade(page);
  for (const { transform, there, gone } of cases) {
    await show(page, 'flame', { mode: 'left-heavy', transforms: formatTransforms([transform]) });
    await expect(canvas(page)).toHaveAttribute('data-drawn', 'left-heavy');
    await expect
      .poll(() => lookedFor(page, there, gone), { message: transform.kind })
      .toEqual({ isDrawn: true, found: there, left: [] });
    await expect(crumbs(page).locator('[data-crumb]')).toHaveCount(1);

    await show(page, 'flame', { mode: 'chart', transforms: formatTransforms([transform]) });
    await expect(canvas(page)).toHaveAttribute('data-drawn', 'chart');
    await expect
      .poll(() => lookedFor(page, [], gone), { message: `${transform.kind} in the chart` })
      .toEqual({ isDrawn: true, found: [], left: [] });
  }
});

test('transforms stack as breadcrumbs, can be taken back one by one, by history and by link', async ({
  app,
}) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'left-heavy' });
  await chooseInMenu(page, 'query', /focus on function|focus on query/i);
  await expect.poll(() => drawn(page)).toContain('(root) 1408');
  await chooseInMenu(page, 'query', /^Collapse function/);
  const steps = crumbs(page).locator('[data-crumb]');
  await expect(steps).toHaveCount(2);
  // Of `query` nothing is called any more.
  await expect.poll(() => lookedFor(page, [], ['readFileSync'])).toMatchObject({ isDrawn: true, left: [] });
  const two = await drawnAtRest(page);
  const link = page.url();

  await page.goBack();
  await expect(steps).toHaveCount(1);
  await page.goForward();
  await expect(steps).toHaveCount(2);
  await expect.poll(() => drawn(page)).toEqual(two);

  // The first step can go while the second stays.
  await steps
    .first()
    .getByRole('button', { name: /Remove step/ })
    .click();
  await expect(steps).toHaveCount(1);
  await expect.poll(() => drawn(page)).toContain('(root) 12287');
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await expect(steps).toHaveCount(0);

  await page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect(steps).toHaveCount(2);
  await expect.poll(() => drawn(page)).toEqual(two);
  // Every other view obeys.
  await page.getByRole('tab', { name: 'Functions' }).click();
  await expect(page.getByRole('grid', { name: 'Functions' })).toContainText('query');
  await expect(page.getByRole('grid', { name: 'Functions' })).not.toContainText('(program)');
});

test('transforms that leave nothing say so and offer the way back', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);
  const nothing: Transform[] = [{ kind: 'categories', keep: ['profiler'] }];
  for (const mode of ['chart', 'left-heavy', 'top-down', 'bottom-up']) {
    await show(page, 'flame', { mode, transforms: formatTransforms(nothing) });
    await page.getByRole('button', { name: /remove the last step/i }).click();
    await expect(crumbs(page).locator('[data-crumb]')).toHaveCount(0);
  }
});

test('keys: zoom, pan, move, match, focus, collapse, merge, reset, Escape, help', async ({ app }) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'left-heavy' });
  const widthOf = async (name: string): Promise<number> =>
    (await frames(page)).find((frame) => frame.name === name)?.width ?? 0;
  const leftOf = async (name: string): Promise<number> =>
    (await frames(page)).find((frame) => frame.name === name)?.x ?? Number.NaN;
  const whole = (await frameNamed(page, 'main')).width;
  await canvas(page).focus();

  await page.keyboard.press('w');
  await expect.poll(() => widthOf('(program)')).not.toBe(0);
  await page.keyboard.press('w');
  const zoomed = await frames(page);
  expect(zoomed.length).toBeGreaterThan(0);
  await page.keyboard.press('0');
  await expect.poll(() => widthOf('main')).toBeCloseTo(whole, 0);
  await page.keyboard.press('w');
  await expect.poll(() => widthOf('(garbage collector)')).toBeGreaterThan(whole);
  const before = await leftOf('(garbage collector)');
  await page.keyboard.press('d');
  await expect.poll(() => leftOf('(garbage collector)')).toBeLessThan(before);
  await page.keyboard.press('a');
  await expect.poll(() => leftOf('(garbage collector)')).toBeCloseTo(before, 0);
  await page.keyboard.press('s');
  await expect.poll(() => widthOf('main')).toBeCloseTo(whole, 0);

  // Root → its heaviest call → right → right: main; Enter makes it as wide as the view.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await expect.poll(() => widthOf('main')).toBeGreaterThan(whole * 3);
  await page.keyboard.press('Escape');
  await expect.poll(() => widthOf('main')).toBeCloseTo(whole, 0);
  await page.keyboard.press('Space');
  await expect(crumbs(page)).toContainText('main');

  const steps = crumbs(page).locator('[data-crumb]');
  for (const [press, expected] of [
    ['f', 1],
    ['Shift+F', 2],
  ] as const) {
    await page.keyboard.press(press);
    await expect(steps).toHaveCount(expected);
    await canvas(page).focus();
  }
  await show(page, 'flame', { mode: 'left-heavy' });
  for (const press of ['c', 'm']) {
    // The picture of the step before may still be there.
    await expect
      .poll(() => drawn(page))
      .toEqual(expect.arrayContaining(['(root) 12287', 'main 2047', 'render 512']));
    await selectFrame(page, 'main');
    await canvas(page).focus();
    await page.keyboard.press(press);
    await expect(steps).toHaveCount(1);
    await page.goBack();
    await expect(steps).toHaveCount(0);
  }

  await page.keyboard.press('/');
  await page.keyboard.type('walk');
  const hits = page.getByTestId('search-hits');
  await expect(hits).toContainText(/4 matches · 5\.14\s%/);
  await page.keyboard.press('Enter');
  await expect(hits).toContainText(/^1 of /);
  await page.keyboard.press('Enter');
  await expect(hits).toContainText(/^2 of /);
  await page.keyboard.press('Shift+Enter');
  await expect(hits).toContainText(/^1 of /);

  await canvas(page).focus();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard' });
  for (const line of [/Zoom in and out/, /Move left and right/, /Focus on the function/, /Show everything/])
    await expect(help.getByText(line).first()).toBeVisible();
});

test('pointer: wheel zooms about the pointer, drag pans, double-click zooms to the frame', async ({
  app,
}) => {
  const { page } = app;
  await openHandMade(page);
  await show(page, 'flame', { mode: 'chart' });
  const find = async (name: string): Promise<VisibleFrame> => frameNamed(page, name);
  const gc = await find('(garbage collector)');
  const pointer = { x: gc.x + gc.width / 4, y: gc.y + 6 };
  await page.mouse.move(pointer.x, pointer.y);
  await page.mouse.wheel(0, -300);
  await expect.poll(async () => (await find('(garbage collector)')).width).toBeGreaterThan(gc.width);
  const nearer = await find('(garbage collector)');
  // The same place of the frame is still under the pointer.
  expect((pointer.x - nearer.x) / nearer.width).toBeCloseTo(0.25, 1);

  await page.mouse.down();
  await page.mouse.move(pointer.x + 60, pointer.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(async () => (await find('(garbage collector)')).x).toBeCloseTo(nearer.x + 60, 0);

  await canvas(page).focus();
  await page.keyboard.press('0');
  await expect.poll(async () => (await find('(garbage collector)')).width).toBeCloseTo(gc.width, 0);
  const render = await find('query');
  await page.mouse.dblclick(render.x + render.width / 2, render.y + 6);
  await expect.poll(async () => (await find('query')).width).toBeGreaterThan(1000);

  // Shift-drag selects the time.
  await canvas(page).focus();
  await page.keyboard.press('0');
  await page.keyboard.down('Shift');
  await page.mouse.move(gc.x + 2, gc.y + 100);
  await page.mouse.down();
  await page.mouse.move(gc.x + gc.width - 2, gc.y + 100, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  await expect(crumbs(page)).toContainText('Range');
  await expect
    .poll(async () => (await frames(page)).map(({ name }) => name))
    .toContain('(garbage collector)');
});
