/**
 * Allocations by function: V8's sampling heap profiler, read now and then. The sampling is nearly free; reading makes
 * V8 collect all garbage first (v8/src/profiler/sampling-heap-profiler.cc, `kSamplingForceGC`), so reads are spaced
 * by what they cost.
 *
 * Of the kind `all`, V8 keeps every sample until sampling stops (8,000 a second in a program that allocates 1 GB/s): each
 * read ends the sampling and begins it anew, so that neither V8's memory nor an answer grows with the run.
 */
import type { AllocationKind } from '../../profiles/allocations/history';
import type { V8HeapProfile } from '../../profiles/types';
import type { Collector, ThreadCollectorOptions } from './types';
import { causeGc } from './causing-gcs';
import type { OwnGcs } from './own-gcs';
import { CaptureError, messageOf, troubleOf, within, type Trouble } from './trouble';

/** Reading may take this share of the target's time. */
const shareOfTime = 0.01;
/** The first read comes early: a person wants to see something. */
const firstPauseMs = 2000;
/**
 * What a read costs beyond the time it stops the target: the full collection throws optimised code away, and a small
 * busy server was measured at half of its throughput for 250 ms and three quarters of it for another 250 ms after a
 * read that itself took 8 ms (Node 20).
 */
const afterEffectMs = 200;
/** V8 11.3: `includeObjectsCollectedByMajorGC` and `…MinorGC`. */
const firstNodeWithAll = 20;
/** A single bad measurement must not silence the view for the rest of the run. */
const longestPauseMs = 300_000;
const flushTimeoutMs = 5000;
/** The end of a process with a huge heap is delayed by one full collection, but not by more than this. */
const stopTimeoutMs = 10_000;

/** ms to wait before the next read, when the last one stopped the target for `costMs`. */
export function pauseAfter(costMs: number): number {
  return Math.min(longestPauseMs, (costMs + afterEffectMs) / shareOfTime);
}

export class AllocationCollector implements Collector {
  readonly name = 'allocations';
  readonly source: string;
  private readonly trouble: Trouble;
  private timer: NodeJS.Timeout | undefined;
  private inFlight: Promise<void> | undefined;
  private running = false;
  private kind: AllocationKind = 'alive';
  private sinceUs = 0;

  constructor(
    private readonly options: ThreadCollectorOptions,
    private readonly ownGcs: OwnGcs,
  ) {
    const { thread, sink, clock } = options;
    this.source = `allocations ${thread.info.key}`;
    this.trouble = troubleOf(this.source, thread, sink, clock);
  }

  async start(): Promise<void> {
    const { session, info } = this.options.thread;
    try {
      this.kind = await this.kindHere();
      await session.send('HeapProfiler.startSampling', this.samplingOptions());
    } catch (error) {
      if (session.isClosed) return;
      throw new CaptureError(
        `Allocations could not be sampled in ${info.title}: ${messageOf(error)}`,
        'Another heap profiler may be at work in this process. The rest of the recording goes on.',
        { cause: error },
      );
    }
    this.running = true;
    this.sinceUs = this.options.clock.nowUs();
    this.schedule(firstPauseMs);
    void session.closed.then(() => this.end());
  }

  async flush(): Promise<void> {
    if (!this.running) return;
    clearTimeout(this.timer);
    await within(this.refresh(), flushTimeoutMs, this.options.thread);
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.end();
    const { thread } = this.options;
    try {
      await within(this.read('HeapProfiler.stopSampling'), stopTimeoutMs, thread);
    } catch (error) {
      this.trouble.tellUnlessEnding(
        `The last allocation profile of ${thread.info.title} could not be taken: ${messageOf(error)}`,
      );
    }
  }

  /** V8 passes over flags it does not know, so its version decides: Node 18 records no garbage, Node 20 does (tried). */
  private async kindHere(): Promise<AllocationKind> {
    const { thread, spec, sink, clock } = this.options;
    if (spec.allocationKind === 'alive') return 'alive';
    const { result } = await thread.session.send('Runtime.evaluate', {
      expression: `process.versions.node\n//# sourceURL=scorchmark:version`,
      silent: true,
      includeCommandLineAPI: false,
      userGesture: false,
    });
    const major = typeof result.value === 'string' ? Number.parseInt(result.value, 10) : Number.NaN;
    if (major >= firstNodeWithAll) return 'all';
    sink.warning({
      tUs: clock.nowUs(),
      source: this.source,
      message: `${thread.info.title} runs Node ${String(result.value)}, which cannot record allocations that are garbage by now: only what is alive is recorded.`,
      hint: `Node ${firstNodeWithAll} and newer can.`,
    });
    return 'alive';
  }

  private samplingOptions() {
    return {
      samplingInterval: this.options.spec.allocationIntervalBytes,
      ...(this.kind === 'all' && {
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      }),
    };
  }

  private end(): void {
    this.running = false;
    clearTimeout(this.timer);
  }

  private schedule(pauseMs: number): void {
    clearTimeout(this.timer);
    if (this.running) this.timer = setTimeout(() => void this.refresh(), pauseMs);
  }

  /** One at a time; a failure is told and ends the live refreshes. */
  private refresh(): Promise<void> {
    this.inFlight ??= this.read('HeapProfiler.getSamplingProfile')
      .then((costMs) => this.schedule(pauseAfter(costMs)))
      .catch((error: unknown) => {
        if (!this.running) return;
        this.end();
        this.trouble.tellUnlessEnding(
          `The allocation profile of ${this.options.thread.info.title} is no longer updated: ${messageOf(error)}`,
          'The last one that arrived is kept.',
        );
      })
      .finally(() => (this.inFlight = undefined));
    return this.inFlight;
  }

  /** Returns what it cost the target, ms. */
  private async read(
    method: 'HeapProfiler.getSamplingProfile' | 'HeapProfiler.stopSampling',
  ): Promise<number> {
    const { thread, sink, clock } = this.options;
    const { kind, sinceUs } = this;
    const { session } = thread;
    const { answer, costMs } = await causeGc(this.options, this.ownGcs, async () => {
      if (kind === 'alive' || method === 'HeapProfiler.stopSampling') return session.send(method);
      const [stopped] = await Promise.all([
        session.send('HeapProfiler.stopSampling'),
        session.send('HeapProfiler.startSampling', this.samplingOptions()),
      ]);
      return stopped;
    });
    sink.allocations(thread, answer.profile satisfies V8HeapProfile, { tUs: clock.nowUs(), sinceUs, kind });
    return costMs;
  }
}
