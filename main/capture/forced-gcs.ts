/**
 * Full collections at intervals, so that the heap's floor is real. The agent does them and knows which they were (see
 * main/agent/forced-gc.cjs); where there is none, the inspector does, and the floor is read here.
 */
import { z } from 'zod';
import type { LeakSpec } from '../../profiles/leaks/types';
import { causeGc } from './causing-gcs';
import type { OwnGcs } from './own-gcs';
import type { Collector, ThreadCollectorOptions } from './types';
import { CaptureError, messageOf, throwIfThrew, troubleOf, within, type Trouble } from './trouble';

/** They may stop the target for this share of its time. */
const shareOfTime = 0.02;
const stopTimeoutMs = 10_000;

const usageSchema = z.object({ usedSize: z.number() });

/** Undefined where no agent is, or none that tells the runtime's metrics. */
const forceInside = `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  return agent && agent.forceGc ? agent.forceGc() : undefined;
})()
//# sourceURL=scorchmark:runtime`;

const collectedSchema = z.union([z.object({ error: z.string() }), z.object({ costUs: z.number() })]);

/**
 * ms to wait before the next one: as asked for, or longer when the last one cost much. At most twice of the last wait, as a
 * single bad measurement (a machine that was busy with something else) must not end the floor.
 */
export function forcedGcPauseMs(everyMs: number, costMs: number, lastPauseMs: number): number {
  return Math.max(everyMs, Math.min(Math.ceil(costMs / shareOfTime), 2 * lastPauseMs));
}

export class ForcedGcCollector implements Collector {
  readonly name = 'forced-gcs';
  readonly source: string;
  private readonly trouble: Trouble;
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> | undefined;
  private running = false;
  private lastPauseMs = 0;

  constructor(
    private readonly options: ThreadCollectorOptions,
    private readonly leaks: LeakSpec,
    private readonly ownGcs: OwnGcs,
  ) {
    const { thread, sink, clock } = options;
    this.source = `forced collections ${thread.info.key}`;
    this.trouble = troubleOf(this.source, thread, sink, clock);
  }

  start(): Promise<void> {
    this.running = true;
    this.schedule(this.leaks.forceGcEveryMs);
    void this.options.thread.session.closed.then(() => this.end());
    return Promise.resolve();
  }

  async flush(): Promise<void> {
    // Each floor is final when it is told.
  }

  async stop(): Promise<void> {
    this.end();
    if (this.inFlight) await within(this.inFlight, stopTimeoutMs, this.options.thread);
  }

  private end(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  private schedule(pauseMs: number): void {
    this.lastPauseMs = pauseMs;
    if (!this.running) return;
    this.timer = setTimeout(() => {
      this.inFlight = this.collectNow();
    }, pauseMs);
  }

  /** The next one is planned when this one is over, so they never overlap. Never rejects. */
  private async collectNow(): Promise<void> {
    try {
      const costMs = await this.collect();
      const { forceGcEveryMs } = this.leaks;
      const pauseMs = forcedGcPauseMs(forceGcEveryMs, costMs, this.lastPauseMs);
      if (pauseMs > forceGcEveryMs)
        this.trouble.tell(
          `A forced collection stops ${this.options.thread.info.title} for ${Math.round(costMs)} ms: they now come less often than every ` +
            `${forceGcEveryMs / 1000} s, so that they take at most 2 % of its time.`,
        );
      this.schedule(pauseMs);
    } catch (error) {
      this.end();
      this.trouble.tellUnlessEnding(
        `Garbage of ${this.options.thread.info.title} is no longer collected at intervals: ${messageOf(error)}`,
        'Its floor is known only from its own full collections.',
      );
    } finally {
      this.inFlight = undefined;
    }
  }

  /** Returns for how long it stopped the target, ms. */
  private async collect(): Promise<number> {
    return this.ownGcs.observed ? this.collectInside() : this.collectFromOutside();
  }

  private async collectInside(): Promise<number> {
    const { result, exceptionDetails } = await this.options.thread.session.send('Runtime.evaluate', {
      expression: forceInside,
      awaitPromise: true,
      returnByValue: true,
      silent: true,
      includeCommandLineAPI: false,
      userGesture: false,
    });
    throwIfThrew(exceptionDetails);
    const collected = collectedSchema.parse(result.value);
    if ('error' in collected) throw new CaptureError(collected.error);
    return collected.costUs / 1000;
  }

  private async collectFromOutside(): Promise<number> {
    const { thread, sink, clock } = this.options;
    const { session } = thread;
    const { answer, costMs } = await causeGc(
      this.options,
      this.ownGcs,
      async () => {
        // V8 collects in a task of its own: what is asked together with it would be answered before.
        await session.send('HeapProfiler.collectGarbage');
        return usageSchema.parse(await session.send('Runtime.getHeapUsage'));
      },
      { answersAtOnce: false },
    );
    sink.points([
      { metric: 'heapFloor', scope: thread.info.key, tUs: clock.nowUs(), value: answer.usedSize },
    ]);
    return costMs;
  }
}
