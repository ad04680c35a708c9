/**
 * Event-loop delay and utilisation, garbage collections, external memory and blocked stretches of one isolate, as its
 * agent (`main/agent/runtime-metrics.cjs`) reports them.
 */
import { z } from 'zod';
import type { Mark, Point } from '../api';
import type { Collection, OwnGcs } from './own-gcs';
import type { Collector, ThreadCollectorOptions } from './types';
import { CaptureError, messageOf, throwIfThrew, troubleOf, within, type Trouble } from './trouble';

/** `freedBytes` by those of them that were measured before and after. */
const sumSchema = z.object({
  count: z.number(),
  pauseUs: z.number(),
  freedBytes: z.number(),
  measured: z.number(),
});
const gcKinds = ['minor', 'major', 'incremental', 'weakcb'] as const;

/** Times are µs on the host's monotonic clock. */
const reportSchema = z.object({
  tUs: z.number(),
  /** Over the time since the last report, the timer's own period taken off. */
  delayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
  /** Null while CPU samples are taken, which falsify it; then it follows from the samples. */
  utilization: z.number().nullable(),
  /** All collections of the interval. */
  gc: z.partialRecord(z.enum(gcKinds), sumSchema),
  /** The heap was measured before and after each of them (see main/agent/gc-bytes.cjs), so that `freedBytes` is complete. */
  gcAllMeasured: z.boolean(),
  /** Just after full collections: heap used, or what is held outside; each time of its own. */
  floors: z.array(
    z.object({ tUs: z.number(), heapBytes: z.number().optional(), externalBytes: z.number().optional() }),
  ),
  /** Single ones; when there were too many, the longest. */
  collections: z.array(
    z.object({
      tUs: z.number(),
      durationUs: z.number(),
      kind: z.enum(gcKinds),
      /** Forced through forced-gc.cjs. */
      ours: z.boolean(),
      beforeBytes: z.number().optional(),
      afterBytes: z.number().optional(),
    }),
  ),
  /** `afterPause`: just after the workbench had stopped the program itself. */
  blocks: z.array(
    z.object({ tUs: z.number(), durationUs: z.number(), startUp: z.boolean(), afterPause: z.boolean() }),
  ),
  externalBytes: z.number(),
  arrayBufferBytes: z.number(),
  heapLimitBytes: z.number(),
  spaces: z.object({ newBytes: z.number(), oldBytes: z.number() }),
});
type RuntimeReport = z.infer<typeof reportSchema>;

const call = (method: 'start' | 'stop' | 'flush' | 'turn', argument = ''): string => `(() => {
  const agent = globalThis[Symbol.for('scorchmark.agent')];
  return agent && agent.runtime ? (agent.runtime.${method}(${argument}), true) : false;
})()
//# sourceURL=scorchmark:runtime`;

/** A worker's agent may load a moment after its inspector session is there. */
const secondTryMs = 1000;
/** Longer than any interval between reports of a loop that turns, for the usual ones. */
const silentMs = 2000;
const soonAttempts = 4;
const soonPauseMs = 5;
const flushTimeoutMs = 5000;

export class RuntimeCollector implements Collector {
  readonly name = 'runtime';
  readonly source: string;
  private readonly trouble: Trouble;
  private retry: NodeJS.Timeout | undefined;
  private watch: NodeJS.Timeout | undefined;
  private reportedMs = 0;
  private turning = false;
  private running = false;
  private removeListener: (() => void) | undefined;
  /** Reports that wait until it is known which collections were ours. */
  private held: RuntimeReport[] = [];

  constructor(
    private readonly options: ThreadCollectorOptions,
    private readonly ownGcs: OwnGcs,
  ) {
    const { thread, sink, clock } = options;
    this.source = `runtime ${thread.info.key}`;
    this.trouble = troubleOf(this.source, thread, sink, clock);
  }

  async start(): Promise<void> {
    const { thread } = this.options;
    this.removeListener = thread.onReport('runtime', (data) => this.reported(data));
    this.running = true;
    this.reportedMs = performance.now();
    this.watch = setInterval(() => void this.turnWhenSilent(), silentMs);
    void thread.session.closed.then(() => this.stopTimers());
    try {
      if (!(await this.startAgentSoon())) this.retry = setTimeout(() => void this.tryAgain(), secondTryMs);
    } catch (error) {
      this.running = false;
      if (thread.session.isClosed) return;
      throw new CaptureError(
        `Event-loop and GC metrics of ${thread.info.title} could not be started: ${messageOf(error)}`,
        undefined,
        { cause: error },
      );
    }
  }

