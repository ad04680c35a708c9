/**
 * What a load came to, as it is shown live, kept in `load.json` and `load-seconds.ndjson`, and read back from other tools.
 *
 * Two latencies are told everywhere. Response time (`latency`) counts from when a request was *due*, so that waiting for a
 * stalled target or for the generator itself counts (no coordinated omission). Service time (`service`) counts from when
 * it was really sent. In the closed model without think time both begin with the answer before.
 */
import type { Scenario } from './scenario';

/** What a load of ours measures is all there; other tools' files, and sessions of earlier versions, may not tell a value. */
export interface LatencySummary {
  minMs?: number;
  meanMs?: number;
  p50Ms?: number;
  p90Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  p999Ms?: number;
  maxMs?: number;
}

export interface LoadTotals {
  /** Answered ones. */
  requests: number;
  /** Without an answer: refused, reset, garbage. */
  errors: number;
  /** Everything that went wrong by kind: `ECONNREFUSED`, `closed by the server`, `check: status`, … */
  errorKinds?: Record<string, number>;
  timeouts: number;
  non2xx: number;
  /** Answers that failed a check. */
  badChecks?: number;
  /** Checks that held and that did not, by their words. */
  checks?: Record<string, { passed: number; failed: number }>;
  /** Received. */
  bytes: number;
  bytesSent?: number;
  meanRate: number;
  /** Response time: from when they were due. */
  latency: LatencySummary | null;
  /** Service time: from when they were sent. Absent in sessions of earlier versions. */
  service?: LatencySummary | null;
  /** Count by status class: `2xx`, `4xx`, … */
  statusClasses: Record<string, number>;
}

/** How well the generator itself did: whether what it says about the target can be believed. */
export interface GeneratorHealth {
  /** 100 = one core. */
  cpuMeanPercent: number;
  cpuMaxPercent: number;
  loopLagP99Ms: number;
  loopLagMaxMs: number;
  /** How much later than due requests were sent because of the generator (not because of users that had no answer yet). */
  slipP99Ms: number;
  slipMaxMs: number;
  /** Iterations that were due and that were begun (open model: they differ when `maxInFlight` was reached). */
  due: number;
  begun: number;
  /** Seconds in which the generator was the limit. */
  limitedSeconds: number;
  /** Seconds in which it kept up and got to run late, since others had the machine. Absent in sessions of earlier versions. */
  machineBusySeconds?: number;
  /** The generator, not the target, was the limit for a good part of the load. */
  wasLimit: boolean;
  /** Why, as a sentence; also when all was well. */
  verdict: string;
}

export interface ThresholdResult {
  expression: string;
  ok: boolean;
  /** As measured, in the expression's unit; null when nothing was measured. */
  value: number | null;
  /** It ended the load, at. */
  abortedAtUs?: number;
}

/** One level of users (knee search) or stage. */
export interface DegradationStep {
  users: number;
  startUs: number;
  endUs: number;
  rps: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  errorRatio: number;
  /** Against the first step: (p95 − first) / first. */
  p95Change: number;
}

export interface KneeReport {
  steps: DegradationStep[];
  /** The step from which more users bring more latency rather than more throughput; null when it was not reached. */
  kneeUsers: number | null;
  /** Highest throughput that was held with errors below the limit. */
  capacityRps: number;
  capacityUsers: number;
  /** Most users with less than 15 % degradation of P95. */
  usersWithin15Percent: number | null;
  endedBy: 'latency' | 'errors' | 'max-users' | 'cancelled' | 'generator' | 'duration';
}

export interface PhaseNumbers {
  startUs: number;
  endUs: number;
  /** Why there are no numbers of this phase, in a few words: the fault began with the load. */
  absent?: string;
  requests: number;
  /** Null in a phase that is absent. */
  rps: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  /** Null when nothing came to an end. */
  errorRatio: number | null;
  errorKinds: Record<string, number>;
}

