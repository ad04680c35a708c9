import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoadTotals, SessionDetail, Timeline } from '../api';
import { ProfileBuilder } from '../../profiles/builder';
import { aggregate } from '../../profiles/call-tree';
import { verdict } from '../../profiles/verdict';
import type { V8CpuProfile } from '../../profiles/types';
import { html, jsonForScript } from './escape';
import { renderReport, reportFileName, type ReportInput } from './index';

const attacks = [
  '</script><script>globalThis.hacked = 1; alert(1)</script>',
  '"><img src=x onerror="globalThis.hacked = 2">',
  "'><svg onload='globalThis.hacked = 3'>",
  '<!-- <script>',
  ']]><iframe src="http://127.0.0.1:9/x"></iframe>',
  '</style><link rel=stylesheet href=http://127.0.0.1:9/y.css>',
  '\u2028globalThis.hacked = 4\u2029',
  '${globalThis.hacked = 5}',
  'javascript:globalThis.hacked=6',
];
/** One text that tries everything, unlike any other so that it can be found again. */
const evil = (name: string) => `${name} ${attacks.join(' ')}`;

let folder: string;
let browser: Browser;
let clientJs: string;
let clientCss: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-report-'));
  const [, started] = await Promise.all([
    build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      define: { 'process.env.NODE_ENV': '"production"' },
      build: {
        outDir: path.join(folder, 'client'),
        lib: {
          entry: path.join(import.meta.dirname, '../../renderer/report/client.ts'),
          name: 'scorchmarkReport',
          formats: ['iife'],
          fileName: () => 'report.js',
          cssFileName: 'report',
        },
      },
    }),
    chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
    }),
  ]);
  browser = started;
  clientJs = await readFile(path.join(folder, 'client/report.js'), 'utf8');
  clientCss = await readFile(path.join(folder, 'client/report.css'), 'utf8');
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A profile of the given functions, each called by the one before, sampled every ms, a second for each in turn. */
function profileOf(names: string[]) {
  const chunk: V8CpuProfile = {
    startTime: 0,
    endTime: names.length * 1_000_000,
    nodes: ['(root)', ...names].map((functionName, i) => ({
      id: i + 1,
      callFrame: {
        functionName,
        scriptId: '1',
        url: i === 0 ? '' : `file:///srv/${functionName}.js`,
        lineNumber: i === 0 ? -1 : 40,
        columnNumber: i === 0 ? -1 : 2,
      },
      ...(i < names.length && { children: [i + 2] }),
    })),
    samples: names.flatMap((_, i) => Array.from({ length: 1000 }, () => i + 2)),
    timeDeltas: Array.from({ length: names.length * 1000 }, () => 1000),
  };
  const builder = new ProfileBuilder('microseconds');
  builder.appendV8Chunk(chunk, 0);
  builder.finish();
  return builder.profile;
}

const totals: LoadTotals = {
  requests: 4812,
  errors: 3,
  timeouts: 0,
  non2xx: 0,
  bytes: 1_000_000,
  meanRate: 481,
  latency: { minMs: 1, meanMs: 4, p50Ms: 3, p90Ms: 8, p95Ms: 12, p99Ms: 61, maxMs: 90 },
  statusClasses: { '2xx': 4812 },
};

