/** What a target is to the rest of the engine. */
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping';
import type {
  LaunchSpec,
  ListeningAddress,
  OutputLine,
  ProcessInfo,
  RunWarning,
  TargetExit,
  ThreadInfo,
} from '../api';
import type { AppError } from '../errors';

/** The host's monotonic clock: V8 profile times, `process.hrtime` and `performance` of every process share it. */
export interface Clock {
  /** The run's start on the monotonic clock, µs. */
  readonly originUs: number;
  /** µs since the run's start. */
  nowUs(): number;
}

/** The inspector protocol of one V8 isolate: a process's main thread or a worker thread. */
export interface InspectorSession {
  send<M extends keyof ProtocolMapping.Commands>(
    method: M,
    ...params: ProtocolMapping.Commands[M]['paramsType']
  ): Promise<ProtocolMapping.Commands[M]['returnType']>;
  /** Returns the function that removes the listener. */
  on<E extends keyof ProtocolMapping.Events>(
    event: E,
    listener: (...params: ProtocolMapping.Events[E]) => void,
  ): () => void;
  /** Resolves (never rejects) when the connection is gone, for whatever reason. `send` rejects from then on. */
  readonly closed: Promise<void>;
  readonly isClosed: boolean;
}

export interface TargetThread {
  info: ThreadInfo;
  session: InspectorSession;
  /**
   * What the agent in this isolate sends with `agent.report(kind, data)`. Returns the function that removes the
   * listener. `data` comes from the target: parse it before use.
   */
  onReport(kind: string, listener: (data: unknown) => void): () => void;
}

/**
 * What the target calls while it lives. Handlers must not throw; the target treats a rejection as a warning.
 */
export interface TargetHandlers {
  onProcess(process: ProcessInfo): void;
  onProcessExit(process: ProcessInfo): void;
  /**
   * A new isolate. It stands still before its first line (where the agent could hold it) until the promise
   * resolves, so that collectors armed here see its start-up.
   */
  onThread(thread: TargetThread): Promise<void>;
  /**
   * The isolate has run to its end and waits for us to let go: take what is left; then the connection closes.
   * Also called, with a closed session, when it vanished (SIGKILL, `worker.terminate()`).
   */
  onThreadEnding(thread: TargetThread): Promise<void>;
  onListen(address: ListeningAddress): void;
  onOutput(lines: OutputLine[]): void;
  onWarning(warning: RunWarning): void;
}

export interface Target {
  /** The launched (or attached) process. */
  readonly pid: number;
  readonly commandLine: string;
  readonly cwd: string;
  /**
   * Resolves when the whole tree has ended (attach: detached or ended) and every thread was drained.
   * `error` says why it ended badly at the start: TARGET_DIED_EARLY, NOT_NODE, PORT_IN_USE, NODE_TOO_OLD, INSPECTOR_REFUSED …
   */
  readonly ended: Promise<TargetExit & { error?: AppError }>;
  /** Pids of the whole tree right now, the root first, non-Node children included. */
  pids(): Promise<number[]>;
  /**
   * Polite signal to the whole tree, SIGKILL after `graceMs` (default 5000). Attach: lets go, the process lives on.
   * Idempotent; resolves with `ended`. Call `beforeSignal` work (last flush) before it.
   */
  stop(options?: { graceMs?: number }): Promise<void>;
}

export interface LaunchOptions {
  spec: LaunchSpec;
  clock: Clock;
  handlers: TargetHandlers;
}

export interface AttachOptions {
  pid: number;
  clock: Clock;
  handlers: TargetHandlers;
}
