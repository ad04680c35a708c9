/** The leak verdict: what is asked (thresholds), what is judged from (a floor of the heap after collections), what is said. */
import { z } from 'zod';

/** As everywhere in the product: what is typed, spoken and judged is the same. */
const megabyte = 1e6;

/** What counts as a leak; the defaults are requirement B2's. A growth must also be a significant trend that does not level off. */
export const leakThresholdsSchema = z.object({
  /** Growth of the floor in the run, bytes. */
  growthBytes: z
    .number()
    .positive()
    .default(100 * megabyte),
  bytesPerHour: z
    .number()
    .positive()
    .default(10 * megabyte),
  bytesPer1000Operations: z
    .number()
    .positive()
    .default(10 * megabyte),
  bytesPerOperation: z.number().positive().default(5000),
});
export type LeakThresholds = z.infer<typeof leakThresholdsSchema>;

export const leakSpecSchema = z.object({
  /** Full collections at intervals, so that the floor is real. They cost pauses, marked as ours. */
  forceGc: z.boolean().default(false),
  forceGcEveryMs: z.number().int().min(1000).max(3_600_000).default(5000),
  /** Left out at the beginning; absent: found from the data. */
  warmUpMs: z.number().nonnegative().optional(),
  thresholds: leakThresholdsSchema.prefault({}),
});
export type LeakSpec = z.infer<typeof leakSpecSchema>;

/** What of a thread's memory is judged: its JS heap, and what it holds outside of it. */
export type LeakSubject = 'heap' | 'external';
export type LeakOutcome = 'leaking' | 'not-leaking' | 'not-enough-data';

/** Values just after full collections, in time order. */
export interface FloorPoint {
  tUs: number;
  bytes: number;
  /** From a collection we forced, or from a full one of the program's own. */
  forced: boolean;
}

export interface LeakRule {
  rule: keyof LeakThresholds;
  limit: number;
  /** Null when it cannot be formed (no load: no operations). */
  value: number | null;
  fired: boolean;
}

export interface LeakTrend {
  /** Points of the floor that were used, and the stretch of time they cover. */
  points: number;
  startUs: number;
  endUs: number;
  /** Theil-Sen slope (Sen 1968), bytes per hour, with its 95 % confidence interval. */
  slopeBytesPerHour: number;
  slopeLow: number;
  slopeHigh: number;
  /** Mann-Kendall test for a monotonic upward trend (Mann 1945, Kendall 1975), one-sided p. */
  p: number;
  growthBytes: number;
  /** Growth per operation of the load, bytes; null without load. */
  bytesPerOperation: number | null;
  /** The last part grows no more, though the whole did: a cache that has filled up, a warm JIT. */
  levelledOff: boolean;
}

export interface SubjectVerdict {
  thread: string;
  subject: LeakSubject;
  outcome: LeakOutcome;
  /** In words, with numbers. */
  sentence: string;
  trend: LeakTrend | null;
  rules: LeakRule[];
  /** What lies before this was left out, µs since the run's start: the time before the load, and the warm-up. */
  warmUpUs: number;
}

export interface SuspectConstructor {
  name: string;
  /** Key in the comparison's snapshot B. */
  key: number;
  countChange: number;
  /** Shallow, bytes. */
  sizeChange: number;
  /** What the additional ones hold, themselves included: estimated from what all of them hold. */
  heldChange: number;
  /** Of the new ones: what holds most of them; '' when no common way was found. */
  heldBy: string;
}

export interface SuspectSite {
  name: string;
  url: string;
  line: number;
  column: number;
  /** Still alive at the end, and what of it was added since the warm-up (sampled, scaled by V8). */
  aliveBytes: number;
  growthBytes: number;
  thread: string;
  /** A function that it calls allocated most of it on its behalf; absent when it did so itself. */
  through?: string;
  /** It allocated most of it on behalf of this function, which stands beside it with the same bytes. */
  calledBy?: string;
}

export interface LeakVerdict {
  outcome: LeakOutcome;
  /** One to three sentences. */
  sentence: string;
  subjects: SubjectVerdict[];
  constructors: SuspectConstructor[];
  sites: SuspectSite[];
  /** The two snapshots that the constructors come from. */
  snapshots: { a: string; b: string } | null;
  /** What would make the verdict better: "take a second snapshot", "record longer", … */
  advice: string[];
  method: string;
  thresholds: LeakThresholds;
}
