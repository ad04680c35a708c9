/**
 * THE contract between the engine and everything that shows it (desktop shell, web shell, command line):
 * every call with the schema of its input and the type of its result, and every event. Nothing else crosses.
 *
 * Times are µs since the run's start on the host's monotonic clock unless a name says otherwise.
 */
import { z } from 'zod';
import type { AllocatedBetween, AllocationKind } from '../profiles/allocations/history';
import { formatIds } from '../profiles/formats/types';
import { leakSpecSchema, leakThresholdsSchema, type LeakVerdict } from '../profiles/leaks/types';
import {
  snapshotComparisonQuestionSchema,
  snapshotQuestionSchema,
  type SnapshotAnswers,
  type SnapshotComparisonAnswers,
} from '../profiles/heap/questions';
import type { CollectionColumns, ExactColumns } from '../profiles/series';
import type { ProfileDelta, V8HeapProfile } from '../profiles/types';
import type { AppErrorJson } from './errors';
import type { LoadInRange, LoadResult } from './load-results';
import { faultSchema, scenarioSchema, type FaultKind, type Scenario } from './scenario';

export type * from './load-results';
export * from './scenario';

// ───────────────────────────────────────────── what to run ─────────────────────────────────────────────

export const httpRequestSchema = z.object({
  /** Absolute (`http://127.0.0.1:3000/a`), or a path, which is taken relative to the address the target listens on. */
  url: z.string().trim().min(1, 'Give a URL or a path like /products.'),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']).default('GET'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
});
export type HttpRequest = z.infer<typeof httpRequestSchema>;

export const presetNames = [
  'smoke',
  'light',
  'medium',
  'heavy',
  'stress',
  'spike',
  'volume',
  /** Raises the users until it breaks. */
  'knee',
] as const;
export type PresetName = (typeof presetNames)[number];

export const loadSpecSchema = z.object({
  preset: z.enum(presetNames),
  /** Override the preset's duration. */
  durationMs: z.number().positive().max(86_400_000).optional(),
  /** Override the preset's number of users (concurrent connections). */
  users: z.number().int().positive().max(5000).optional(),
  /** Empty: the address the target listens on, `GET /`. */
  requests: z.array(httpRequestSchema).default([]),
  /** What to send in full; `preset`, `durationMs`, `users` and `requests` are then not looked at. */
  scenario: scenarioSchema.optional(),
  /** Folder that the scenario's files (CSV, bodies) are relative to; absent: the target's working directory. */
  scenarioFolder: z.string().optional(),
  /** The preset that the scenario's amount of load was taken from, if it was: the result is called by its name. */
  presetOfScenario: z.enum(presetNames).optional(),
  /** Lengths of stages, steps and faults times this: a preset of minutes in seconds. */
  timeScale: z.number().positive().max(100).optional(),
  /** End the whole run when the load has ended (the command line's default). */
  stopTargetAtEnd: z.boolean().default(false),
});
export type LoadSpec = z.infer<typeof loadSpecSchema>;

export const targetSpecSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('launch'),
    /** The program and its arguments; never goes through a shell unless `shell` is set. */
    argv: z.array(z.string()).min(1, 'Give a command to run, for example: node server.js'),
    cwd: z.string().optional(),
    env: z.record(z.string(), z.string()).default({}),
    /** Flags for every Node process of the target, for example `--max-old-space-size=512`. */
    nodeFlags: z.array(z.string()).default([]),
    /** Absolute path of the Node binary to use instead of the one on PATH. */
    nodeBinary: z.string().optional(),
    /** Run the command line through the user's shell (then `argv` is joined with spaces). */
    shell: z.boolean().default(false),
  }),
  z.object({ kind: z.literal('attach'), pid: z.number().int().positive() }),
  /** A bundled sample by name; see `AppInfo.samples`. */
  z.object({ kind: z.literal('sample'), sample: z.string() }),
]);
export type TargetSpec = z.infer<typeof targetSpecSchema>;
export type LaunchSpec = Extract<TargetSpec, { kind: 'launch' }>;

/** When heap snapshots are taken by themselves; each stops its thread while it is written. */
export const snapshotRulesSchema = z.object({
  atStart: z.boolean().default(false),
  /** When the load's or the program's warm-up is over. */
  afterWarmUp: z.boolean().default(false),
  atEnd: z.boolean().default(false),
  /** When a thread's heap used gets above this, once. */
  heapAboveBytes: z.number().positive().optional(),
  /** When the heap after a full collection has grown by this since the last snapshot (or the start). */
  growthAboveBytes: z.number().positive().optional(),
  /** Shortly before V8 gives up at its heap limit. */
  nearHeapLimit: z.boolean().default(false),
  /** At most so many by rules in one run (disk and pauses). */
  most: z.number().int().positive().max(20).default(5),
});
export type SnapshotRules = z.infer<typeof snapshotRulesSchema>;

