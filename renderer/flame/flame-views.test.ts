/** What both kinds of flame view do in a browser, on a profile whose numbers are known by arithmetic. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FlameCanvas, FlameElement, FlameState } from './flame-canvas';
import type * as Parts from './testing';
import type { FlameFrame, FlameSubject } from './types';

interface Stage {
  flame: typeof Parts;
  canvas: FlameCanvas;
  subject: FlameSubject;
  state: FlameState;
  told: { selected?: string | null; range?: unknown; transform?: unknown; menu?: FlameFrame };
  frames(): ReturnType<FlameElement['scorchmarkFrames']>;
  drawn(): Promise<void>;
}

let folder: string;
let browser: Browser;
let page: Page;
const pages = new Map<number, Page>();

async function newPage(deviceScaleFactor: number): Promise<Page> {
  const made = await browser.newPage({
    viewport: { width: 1000, height: 400 },
    deviceScaleFactor,
    reducedMotion: 'reduce',
  });
  // The test's own limit is what ends it.
  made.setDefaultTimeout(0);
  pages.set(deviceScaleFactor, made);
  return made;
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-flame-views-'));
  await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      outDir: folder,
      minify: false,
      lib: {
        entry: path.join(import.meta.dirname, 'testing.ts'),
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

/**
 * 1000 µs: main 0-400 and 600-1000; work 0-400 below the first, leaf 0-100 and 200-400 in it; other 700-1000 below the
 * second; idle between.
 */
async function show(kind: 'chart' | 'left-heavy', options: { threads?: number; scale?: number } = {}) {
  const scale = options.scale ?? 1;
  page = pages.get(scale) ?? (await newPage(scale));
  // The pointer of the test before must not hover.
  await page.mouse.move(999, 399);
  await page.goto('about:blank');
  const css = await readFile(path.join(import.meta.dirname, 'flame.css'), 'utf8');
  await page.setContent(
    `<style>${css} body { margin: 0 } #host { position: relative; height: 300px }</style><div id="host"></div>`,
  );
  await page.addScriptTag({ path: path.join(folder, 'flame.js') });
  await page.evaluate(
    async ([shown, threads]) => {
      const stage = window as unknown as Stage;
      const { profileOf, layoutChart, aggregate, FlameCanvas } = stage.flame;
      const profile = profileOf(
        ['main:a > work:a > leaf:a', 0],
        ['main:a > work:a', 100],
        ['main:a > work:a > leaf:a', 200],
        ['(idle)', 400],
        ['main:a', 600],
        ['main:a > other:b', 700],
        ['', 1000],
      );
      stage.told = {};
      stage.canvas = new FlameCanvas(document.getElementById('host')!, {
        onSelect: (key) => (stage.told.selected = key),
        onState: (state) => (stage.state = state),
        onRange: (range) => (stage.told.range = range),
        onTransform: (transform) => (stage.told.transform = transform),
        onContextMenu: (frame) => (stage.told.menu = frame),
      });
      stage.drawn = () =>
        new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
      stage.frames = () =>
        document.querySelector<FlameElement>('[data-testid="flame-canvas"]')!.scorchmarkFrames();
      const keys = Array.from({ length: threads }, (_, index) => `t${index}`);
      stage.subject = {
        tree: aggregate(profile),
        ...(shown === 'chart' && {
          chart: layoutChart(keys.map((key) => ({ key, title: `Thread ${key}`, profile }))),
        }),
        version: 1,
        live: false,
        search: '',
        selectedKey: null,
      };
      stage.canvas.update(stage.subject);
      await stage.drawn();
    },
    [kind, options.threads ?? 1] as const,
  );
}

const inPage = <T>(run: (stage: Stage) => T | Promise<T>): Promise<T> =>
  page.evaluate<T>(`(${run.toString()})(window)`);
const drawn = () => inPage((stage) => stage.drawn());
const frames = () => inPage((stage) => stage.frames());
const told = () => inPage((stage) => stage.told);
const frame = async (name: string) => (await frames()).find((each) => each.name === name)!;
const press = async (...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
  await drawn();
};
const canvas = () => page.locator('[data-testid="flame-canvas"]');
const announced = () => page.locator('[aria-live]').textContent();
const search = (text: string) =>
  page.evaluate((wanted) => {
    const stage = window as unknown as Stage;
    stage.canvas.update({ ...stage.subject, search: wanted });
    return stage.drawn();
  }, text);

