/** How a collector fails: alone, with a warning a person can read. */
import type { Protocol } from 'devtools-protocol';
import type { RunWarning } from '../api';
import type { Clock, TargetThread } from '../target/types';
import type { CaptureSink, Collector } from './types';

/** Thrown by `Collector.start`: it cannot measure here, and says why. */
export class CaptureError extends Error {
  constructor(
    message: string,
    readonly hint?: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'CaptureError';
  }
}

/**
 * Starts all collectors at once. One that cannot start becomes a warning in `sink`; never rejects.
 */
export async function startAll(collectors: Collector[], sink: CaptureSink, clock: Clock): Promise<void> {
  await Promise.all(
    collectors.map(async (collector) => {
      try {
        await collector.start();
      } catch (error) {
        sink.warning({
          tUs: clock.nowUs(),
          source: collector.source,
          message: messageOf(error),
          ...(error instanceof CaptureError && error.hint !== undefined && { hint: error.hint }),
        });
      }
    }),
  );
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** V8's exception value where it runs no more JavaScript. */
const noMoreJavaScript = 'illegal access';

/**
 * Fails for an exception of what was evaluated in the isolate; not when V8 runs no more JavaScript there: then the
 * isolate is at its end, and the agent has done what was to be done.
 */
export function throwIfThrew(details: Protocol.Runtime.ExceptionDetails | undefined): void {
  const exception = details?.exception;
  if (!exception || exception.type === 'undefined' || exception.value === noMoreJavaScript) return;
  throw new Error(exception.description ?? String(exception.value));
}

export interface Trouble {
  /** Tells the person once; further calls are silent, as the first failure is the one that explains the rest. */
  tell(message: string, hint?: string): void;
  /**
   * The same, unless the isolate ends within a second: at its end V8 refuses calls in various ways, which depend on
   * the Node version and mean nothing.
   */
  tellUnlessEnding(message: string, hint?: string): void;
}

const endingMs = 1000;

/** Warnings of one running collector. Quiet when its isolate has ended: that is no failure. */
export function troubleOf(
  source: string,
  thread: TargetThread | null,
  sink: CaptureSink,
  clock: Clock,
): Trouble {
  let told = false;
  const tell = (message: string, hint: string | undefined, tUs: number): void => {
    if (told || thread?.session.isClosed) return;
    told = true;
    const warning: RunWarning = { tUs, source, message, ...(hint !== undefined && { hint }) };
    sink.warning(warning);
  };
  return {
    tell: (message, hint) => tell(message, hint, clock.nowUs()),
    tellUnlessEnding(message, hint) {
      const tUs = clock.nowUs();
      setTimeout(() => tell(message, hint, tUs), endingMs).unref();
    },
  };
}

/**
 * Resolves with the work's result, or with undefined when it takes longer than `timeoutMs` or the isolate ends first.
 * Rejects when the work does while the isolate lives.
 */
export async function within<T>(
  work: Promise<T>,
  timeoutMs: number,
  thread: TargetThread,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  const gone = thread.session.closed.then(() => undefined);
  // Losing the race, it may still reject: that is nobody's business then.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, timeout, gone]);
  } catch (error) {
    if (thread.session.isClosed) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