export const captureSpecSchema = z.object({
  cpu: z.boolean().default(true),
  /** µs between CPU samples. */
  cpuIntervalUs: z.number().int().min(50).max(100_000).default(1000),
  allocations: z.boolean().default(true),
  /** Average bytes between allocation samples (V8's default is 32 KiB; ours is 128 KiB). */
  allocationIntervalBytes: z.number().int().min(1024).default(131_072),
  /** ms between process and runtime metrics. */
  metricsIntervalMs: z.number().int().min(50).max(10_000).default(250),
  /**
   * `alive`: what was allocated and not yet collected. `all`: everything that was allocated, also what is garbage since (V8
   * can do one or the other at a time; Node versions without the flags say so in a warning and record `alive`).
   */
  allocationKind: z.enum(['alive', 'all']).default('alive'),
  snapshots: snapshotRulesSchema.prefault({}),
});
export type CaptureSpec = z.infer<typeof captureSpecSchema>;

export const runSpecSchema = z.object({
  target: targetSpecSchema,
  name: z.string().max(200).optional(),
  tags: z.array(z.string()).default([]),
  load: loadSpecSchema.optional(),
  capture: captureSpecSchema.prefault({}),
  leaks: leakSpecSchema.prefault({}),
  /** Stop the target after this long. */
  durationMs: z.number().positive().optional(),
});
export type RunSpec = z.infer<typeof runSpecSchema>;
export type RunSpecInput = z.input<typeof runSpecSchema>;

// ───────────────────────────────────────────── what is recorded ─────────────────────────────────────────────

/** `p<pid>` for a process's main thread, `p<pid>-w<workerId>` for a worker thread. */
export type ThreadKey = string;

export interface ThreadInfo {
  key: ThreadKey;
  pid: number;
  /** 0 is the main thread. */
  workerId: number;
  title: string;
  startedUs: number;
  endedUs?: number;
}

export interface ProcessInfo {
  pid: number;
  ppid: number;
  /** Short name for pickers: the script's file name, else the command's. */
  title: string;
  argv: string[];
  nodeVersion: string;
  startedUs: number;
  endedUs?: number;
  threads: ThreadInfo[];
}

export interface ListeningAddress {
  pid: number;
  /** For example `http://127.0.0.1:3000`. Wildcard addresses are given as 127.0.0.1. */
  url: string;
  port: number;
  protocol: 'http' | 'https' | 'tcp';
  atUs: number;
}

/** Every measured series. `scope` in a point says whose: `tree`, a ThreadKey, or `load`. */
export const metrics = {
  cpu: { unit: 'percent', label: 'CPU' }, // 100 = one core busy; scope: tree and p<pid>
  rss: { unit: 'bytes', label: 'RSS' }, // scope: tree and p<pid>
  heapUsed: { unit: 'bytes', label: 'Heap used' }, // scope: thread
  heapTotal: { unit: 'bytes', label: 'Heap total' },
  external: { unit: 'bytes', label: 'External' },
  arrayBuffers: { unit: 'bytes', label: 'Array buffers' },
  heapLimit: { unit: 'bytes', label: 'Heap limit' },
  newSpace: { unit: 'bytes', label: 'New space' }, // used, scope: thread
  oldSpace: { unit: 'bytes', label: 'Old space' }, // used, all spaces but new, code and large-object included
  /** Just after a full collection: the floor that leaks are judged by. */
  heapFloor: { unit: 'bytes', label: 'Heap after full GC' },
  externalFloor: { unit: 'bytes', label: 'External after full GC' },
  gcFreed: { unit: 'bytes', label: 'Freed by GC' }, // summed over the interval (from a sample where there are very many); scope: thread
  loopDelayP50: { unit: 'ms', label: 'Event-loop delay P50' }, // scope: thread; over the last interval
  loopDelayP99: { unit: 'ms', label: 'Event-loop delay P99' },
  loopDelayMax: { unit: 'ms', label: 'Event-loop delay max' },
  loopUtilization: { unit: 'ratio', label: 'Event-loop utilisation' }, // 0..1
  gcPause: { unit: 'ms', label: 'GC pause' }, // summed over the interval; scope: thread
  gcCount: { unit: 'count', label: 'GC count' },
  requestRate: { unit: 'perSecond', label: 'Requests' }, // scope: load
  latencyP50: { unit: 'ms', label: 'Latency P50' },
  latencyP95: { unit: 'ms', label: 'Latency P95' },
  latencyP99: { unit: 'ms', label: 'Latency P99' },
  errorRate: { unit: 'perSecond', label: 'Errors' }, // errors + timeouts + non-2xx + failed checks per second
  loadUsers: { unit: 'count', label: 'Users' }, // scope: load; users, or iterations under way in the open model
  loadSlip: { unit: 'ms', label: 'Generator slip' }, // scope: load; P99 of how late the generator itself was
} as const;
export type Metric = keyof typeof metrics;
export type Unit = (typeof metrics)[Metric]['unit'];

export interface Point {
  metric: Metric;
  /** `tree`, `load`, or a ThreadKey. */
  scope: string;
  tUs: number;
  value: number;
}

