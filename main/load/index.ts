/** Load on a target, made by a process of its own so that it takes no time from the engine. */
import { fork } from 'node:child_process';
import type { KneeReport, LoadResult, Metric, Point } from '../api';
import { AppError } from '../errors';
import { helperEnv, loadRunnerFile } from '../paths';
import { monotonicUs } from './monotonic';
import { onRunClock as fineOnRunClock } from './faults/fine-windows';
import { fromRunnerSchema } from './runner-messages';
import type { FromRunner, ToRunner } from './runner-messages';
import type { LoadHandle, LoadOptions, StartLoad } from './types';

export { parseDuration } from './duration';
export { needsListeningAddress, originsOf, resolvePlan } from './plan';
export { presets } from './presets';
export { waitUntilReachable } from './reachable';
export { scenarioOfLoad } from './scenario-of-load';
export type { LoadEndpoint, LoadHandle, LoadOptions, LoadPlan, StartLoad } from './types';

/** How long a cancelled load process may take to hand over its result. It needs some ms; a busy machine makes more of them. */
const cancelGraceMs = 10_000;
/** How long it may take to exit when all is told. */
const byeGraceMs = 300;

/** @see StartLoad. Rejects `done` with LOAD_FAILED when the load process cannot start or dies; its stderr is in `details`. */
export const startLoad: StartLoad = createStartLoad(loadRunnerFile);

/** @param runnerFile the built load process; tests build their own */
export function createStartLoad(runnerFile: string): StartLoad {
  return (options) => start(runnerFile, options);
}

function start(runnerFile: string, options: LoadOptions): LoadHandle {
  const { preset, scenario, baseUrl, folder, nowUs } = options;
  const originUs = monotonicUs() - nowUs();
  const runner = fork(runnerFile, [], {
    execPath: process.execPath,
    execArgv: [],
    env: helperEnv(),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const tell = (message: ToRunner) => {
    if (runner.connected) runner.send(message, () => undefined); // a failing send is followed by 'exit', which is reported
  };

  let lastWords = '';
  runner.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-10_000);
  });

  let cancelTimer: NodeJS.Timeout | undefined;
  let byeTimer: NodeJS.Timeout | undefined;
  const done = new Promise<LoadResult>((resolve, reject) => {
    const fail = (message: string) =>
      reject(
        new AppError('LOAD_FAILED', message, {
          hint: 'The recording goes on without load. The details show what the load process printed.',
          ...(lastWords && { details: lastWords }),
        }),
      );
    runner.on('message', (raw) => {
      const parsed = fromRunnerSchema.safeParse(raw);
      if (!parsed.success) {
        lastWords += `\nunexpected message: ${parsed.error.message}`;
        runner.kill('SIGKILL');
        return;
      }
      const message = parsed.data;
      switch (message.type) {
        case 'endpoints':
          options.onEndpoints?.(message.endpoints);
          break;
        case 'window':
          options.onPoints(pointsOf(message, originUs));
          break;
        case 'seconds':
          for (const second of message.seconds) second.tUs = Math.round(second.tUs - originUs);
          options.onSeconds?.(message.seconds);
          break;
        case 'fine':
          options.onFine?.(message.windows.map((window) => fineOnRunClock(window, originUs)));
          break;
        case 'state': {
          const { warmingUp, stage, generatorLimit, users } = message;
          options.onState?.({ warmingUp, stage, generatorLimit: generatorLimit ?? undefined, users });
          break;
        }
        case 'done':
          resolve(resultOf(message));
          break;
        case 'failed':
          reject(AppError.fromJSON(message.error));
          break;
        case 'bye':
          // A process cannot exit while the system looks up a name, which can take many seconds.
          byeTimer = setTimeout(() => runner.kill('SIGKILL'), byeGraceMs).unref();
          break;
      }
    });
    runner.on('error', (error) => fail(`The load process could not be started: ${error.message}`));
    // 'close' comes after 'exit', when everything it printed has been read.
    runner.on('close', (code, signal) => {
      clearTimeout(cancelTimer);
      clearTimeout(byeTimer);
      fail(`The load process ended early (${signal ?? `exit code ${code}`}).`);
    });
  });

  const resultOf = (message: Extract<FromRunner, { type: 'done' }>): LoadResult => ({
    preset,
    users: message.users > 0 ? message.users : options.users,
    plannedDurationMs: options.durationMs,
    startedUs: Math.round(message.startedUs - originUs),
    endedUs: Math.round(message.endedUs - originUs),
    cancelled: message.cancelled,
    totals: message.totals,
    perRequest: message.perRequest,
    scenario,
    countedFromUs: Math.round(message.countedFromUs - originUs),
    iterations: message.iterations,
    ...(Object.keys(message.setUpFailures).length > 0 && { setUpFailures: message.setUpFailures }),
    generator: message.generator,
    ...(message.thresholds.length > 0 && {
      thresholds: message.thresholds.map((threshold) =>
        threshold.abortedAtUs === undefined
          ? threshold
          : { ...threshold, abortedAtUs: Math.round(threshold.abortedAtUs - originUs) },
      ),
    }),
    ...(message.knee && { knee: onRunClock(message.knee, originUs) }),
    ...(message.notes && { notes: message.notes }),
  });

  if (options.routes && options.routes.length > 0) tell({ type: 'routes', routes: options.routes });
  tell({ type: 'start', scenario, baseUrl, folder });
  return {
    done,
    cancel() {
      tell({ type: 'cancel' });
      cancelTimer ??= setTimeout(() => runner.kill('SIGKILL'), cancelGraceMs).unref();
    },
    cut: () => tell({ type: 'cut' }),
    route: (routes) => tell({ type: 'routes', routes }),
  };
}

function onRunClock(knee: KneeReport, originUs: number): KneeReport {
  return {
    ...knee,
    steps: knee.steps.map((step) => ({
      ...step,
      startUs: Math.round(step.startUs - originUs),
      endUs: Math.round(step.endUs - originUs),
    })),
  };
}

function pointsOf(window: Extract<FromRunner, { type: 'window' }>, originUs: number): Point[] {
  const tUs = Math.round(window.endUs - originUs);
  const point = (metric: Metric, value: number): Point => ({ metric, scope: 'load', tUs, value });
  const points = [
    point('requestRate', window.rate),
    point('errorRate', window.errorRate),
    point('loadUsers', window.users),
  ];
  if (window.slipMs !== null) points.push(point('loadSlip', window.slipMs));
  if (window.latency)
    points.push(
      point('latencyP50', window.latency.p50Ms),
      point('latencyP95', window.latency.p95Ms),
      point('latencyP99', window.latency.p99Ms),
    );
  return points;
}
