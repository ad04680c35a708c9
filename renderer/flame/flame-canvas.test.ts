import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FlameCanvas, FlameElement, FlameState } from './flame-canvas';

/** [parent, name, self] rows; row 0 is the root. */
type Rows = [parent: number, name: string, self: number][];

/** What the page of these tests has on `window`. */
interface Stage {
  flame: { FlameCanvas: typeof FlameCanvas };
  canvas: FlameCanvas;
  state: FlameState;
  selected: string | null;
  show(rows: Rows, options?: { live?: boolean; search?: string }): Promise<void>;
}

let folder: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-flame-'));
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      outDir: folder,
      minify: false,
      lib: {
        entry: path.join(import.meta.dirname, 'flame-canvas.ts'),
        name: 'flame',
        formats: ['iife'],
        fileName: () => 'flame.js',
      },
    },
  });
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
  });
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  await page?.context().close();
  const context = await browser.newContext({
    viewport: { width: 1000, height: 400 },
    reducedMotion: 'reduce',
  });
  // The test's own limit is what ends it.
  context.setDefaultTimeout(0);
  page = await context.newPage();
  const css = await readFile(path.join(import.meta.dirname, 'flame.css'), 'utf8');
  await page.setContent(
    `<style>${css} body { margin: 0 } #host { position: relative; height: 300px }</style><div id="host"></div>`,
  );
  await page.addScriptTag({ path: path.join(folder, 'flame.js') });
  await page.evaluate(() => {
    const stage = window as unknown as Stage;
    stage.canvas = new stage.flame.FlameCanvas(document.getElementById('host')!, {
      onSelect: (key) => (stage.selected = key),
      onState: (state) => (stage.state = state),
    });
    let version = 0;
    stage.show = async (rows, options = {}) => {
      const count = rows.length;
      const total = Float64Array.from(rows, (row) => row[2]);
      const depth = new Int32Array(count);
      for (let i = 1; i < count; i++) depth[i] = depth[rows[i]![0]]! + 1;
      for (let i = count - 1; i > 0; i--) total[rows[i]![0]] = total[rows[i]![0]]! + total[i]!;
      stage.canvas.update({
        tree: {
          unit: 'microseconds',
          frames: {
            length: count,
            name: rows.map((row) => row[1]),
            url: rows.map(() => ''),
            line: new Int32Array(count),
            column: new Int32Array(count),
            category: new Uint8Array(count),
            packageName: rows.map(() => ''),
          },
          nodes: {
            length: count,
            frame: Int32Array.from(rows, (_, i) => i),
            parent: Int32Array.from(rows, (row) => row[0]),
            depth,
          },
          self: Float64Array.from(rows, (row) => row[2]),
          total,
          sampleCount: new Uint32Array(count),
          totalWeight: total[0]!,
          idleWeight: 0,
        },
        version: ++version,
        live: options.live ?? false,
        search: options.search ?? '',
        selectedKey: stage.selected ?? null,
      });
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    };
  });
});

const show = (rows: Rows, options?: { live?: boolean; search?: string }) =>
  page.evaluate(([given, how]) => (window as unknown as Stage).show(given, how), [rows, options] as const);
const frames = () =>
  page.evaluate(() =>
    document.querySelector<FlameElement>('[data-testid="flame-canvas"]')!.scorchmarkFrames(),
  );
const frame = async (name: string) => (await frames()).find((each) => each.name === name);
const state = () => page.evaluate(() => (window as unknown as Stage).state);
const settled = () =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));

const start: Rows = [
  [-1, 'root', 0],
  [0, 'a', 100],
  [0, 'b', 300],
  [2, 'c', 200],
];
const grown: Rows = [
  [-1, 'root', 0],
  [0, 'a', 5000],
  [0, 'b', 400],
  [2, 'c', 250],
  [0, 'new', 9000],
];

test('frames stand where the arithmetic says', async () => {
  await show(start);
  expect(
    (await frames()).map(({ name, x, width, depth }) => [name, depth, Math.round(x), Math.round(width)]),
  ).toEqual([
    ['root', 0, 0, 1000],
    ['b', 1, 0, 833],
    ['a', 1, 833, 167],
    ['c', 2, 0, 333],
  ]);
});