/** One metric of one scope as columns, in time order. */
export interface Series {
  metric: Metric;
  scope: string;
  tUs: number[];
  values: number[];
  /**
   * Of a reduced series: its points are extremes and ends of stretches of time, and these columns say what they stand for
   * (`profiles/time-series.ts` adds and averages both kinds rightly).
   */
  exact?: ExactColumns;
}

/** The garbage collections of a thread, of one kind and cause, as columns; reduced ones have `stands`. */
export interface Collections extends CollectionColumns {
  gcKind: GcKind;
}

export type GcKind = 'minor' | 'major' | 'incremental' | 'weakcb';

export type Mark =
  | { kind: 'listen'; tUs: number; text: string; pid: number }
  | { kind: 'load-start' | 'load-end'; tUs: number; text: string }
  | { kind: 'process-start' | 'process-exit'; tUs: number; text: string; pid: number }
  | {
      kind: 'blocked';
      tUs: number;
      durationMs: number;
      text: string;
      thread: ThreadKey;
      /** The program's first synchronous code, before the loop turned for the first time: expected, not a stall. */
      startUp?: boolean;
      /** We stopped it ourselves, to read sources: not the program's fault. */
      ours?: boolean;
      /** So many shorter ones near it are not listed, in a run with very many. */
      others?: number;
    }
  | {
      kind: 'gc';
      tUs: number;
      durationMs: number;
      gcKind: GcKind;
      thread: ThreadKey;
      /** Caused by us: an allocation refresh, a forced collection, a snapshot. */
      ours: boolean;
      /** Heap used before and after, where the runtime tells. */
      beforeBytes?: number;
      afterBytes?: number;
    }
  | {
      kind: 'snapshot';
      tUs: number;
      /** How long the thread stood still. */
      durationMs: number;
      text: string;
      thread: ThreadKey;
      file: string;
    }
  | { kind: 'oom'; tUs: number; text: string; thread: ThreadKey }
  /** A fault made on purpose; told again with its length when it has ended (until then it has none). */
  | {
      kind: 'fault';
      tUs: number;
      durationMs?: number;
      text: string;
      faultId: string;
      faultKind: string;
    }
  | { kind: 'stop'; tUs: number; text: string };

export interface OutputLine {
  tUs: number;
  stream: 'out' | 'err';
  text: string;
}

export interface RunWarning {
  tUs: number;
  /** What failed alone, for example `cpu p4711` or `metrics`. */
  source: string;
  message: string;
  hint?: string;
  /** Says something about the data, for example what an imported file has and is not shown; nothing failed. */
  isNote?: boolean;
}

export type SnapshotReason =
  'asked' | 'start' | 'warm-up' | 'end' | 'heap-above' | 'growth' | 'near-limit' | 'imported';

/** A heap snapshot of a session, or on its way to become one. */
export interface SnapshotInfo {
  /** Its name in the session's folder; unique also while it is written. */
  file: string;
  thread: ThreadKey;
  reason: SnapshotReason;
  startedUs: number;
  state: 'writing' | 'complete' | 'failed';
  /** 0..1 while it is written; null when unknown. */
  progress: number | null;
  sizeBytes: number;
  /** Heap used when it was begun. */
  heapUsedBytes?: number;
  /** The pause as foreseen, and as measured. */
  estimatedPauseMs?: number;
  pauseMs?: number;
  error?: AppErrorJson;
}

/** What a snapshot would cost now. */
export interface SnapshotEstimate {
  pauseMs: number;
  sizeBytes: number;
  heapUsedBytes: number;
  /** `measured`: scaled from an earlier snapshot of this run; `typical`: from this machine's or the default rate. */
  basis: 'measured' | 'typical';
  /** What the process will need beside its heap while it is written; it is refused when there is less. */
  memoryBytes?: number;
  /** What the process can still get, where the system tells (Linux; control groups included). */
  availableMemoryBytes?: number;
}

export interface LoadState {
  phase: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed';
  /** A preset's name, or `custom` for a scenario. */
  preset: string;
  /** The scenario's, when there is one. */
  name?: string;
  users: number;
  plannedDurationMs: number;
  startedUs?: number;
  error?: AppErrorJson;
  /** Within the warm-up. */
  warmingUp?: boolean;
  /** `stage 2 of 3: 50 users`, `step 4: 17 users`. */
  stage?: string;
  /** Faults that last now. */
  faults?: { id: string; text: string; byHand: boolean; startedUs: number }[];
  /** The generator is the limit just now: a sentence. */
  generatorLimit?: string;
}

export interface TargetExit {
  code: number | null;
  signal: string | null;
  /** We ended it (stop, duration reached, load finished). */
  stoppedByUs: boolean;
}

export type RunPhase = 'starting' | 'running' | 'stopping' | 'saving' | 'done' | 'failed';

