/** A load in the terminal while it goes on: a line that is redrawn, or one every few seconds where it cannot be. */
import { formatDurationMs, formatRate } from '../../profiles/format';
import type { Point } from '../api';
import { printable } from './printable';
import { StatusLine } from './terminal';

/** How often a line is printed where it cannot be redrawn. */
const plainProgressMs = 5000;

export class LoadProgress {
  private readonly line = new StatusLine(process.stderr);
  private readonly last = new Map<string, number>();
  private stage: string | undefined;
  private lastPlainUs = 0;

  constructor(
    private readonly plannedMs: number,
    private readonly nowUs: () => number,
  ) {}

  take(points: readonly Point[]): void {
    for (const { metric, value } of points) this.last.set(metric, value);
    const text = this.status();
    this.line.show(text);
    if (this.line.active || this.nowUs() - this.lastPlainUs < plainProgressMs * 1000) return;
    this.lastPlainUs = this.nowUs();
    process.stderr.write(`${text}\n`);
  }

  tell(stage: string | undefined, limit: string | undefined): void {
    this.stage = stage;
    if (limit !== undefined && limit !== this.limit)
      this.line.above(() => process.stderr.write(`${limit}\n`));
    this.limit = limit;
  }
  private limit: string | undefined;

  /** A whole line, above the one that is redrawn. */
  note(text: string): void {
    this.line.above(() => process.stderr.write(`${printable(text)}\n`));
  }

  close(): void {
    this.line.clear();
  }

  /** Undefined where the stage has just said the same. */
  private users(count: number): string | undefined {
    if (this.stage?.includes('per second')) return `${count} in flight`;
    const words = `${count} ${count === 1 ? 'user' : 'users'}`;
    return this.stage?.endsWith(words) ? undefined : words;
  }

  private status(): string {
    const value = (metric: string) => this.last.get(metric) ?? 0;
    const users = this.users(value('loadUsers'));
    return [
      `● ${formatDurationMs(this.nowUs() / 1000)} of ${formatDurationMs(this.plannedMs)}`,
      ...(this.stage === undefined ? [] : [this.stage]),
      ...(users === undefined ? [] : [users]),
      formatRate(value('requestRate')),
      `p50 ${formatDurationMs(value('latencyP50'))}`,
      `p99 ${formatDurationMs(value('latencyP99'))}`,
      `errors ${formatRate(value('errorRate'))}`,
    ].join(' · ');
  }
}
