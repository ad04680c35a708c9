/**
 * Full collections at intervals, so that the heap's floor is real: `HeapProfiler.collectGarbage` collects at least twice, until
 * nothing more comes free (v8/src/heap/heap.cc, `CollectAllAvailableGarbage`). The floors are told by the agent, or read
 * here where there is none.
 */
import { z } from 'zod';
import type { LeakSpec } from '../../profiles/leaks/types';
import { causeGc } from './causing-gcs';
import type { OwnGcs } from './own-gcs';
import type { Collector, ThreadCollectorOptions } from './types';
import { messageOf, troubleOf, within, type Trouble } from './trouble';

/** They may stop the target for this share of its time. */
const shareOfTime = 0.02;
const stopTimeoutMs = 10_000;

const usageSchema = z.object({ usedSize: z.number() });

/** The agent measures the next full collection exactly, also while it otherwise saves the cost of that. */
const expectMajor = `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  if (agent && agent.runtime) agent.runtime.expectMajor();
})()
//# sourceURL=scorchmark:runtime`;

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
    const { thread, sink, clock } = this.options;
    const { session } = thread;
    const { answer, costMs } = await causeGc(this.options, this.ownGcs, async () => {
      const [, , usage] = await Promise.all([
        session.send('Runtime.evaluate', {
          expression: expectMajor,
          silent: true,
          includeCommandLineAPI: false,
          userGesture: false,
        }),
        session.send('HeapProfiler.collectGarbage'),
        session.send('Runtime.getHeapUsage'),
      ]);
      return usageSchema.parse(usage);
    });
    if (!this.ownGcs.observed)
      sink.points([
        { metric: 'heapFloor', scope: thread.info.key, tUs: clock.nowUs(), value: answer.usedSize },
      ]);
    return costMs;
  }
}