/** The run as shown in the header; small, sent whole at each change. */
export interface RunState {
  /** Also the session's id. */
  runId: string;
  name: string;
  phase: RunPhase;
  commandLine: string;
  cwd: string;
  startedAt: string;
  /** Grows while running. */
  durationMs: number;
  processes: ProcessInfo[];
  listening: ListeningAddress[];
  load: LoadState | null;
  /** Faults that this run cannot make, by their kind, each with the reason in a sentence. */
  impossibleFaults?: Partial<Record<FaultKind, string>>;
  warnings: RunWarning[];
  sampleCount: number;
  snapshots: SnapshotInfo[];
  exit?: TargetExit;
  /** Why the run could not start or ended badly. The session, if anything was recorded, is saved all the same. */
  error?: AppErrorJson;
}

/** Everything a view needs to join a live run. Later events continue exactly from here. */
export interface RunSnapshot {
  state: RunState;
  cpu: Record<ThreadKey, ProfileDelta>;
  allocations: Record<ThreadKey, V8HeapProfile>;
  /** Reduced when the run is long. */
  series: Series[];
  /** Without garbage collections; of very many `blocked` ones the longest. */
  marks: Mark[];
  collections?: Collections[];
  output: OutputLine[];
  loadResult: LoadResult | null;
}

// ───────────────────────────────────────────── sessions ─────────────────────────────────────────────

export type SessionStatus = 'recording' | 'complete' | 'recovered' | 'failed' | 'imported';

/** A few numbers for lists, search and comparison; absent when not measured. */
export interface SessionSummary {
  cpuSamples?: number;
  cpuMeanPercent?: number;
  cpuBusyMs?: number;
  rssMaxBytes?: number;
  heapMaxBytes?: number;
  loopDelayP99Ms?: number;
  loopDelayMaxMs?: number;
  loopUtilizationMean?: number;
  gcPauseTotalMs?: number;
  gcCount?: number;
  requests?: number;
  requestRate?: number;
  latencyP50Ms?: number;
  latencyP95Ms?: number;
  latencyP99Ms?: number;
  errorRatio?: number;
  allocatedLiveBytes?: number;
  /** The function with the most self time. */
  topFunction?: { name: string; url: string; line: number; selfMs: number; share: number };
  /** The function that allocated most of what was alive at the last allocation profile. */
  topAllocator?: { name: string; url: string; line: number; selfBytes: number; share: number };
  /** Complete heap snapshots; absent when there are none. */
  snapshots?: number;
}

export interface SessionMeta {
  id: string;
  name: string;
  createdAt: string;
  durationMs: number;
  status: SessionStatus;
  commandLine: string;
  cwd: string;
  tags: string[];
  note: string;
  nodeVersion: string;
  sizeBytes: number;
  trashedAt?: string;
  summary: SessionSummary;
}

export interface SessionFile {
  name: string;
  /** `profile`: a foreign file kept as it came, with one or more profiles; `sources`: the scripts that ran. */
  kind:
    | 'cpu'
    | 'allocations'
    | 'profile'
    /** A `.heapsnapshot` or `.heaptimeline`. */
    | 'snapshot'
    | 'sources'
    | 'timeline'
    | 'load'
    | 'output'
    | 'other';
  thread?: ThreadKey;
  sizeBytes: number;
}

export interface Environment {
  nodeVersion: string;
  scorchmarkVersion: string;
  os: string;
  arch: string;
  cpuModel: string;
  cpuCount: number;
  memoryBytes: number;
  gitRevision?: string;
  gitDirty?: boolean;
}

/** `session.json` */
export interface SessionDetail extends SessionMeta {
  /** Raised when an older workbench could not read the folder. */
  formatVersion: number;
  /** The run's start on the host's monotonic clock, µs: `.cpuprofile` times minus this are µs since the run's start. */
  originUs: number;
  spec: RunSpec | null;
  environment: Environment;
  processes: ProcessInfo[];
  listening: ListeningAddress[];
  warnings: RunWarning[];
  exit?: TargetExit;
  error?: AppErrorJson;
  files: SessionFile[];
  /** Absent in sessions of older workbenches. */
  snapshots?: SnapshotInfo[];
  /** The target ran out of memory: V8 gave up at its heap limit. */
  outOfMemory?: boolean;
}

/** `timeline.json`, and what `timeline.read` answers. */
export interface Timeline {
  series: Series[];
  /** Older workbenches wrote garbage collections here, one mark each. */
  marks: Mark[];
  /** All garbage collections; absent where `marks` has them. */
  collections?: Collections[];
}

export interface RememberedTarget {
  id: string;
  label: string;
  spec: RunSpec;
  lastUsedAt: string;
}

/** Where a source's text was got from. */
export type SourceOrigin =
  /** From the target itself while it was recorded: what really ran. */
  | 'recorded'
  /** Copied from the disk while recording; V8 was not asked whether this is what ran (yet: it is at the end). */
  | 'copied'
  /** From a source map that the target's script carries or names. */
  | 'source-map'
  /** From the disk now; it may have changed since the recording. */
  | 'disk';

export interface SourceInfo {
  url: string;
  sizeBytes: number;
  /** The originals that its source map names; empty when it has none. */
  originals: string[];
  /** Why its source map cannot be used, as a sentence. */
  mapProblem?: string;
}

