/** The seam between a run and whatever makes the requests. */
import type { HttpRequest, LoadResult, Point, PresetName } from '../api';

export interface LoadPlan {
  preset: PresetName;
  users: number;
  durationMs: number;
  /** Absolute URLs. */
  requests: HttpRequest[];
}

export interface LoadOptions {
  plan: LoadPlan;
  /** µs since the run's start. */
  nowUs: () => number;
  /** requestRate, latencyP50/P95/P99 and errorRate of the last interval (500 ms), scope `load`. */
  onPoints: (points: Point[]) => void;
}

export interface LoadHandle {
  /** Resolves when the load has ended or was cancelled; rejects with an AppError LOAD_FAILED when it could not run. */
  readonly done: Promise<LoadResult>;
  /** Ends early; `done` resolves with what was measured and `cancelled: true`. */
  cancel(): void;
}

/** Starts a load engine in a process of its own. The first form drives autocannon; a later engine replaces only this function. */
export type StartLoad = (options: LoadOptions) => LoadHandle;