function inputWith(text: (name: string) => string, functions: string[]): ReportInput {
  const detail: SessionDetail = {
    id: '20260203-abc',
    name: text('session'),
    createdAt: '2026-02-03T10:00:00.000Z',
    durationMs: functions.length * 1000,
    status: 'complete',
    commandLine: text('command'),
    cwd: text('/srv'),
    tags: [text('tag')],
    note: text('note'),
    nodeVersion: 'v20.20.0',
    sizeBytes: 1,
    summary: { cpuMeanPercent: 92 },
    formatVersion: 1,
    originUs: 0,
    spec: null,
    environment: {
      nodeVersion: 'v20.20.0',
      scorchmarkVersion: '0.1.0',
      os: text('linux'),
      arch: 'x64',
      cpuModel: text('cpu'),
      cpuCount: 2,
      memoryBytes: 4e9,
      gitRevision: text('abc123'),
      gitDirty: true,
    },
    processes: [
      {
        pid: 7,
        ppid: 1,
        title: text('process'),
        argv: [text('argv')],
        nodeVersion: 'v20.20.0',
        startedUs: 0,
        threads: [
          { key: 'p7', pid: 7, workerId: 0, title: text('thread'), startedUs: 0 },
          { key: 'p7-w1', pid: 7, workerId: 1, title: text('worker'), startedUs: 0 },
        ],
      },
    ],
    listening: [{ pid: 7, url: text('http://127.0.0.1:3000'), port: 3000, protocol: 'http', atUs: 5 }],
    warnings: [{ tUs: 1, source: text('source'), message: text('message'), hint: text('hint') }],
    error: { code: 'INTERNAL', message: text('error') },
    files: [],
  };
  const timeline: Timeline = {
    series: [{ metric: 'cpu', scope: 'tree', tUs: [0, 1e6, 2e6], values: [10, 90, 95] }],
    marks: [{ kind: 'listen', tUs: 1e6, text: text('listen'), pid: 7 }],
  };
  const cpu = new Map([
    ['p7', profileOf(functions)],
    ['p7-w1', profileOf(['inWorker'])],
  ]);
  const load = {
    preset: 'smoke' as const,
    users: 5,
    plannedDurationMs: 10_000,
    startedUs: 0,
    endedUs: 1e7,
    cancelled: false,
    totals,
    perRequest: [{ method: 'GET', url: text('/route'), totals }],
  };
  return {
    detail,
    timeline,
    cpu,
    allocations: new Map(),
    loadResult: load,
    verdict: verdict({
      cpu: aggregate(profileOf(functions)),
      series: timeline.series,
      marks: timeline.marks,
      load,
    }),
    clientJs,
    clientCss,
  };
}

/** Opens the report from disk and keeps what happened. */
async function openReport(report: string, options: { javaScriptEnabled?: boolean } = {}) {
  const file = path.join(folder, `report-${Math.random().toString(36).slice(2)}.html`);
  await writeFile(file, report);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  // The test's own limit is what ends it.
  context.setDefaultTimeout(0);
  const page = await context.newPage();
  const requests: string[] = [];
  const troubles: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, requests, troubles, file, close: () => context.close() };
}

type Frames = { name: string; x: number; y: number; width: number; height: number }[];
const framesOf = (page: Page) =>
  page.evaluate(() =>
    (
      document.querySelector('[data-testid="flame-canvas"]') as unknown as { scorchmarkFrames(): Frames }
    ).scorchmarkFrames(),
  );
const drawn = (page: Page) =>
  page.waitForFunction(
    () =>
      (
        document.querySelector('[data-testid="flame-canvas"]') as unknown as {
          scorchmarkFrames?(): Frames;
        } | null
      )?.scorchmarkFrames?.().length,
  );