describe('the flame chart', () => {
  beforeEach(() => show('chart'));

  test('draws calls where and as long as they ran', async () => {
    const drawnFrames = (await frames()).map(({ name, depth, x, width, startUs, endUs, self }) =>
      [depth, name, Math.round(x), Math.round(width), startUs, endUs, self].join(' '),
    );
    expect(drawnFrames).toEqual([
      '0 main 0 400 0 400 0',
      '0 main 600 400 600 1000 100',
      '1 work 0 400 0 400 100',
      '1 other 700 300 700 1000 300',
      '2 leaf 0 100 0 100 100',
      '2 leaf 200 200 200 400 200',
    ]);
  });

  test('is described in words, and arrows go from call to call in time', async () => {
    expect(await canvas().getAttribute('aria-label')).toMatch(
      /^Flame chart of 1.ms of one thread, 6 calls, busy 80.?%\. Longest call: main/,
    );
    await canvas().focus();
    await press('ArrowDown');
    expect(await announced()).toMatch(/^main.*duration 400.*start 0/);
    await press('ArrowDown', 'ArrowDown');
    expect(await announced()).toMatch(/^leaf.*duration 100/);
    await press('ArrowRight');
    expect(await announced()).toMatch(/^leaf.*duration 200.*self 200.*start 200/);
    await press('ArrowUp');
    expect(await announced()).toMatch(/^work/);
  });

  test('shift and drag select a range of time; Escape gives it up', async () => {
    await page.mouse.move(200, 150);
    await page.keyboard.down('Shift');
    await page.mouse.down();
    await page.mouse.move(650, 160, { steps: 3 });
    await page.mouse.up();
    expect((await told()).range).toEqual({ startUs: 200, endUs: 650 });
    await page.mouse.down();
    await page.mouse.move(100, 160, { steps: 3 });
    await press('Escape');
    await page.mouse.up();
    await page.keyboard.up('Shift');
    expect((await told()).range).toEqual({ startUs: 200, endUs: 650 });
    expect((await frame('main')).width).toBeCloseTo(400);
  });

  test('the tooltip gives duration, share and start', async () => {
    const { x, y, width } = await frame('other');
    await page.mouse.move(x + width / 2, y + 5);
    await drawn();
    const text = await page.locator('.sm-flame-tooltip').textContent();
    expect(text).toMatch(/other.*Duration300.*37\.5.*Self300.*Start700/);
  });

  test('f, Shift F, c and m ask for transforms of the frame', async () => {
    await canvas().focus();
    await press('ArrowDown', 'ArrowDown', 'f');
    const work = 'work\nfile:///app/a.js\n1\n1';
    expect((await told()).transform).toEqual({ kind: 'focus-function', functionKey: work });
    await press('Shift+F');
    const main = 'main\nfile:///app/a.js\n1\n1';
    expect((await told()).transform).toEqual({ kind: 'focus-subtree', path: [main, work] });
    await press('c');
    expect((await told()).transform).toEqual({ kind: 'collapse-function', functionKey: work });
    await press('m');
    expect((await told()).transform).toEqual({ kind: 'merge-function', functionKey: work });
  });

  test('the menu of a frame comes with the right button and with Shift F10', async () => {
    const other = await frame('other');
    await page.mouse.click(other.x + 20, other.y + 5, { button: 'right' });
    expect((await told()).menu).toMatchObject({ name: 'other', time: { startUs: 700, endUs: 1000 } });
    await press('ArrowUp', 'ContextMenu');
    await canvas().focus();
    await press('ArrowUp', 'Shift+F10');
    expect((await told()).menu).toMatchObject({ name: 'main', time: { startUs: 600, endUs: 1000 } });
  });
});

test('threads of a chart lie one below the other under their titles, and stay apart', async () => {
  await show('chart', { threads: 2 });
  expect((await frames()).map(({ name, depth }) => `${depth} ${name}`)).toEqual([
    ...['1 main', '1 main', '2 work', '2 other', '3 leaf', '3 leaf'],
    ...['5 main', '5 main', '6 work', '6 other', '7 leaf', '7 leaf'],
  ]);
  await canvas().focus();
  await press('ArrowDown', 'ArrowUp');
  expect(await announced()).toMatch(/thread Thread t0/);
});

describe.each(['chart', 'left-heavy'] as const)('searching in the %s view', (kind) => {
  beforeEach(() => show(kind));

  test('counts matches and their share, and Enter walks through them, round at the end', async () => {
    await search('leaf');
    const matches = kind === 'chart' ? 2 : 1;
    expect(await inPage((stage) => stage.flame.flameSearch.get())).toEqual({
      count: matches,
      functions: 1,
      index: -1,
      share: 0.375,
    });
    await canvas().focus();
    await press('Enter');
    expect(await inPage((stage) => stage.state.found?.index)).toBe(0);
    await press('Enter');
    expect(await inPage((stage) => stage.state.found?.index)).toBe(matches - 1);
    await press('Enter');
    expect(await inPage((stage) => stage.state.found?.index)).toBe(0);
    await press('Shift+Enter');
    expect(await announced()).toMatch(new RegExp(`^Match ${matches} of ${matches}: leaf`));
    await inPage((stage) => stage.flame.flameSearch.next());
    expect(await inPage((stage) => stage.state.found?.index)).toBe(0);
  });

  test('dims what was not found', async () => {
    const pixel = (name: string) =>
      frame(name).then(({ x, y, width }) =>
        page.evaluate(
          ([left, top]) => {
            const element = document.querySelector('canvas.sm-flame-canvas') as HTMLCanvasElement;
            const at = element.getBoundingClientRect();
            return [...element.getContext('2d')!.getImageData(left - at.left, top - at.top, 1, 1).data];
          },
          [x + width - 3, y + 4] as const,
        ),
      );
    const [leaf, other] = [await pixel('leaf'), await pixel('other')];
    await search('leaf');
    expect(await pixel('leaf')).toEqual(leaf);
    expect(await pixel('other')).not.toEqual(other);
  });
});

