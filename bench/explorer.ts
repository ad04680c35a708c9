/**
 * The explorer against speedscope: the same generated `.cpuprofile` opened in both, in the same Chromium, in turn. Time
 * from the file being given to a drawn flame chart that answers, memory afterwards, and the main thread's work per frame
 * while a script zooms and pans – the same script, with the same synthetic wheel events, for both.
 */
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chromium, type Browser, type Page } from '@playwright/test';
import { packageRoot } from '../main/paths';
import { generateCpuProfile } from '../profiles/formats/testing/generate';
import { findChromium } from '../scripts/find-chromium.mjs';
import { median, note, print } from './print';
import { serveFolder } from './static-files';
import { gesture, readyWhen, timeHandlers } from './explorer-page';

interface Measured {
  interactiveMs: number;
  /** JavaScript heaps of the page and its workers with their array buffers, after a collection. */
  heapMb: number;
  /** Resident set of the renderer process. */
  residentMb: number;
  peakResidentMb: number;
  framesMs: number[];
  /** The same in order of time, where another view comes first; speedscope begins with that. */
  chartFramesMs: number[];
}

interface Viewer {
  name: string;
  /** Gives the file to the page and resolves with the time (ms since the epoch) at which it was given. */
  open(page: Page, file: string): Promise<number>;
  /** Selector of what is drawn on, and how many of it there are when the chart is there. */
  ready: { selector: string; count: number };
  /** Goes on to the view in order of time; null when that is the one that a file opens in. */
  toChart: ((page: Page) => Promise<void>) | null;
}

const limits = {
  'explorer-100k': { samples: 100_000, nodes: 20_000 },
  'explorer-1m': { samples: 1_000_000, nodes: 60_000 },
} as const;

export async function explorer(bench: keyof typeof limits, rounds: number): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-bench-'));
  const file = path.join(folder, `${bench}.cpuprofile`);
  await pipeline(
    Readable.from(generateCpuProfile({ ...limits[bench], depth: 40, seed: 1 })),
    createWriteStream(file),
  );
  note(`${bench}: ${limits[bench].samples} samples, ${limits[bench].nodes} nodes, ${rounds} rounds`);
  const speedscopeFolder = path.dirname(createRequire(import.meta.url).resolve('speedscope/package.json'));
  const { version } = JSON.parse(await readFile(path.join(speedscopeFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const site = await serveFolder(path.join(speedscopeFolder, 'dist/release'));
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const turns = [
        async () => ours.push(await measureOurs(folder, file)),
        async () => theirs.push(await measure(site.url, speedscope, file)),
      ];
      // Whoever goes first meets a cold file cache and a quiet machine: take turns at it.
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
      note(`  round ${round + 1}: ours ${shown(ours.at(-1)!)}; speedscope ${shown(theirs.at(-1)!)}`);
    }
  } finally {
    await site.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  report(bench, `speedscope ${version}`, ours, theirs);
}

const workbench: Viewer = {
  name: 'ours',
  ready: { selector: '[data-testid="flame-canvas"]', count: 1 },
  async toChart(page) {
    await page.getByText('Flame chart', { exact: true }).first().click();
    await page.locator('[data-testid="flame-canvas"][data-drawn="chart"]').waitFor();
  },
  async open(page, file) {
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page
        .getByRole('button', { name: /open (a )?file/i })
        .first()
        .click(),
    ]);
    const givenAt = Date.now();
    await chooser.setFiles(file);
    return givenAt;
  },
};

const speedscope: Viewer = {
  name: 'speedscope',
  ready: { selector: 'canvas', count: 3 },
  toChart: null,
  async open(page, file) {
    const givenAt = Date.now();
    await page.locator('input[type=file]').first().setInputFiles(file);
    return givenAt;
  },
};

async function measureOurs(folder: string, file: string): Promise<Measured> {
  const home = await mkdtemp(path.join(folder, 'home-'));
  const server = spawn(
    process.execPath,
    [path.join(packageRoot, 'out/main/cli.js'), 'serve', '--data-folder', home],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    let printed = '';
    for await (const chunk of server.stdout) {
      printed += String(chunk);
      if (/at (http\S+)/.test(printed)) break;
    }
    server.stdout.resume();
    return await measure(/at (http\S+)/.exec(printed)![1]!, workbench, file);
  } finally {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
  }
}

