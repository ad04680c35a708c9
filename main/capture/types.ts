/** The small interface all collectors share. They know nothing about each other and can fail alone. */
import type { CaptureSpec, Mark, Point, RunWarning } from '../api';
import type { AllocationKind } from '../../profiles/allocations/history';
import type { LeakSpec } from '../../profiles/leaks/types';
import type { V8CpuProfile, V8HeapProfile } from '../../profiles/types';
import type { Clock, TargetThread } from '../target/types';
import type { SourceRecord } from './source-record';

/** When and how an allocation profile was read. */
export interface AllocationReading {
  tUs: number;
  /** Since when V8 samples. */
  sinceUs: number;
  kind: AllocationKind;
}

/** Where collectors put what they measure. */
export interface CaptureSink {
  /** A finished chunk of a CPU profile; times still on the monotonic clock. Chunks come in order per thread and may overlap by a few samples. */
  cpuChunk(thread: TargetThread, chunk: V8CpuProfile): void;
  /** What is alive, replacing the previous profile; of the kind `all`, what was allocated since the previous one. */
  allocations(thread: TargetThread, profile: V8HeapProfile, read: AllocationReading): void;
  points(points: Point[]): void;
  marks(marks: Mark[]): void;
  /** The text of a script that ran, or a package's version; each once. */
  source(record: SourceRecord): void;
  warning(warning: RunWarning): void;
}

export interface Collector {
  readonly name: 'cpu' | 'allocations' | 'heap' | 'forced-gcs' | 'runtime' | 'process' | 'sources';
  /** Who warns, for example `cpu p4711`. */
  readonly source: string;
  /** Rejects when it cannot measure here; `startAll` makes a warning of that. */
  start(): Promise<void>;
  /** Bring out what has been measured up to now without ending (before a signal, on demand). */
  flush(): Promise<void>;
  /** Take what is left and end. Safe on a session that is already closed. Never throws. */
  stop(): Promise<void>;
}

export interface ThreadCollectorOptions {
  thread: TargetThread;
  spec: CaptureSpec;
  /** For the floors that leaks are judged by; absent: no collections are forced. */
  leaks?: LeakSpec;
  clock: Clock;
  sink: CaptureSink;
}
