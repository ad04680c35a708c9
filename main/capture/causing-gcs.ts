/** A call that makes V8 collect all garbage: the collection is known as ours, and what it cost is measured where it ran. */
import type { ThreadCollectorOptions } from './types';
import type { OwnGcs, Window } from './own-gcs';

/** The isolate's own monotonic clock, µs: what a call cost there, without the way there and back. */
const nowInIsolate = `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  return agent && agent.nowUs ? agent.nowUs() : Number(process.hrtime.bigint()) / 1e3;
})()
//# sourceURL=scorchmark:now`;

/**
 * `answersAtOnce`: V8 collects while it handles the call (default), so that the clock is asked for right behind it; otherwise
 * only once the answer is here. Returns that, and for how long it stopped the isolate, ms. Rejects as the call does.
 */
export async function causeGc<T>(
  options: Pick<ThreadCollectorOptions, 'thread' | 'sink' | 'clock'>,
  ownGcs: OwnGcs,
  call: () => Promise<T>,
  { answersAtOnce = true } = {},
): Promise<{ answer: T; costMs: number }> {
  const { thread, sink, clock } = options;
  const now = (): number => clock.originUs + clock.nowUs();
  const window: Window = { startUs: now(), endUs: now() };
  const narrow = ownGcs.open(window.startUs);
  try {
    const [before, answer, after] = answersAtOnce
      ? await Promise.all([isolateNowUs(options), call(), isolateNowUs(options)])
      : [await isolateNowUs(options), await call(), await isolateNowUs(options)];
    window.startUs = before ?? window.startUs;
    window.endUs = after ?? now();
    const costMs = (window.endUs - window.startUs) / 1000;
    // Otherwise the runtime metrics tell it, with its exact duration.
    if (!ownGcs.observed)
      sink.marks([
        {
          kind: 'gc',
          tUs: window.startUs - clock.originUs,
          durationMs: costMs,
          gcKind: 'major',
          thread: thread.info.key,
          ours: true,
        },
      ]);
    return { answer, costMs };
  } finally {
    narrow(window);
  }
}

async function isolateNowUs({ thread }: Pick<ThreadCollectorOptions, 'thread'>): Promise<number | undefined> {
  const { result } = await thread.session.send('Runtime.evaluate', {
    expression: nowInIsolate,
    silent: true,
    includeCommandLineAPI: false,
    userGesture: false,
  });
  return typeof result.value === 'number' ? result.value : undefined;
}