/** In a browser of its own, so that memory is this viewer's alone. */
async function measure(url: string, viewer: Viewer, file: string): Promise<Measured> {
  const browser = await chromium.launch({
    executablePath: await findChromium(),
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--no-first-run',
      '--use-gl=angle',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    // The functions that are sent to the page were compiled with a helper that keeps their names.
    await page.addInitScript('globalThis.__name ??= (value) => value');
    await page.addInitScript(timeHandlers);
    await page.goto(url);
    await page.waitForLoadState('networkidle');
    const ready = page.evaluate(readyWhen, viewer.ready);
    const givenAt = await viewer.open(page, file);
    const interactiveMs = (await ready) - givenAt;
    // What is still going on in the background (an import, a cache) belongs to neither number.
    await page.waitForTimeout(1500);
    const framesMs = await page.evaluate(gesture, viewer.ready.selector);
    // Before the other view, so that memory is what the opened file takes.
    const memory = await memoryOf(browser, page);
    let chartFramesMs = framesMs;
    if (viewer.toChart) {
      await viewer.toChart(page);
      await page.waitForTimeout(1500);
      chartFramesMs = await page.evaluate(gesture, viewer.ready.selector);
    }
    return { interactiveMs, framesMs, chartFramesMs, ...memory };
  } finally {
    await browser.close();
  }
}

async function memoryOf(
  browser: Browser,
  page: Page,
): Promise<Pick<Measured, 'heapMb' | 'residentMb' | 'peakResidentMb'>> {
  const session = await page.context().newCDPSession(page);
  const workers: string[] = [];
  session.on('Target.attachedToTarget', ({ sessionId }) => workers.push(sessionId));
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  const answers = new Map<number, (value: unknown) => void>();
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
    if (id !== undefined) answers.get(id)?.(result);
  });
  let lastId = 0;
  const inWorker = (sessionId: string, method: string): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++lastId;
      answers.set(id, resolve);
      void session.send('Target.sendMessageToTarget', {
        sessionId,
        message: JSON.stringify({ id, method }),
      });
    });
  interface Usage {
    usedSize: number;
    backingStorageSize?: number;
  }
  await session.send('HeapProfiler.collectGarbage');
  let bytes = sizeOf(await session.send('Runtime.getHeapUsage'));
  for (const worker of workers) {
    await inWorker(worker, 'HeapProfiler.collectGarbage');
    bytes += sizeOf((await inWorker(worker, 'Runtime.getHeapUsage')) as Usage);
  }
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  let resident = 0;
  let peak = 0;
  for (const { type, id } of processInfo) {
    if (type !== 'renderer') continue;
    const status = await readFile(`/proc/${id}/status`, 'utf8');
    resident = Math.max(resident, kilobytes(status, 'VmRSS'));
    peak = Math.max(peak, kilobytes(status, 'VmHWM'));
  }
  return { heapMb: bytes / 1e6, residentMb: resident / 1e3, peakResidentMb: peak / 1e3 };

  function sizeOf(usage: Usage): number {
    return usage.usedSize + (usage.backingStorageSize ?? 0);
  }
}

function kilobytes(status: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
}

function report(bench: keyof typeof limits, peer: string, ours: Measured[], theirs: Measured[]): void {
  const of = (list: Measured[], value: (one: Measured) => number): number => median(list.map(value));
  const figure = (
    metric: string,
    unit: string,
    value: (one: Measured) => number,
    judge: { budget: number; ok(ours: number, ratio: number): boolean } | null,
  ): void => {
    const mine = of(ours, value);
    const peerValue = of(theirs, value);
    const ratio = peerValue / mine;
    print({
      bench,
      metric,
      unit,
      ours: mine,
      peer,
      peerValue,
      ratio,
      // Without a judge the figure is for information.
      budget: judge?.budget ?? 0,
      ok: judge ? judge.ok(mine, ratio) : true,
      runs: ours.length,
    });
  };
  const atLeast = (budget: number) => ({ budget, ok: (_: number, ratio: number) => ratio >= budget });
  const atMost = (budget: number) => ({ budget, ok: (value: number) => value <= budget });
  figure('timeToInteractive', 'ms', (one) => one.interactiveMs, atLeast(bench === 'explorer-1m' ? 5 : 1));
  figure('jsHeap', 'MB', (one) => one.heapMb, atLeast(bench === 'explorer-1m' ? 3 : 1));
  figure('residentMemory', 'MB', (one) => one.residentMb, null);
  figure('peakResidentMemory', 'MB', (one) => one.peakResidentMb, null);
  figure('frameWorkP50', 'ms', (one) => quantile(one.framesMs, 0.5), atMost(2));
  figure('frameWorkP95', 'ms', (one) => quantile(one.framesMs, 0.95), atMost(5));
  figure('frameWorkMax', 'ms', (one) => quantile(one.framesMs, 1), atMost(16.7));
  figure('chartFrameWorkP50', 'ms', (one) => quantile(one.chartFramesMs, 0.5), atMost(2));
  figure('chartFrameWorkP95', 'ms', (one) => quantile(one.chartFramesMs, 0.95), atMost(5));
  figure('chartFrameWorkMax', 'ms', (one) => quantile(one.chartFramesMs, 1), atMost(16.7));
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function shown(one: Measured): string {
  const [p50, p95, max] = [0.5, 0.95, 1].map((share) => quantile(one.framesMs, share).toFixed(1));
  return `${one.interactiveMs.toFixed(0)} ms, heap ${one.heapMb.toFixed(0)} MB, resident ${one.residentMb.toFixed(0)} (peak ${one.peakResidentMb.toFixed(0)}) MB, frames ${p50}/${p95}/${max} ms`;
}
