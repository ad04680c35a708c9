/** Keeps event loops busy from inside: the program's own thread runs a loop of ours, as its own synchronous code would. */
import { z } from 'zod';
import { AppError } from '../../errors';
import type { TargetThread } from '../../target/types';
import type { Acting } from './acting';

/** On the host's monotonic clock. */
export interface Span {
  startUs: number;
  endUs: number;
}

/** A loop that does not come to ours within so long is busy itself. */
const startsWithinMs = 5000;
/** Between two looks whether the workbench is there. */
const lookMs = 20;
/** The end of a run does not wait for longer. */
const endLimitMs = 2000;
const answerSchema = z.object({
  result: z.object({ value: z.object({ startUs: z.number(), endUs: z.number() }).optional() }),
});

/**
 * In a turn of the event loop, not within the inspector's own call: while it spins, the inspector is served by interrupts as
 * with any busy program, so that it is profiled and can be ended early. It looks whether the workbench is still there, where it
 * can see it (not out of a container): a program that was attached to must not stay blocked when that is killed.
 * @param watchedPid the workbench
 */
export const expressionOf = (blockMs: number, watchedPid: number): string => `new Promise((resolve) => {
  const key = Symbol.for('scorchmark.fault');
  const state = globalThis[key] || { over: 0 };
  Object.defineProperty(globalThis, key, { value: state, configurable: true, enumerable: false });
  const over = state.over;
  const isThere = () => {
    try { return process.kill(${watchedPid}, 0); } catch (error) { return error.code === 'EPERM'; }
  };
  const canSee = isThere();
  const nowUs = () => { const [s, ns] = process.hrtime(); return s * 1e6 + ns / 1e3; };
  setImmediate(function faultBlocksEventLoop() {
    const startUs = nowUs();
    const untilUs = startUs + ${blockMs * 1000};
    let lookUs = startUs;
    for (let tUs = startUs; state.over === over && tUs < untilUs; tUs = nowUs()) {
      if (!canSee || tUs < lookUs) continue;
      if (!isThere()) break;
      lookUs = tUs + ${lookMs * 1000};
    }
    resolve({ startUs, endUs: nowUs() });
  });
})
//# sourceURL=scorchmark:fault`;

const overExpression = `(() => {
  const state = globalThis[Symbol.for('scorchmark.fault')];
  if (state) { state.over++; delete globalThis[Symbol.for('scorchmark.fault')]; }
})()
//# sourceURL=scorchmark:fault`;

export interface BlockOptions {
  /** Whose loops: asked again each time. */
  threads: () => TargetThread[];
  blockMs: number;
  /** Again so long after each beginning; once when absent. */
  everyMs?: number;
  /** A thread has been asked to; what is returned is called when it is over, without a span when nothing came of it. */
  onAsked(thread: string): (span?: Span) => void;
}

/** Rejects with an AppError when there is no thread to block. Resolves when the first block has been asked for. */
export function blockLoops(options: BlockOptions): Promise<Acting> {
  const { threads, blockMs, everyMs } = options;
  if (threads().length === 0)
    return Promise.reject(new AppError('BAD_INPUT', 'There is no event loop of the target to block.'));
  const under = new Set<Promise<void>>();
  let blocked = 0;
  let problem: string | undefined;
  const blockAll = (): void => {
    for (const thread of threads()) {
      const over = options.onAsked(thread.info.key);
      const work = block(thread, blockMs)
        .then((span) => {
          if (span) blocked++;
          over(span);
        })
        .catch((error: unknown) => {
          over();
          if (!thread.session.isClosed) problem = `${thread.info.title}: ${String(error)}`;
        })
        .finally(() => under.delete(work));
      under.add(work);
    }
  };
  blockAll();
  const timer = everyMs === undefined ? undefined : setInterval(blockAll, everyMs);
  return Promise.resolve({
    async end() {
      clearInterval(timer);
      const told = Promise.all(
        threads().map((thread) =>
          thread.session
            .send('Runtime.evaluate', { expression: overExpression, silent: true })
            .catch(() => undefined),
        ),
      );
      // A thread that does not answer is stuck in something else.
      await Promise.race([told.then(() => Promise.all(under)), atMost(endLimitMs)]);
      if (problem !== undefined) return { problem };
      if (blocked === 0) return { problem: 'No event loop could be blocked.' };
      return { means: `${blocked === 1 ? 'one block' : `${blocked} blocks`} of an event loop` };
    },
  });
}

function atMost(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** Resolves when the loop is free again; with undefined when the isolate has ended. */
async function block(thread: TargetThread, blockMs: number): Promise<Span | undefined> {
  const { session } = thread;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('its event loop did not turn')), startsWithinMs + blockMs);
  });
  try {
    const answer = await Promise.race([
      session.send('Runtime.evaluate', {
        expression: expressionOf(blockMs, process.pid),
        awaitPromise: true,
        returnByValue: true,
        silent: true,
      }),
      late,
      session.closed.then(() => undefined),
    ]);
    return answer && answerSchema.parse(answer).result.value;
  } finally {
    clearTimeout(timer);
  }
}