/** Which version of an npm package a recording ran: everything in `folder` belongs to it. */
export interface PackageVersion {
  /** A path of the machine that was recorded, for example `/srv/shop/node_modules/express`. */
  folder: string;
  name: string;
  version: string;
}

/** A place in a script or an original; line and column are 1-based, 0 = unknown. */
export interface SourcePlace {
  url: string;
  line: number;
  column: number;
}

/** Answer to `sources.resolve`: one entry per position. */
export interface ResolvedPositions {
  /** Original files that occur. */
  urls: string[];
  /** Index into `urls`; -1 where there is no mapping. */
  url: number[];
  /** 1-based; 0 = unknown. */
  line: number[];
  column: number[];
  /** The function's name in the original; '' when the map does not tell. */
  name: string[];
  /** Source maps that cannot be used, each as a sentence; absent when there are none. */
  problems?: string[];
}

/** The allocation profiles of a thread. */
export interface AllocationTimes {
  thread: ThreadKey;
  kind: AllocationKind;
  /** Since when allocations were sampled. */
  sinceUs: number;
  /** When profiles were read. */
  timesUs: number[];
}

/** What a thread allocated between two reads; of the kind `alive`, what of it still lived at the later one. */
export interface AllocatedInThread extends AllocatedBetween {
  thread: ThreadKey;
}

// ───────────────────────────────────────────── comparison ─────────────────────────────────────────────

export interface MetricChange {
  key: string;
  label: string;
  unit: Unit | 'count';
  a: number | null;
  b: number | null;
  /** (b - a) / a; null when it cannot be formed. */
  change: number | null;
  better: 'lower' | 'higher' | 'neutral';
}

export interface FunctionChange {
  name: string;
  url: string;
  lineA: number;
  lineB: number;
  selfMsA: number;
  selfMsB: number;
  totalMsA: number;
  totalMsB: number;
  /** Share of all busy (non-idle) time, 0..1. */
  selfShareA: number;
  selfShareB: number;
}

export interface Comparison {
  a: SessionMeta;
  b: SessionMeta;
  metrics: MetricChange[];
  /** Ordered by the size of the change of self share. */
  functions: FunctionChange[];
  /** Why numbers may not be comparable (different command, Node version, load, …). */
  caveats: string[];
}

// ───────────────────────────────────────────── the application ─────────────────────────────────────────────

export interface SampleInfo {
  name: string;
  title: string;
  description: string;
  /** What "Try" starts. */
  spec: RunSpec;
}

export interface LoadPreset {
  name: PresetName;
  users: number;
  durationMs: number;
  description: string;
}

export interface AppInfo {
  version: string;
  shell: 'electron' | 'web';
  platform: string;
  nodeVersion: string;
  cwd: string;
  dataFolder: string;
  samples: SampleInfo[];
  presets: LoadPreset[];
  /** Things the person should know once: index rebuilt, sessions recovered, data folder shared with another workbench. */
  notices: string[];
}

const empty = z.object({}).default({});
const byId = z.object({ id: z.string().min(1) });
/** Chosen by the caller: names a long action, so that its `task.progress` can be shown and `tasks.cancel` can end it. */
const taskId = z.string().optional();

const finiteNumber = z.number();
const describedSpan = { startedUs: finiteNumber, endedUs: finiteNumber };
/** `FileDescription` of profiles/formats: what a foreign profile is, without its samples. */
const fileDescriptionSchema = z.object({
  format: z.enum(formatIds),
  originUs: finiteNumber,
  durationMs: finiteNumber.nonnegative(),
  processes: z
    .array(
      z.object({
        pid: z.number().int().nonnegative(),
        title: z.string(),
        ...describedSpan,
        threads: z.array(
          z.object({
            key: z.string().regex(/^p\d{1,10}(-w\d{1,10})?$/),
            pid: z.number().int().nonnegative(),
            workerId: z.number().int().nonnegative(),
            title: z.string(),
            ...describedSpan,
          }),
        ),
      }),
    )
    .min(1),
  numbers: z.object({
    cpuSamples: finiteNumber.optional(),
    cpuBusyMs: finiteNumber.optional(),
    topFunction: z
      .object({
        name: z.string(),
        url: z.string(),
        line: z.number(),
        selfMs: finiteNumber,
        share: finiteNumber,
      })
      .optional(),
    allocatedLiveBytes: finiteNumber.optional(),
    topAllocator: z
      .object({
        name: z.string(),
        url: z.string(),
        line: z.number(),
        selfBytes: finiteNumber,
        share: finiteNumber,
      })
      .optional(),
  }),
  notes: z.array(z.string()),
});

/** Ours as YAML or JSON, and what other load generators take. */
export const scenarioFormats = ['yaml', 'json', 'k6', 'artillery', 'locust'] as const;
export type ScenarioFormat = (typeof scenarioFormats)[number];

export const sortKeys = [
  'createdAt',
  'name',
  'durationMs',
  'status',
  'cpuMeanPercent',
  'latencyP99Ms',
  'requestRate',
  'heapMaxBytes',
] as const;