  async flush(): Promise<void> {
    if (!this.running || this.options.thread.session.isClosed) return;
    await within(this.evaluate(call('flush')), flushTimeoutMs, this.options.thread);
  }

  async stop(): Promise<void> {
    this.stopTimers();
    const { session } = this.options.thread;
    if (this.running && !session.isClosed) {
      // At the isolate's end the agent has reported and stopped by itself; letting go of one that lives on needs both.
      const stopped = Promise.all([this.evaluate(call('flush')), this.evaluate(call('stop'))]);
      await within(stopped, flushTimeoutMs, this.options.thread).catch((error: unknown) =>
        this.trouble.tellUnlessEnding(`The last event-loop metrics could not be taken: ${messageOf(error)}`),
      );
    }
    this.running = false;
    this.tellHeld();
    this.removeListener?.();
    this.removeListener = undefined;
  }

  private stopTimers(): void {
    clearTimeout(this.retry);
    clearInterval(this.watch);
  }

  /** A loop that does not turn reports nothing, and what V8 notes of each collection would pile up there. */
  private async turnWhenSilent(): Promise<void> {
    if (!this.ownGcs.observed || this.turning || performance.now() - this.reportedMs < silentMs) return;
    this.turning = true;
    // Only a precaution: what is wrong with the session, others tell.
    await this.evaluate(call('turn')).catch(() => undefined);
    this.turning = false;
  }

  /** An evaluation that interrupts the isolate at an unlucky moment is cut off without a word; it may be repeated. */
  private async startAgentSoon(): Promise<boolean> {
    for (let attempt = 1; attempt <= soonAttempts; attempt++) {
      if (await this.startAgent()) return true;
      await new Promise((resolve) => setTimeout(resolve, soonPauseMs));
    }
    return false;
  }

  /** Whether there was an agent to start. */
  private async startAgent(): Promise<boolean> {
    const { metricsIntervalMs: intervalMs, cpu: sampled } = this.options.spec;
    const started = await this.evaluate(call('start', JSON.stringify({ intervalMs, sampled })));
    if (started) this.ownGcs.observed = true;
    return started;
  }

  private async tryAgain(): Promise<void> {
    try {
      if (await this.startAgent()) return;
      this.trouble.tell(
        `${this.options.thread.info.title} has no event-loop and GC metrics: it was started without NODE_OPTIONS.`,
        'A worker with its own `env` or `execArgv` keeps the metrics when it passes NODE_OPTIONS on.',
      );
    } catch (error) {
      this.trouble.tell(`Event-loop and GC metrics could not be started: ${messageOf(error)}`);
    }
  }

  private async evaluate(expression: string): Promise<boolean> {
    const { result, exceptionDetails } = await this.options.thread.session.send('Runtime.evaluate', {
      expression,
      silent: true,
      includeCommandLineAPI: false,
      userGesture: false,
    });
    throwIfThrew(exceptionDetails);
    return result.value === true;
  }

  private reported(data: unknown): void {
    this.reportedMs = performance.now();
    const parsed = reportSchema.safeParse(data);
    if (!parsed.success) {
      this.trouble.tell(
        `${this.options.thread.info.title} sent event-loop metrics that make no sense: ${z.prettifyError(parsed.error)}`,
      );
      return;
    }
    this.held.push(parsed.data);
    if (this.held.length === 1 && this.ownGcs.isOpen) this.ownGcs.whenKnown(() => this.tellHeld());
    if (!this.ownGcs.isOpen) this.tellHeld();
  }

  private tellHeld(): void {
    for (const report of this.held.splice(0)) this.tell(report);
  }

  private tell(report: RuntimeReport): void {
    const { sink, clock, thread } = this.options;
    const context = {
      thread: thread.info.key,
      originUs: clock.originUs,
      isOurs: (c: Collection & { ours: boolean }) => c.ours || this.ownGcs.claims(c),
    };
    sink.points(pointsOf(report, context));
    const marks = marksOf(report, context);
    if (marks.length > 0) sink.marks(marks);
    // A collection is told at the end of the loop's turn it fell into, so windows of the last seconds stay.
    this.ownGcs.forgetBefore(report.tUs - 60e6);
  }
}