test('while data arrives, the frame under the pointer stays under it, and settles when the pointer leaves', async () => {
  await show(start, { live: true });
  const before = (await frame('a'))!;
  const pointer = { x: before.x + before.width / 2, y: before.y + 5 };
  await page.mouse.move(pointer.x, pointer.y);
  await settled();
  await show(grown, { live: true });
  const after = (await frame('a'))!;
  expect(after.y).toBe(before.y);
  expect(after.x).toBeLessThan(pointer.x);
  expect(after.x + after.width).toBeGreaterThan(pointer.x);
  expect(await page.locator('.sm-flame-tooltip-name').textContent()).toBe('a');
  await page.mouse.move(10, 390);
  await settled();
  // Everything is in view again, in the order it had.
  expect((await frames()).filter(({ depth }) => depth === 1).map(({ name }) => name)).toEqual([
    'b',
    'a',
    'new',
  ]);
  expect((await frame('root'))!.width).toBeCloseTo(1000);
});

test('zooming ends following; the zoomed frame keeps filling the width; 0 follows again', async () => {
  await show(start, { live: true });
  const b = (await frame('b'))!;
  await page.mouse.dblclick(b.x + 10, b.y + 5);
  await settled();
  expect((await state()).following).toBe(false);
  expect((await frame('b'))!.width).toBeCloseTo(1000);
  await page.mouse.move(10, 390);
  await show(grown, { live: true });
  expect((await frame('b'))!.width).toBeCloseTo(1000);
  await page.keyboard.press('0');
  await settled();
  expect((await state()).following).toBe(true);
  expect((await frame('root'))!.width).toBeCloseTo(1000);
});

test('another tree that has nothing of what was zoomed to is shown from the beginning', async () => {
  await show(start);
  const c = (await frame('c'))!;
  await page.mouse.dblclick(c.x + 10, c.y + 5);
  await page.mouse.move(10, 390);
  await settled();
  expect((await state()).following).toBe(false);
  await show([
    [-1, 'root', 0],
    [0, 'x', 100],
    [0, 'y', 100],
  ]);
  expect((await state()).following).toBe(true);
  expect((await frame('x'))!.width).toBeCloseTo(500);
});

test('the wheel zooms about the pointer and a drag pans', async () => {
  await show(start);
  await page.mouse.move(600, 25);
  await page.mouse.wheel(0, -300);
  await settled();
  const b = (await frame('b'))!;
  expect((await state()).following).toBe(false);
  const zoomed = (await frames()).find(({ name }) => name === 'a');
  await page.mouse.down();
  await page.mouse.move(400, 25, { steps: 4 });
  await page.mouse.up();
  await settled();
  const moved = (await frame('a'))!;
  expect(b.width).toBeGreaterThan(833);
  if (zoomed) expect(moved.x).toBeLessThan(zoomed.x);
  expect(await page.evaluate(() => (window as unknown as Stage).selected ?? null)).toBeNull();
});

test('keys go from frame to frame, Enter zooms, Space selects, Escape goes back', async () => {
  await show(start);
  await page.locator('[data-testid="flame-canvas"]').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await settled();
  expect(await page.locator('[aria-live]').textContent()).toMatch(/^c: total 200/);
  expect((await frame('c'))!.width).toBeCloseTo(1000);
  await page.keyboard.press('Space');
  expect(await page.evaluate(() => (window as unknown as Stage).selected)).toBe('c\n\n0\n0');
  await page.keyboard.press('Escape');
  await settled();
  expect((await frame('b'))!.width).toBeCloseTo(1000);
  await page.keyboard.press('Escape');
  await settled();
  expect((await state()).following).toBe(true);
});

test('a search says how many functions it found and their share', async () => {
  await show(start, { search: 'b' });
  expect(
    await page.evaluate(() => {
      const { found } = (window as unknown as Stage).state;
      return [found?.functions, found?.share];
    }),
  ).toEqual([1, 500 / 600]);
});
