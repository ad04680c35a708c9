/** Writing to the terminal: results on stdout, everything else on stderr, one redrawn status line on a TTY. */
import { formatBytes, formatDurationMs, formatPercent } from '../../profiles/format';
import { AppError, toAppError } from '../errors';
import { printable } from './printable';
import type { SessionMeta } from '../api';

export const exitCodes = {
  ok: 0,
  /** The session is saved, but the target ended badly by itself. */
  targetFailed: 1,
  usage: 2,
  /** Nothing could be recorded, read or written. */
  failed: 3,
  /** The load was made, and a threshold of its scenario was broken. */
  thresholdBroken: 4,
} as const;

/** A status line that is redrawn in place on a terminal and absent elsewhere. */
export class StatusLine {
  private shown = '';

  constructor(private readonly stream: NodeJS.WriteStream) {}

  get active(): boolean {
    return Boolean(this.stream.isTTY);
  }

  show(text: string): void {
    if (!this.active) return;
    const width = this.stream.columns || 80;
    const line = printable(text);
    this.shown = line.length >= width ? line.slice(0, width - 1) : line;
    this.stream.write(`\r\x1b[2K${this.shown}`);
  }

  /** Writes whole lines above the status line. */
  above(write: () => void): void {
    if (this.active && this.shown) this.stream.write('\r\x1b[2K');
    write();
    if (this.active && this.shown) this.stream.write(this.shown);
  }

  clear(): void {
    if (this.active && this.shown) this.stream.write('\r\x1b[2K');
    this.shown = '';
  }
}

/** The error as a person reads it: sentence, hint, details. */
export function describeError(thrown: unknown): string {
  const error = toAppError(thrown);
  const parts = [`scorchmark: ${printable(error.message)}`];
  if (error.hint) parts.push(`  ${printable(error.hint)}`);
  if (error.details && (error.code !== 'INTERNAL' || process.env['SCORCHMARK_DEBUG']))
    parts.push(error.details.replace(/^/gm, '  │ '));
  return parts.join('\n');
}

export function exitCodeOf(thrown: unknown): number {
  return thrown instanceof AppError && thrown.code === 'BAD_INPUT' ? exitCodes.usage : exitCodes.failed;
}

/** Columns padded to their widest cell; columns named in `right` are right-aligned. One line a row, whatever a cell holds. */
export function table(cells: string[][], right: number[] = []): string {
  const rows = cells.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The summary shown at the end of a recording and by `sessions show`. Only what was measured. */
export function summaryRows(meta: SessionMeta): string[][] {
  const s = meta.summary;
  const rows: string[][] = [
    ['session', meta.id],
    ['name', meta.name],
    ...(meta.commandLine === '' ? [] : [['command', meta.commandLine]]),
    ['status', meta.status],
    ['duration', formatDurationMs(meta.durationMs)],
  ];
  const add = (label: string, value: string | undefined): void => {
    if (value !== undefined) rows.push([label, value]);
  };
  const ms = (value: number | undefined): string | undefined =>
    value === undefined ? undefined : formatDurationMs(value);
  add('CPU samples', s.cpuSamples?.toLocaleString('en'));
  add(
    'CPU',
    s.cpuMeanPercent === undefined ? undefined : `${formatPercent(s.cpuMeanPercent / 100)} of one core`,
  );
  if (s.topFunction)
    add(
      'top function',
      `${s.topFunction.name}  ${formatDurationMs(s.topFunction.selfMs)} self, ${formatPercent(s.topFunction.share)}${s.topFunction.url === '' ? '' : `  ${s.topFunction.url}:${s.topFunction.line}`}`,
    );
  add(
    'allocated and alive',
    s.allocatedLiveBytes === undefined ? undefined : formatBytes(s.allocatedLiveBytes),
  );
  if (s.topAllocator)
    add(
      'allocated most',
      `${s.topAllocator.name}  ${formatBytes(s.topAllocator.selfBytes)}, ${formatPercent(s.topAllocator.share)}${s.topAllocator.url === '' ? '' : `  ${s.topAllocator.url}:${s.topAllocator.line}`}`,
    );
  add('heap snapshots', s.snapshots === undefined ? undefined : String(s.snapshots));
  add('event-loop delay P99', ms(s.loopDelayP99Ms));
  add('event-loop delay max', ms(s.loopDelayMaxMs));
  add(
    'event-loop utilisation',
    s.loopUtilizationMean === undefined ? undefined : formatPercent(s.loopUtilizationMean),
  );
  add('RSS max', s.rssMaxBytes === undefined ? undefined : formatBytes(s.rssMaxBytes));
  add('heap max', s.heapMaxBytes === undefined ? undefined : formatBytes(s.heapMaxBytes));
  add(
    'GC',
    s.gcCount === undefined ? undefined : `${s.gcCount} in ${formatDurationMs(s.gcPauseTotalMs ?? 0)}`,
  );
  add('requests', s.requests?.toLocaleString('en'));
  add(
    'request rate',
    s.requestRate === undefined ? undefined : `${Math.round(s.requestRate).toLocaleString('en')} /s`,
  );
  add('latency P50', ms(s.latencyP50Ms));
  add('latency P95', ms(s.latencyP95Ms));
  add('latency P99', ms(s.latencyP99Ms));
  add('errors', s.errorRatio === undefined ? undefined : formatPercent(s.errorRatio));
  return rows;
}
