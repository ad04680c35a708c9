/** For tests: the load process built from the present source, so that no test ever runs against a stale out/. */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import {
  loadSpecSchema,
  scenarioVersion,
  type LoadResult,
  type LoadSecond,
  type LoadState,
  type Point,
  type ScenarioInput,
} from '../../api';
import { packageRoot } from '../../paths';
import { createStartLoad, resolvePlan } from '../index';
import { monotonicUs } from '../monotonic';
import type { LoadHandle, StartLoad } from '../types';

export interface BuiltRunner {
  file: string;
  startLoad: StartLoad;
  remove(): Promise<void>;
}

export async function buildRunner(name: string): Promise<BuiltRunner> {
  const scratch = path.join(packageRoot, '.tmp', `${name}-${process.pid}`);
  await mkdir(scratch, { recursive: true });
  await build({
    root: packageRoot,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: path.join(packageRoot, 'main/load/load-runner.ts'),
      outDir: scratch,
      rolldownOptions: { output: { entryFileNames: 'load-runner.js' } },
    },
  });
  const file = path.join(scratch, 'load-runner.js');
  return {
    file,
    startLoad: createStartLoad(file),
    remove: () => rm(scratch, { recursive: true, force: true }),
  };
}

export interface Sent {
  handle: LoadHandle;
  done: Promise<LoadResult>;
  points: Point[];
  seconds: LoadSecond[];
  states: Partial<LoadState>[];
}

/** Sends a scenario, given as far as it matters: one user for a moment, unless it says otherwise. */
export function sendScenario(
  startLoad: StartLoad,
  scenario: Omit<ScenarioInput, 'version' | 'load'> & { load?: ScenarioInput['load'] },
  folder?: string,
): Sent {
  const spec = loadSpecSchema.parse({
    preset: 'smoke',
    scenario: {
      version: scenarioVersion,
      load: { model: 'closed', stages: [{ durationMs: 600, users: 1 }] },
      ...scenario,
    },
    scenarioFolder: folder,
  });
  const points: Point[] = [];
  const seconds: LoadSecond[] = [];
  const states: Partial<LoadState>[] = [];
  const startUs = monotonicUs();
  const handle = startLoad({
    ...resolvePlan(spec, []),
    nowUs: () => monotonicUs() - startUs,
    onPoints: (more) => points.push(...more),
    onSeconds: (more) => seconds.push(...more),
    onState: (state) => states.push(state),
  });
  return { handle, done: handle.done, points, seconds, states };
}

export function closed(users: number, durationMs = 600): ScenarioInput['load'] {
  return { model: 'closed', stages: [{ durationMs, users }] };
}

/** So long that only the test itself ends it. */
export const foreverMs = 3_600_000;

/** Ends the load once enough has happened, however long that takes on this machine. */
export async function endedWhen(load: Sent | LoadHandle, isEnough: () => boolean): Promise<LoadResult> {
  const handle = 'handle' in load ? load.handle : load;
  let isOver = false;
  const over = (): boolean => (isOver = true);
  handle.done.then(over, over);
  while (!isOver && !isEnough()) await new Promise((resolve) => setTimeout(resolve, 5));
  handle.cancel();
  return handle.done;
}