/** A fault that happened, and what it did. */
export interface FaultReport {
  /** In words: `latency 200 ms ± 50 ms`. */
  text: string;
  kind: string;
  byHand: boolean;
  startedUs: number;
  endedUs: number;
  /** It could not be done, or not as asked. */
  problem?: string;
  /** How it was done where there is more than one way. */
  means?: string;
  before: PhaseNumbers;
  during: PhaseNumbers;
  after: PhaseNumbers;
  /** From the fault's end until throughput, latency and errors were as before again; null when that was not seen. */
  recoveryMs: number | null;
  /** Why nothing can be said of the recovery, in a sentence; `recoveryMs` is null then and says nothing. */
  unjudged?: string;
  /** Other faults that acted in the same time: what was measured during it is of all of them. */
  meanwhile?: string[];
  /** Of kill: from the kill until the first good answer. */
  downMs?: number;
}

export interface EndpointResult {
  method: string;
  /** As written in the scenario; templates are not filled in. */
  url: string;
  name?: string;
  totals: LoadTotals;
}

export interface LoadResult {
  /** A preset's name, `custom` for a scenario, or the tool it was read from. */
  preset: string;
  users: number;
  plannedDurationMs: number;
  startedUs: number;
  endedUs: number;
  cancelled: boolean;
  /** Without warm-up and set-up. */
  totals: LoadTotals;
  perRequest: EndpointResult[];
  // Absent in sessions of earlier versions, and in files of other tools that do not tell.
  scenario?: Scenario;
  /** Counting begins here. */
  countedFromUs?: number;
  iterations?: number;
  /** Set-up steps that failed, by kind: users that never began. */
  setUpFailures?: Record<string, number>;
  generator?: GeneratorHealth;
  thresholds?: ThresholdResult[];
  knee?: KneeReport;
  faults?: FaultReport[];
  /** The tool a foreign result was read from, with its version where the file says. */
  importedFrom?: string;
  /** What the file does not tell or could not be taken over. */
  notes?: string[];
}

/** One endpoint in one second, as a line of `load-seconds.ndjson`; histograms are `LatencyHistogram.encode()`. */
export interface LoadSecond {
  /** Start of the second. */
  tUs: number;
  /** Less at the end of a load. */
  durationUs: number;
  /** Position in `perRequest`. */
  endpoint: number;
  answered: number;
  errors: number;
  timeouts: number;
  non2xx: number;
  badChecks: number;
  bytes: number;
  /** Absent in sessions of earlier versions. */
  bytesSent?: number;
  /** How often the endpoint's checks held, and did not, by their positions; absent where none was made. */
  checksHeld?: number[];
  checksFailed?: number[];
  errorKinds?: Record<string, number>;
  statusClasses?: Record<string, number>;
  response: string;
  service: string;
  /** Within the warm-up. */
  warmUp?: boolean;
}

/** What happened in a stretch of the timeline, merged from its seconds. */
export interface LoadInRange {
  startUs: number;
  endUs: number;
  totals: LoadTotals;
  perRequest: EndpointResult[];
  /** The percentile curve: by share of requests (0.5, 0.9, 0.99, 0.999 …, ending with 1). */
  curve: { share: number; responseMs: number; serviceMs: number }[];
  heatMap: LatencyHeatMap;
  /** Absent where the seconds were not kept. */
  outcomes?: OutcomesOverTime;
}

/** Counts by status class (`2xx`) and error kind in each column of the heat map; a name has one count per column. */
export interface OutcomesOverTime {
  statusClasses: Record<string, number[]>;
  errorKinds: Record<string, number[]>;
}

/** Response times over time: `counts[column * rows + row]`. */
export interface LatencyHeatMap {
  /** Start of each column, and the width of all. */
  columnsUs: number[];
  columnWidthUs: number;
  /** Lower bounds of the rows in ms, growing by a fixed factor; the last row has what lies above. */
  rowsMs: number[];
  counts: number[];
}