/** Every call and the schema of its input. */
export const inputs = {
  'app.info': empty,

  'run.start': runSpecSchema,
  'run.stop': z.object({ runId: z.string() }),
  'run.cancelLoad': z.object({ runId: z.string() }),
  /** Breaks something now, for `forMs` (absent: until it is ended or the run ends). */
  'run.startFault': z.object({
    runId: z.string(),
    fault: faultSchema,
    forMs: z.number().positive().max(86_400_000).optional(),
  }),
  'run.endFault': z.object({ runId: z.string(), faultId: z.string() }),
  /** What a load did in a stretch of a session or running recording, by whole seconds. */
  'load.between': byId.extend({ startUs: z.number(), endUs: z.number() }),
  /** Reads a scenario from YAML or JSON, in the full or the short form. */
  'scenarios.parse': z.object({ text: z.string().max(10_000_000) }),
  /** Writes it for a person, or for another tool. */
  'scenarios.write': z.object({ scenario: scenarioSchema, format: z.enum(scenarioFormats) }),
  /** Makes a scenario to edit from a HAR file, a curl command or an OpenAPI document; `kind` absent: found out. */
  'scenarios.import': z.object({
    text: z.string().max(200_000_000),
    kind: z.enum(['har', 'curl', 'openapi']).optional(),
  }),
  /** The scenario that a preset or a list of requests stands for: the starting point for editing. */
  'scenarios.ofLoad': z.object({ load: loadSpecSchema }),
  'run.refreshAllocations': z.object({ runId: z.string() }),
  /** The active run, or the last one of this workbench; null when there was none. */
  /** What a heap snapshot of a thread would cost now. */
  'snapshots.estimate': z.object({ runId: z.string(), thread: z.string() }),
  /** Takes one of a running recording; answers when it is complete. Progress stands in the run's state. */
  'snapshots.take': z.object({ runId: z.string(), thread: z.string() }),
  'snapshots.delete': byId.extend({ file: z.string() }),
  /** Opens a snapshot when needed (with progress under `taskId`) and answers a question about it. */
  'snapshots.ask': byId.extend({ file: z.string(), question: snapshotQuestionSchema, taskId }),
  'snapshots.compare': z.object({
    /** The earlier one. */
    a: byId.extend({ file: z.string() }),
    b: byId.extend({ file: z.string() }),
    question: snapshotComparisonQuestionSchema,
    taskId,
  }),
  /**
   * Of a running recording or a session; by its own thresholds unless others are given. `deep` also opens two snapshots, if
   * there are two, for constructors and holders.
   */
  'leaks.judge': byId.extend({
    thresholds: leakThresholdsSchema.optional(),
    deep: z.boolean().default(false),
    taskId,
  }),
  /**
   * The timeline of a session or running recording, each series reduced to about `points` points that keep minima and
   * maxima: all of it, or a range. `only`: the series of these metrics, with or without garbage collections, and no marks;
   * what is large is asked for in parts, each of them a small answer.
   */
  'timeline.read': byId.extend({
    startUs: z.number().optional(),
    endUs: z.number().optional(),
    points: z.number().int().min(100).max(20_000).default(2000),
    only: z.object({ metrics: z.array(z.string()), collections: z.boolean() }).optional(),
  }),
  /** When allocation profiles were read in a session or running recording; empty where that is not known (imported files). */
  'allocations.history': byId,
  /**
   * What threads (default: all) allocated between the profiles nearest to two instants. Threads without two such
   * profiles are left out.
   */
  'allocations.between': byId.extend({
    threads: z.array(z.string()).nullable().default(null),
    startUs: z.number(),
    endUs: z.number(),
  }),
  'run.current': empty,
  'run.snapshot': z.object({ runId: z.string() }),

  'targets.list': empty,
  'targets.remove': byId,
  /** Running Node processes one could attach to. */
  'targets.processes': empty,

  'sessions.list': z
    .object({
      search: z.string().default(''),
      tags: z.array(z.string()).default([]),
      sort: z.enum(sortKeys).default('createdAt'),
      descending: z.boolean().default(true),
      trash: z.boolean().default(false),
    })
    .prefault({}),
  'sessions.get': byId,
  /** A file of the session's folder, or a part of it: files of hundreds of megabytes are asked for piece by piece. */
  'sessions.readFile': z.object({
    id: z.string(),
    file: z.string(),
    offset: z.number().int().nonnegative().optional(),
    lengthBytes: z.number().int().positive().optional(),
  }),
  /** The scripts of a session or running recording whose source is known. */
  'sources.list': byId,
  /** The npm packages whose version was seen while recording. */
  'sources.packages': byId,
  /**
   * A script's text as it ran, or the text of an original that its source map names. Where both have the same URL (tsx and
   * other loaders that translate in memory), `original` says which.
   */
  'sources.read': z.object({ id: z.string(), url: z.string(), original: z.boolean().default(false) }),
  /**
   * Where generated code comes from. `positions` are triples [index into urls, line, column] (1-based), flattened. Column 0
   * asks about a whole line: answered only when all of it comes from one line of the original.
   */
  'sources.resolve': z.object({
    id: z.string(),
    urls: z.array(z.string()).max(100_000),
    positions: z.array(z.number().int()).max(3_000_000),
  }),
  /** The other way round: where the code of a place in an original (1-based) ended up; null when no map of the session tells. */
  'sources.generated': z.object({
    id: z.string(),
    url: z.string(),
    line: z.number().int().nonnegative(),
    column: z.number().int().nonnegative(),
  }),
  /** Opens a file of this machine in the person's editor (see Settings). Only files that a session's profiles name. */
  'sources.openInEditor': z.object({
    id: z.string(),
    url: z.string(),
    line: z.number().int().nonnegative(),
    column: z.number().int().nonnegative(),
    /** `code`, `webstorm`, `subl`, or a command with `{file}`, `{line}` and `{column}`. */
    editor: z.string().trim().min(1).max(1000),
  }),
  'sessions.update': byId.extend({
    name: z.string().trim().min(1, 'A session needs a name.').max(200).optional(),
    note: z.string().max(100_000).optional(),
    tags: z.array(z.string().trim().min(1).max(50)).max(50).optional(),
  }),
  'sessions.trash': z.object({ ids: z.array(z.string()).min(1) }),
  'sessions.restore': z.object({ ids: z.array(z.string()).min(1) }),
  /** Deletes trashed sessions for good: the given ones, or all. */
  'sessions.emptyTrash': z.object({ ids: z.array(z.string()).optional() }).default({}),
  /** The session as one `.scorchmark` file (a zip). */
  'sessions.export': byId.extend({ taskId }),
  /** The bytes of a `.scorchmark` file or of a profile in any format that can be read become a session. */
  'sessions.import': z.object({ fileName: z.string(), bytes: z.instanceof(Uint8Array), taskId }),
  /** The same piece by piece, for files of any size and folders that a tool wrote (clinic flame, 0x). */
  'sessions.importBegin': z.object({ name: z.string().min(1).max(500), folder: z.boolean().default(false) }),
  /** Appends to the file (`path`: which one of a folder, with `/`). Pieces of one file come in order. */
  'sessions.importPiece': z.object({
    uploadId: z.string(),
    path: z.string().max(1000).default(''),
    bytes: z.instanceof(Uint8Array),
  }),
  /** All pieces have come: it becomes a session. */
  'sessions.importEnd': z.object({
    uploadId: z.string(),
    taskId,
    /** From a window that has read the file already; without it, the engine reads the file. */
    description: fileDescriptionSchema.optional(),
  }),
  /** Gives up what was sent so far. */
  'sessions.importDrop': z.object({ uploadId: z.string() }),
  /** A file or folder of this machine becomes a session (command line, file association, native dialog). */
  'sessions.importPath': z.object({ path: z.string(), taskId }),

  compare: z.object({ a: z.string(), b: z.string(), taskId }),
  'report.html': byId.extend({ taskId }),

  'tasks.cancel': z.object({ taskId: z.string() }),
} as const;

