/** The seam between a run and whatever makes the requests. */
import type { FineWindow } from './faults/fine-windows';
import type { Route } from './faults/routes';
import type { LoadResult, LoadSecond, LoadState, Point, Scenario } from '../api';

export interface LoadPlan {
  /** A preset's name, or `custom` for a scenario. */
  preset: string;
  scenario: Scenario;
  /** Where paths go; null when every request says it itself. A proxy before the target puts its own address here. */
  baseUrl: string | null;
  /** Folder that the scenario's files are relative to. */
  folder: string;
  /** The most there will be: users, or iterations under way in the open model. */
  users: number;
  durationMs: number;
}

/** A request of the scenario, as `LoadSecond.endpoint` counts them. */
export interface LoadEndpoint {
  method: string;
  url: string;
  name?: string;
  /** Its checks in words, by the positions that `LoadSecond` counts them at. */
  checks?: string[];
}

export interface LoadOptions extends LoadPlan {
  /** µs since the run's start. */
  nowUs: () => number;
  /** requestRate, latencyP50/P95/P99, errorRate, loadUsers and loadSlip of the last interval (500 ms), scope `load`. */
  onPoints: (points: Point[]) => void;
  /** What each second came to, by endpoint; told just after it. */
  onSeconds?: (seconds: LoadSecond[]) => void;
  /** Once, before the first second. */
  onEndpoints?: (endpoints: LoadEndpoint[]) => void;
  /** What came to an end in each 100 ms, told twice a second. */
  onFine?: (windows: FineWindow[]) => void;
  /** Where connections go instead of where the URLs say, from the start; see `route`. */
  routes?: Route[];
  onState?: (state: Pick<LoadState, 'warmingUp' | 'stage' | 'generatorLimit' | 'users'>) => void;
}

export interface LoadHandle {
  /**
   * Resolves when the load has ended or was cancelled; rejects with an AppError: LOAD_FAILED when it could not run, BAD_INPUT or
   * LOAD_NO_URL when the scenario cannot be carried out.
   */
  readonly done: Promise<LoadResult>;
  /** Ends early; `done` resolves with what was measured and `cancelled: true`. */
  cancel(): void;
  /** Ends the second of `onSeconds` that is just passing, so that what comes now is told apart. */
  cut(): void;
  /** Connections go there from now on; open ones are opened anew for their next request. */
  route(routes: Route[]): void;
}

/** Starts a load engine in a process of its own. */
export type StartLoad = (options: LoadOptions) => LoadHandle;
