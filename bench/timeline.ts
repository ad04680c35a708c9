/**
 * Four hours of recording (57,600 points per series, three threads, a hundred garbage collections a second) in the real
 * product: time from the link to drawn lanes, the window's JavaScript heap, the main thread's work per frame while the
 * lanes are zoomed and panned; and the same hours streamed through the window's live store.
 *
 * Zooming and panning is done twice, on a page of its own each: the wall times of callbacks and the longest task come from
 * the first, without a trace, since writing one down takes time within the very callbacks; CPU times of the tasks, which
 * are in the trace alone, come from the second and have what the trace costs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { packageRoot } from '../main/paths';
import { findChromium } from '../scripts/find-chromium.mjs';
import { gesture, timeHandlers } from './explorer-page';
import { liveHours } from './live-hours';
import { writeLongSession } from './long-session';
import { traceTasks } from './task-trace';
import { median, note, print } from './print';

/** What a window with all lanes of a short run takes is about 20 MB; the whole timeline as objects would take gigabytes. */
const heapBudgetMb = 150;
const shownBudgetMs = 5000;
const lanesSelector = '[data-testid="lanes-overlay"]';
const frameBudgetMs = { p50: 2, p95: 5, max: 16.7 };
/** Tasks of the window's thread that are no handlers count, too: answers being read, views being made anew, painting. */
const longTaskBudgetMs = 50;
/** From the first hour of a live run to the fourth; held are 4096 points of a series or kind of collection at most. */
const liveBudget = { heldPoints: 262_144, heapGrowth: 1.5, costGrowth: 1.5 };

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
        const { shownMs, heapMb, framesMs, longestTaskMs, tasksCpuMs } = measured.at(-1)!;
        note(
          `  round ${round + 1}: shown ${Math.round(shownMs)} ms, ${heapMb.toFixed(1)} MB, frames p95 ${at(framesMs, 0.95).toFixed(2)}, max ${at(framesMs, 1).toFixed(1)} ms, longest task ${Math.round(longestTaskMs)} ms (${at(tasksCpuMs, 1).toFixed(1)} ms of CPU)`,
        );
      }
    } finally {
      await browser.close();
    }
    report(measured);
    await streamLive();
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
  /**
   * CPU time of each of its tasks, in the second time with a trace, with what the browser does for the frames: a busy
   * machine changes it little.
   */
  tasksCpuMs: number[];
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
  const { page, shownMs } = await openLanes(context, origin, id);
  try {
    await page.evaluate(() => {
      (window as unknown as Watched).longTasksMs.length = 0;
    });
    const framesMs = await page.evaluate(gesture, lanesSelector);
    const longestTaskMs = await page.evaluate(() =>
      (window as unknown as Watched).longTasksMs.reduce((most, each) => Math.max(most, each), 0),
    );
    const session = await context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    await page.close();
    const tasksCpuMs = await traced(context, origin, id);
    return { shownMs, heapMb: usedSize / 1e6, framesMs, longestTaskMs, tasksCpuMs };
  } finally {
    await page.close();
  }
}

/** CPU time of each task while the same is done under a trace, ms. */
async function traced(
  context: Awaited<ReturnType<Browser['newContext']>>,
  origin: string,
  id: string,
): Promise<number[]> {
  const { page } = await openLanes(context, origin, id);
  try {
    const trace = await traceTasks(context.browser()!);
    await page.evaluate(gesture, lanesSelector);
    return await trace.end();
  } finally {
    await page.close();
  }
}

/** A page of its own with the lanes drawn; how long that took from the link. */
async function openLanes(
  context: Awaited<ReturnType<Browser['newContext']>>,
  origin: string,
  id: string,
): Promise<{ page: Page; shownMs: number }> {
  const page = await context.newPage();
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
  return { page, shownMs: performance.now() - began };
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
  const tasks = measured.flatMap(({ tasksCpuMs }) => tasksCpuMs);
  figure('taskCpuP99', 'ms', at(tasks, 0.99), frameBudgetMs.max);
  figure('longestTaskCpu', 'ms', at(tasks, 1), longTaskBudgetMs);
}

/** The same hours as a live run: what the window holds of them, and what taking more costs it, must not grow. */
async function streamLive(): Promise<void> {
  const hours = await liveHours();
  for (const { hour, cpuMs, lanesMs, heapMb, held } of hours)
    note(
      `  hour ${hour}: ${Math.round(cpuMs)} ms of CPU, lanes ${lanesMs.toFixed(1)} ms, heap ${heapMb.toFixed(1)} MB, ${held} points held`,
    );
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
  const [first, last] = [hours[0]!, hours.at(-1)!];
  figure('liveHeldPoints', 'count', Math.max(...hours.map(({ held }) => held)), liveBudget.heldPoints);
  figure('liveHeapGrowth', 'ratio', last.heapMb / first.heapMb, liveBudget.heapGrowth);
  figure('liveCostGrowth', 'ratio', last.cpuMs / first.cpuMs, liveBudget.costGrowth);
  figure(
    'liveBatchCpuP999',
    'ms',
    Math.max(...hours.map(({ batchP999Ms }) => batchP999Ms)),
    frameBudgetMs.max,
  );
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