export type Method = keyof typeof inputs;
export type Input<M extends Method> = z.input<(typeof inputs)[M]>;
export type ParsedInput<M extends Method> = z.output<(typeof inputs)[M]>;

export interface Results {
  'app.info': AppInfo;
  'run.start': RunState;
  'run.stop': null;
  'run.cancelLoad': null;
  'run.startFault': { faultId: string };
  'run.endFault': null;
  'load.between': LoadInRange | null;
  'scenarios.parse': Scenario;
  'scenarios.write': {
    text: string;
    fileName: string;
    /** What the format cannot express. */ notes: string[];
  };
  'scenarios.import': { scenario: Scenario; notes: string[] };
  'scenarios.ofLoad': Scenario;
  'run.refreshAllocations': null;
  'snapshots.estimate': SnapshotEstimate;
  'snapshots.take': SnapshotInfo;
  'snapshots.delete': null;
  /** Of the kind that the question asks for. */
  'snapshots.ask': SnapshotAnswers[keyof SnapshotAnswers];
  'snapshots.compare': SnapshotComparisonAnswers[keyof SnapshotComparisonAnswers];
  'leaks.judge': LeakVerdict;
  'timeline.read': Timeline;
  'allocations.history': AllocationTimes[];
  'allocations.between': AllocatedInThread[];
  'run.current': RunState | null;
  'run.snapshot': RunSnapshot;
  'targets.list': RememberedTarget[];
  'targets.remove': null;
  'targets.processes': { pid: number; title: string; nodeVersion?: string }[];
  'sessions.list': { sessions: SessionMeta[]; allTags: string[]; total: number; trashed: number };
  'sessions.get': SessionDetail;
  'sessions.readFile': Uint8Array;
  'sources.list': SourceInfo[];
  'sources.packages': PackageVersion[];
  /** `mapProblem`: why the source map of this script cannot be used, as a sentence. */
  'sources.read': { text: string; origin: SourceOrigin; mapProblem?: string };
  'sources.resolve': ResolvedPositions;
  'sources.generated': SourcePlace | null;
  'sources.openInEditor': null;
  'sessions.update': SessionMeta;
  'sessions.trash': null;
  'sessions.restore': null;
  'sessions.emptyTrash': null;
  'sessions.export': { fileName: string; bytes: Uint8Array };
  'sessions.import': SessionMeta;
  'sessions.importBegin': { uploadId: string };
  'sessions.importPiece': null;
  'sessions.importEnd': SessionMeta;
  'sessions.importDrop': null;
  'sessions.importPath': SessionMeta;
  compare: Comparison;
  'report.html': { fileName: string; html: string };
  'tasks.cancel': null;
}