interface Context {
  thread: string;
  originUs: number;
  isOurs: (collection: Collection & { ours: boolean }) => boolean;
}

/** The interval's values; collections that we caused are not the program's and do not count. */
function pointsOf(report: RuntimeReport, { thread, originUs, isOurs }: Context): Point[] {
  let count = 0;
  let pauseUs = 0;
  for (const sum of Object.values(report.gc)) {
    count += sum.count;
    pauseUs += sum.pauseUs;
  }
  for (const collection of report.collections)
    if (isOurs(collection)) {
      count -= 1;
      pauseUs -= collection.durationUs;
    }
  const at = { scope: thread, tUs: report.tUs - originUs };
  const points: Point[] = [
    { metric: 'loopDelayP50', ...at, value: report.delayMs.p50 },
    { metric: 'loopDelayP99', ...at, value: report.delayMs.p99 },
    { metric: 'loopDelayMax', ...at, value: report.delayMs.max },
    { metric: 'gcCount', ...at, value: Math.max(0, count) },
    { metric: 'gcPause', ...at, value: Math.max(0, pauseUs / 1000) },
    { metric: 'external', ...at, value: report.externalBytes },
    { metric: 'arrayBuffers', ...at, value: report.arrayBufferBytes },
    { metric: 'heapLimit', ...at, value: report.heapLimitBytes },
    { metric: 'newSpace', ...at, value: report.spaces.newBytes },
    { metric: 'oldSpace', ...at, value: report.spaces.oldBytes },
  ];
  // By whoever caused them: what our own collections freed would have been freed by the program's.
  const freedBytes = freedIn(report);
  if (freedBytes !== undefined) points.push({ metric: 'gcFreed', ...at, value: freedBytes });
  for (const { tUs, heapBytes, externalBytes } of report.floors) {
    const justAfter = { scope: thread, tUs: tUs - originUs };
    if (heapBytes !== undefined) points.push({ metric: 'heapFloor', ...justAfter, value: heapBytes });
    if (externalBytes !== undefined)
      points.push({ metric: 'externalFloor', ...justAfter, value: externalBytes });
  }
  if (report.utilization !== null)
    points.push({ metric: 'loopUtilization', ...at, value: report.utilization });
  return points;
}

/** Of fewer than these no mean is formed. */
const fewestMeasured = 8;

/**
 * Exact when all collections of the interval were measured. Where there are so many that they are measured in short windows
 * only, the minor ones, by the mean of those that were; a major one that was not measured leaves it open.
 */
function freedIn({ gc, gcAllMeasured }: RuntimeReport): number | undefined {
  let freedBytes = 0;
  for (const [kind, sum] of Object.entries(gc)) {
    if (gcAllMeasured || sum.measured === sum.count) freedBytes += sum.freedBytes;
    else if (kind === 'minor' && sum.measured >= fewestMeasured)
      freedBytes += (sum.freedBytes / sum.measured) * sum.count;
    else if (kind === 'minor' || kind === 'major') return undefined;
  }
  return gcAllMeasured || freedBytes > 0 ? freedBytes : undefined;
}

function marksOf(report: RuntimeReport, { thread, originUs, isOurs }: Context): Mark[] {
  const collections = report.collections.map((collection): Mark => ({
    kind: 'gc',
    tUs: collection.tUs - originUs,
    durationMs: collection.durationUs / 1000,
    gcKind: collection.kind,
    thread,
    ours: isOurs(collection),
    ...(collection.beforeBytes !== undefined && { beforeBytes: collection.beforeBytes }),
    ...(collection.afterBytes !== undefined && { afterBytes: collection.afterBytes }),
  }));
  const blocks = report.blocks.map(({ tUs, durationUs, startUp, afterPause }): Mark => ({
    kind: 'blocked',
    tUs: tUs - originUs,
    durationMs: durationUs / 1000,
    text: startUp
      ? `The program's first code ran for ${duration(durationUs)} before the event loop turned`
      : `Event loop blocked for ${duration(durationUs)}${afterPause ? ' just after Scorchmark had stopped the program' : ''}`,
    thread,
    ...(startUp && { startUp }),
    ...(afterPause && { ours: true }),
  }));
  return [...collections, ...blocks];
}

function duration(us: number): string {
  return us >= 1e6 ? `${(us / 1e6).toFixed(1)} s` : `${Math.round(us / 1000)} ms`;
}
