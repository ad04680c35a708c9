/** Heap used and committed, asked through the inspector: answers while the event loop is blocked, and runs no JavaScript there. */
import { z } from 'zod';
import type { Point } from '../api';
import type { OwnGcs } from './own-gcs';
import type { Collector, ThreadCollectorOptions } from './types';
import { CaptureError, messageOf, troubleOf, type Trouble } from './trouble';

const usageSchema = z.object({
  usedSize: z.number(),
  totalSize: z.number(),
  /** Array buffers; only newer V8s tell. */
  backingStorageSize: z.number().optional(),
});

export class HeapCollector implements Collector {
  readonly name = 'heap';
  readonly source: string;
  private readonly trouble: Trouble;
  private timer: NodeJS.Timeout | undefined;
  private busy = false;

  constructor(
    private readonly options: ThreadCollectorOptions,
    private readonly ownGcs: OwnGcs,
  ) {
    const { thread, sink, clock } = options;
    this.source = `heap ${thread.info.key}`;
    this.trouble = troubleOf(this.source, thread, sink, clock);
  }

  async start(): Promise<void> {
    const { session, info } = this.options.thread;
    try {
      await this.measure();
    } catch (error) {
      if (session.isClosed) return;
      throw new CaptureError(`Heap usage of ${info.title} cannot be read: ${messageOf(error)}`, undefined, {
        cause: error,
      });
    }
    if (session.isClosed) return;
    this.timer = setInterval(() => void this.tick(), this.options.spec.metricsIntervalMs);
    void session.closed.then(() => clearInterval(this.timer));
  }

  async flush(): Promise<void> {
    // Each point is final when it is taken.
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    return Promise.resolve();
  }

  /** Skips while the last question is unanswered (a stopped process), so that nothing piles up. */
  private async tick(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.measure();
    } catch (error) {
      clearInterval(this.timer);
      this.trouble.tellUnlessEnding(
        `Heap usage of ${this.options.thread.info.title} is no longer read: ${messageOf(error)}`,
      );
    } finally {
      this.busy = false;
    }
  }

  private async measure(): Promise<void> {
    const { thread, sink, clock } = this.options;
    const usage = usageSchema.parse(await thread.session.send('Runtime.getHeapUsage'));
    const at = { scope: thread.info.key, tUs: clock.nowUs() };
    const points: Point[] = [
      { metric: 'heapUsed', ...at, value: usage.usedSize },
      { metric: 'heapTotal', ...at, value: usage.totalSize },
    ];
    // Where the agent measures, it tells this itself.
    if (!this.ownGcs.observed && usage.backingStorageSize !== undefined)
      points.push({ metric: 'arrayBuffers', ...at, value: usage.backingStorageSize });
    sink.points(points);
  }
}
