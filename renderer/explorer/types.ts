/**
 * What the window asks of the explorer's worker. The worker holds the profiles; the window holds only what it draws.
 * Questions are plain data; answers are typed arrays that are handed over, not copied.
 */
import type { CallTree } from '../../profiles/call-tree';
import type { ChartLayout } from '../../profiles/flame-chart';
import type { FlameLayout } from '../../profiles/flame-layout';
import { exportFormatIds, type ExportFormatId } from '../../profiles/formats/export';
import type { LineTotals } from '../../profiles/lines';
import type { Transform } from '../../profiles/transforms/types';
import type { ProfileUnit, TimeRange } from '../../profiles/types';
import type { ThreadKey } from '../../main/api';

/** Which part of which profiles a view is about. Two equal scopes have the same answer as long as no data arrived. */
export interface Scope {
  /** `in-range`: what was allocated in a range of time, as it was last given to the explorer (`setInRange`). */
  source: 'cpu' | 'allocations' | 'in-range';
  /** null: all. */
  threads: ThreadKey[] | null;
  /** null: all. Profiles without time ignore it. */
  range: TimeRange | null;
  transforms: Transform[];
  /** What widths and numbers mean: the profile's own unit (time, bytes), or how many samples. */
  weights: 'value' | 'samples';
  /** Idle samples are part of the whole. */
  includeIdle: boolean;
  /** Names and places as in the sources that people wrote, where source maps are known; else as they ran. */
  mapped: boolean;
}

/** What is known of a thread's profile without asking. */
export interface ProfileFacts {
  thread: ThreadKey;
  unit: ProfileUnit;
  sampleCount: number;
  startUs: number;
  endUs: number;
  /** When the newest sample was taken; 0 when there is none. */
  newestUs: number;
  /** Samples have times: a flame chart can be drawn and ranges mean something. */
  timed: boolean;
  /** One of several values of the same samples (pprof): such profiles are shown one at a time, never added up. */
  exclusive: boolean;
}

export interface TreeAnswer {
  tree: CallTree;
  /** Left-heavy, ready to draw; only for recordings that have ended. */
  layout: FlameLayout | null;
  /** Weight of the same threads and transforms without the range: what "percent of the run" refers to. */
  runWeight: number;
  newestUs: number;
}

/** By method: what goes in and what comes out. */
export interface Questions {
  /** One call tree of everything in the scope. */
  tree: { input: { scope: Scope; withLayout?: boolean }; output: TreeAnswer | null };
  /** Threads in order of time, one below the other. */
  chart: { input: { scope: Scope }; output: ChartLayout | null };
  /** Callers above (inverted: the function is the root's child) and callees below. */
  sandwich: {
    input: { scope: Scope; functionKey: string };
    output: { callers: CallTree; callees: CallTree; runWeight: number } | null;
  };
  /** Self weight of each function per equal part of the range (or of the whole): sparklines. */
  activity: {
    input: { scope: Scope; functionKeys: string[]; parts: number };
    output: { rows: Float32Array[]; startUs: number; endUs: number };
  };
  /** Self weight per line of a script (as it ran, or mapped), from V8's line ticks; for the source view. */
  lines: {
    input: { scope: Scope; url: string };
    output: LineTotals;
  };
  /** What only the profiles know of one function: why it was deoptimised, and what its own lines cost. */
  details: {
    input: { scope: Scope; functionKey: string };
    output: { deoptReasons: string[]; lines: LineTotals };
  };
  /** The scope as a file of another tool. */
  export: {
    input: { scope: Scope; format: ExportFormat; name: string };
    output: { fileName: string; bytes: Uint8Array };
  };
}
export type QuestionName = keyof Questions;

export { exportFormatIds as exportFormats };
export type ExportFormat = ExportFormatId;