describe('a report full of hostile names', () => {
  test('shows them as text, runs none of them, and asks the network for nothing', async () => {
    const names = attacks.map((attack, i) => evil(`function${i}`) + attack);
    const report = await openReport(renderReport(inputWith(evil, names)));
    const { page } = report;
    await drawn(page);
    expect(await page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(await page.locator('img, iframe, svg, link, object, embed').count()).toBe(0);
    // Ours: the client and four blocks of data.
    expect(await page.locator('script').count()).toBe(5);
    expect(await page.locator('h1').textContent()).toBe(evil('session'));
    expect((await framesOf(page)).map((frame) => frame.name)).toContain(names[0]);

    // What is written while using it is text as well: tooltip, selected rows, range, threads, search.
    await page.locator('#cpu-flame').scrollIntoViewIfNeeded();
    const frame = (await framesOf(page)).find(({ name }) => name === names[2]);
    await page.mouse.move(frame!.x + frame!.width / 2, frame!.y + frame!.height / 2);
    expect(await page.locator('.sm-flame-tooltip-name').textContent()).toBe(names[2]);
    await page.mouse.click(frame!.x + frame!.width / 2, frame!.y + frame!.height / 2);
    await page.locator('#cpu-flame select').selectOption({ index: 1 });
    await page.locator('#cpu-flame input').fill('<script>');
    await page.locator('.sm-lanes-overlay').scrollIntoViewIfNeeded();
    const overlay = (await page.locator('.sm-lanes-overlay').boundingBox())!;
    await page.mouse.move(overlay.x + 200, overlay.y + 20);
    await page.mouse.down();
    await page.mouse.move(overlay.x + 500, overlay.y + 20, { steps: 3 });
    await page.mouse.up();
    await page.locator('.report-range').waitFor();
    expect(await page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(await page.locator('img, iframe, svg, link').count()).toBe(0);
    expect(report.troubles).toEqual([]);
    expect(report.requests).toEqual([pathToFileURL(report.file).href]);
    await report.close();
  });

  test('does so without script, too', async () => {
    const report = await openReport(renderReport(inputWith(evil, [evil('main')])), {
      javaScriptEnabled: false,
    });
    expect(await report.page.locator('h1').textContent()).toBe(evil('session'));
    expect(await report.page.locator('table.report-functions td.code').first().textContent()).toBe(
      evil('main'),
    );
    expect(await report.page.locator('img, iframe, svg, link').count()).toBe(0);
    expect(await report.page.locator('#lanes-host').isVisible()).toBe(false);
    expect(report.requests).toHaveLength(1);
    await report.close();
  });

  test('its security policy stops code that is not the client', async () => {
    const injected = renderReport(inputWith((name) => name, ['main'])).replace(
      '</main>',
      '<img src="data:," onerror="globalThis.hacked = 1"><script>globalThis.hacked = 2</script></main>',
    );
    const report = await openReport(injected);
    await drawn(report.page);
    expect(await report.page.evaluate(() => (globalThis as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(report.troubles.join()).toContain('Content Security Policy');
    await report.close();
  });
});

test('selecting a range shows only the functions that ran in it', async () => {
  const report = await openReport(renderReport(inputWith((name) => name, ['early', 'late'])));
  const { page } = report;
  await drawn(page);
  expect((await framesOf(page)).map((frame) => frame.name)).toEqual(['(root)', 'early', 'inWorker', 'late']);
  const overlay = (await page.locator('.sm-lanes-overlay').boundingBox())!;
  // The second half of two seconds: `late` alone was on top, `early` its caller.
  await page.mouse.move(overlay.x + overlay.width * 0.6, overlay.y + 10);
  await page.mouse.down();
  await page.mouse.move(overlay.x + overlay.width * 0.9, overlay.y + 10, { steps: 4 });
  await page.mouse.up();
  await page.locator('.report-range').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('table.report-functions tbody tr').length === 2);
  const top = page.locator('table.report-functions tbody tr').first();
  expect(await top.textContent()).toContain('late');
  expect(await top.textContent()).toContain('600\u202Fms');
  await page.locator('.report-range').click();
  await page.waitForFunction(() => document.querySelectorAll('table.report-functions tbody tr').length === 3);
  expect(report.troubles).toEqual([]);
  await report.close();
});

test('a recording too large for the bound is added up, and the report says so', async () => {
  const report = await openReport(
    renderReport({ ...inputWith((name) => name, ['early', 'late']), maxProfileBytes: 20_000 }),
  );
  expect(await report.page.locator('#cpu').textContent()).toContain('samples of equal stacks within');
  await drawn(report.page);
  expect((await framesOf(report.page)).map((frame) => frame.name)).toContain('late');
  await report.close();
});

test('an imported profile without times, load, processes or metrics makes a report', async () => {
  const input = inputWith((name) => name, ['main']);
  const report = await openReport(
    renderReport({
      ...input,
      timeline: { series: [], marks: [] },
      loadResult: null,
      verdict: [],
      detail: {
        ...input.detail,
        processes: [],
        listening: [],
        warnings: [],
        error: undefined,
        note: '',
        summary: {},
      },
    }),
  );
  await drawn(report.page);
  expect(await report.page.locator('#load').textContent()).toContain('No load in this run');
  expect(await report.page.locator('#timeline').textContent()).toContain('Nothing was measured over time');
  expect(report.troubles).toEqual([]);
  await report.close();
});

test('markup escapes whatever is put into it', () => {
  expect(html`<a title="${'"><b>'}">${"it's <b>"}${null}${[html`<i>${'&'}</i>`]}</a>`.text).toBe(
    '<a title="&quot;&gt;&lt;b&gt;">it&#39;s &lt;b&gt;<i>&amp;</i></a>',
  );
});

test('data in scripts has no character that could end one, and reads back the same', () => {
  for (const attack of attacks) {
    const json = jsonForScript({ [attack]: attack });
    expect(json).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(json)).toEqual({ [attack]: attack });
  }
});

test('file names are safe on every file system', () => {
  expect(reportFileName('shop API ×5: "smoke"/1', '2026-02-03T10:00:00Z')).toBe(
    'shop-API-5-smoke-1-2026-02-03.html',
  );
  expect(reportFileName('../../etc', 'never')).toBe('etc.html');
  expect(reportFileName('店', '2026-02-03')).toBe('session-2026-02-03.html');
});