test('the minimap moves and resizes what is in sight', async () => {
  await show('left-heavy');
  await inPage((stage) => {
    stage.canvas.setMinimap(true);
    return stage.drawn();
  });
  const all = (await frame('main')).width;
  await page.mouse.move(100, 20);
  await page.mouse.down();
  await page.mouse.move(600, 20, { steps: 4 });
  await page.mouse.up();
  await drawn();
  const root = () => frames().then((list) => list.find(({ depth }) => depth === 0)!);
  expect(all).toBeCloseTo(1000);
  const leaf = await frame('leaf');
  expect(leaf.width).toBeGreaterThan(500);
  // Taking hold of the window moves it, taking hold of its edge widens it.
  await page.mouse.move(300, 20);
  await page.mouse.down();
  await page.mouse.move(200, 20, { steps: 4 });
  await page.mouse.up();
  await drawn();
  expect((await frame('leaf')).x).toBe(0);
  expect((await frame('leaf')).width).toBeCloseTo(375 * 2, 0);
  await page.mouse.move(500, 20);
  await page.mouse.down();
  await page.mouse.move(1000, 20, { steps: 4 });
  await page.mouse.up();
  await drawn();
  expect((await frame('leaf')).width).toBeCloseTo(375, 0);
  expect((await root()).width).toBeCloseTo(1000);
});

test.each([1, 1.5, 2])('rows and edges are whole device pixels at %s per CSS pixel', async (scale) => {
  await show('chart', { scale });
  const { x, y, width, height } = await frame('other');
  expect(Number.isInteger(height * scale)).toBe(true);
  const column = await page.evaluate(
    ([left, top, ratio]) => {
      const element = document.querySelector('canvas.sm-flame-canvas') as HTMLCanvasElement;
      const at = element.getBoundingClientRect();
      const rows = Math.round(18 * ratio);
      const { data } = element
        .getContext('2d')!
        .getImageData(Math.round((left - at.left) * ratio), Math.round((top - at.top) * ratio), 1, rows);
      return Array.from({ length: rows }, (_, row) => data.slice(row * 4, row * 4 + 3).join());
    },
    [x + width - 10, y, scale] as const,
  );
  // One colour down to the hairline below the row: no blended pixel anywhere.
  expect(new Set(column).size).toBe(2);
  expect(new Set(column.slice(0, -Math.floor(scale))).size).toBe(1);
  expect(await inPage((stage) => stage.canvas.element.width)).toBe(1000 * scale);
});

test('a picture is saved as PNG of the wanted size, and as SVG with its text', async () => {
  await show('left-heavy');
  const png = await inPage(async (stage) => {
    const blob = await stage.flame.flamePng(stage.canvas.exportScene()!, {
      title: 'shop & co',
      scale: 2,
      whole: true,
    });
    const bitmap = await createImageBitmap(blob);
    return { type: blob.type, width: bitmap.width, height: bitmap.height };
  });
  // 1200 px wide at least, four rows of 18 px the title above and the legend below.
  expect(png).toEqual({ type: 'image/png', width: 2400, height: 2 * (4 * 18 + 44 + 32) });
  const svg = await inPage((stage) =>
    stage.flame.flameSvg(stage.canvas.exportScene()!, { title: 'shop <& co>', whole: true }),
  );
  expect(svg).toContain('<title>shop &lt;&amp; co&gt;</title>');
  expect(svg).toContain('>other</text>');
  expect(svg).toMatch(/<title>other\n[^<]*Total: 300/);
  const text = await page.evaluate((source) => {
    const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
    return parsed.querySelector('parsererror')?.textContent ?? parsed.documentElement.textContent;
  }, svg);
  expect(text).toContain('Your code');
  expect(text).toContain('Flame graph of 800');
});

test('frame costs are there for benchmarks, one per drawn frame', async () => {
  await show('chart');
  const before = await inPage((stage) => stage.canvas.element.scorchmarkFrameCosts().length);
  await page.mouse.move(500, 100);
  await page.mouse.wheel(0, -100);
  await drawn();
  const costs = await inPage((stage) => stage.canvas.element.scorchmarkFrameCosts());
  expect(costs.length).toBeGreaterThan(before);
  expect(costs.every((ms) => ms >= 0)).toBe(true);
});