/** Every event. All `run.*` events carry the run they belong to. */
export interface Events {
  'run.state': RunState;
  'run.cpu': { runId: string; thread: ThreadKey; delta: ProfileDelta };
  'run.allocations': { runId: string; thread: ThreadKey; profile: V8HeapProfile };
  'run.points': { runId: string; points: Point[] };
  'run.marks': { runId: string; marks: Mark[] };
  'run.output': { runId: string; lines: OutputLine[] };
  'run.load': { runId: string; result: LoadResult };
  /** Something in the list changed; ask again. */
  'sessions.changed': { ids: string[] };
  'task.progress': {
    taskId: string;
    /** 0..1, or null when unknown. */ fraction: number | null;
    text: string;
  };
  /** The shell asks the UI to show something (menu, file association, second instance). */
  'ui.open': { view: 'home' | 'new-run' | 'sessions' | 'session' | 'settings'; id?: string };
  /** A menu entry of the desktop shell that acts on what the UI shows; one that does not apply there does nothing. */
  'ui.command': { command: UiCommand };
}
export const uiCommands = [
  'export-report',
  'export-session',
  'theme-system',
  'theme-light',
  'theme-dark',
  'palette',
  'help',
] as const;
export type UiCommand = (typeof uiCommands)[number];
export type EventName = keyof Events;
export type AnyEvent = { [E in EventName]: { event: E; payload: Events[E] } }[EventName];

/** What the renderer gets from whichever shell it runs in. */
export interface Client {
  call<M extends Method>(method: M, input: Input<M>): Promise<Results[M]>;
  subscribe(listener: (event: AnyEvent) => void): () => void;
}

/** What a shell gets from the engine. Inputs arrive unvalidated; the engine parses them with `inputs`. */
export interface EngineApi {
  call(method: string, input: unknown): Promise<unknown>;
  subscribe(listener: (event: AnyEvent) => void): () => void;
}

/** Every transport answers a call with one of these. */
export type CallOutcome = { ok: true; value: unknown } | { ok: false; error: AppErrorJson };

// ───────────────────────────────────────────── only in the desktop shell ─────────────────────────────────────────────

/**
 * Native dialogs. They travel like every other call, but are answered by the shell, not by the engine. In the web shell
 * they do not exist: the renderer falls back to `<input type="file">` and a download.
 */
export const shellInputs = {
  /** Lets the person choose files, which become sessions. Null when they changed their mind. */
  'shell.openFile': z.object({ taskId }).prefault({}),
  /** Lets the person choose where to save, and writes `bytes` or `text` there. Null when they changed their mind. */
  'shell.saveFile': z
    .object({
      suggestedName: z.string().min(1).max(255),
      bytes: z.instanceof(Uint8Array).optional(),
      text: z.string().optional(),
    })
    .refine(
      ({ bytes, text }) => (bytes === undefined) !== (text === undefined),
      'Give either bytes or text.',
    ),
} as const;
export type ShellMethod = keyof typeof shellInputs;
export type ShellInput<M extends ShellMethod> = z.input<(typeof shellInputs)[M]>;
export interface ShellResults {
  'shell.openFile': SessionMeta[] | null;
  'shell.saveFile': { path: string } | null;
}

// ───────────────────────────────────────────── on the wire (web shell) ─────────────────────────────────────────────

/** The WebSocket's path. Each frame is one MessagePack value: the client sends `CallFrame`s, the server `ServerFrame`s. */
export const socketPath = '/socket';
/** `PUT <uploadPath>/<uploadId>?path=<place in a folder>` with a file's bytes does what `sessions.importPiece` does, streamed. */
export const uploadPath = '/upload';
export const callFrameSchema = z.object({
  id: z.number().int().nonnegative(),
  method: z.string().max(100),
  input: z.unknown(),
});
export type CallFrame = z.infer<typeof callFrameSchema>;
export type ServerFrame =
  | ({ id: number } & CallOutcome)
  | AnyEvent
  /** Sent now and then, so that a client behind a dead tunnel notices. */
  | { beat: number };
/** Why the server ends a connection (WebSocket close codes). */
export const socketCloseCodes = {
  shuttingDown: 1001,
  badFrame: 4400,
  tooManyConnections: 4429,
  /** The client reads slower than the run produces: it reconnects and joins again by `run.snapshot`. */
  tooSlow: 4408,
} as const;
