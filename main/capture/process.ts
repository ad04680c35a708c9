/**
 * CPU time and resident memory of every process of the target, read from outside: a blocked target cannot hide them.
 */
import type { Point } from '../api';
import type { Clock } from '../target/types';
import type { CaptureSink, Collector } from './types';
import { cpuPercent, shortestElapsedUs } from './cpu-percent';
import { platformReader, type ProcessReader, type Usage } from './process-usage';
import { messageOf, troubleOf, type Trouble } from './trouble';

export interface ProcessMetricsOptions {
  /** The whole tree now. */
  pids: () => Promise<number[]>;
  intervalMs: number;
  clock: Clock;
  sink: CaptureSink;
  /** Default: the platform's. */
  reader?: ProcessReader;
}

export class ProcessCollector implements Collector {
  readonly name = 'process';
  readonly source = 'process metrics';
  private readonly trouble: Trouble;
  private readonly read: ProcessReader;
  private timer: NodeJS.Timeout | undefined;
  private running = false;
  private startedUs = 0;
  private ticks = 0;
  private lastSampleUs = 0;
  private known = new Map<number, Usage>();
  private inFlight: Promise<void> | undefined;

  constructor(private readonly options: ProcessMetricsOptions) {
    this.trouble = troubleOf(this.source, null, options.sink, options.clock);
    this.read = options.reader ?? platformReader();
  }

  async start(): Promise<void> {
    this.running = true;
    this.startedUs = this.lastSampleUs = this.options.clock.nowUs();
    await this.sample();
    this.schedule();
  }

  async flush(): Promise<void> {
    if (this.running) await this.sample();
  }

  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    clearTimeout(this.timer);
    await this.inFlight;
  }

  /** On multiples of the interval since the start, however long a sample takes; what cannot be kept up with is left out. */
  private schedule(): void {
    if (!this.running) return;
    const elapsedMs = (this.options.clock.nowUs() - this.startedUs) / 1000;
    this.ticks = Math.max(this.ticks + 1, Math.floor(elapsedMs / this.options.intervalMs) + 1);
    const delayMs = this.ticks * this.options.intervalMs - elapsedMs;
    this.timer = setTimeout(() => void this.sample().then(() => this.schedule()), delayMs);
  }

  private sample(): Promise<void> {
    this.inFlight ??= this.measure()
      .catch((error: unknown) =>
        this.trouble.tell(`CPU and memory of the target's processes cannot be read: ${messageOf(error)}`),
      )
      .finally(() => (this.inFlight = undefined));
    return this.inFlight;
  }

  private async measure(): Promise<void> {
    const { clock, sink, pids } = this.options;
    const usages = await this.read(await pids(), clock);
    const sinceUs = this.lastSampleUs;
    const tUs = clock.nowUs();
    const points: Point[] = [];
    let treeCpu = 0;
    let treeRss = 0;
    let cpuKnown = false;
    for (const [pid, usage] of usages) {
      const scope = `p${pid}`;
      const percent = cpuPercent(usage, this.known.get(pid), sinceUs);
      if (percent !== undefined) {
        points.push({ metric: 'cpu', scope, tUs, value: percent });
        treeCpu += percent;
        cpuKnown = true;
      }
      points.push({ metric: 'rss', scope, tUs, value: usage.rssBytes });
      treeRss += usage.rssBytes;
    }
    for (const [pid, usage] of usages) {
      const before = this.known.get(pid);
      // The next interval begins where this one, too short to tell anything, began.
      if (before && usage.atUs - before.atUs < shortestElapsedUs) usages.set(pid, before);
    }
    this.known = usages;
    this.lastSampleUs = tUs;
    if (cpuKnown) points.push({ metric: 'cpu', scope: 'tree', tUs, value: treeCpu });
    if (usages.size > 0) points.push({ metric: 'rss', scope: 'tree', tUs, value: treeRss });
    if (points.length > 0) sink.points(points);
  }
}
