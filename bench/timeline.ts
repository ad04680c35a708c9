/**
 * Four hours of recording (57,600 points per series, three threads, a hundred garbage collections a second) in the real
 * product: time from the link to drawn lanes, the window's JavaScript heap, the main thread's work per frame while the
 * lanes are zoomed and panned; and the same hours streamed through the window's live store.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from '@playwright/test';
import { packageRoot } from '../main/paths';
import { BoundedSeries, CollectionLog, staggeredMostPoints, type ReducibleSeries } from '../profiles/series';
import { findChromium } from '../scripts/find-chromium.mjs';
import { gesture, timeHandlers } from './explorer-page';
import { longRun, longRunSteps, marksAt, pointsAt, writeLongSession } from './long-session';
import { median, note, print } from './print';

/** What a window with all lanes of a short run takes is about 20 MB; the whole timeline as objects would take gigabytes. */
const heapBudgetMb = 150;
const shownBudgetMs = 5000;
const frameBudgetMs = { p50: 2, p95: 5, max: 16.7 };
/** Tasks of the window's thread that are no handlers count, too: answers being read, views being made anew, painting. */
const longTaskBudgetMs = 50;

export async function timeline(rounds: number): Promise<void> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-bench-'));
  note('timeline: writing a session of four hours');
  const { id, timelineBytes } = await writeLongSession(home);
  note(`timeline: ${Math.round(timelineBytes / 1e6)} MB of timeline, ${rounds} rounds`);
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
    const url = /at (http\S+)/.exec(printed)![1]!;
    const browser = await chromium.launch({
      executablePath: await findChromium(),
      args: ['--no-sandbox', '--disable-background-networking', '--no-first-run'],
    });
    const measured: Measured[] = [];
    try {
      // The link's one-time token is good once; each round has a page of its own.
      const context = await browser.newContext({ viewport: { width: 1920, height: 1200 } });
      const first = await context.newPage();
      await first.goto(url);
      await first.close();
      for (let round = 0; round < rounds; round++) {
        measured.push(await measure(context, new URL(url).origin, id));
        const { shownMs, heapMb, framesMs, longestTaskMs } = measured.at(-1)!;
        note(
          `  round ${round + 1}: shown ${Math.round(shownMs)} ms, ${heapMb.toFixed(1)} MB, frames p95 ${at(framesMs, 0.95).toFixed(2)}, max ${at(framesMs, 1).toFixed(1)} ms, longest task ${Math.round(longestTaskMs)} ms`,
        );
      }
    } finally {
      await browser.close();
    }
    report(measured);
    streamLive();
  } finally {
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Measured {
  shownMs: number;
  heapMb: number;
  framesMs: number[];
  /** The longest task of the window's thread while the lanes were moved; 0 when none took 50 ms. */
  longestTaskMs: number;
}

interface Watched extends Window {
  longTasksMs: number[];
}

/** Runs in the page; sent as text. */
function watchLongTasks(): void {
  const watched = window as unknown as Watched;
  watched.longTasksMs = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) watched.longTasksMs.push(duration);
  }).observe({ type: 'longtask' });
}

async function measure(
  context: Awaited<ReturnType<Browser['newContext']>>,
  origin: string,
  id: string,
): Promise<Measured> {
  const page = await context.newPage();
  try {
    await page.addInitScript('globalThis.__name = (target) => target;');
    await page.addInitScript(timeHandlers);
    await page.addInitScript(watchLongTasks);
    const began = performance.now();
    await page.goto(`${origin}/#/run/${id}/memory`);
    await page.locator('[data-lane="heap"] canvas').first().waitFor();
    await page.waitForFunction(
      () => /\d/.test(document.querySelector('[data-lane="heap"] .sm-lane-scale')?.textContent ?? ''),
      undefined,
      { polling: 'raf' },
    );
    const shownMs = performance.now() - began;
    await page.evaluate(() => {
      (window as unknown as Watched).longTasksMs.length = 0;
    });
    const framesMs = await page.evaluate(gesture, '[data-testid="lanes-overlay"]');
    const longestTaskMs = await page.evaluate(() =>
      (window as unknown as Watched).longTasksMs.reduce((most, each) => Math.max(most, each), 0),
    );
    const session = await context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return { shownMs, heapMb: usedSize / 1e6, framesMs, longestTaskMs };
  } finally {
    await page.close();
  }
}

function report(measured: Measured[]): void {
  const runs = measured.length;
  const frames = measured.flatMap(({ framesMs }) => framesMs);
  const figure = (metric: string, unit: string, ours: number, budget: number): void =>
    print({
      bench: 'timeline',
      metric,
      unit,
      ours,
      peer: null,
      peerValue: null,
      ratio: null,
      budget,
      ok: ours <= budget,
      runs,
    });
  figure('timeToShown', 'ms', median(measured.map(({ shownMs }) => shownMs)), shownBudgetMs);
  figure('windowHeap', 'MB', median(measured.map(({ heapMb }) => heapMb)), heapBudgetMb);
  figure('frameWorkP50', 'ms', at(frames, 0.5), frameBudgetMs.p50);
  figure('frameWorkP95', 'ms', at(frames, 0.95), frameBudgetMs.p95);
  figure('frameWorkMax', 'ms', at(frames, 1), frameBudgetMs.max);
  figure(
    'longestTask',
    'ms',
    Math.max(...measured.map(({ longestTaskMs }) => longestTaskMs)),
    longTaskBudgetMs,
  );
}

/** The window's store alone, at full speed: what it holds must not grow with the hours. */
function streamLive(): void {
  const series = new Map<string, BoundedSeries>();
  const collections = new CollectionLog(4096);
  let mostHeld = 0;
  let longestMs = 0;
  for (let step = 0; step < longRunSteps; step++) {
    const points = pointsAt(step);
    const marks = marksAt(step);
    const began = performance.now();
    for (const { metric, scope, tUs, value } of points) {
      const key = `${metric} ${scope}`;
      const held = series.get(key);
      if (held) held.push(tUs, value);
      else
        series.set(
          key,
          new BoundedSeries<ReducibleSeries>(
            { tUs: [tUs], values: [value] },
            staggeredMostPoints(series.size),
          ),
        );
    }
    for (const mark of marks) if (mark.kind === 'gc') collections.push(mark);
    longestMs = Math.max(longestMs, performance.now() - began);
    if (step % 1000 === 0) mostHeld = Math.max(mostHeld, heldPoints(series, collections));
  }
  const figure = (metric: string, unit: string, ours: number, budget: number): void =>
    print({
      bench: 'timeline',
      metric,
      unit,
      ours,
      peer: null,
      peerValue: null,
      ratio: null,
      budget,
      ok: ours <= budget,
      runs: 1,
    });
  const measuredPoints =
    longRunSteps * (pointsAt(1).length + (longRun.gcsPerSecond * longRun.intervalMs) / 1000);
  note(`timeline: ${Math.round(measuredPoints / 1e6)} million values and collections streamed`);
  figure('liveHeldPoints', 'count', mostHeld, series.size * 4096 + collections.all().length * 4096);
  figure('liveLongestBatch', 'ms', longestMs, 50);
}

function heldPoints(series: ReadonlyMap<string, BoundedSeries>, collections: CollectionLog): number {
  let held = 0;
  for (const { series: one } of series.values()) held += one.tUs.length;
  for (const { tUs } of collections.all()) held += tUs.length;
  return held;
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
