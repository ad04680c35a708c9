/**
 * What a load did in a stretch of the timeline, merged from the seconds in `load-seconds.ndjson`. The file is in order of time
 * and can be large: its beginning is found by halving, and only the lines of the stretch are read.
 */
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { LatencyHistogram } from '../../profiles/latency/histogram';
import { countIn, heatMapOf, percentileCurve, type Part } from '../../profiles/latency/pictures';
import type { LoadInRange, LoadSecond, LoadTotals, OutcomesOverTime } from '../api';
import { checksOf, Tally, totalsOf } from '../load/engine/statistics';
import { readEndpoint, readSecond, startOf } from '../load/seconds-file';
import type { LoadEndpoint } from '../load/types';
import { loadSecondsFileName } from '../sessions/layout';
import type { SessionStore } from '../sessions';

interface Range {
  startUs: number;
  endUs: number;
}

const pieceBytes = 256 * 1024;
/** Wider pictures have no use for more. */
const mostColumns = 150;
/** A second is looked for by its start; none is longer than this. */
const longestSecondUs = 2_500_000;
/** Of a measurement's time: less than this in the next column is not worth a part of its own. */
const nearlyNothing = 0.1;

/** Of a running recording or a session; null when no seconds were kept, or none lies in the range. Rejects with NOT_FOUND. */
export async function loadBetween(
  store: Pick<SessionStore, 'folderOf'>,
  id: string,
  range: Range,
): Promise<LoadInRange | null> {
  const folder = await store.folderOf(id);
  let file: FileHandle;
  try {
    file = await open(path.join(folder, loadSecondsFileName));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = await file.stat();
    const endpoints = await readEndpoints(file, size);
    const merged = new MergedSeconds(endpoints);
    const from = await placeOf(file, size, range.startUs - longestSecondUs);
    for await (const line of linesFrom(file, from, size)) {
      const tUs = startOf(line);
      if (tUs === undefined || tUs < range.startUs - longestSecondUs) continue;
      if (tUs >= range.endUs) break;
      const second = readSecond(line);
      if (second && second.tUs + second.durationUs > range.startUs) merged.add(second);
    }
    return merged.result();
  } finally {
    await file.close();
  }
}

/** Merges seconds into what the views show. */
export class MergedSeconds {
  readonly #tallies: Tally[] = [];
  readonly #endpoints: LoadEndpoint[];
  /** Seconds of earlier versions do not tell what was sent, and checks only as errors. */
  #isSentKnown = true;
  /** By the start of the second: all endpoints together. */
  readonly #bySecond = new Map<number, Measured>();
  #startUs = Infinity;
  #endUs = -Infinity;

  constructor(endpoints: readonly LoadEndpoint[]) {
    this.#endpoints = [...endpoints];
  }

  add(second: LoadSecond): void {
    // The file may come from elsewhere.
    if (second.endpoint >= 10_000) return;
    let response: LatencyHistogram;
    let service: LatencyHistogram;
    try {
      response = LatencyHistogram.decode(second.response);
      service = LatencyHistogram.decode(second.service);
    } catch {
      return;
    }
    const tally = (this.#tallies[second.endpoint] ??= new Tally());
    tally.answered += second.answered;
    tally.errors += second.errors;
    tally.timeouts += second.timeouts;
    tally.non2xx += second.non2xx;
    tally.badChecks += second.badChecks;
    tally.bytes += second.bytes;
    if (second.bytesSent === undefined) this.#isSentKnown = false;
    tally.bytesSent += second.bytesSent ?? 0;
    for (const [at, held] of (second.checksHeld ?? []).entries())
      tally.passed[at] = (tally.passed[at] ?? 0) + held;
    for (const [at, failed] of (second.checksFailed ?? []).entries())
      tally.failedChecks[at] = (tally.failedChecks[at] ?? 0) + failed;
    for (const [kind, count] of Object.entries(second.errorKinds ?? {})) tally.addKind(kind, count);
    for (const [name, count] of Object.entries(second.statusClasses ?? {})) {
      const digit = Number(name[0]);
      if (digit >= 0 && digit <= 9) tally.statusClasses[digit]! += count;
    }
    tally.response.add(response);
    tally.service.add(service);

    this.#startUs = Math.min(this.#startUs, second.tUs);
    this.#endUs = Math.max(this.#endUs, second.tUs + second.durationUs);
    let measured = this.#bySecond.get(second.tUs);
    if (!measured) this.#bySecond.set(second.tUs, (measured = new Measured()));
    measured.add(second, response);
  }

  /** Null when there was nothing. */
  result(): LoadInRange | null {
    if (this.#bySecond.size === 0) return null;
    const elapsedMs = (this.#endUs - this.#startUs) / 1000;
    const all = new Tally();
    const allChecks: Checks = {};
    const count = Math.max(this.#endpoints.length, this.#tallies.length);
    const perRequest = Array.from({ length: count }, (_, at) => {
      const { method = '', url = `request ${at + 1}`, name, checks: words = [] } = this.#endpoints[at] ?? {};
      const tally = this.#tallies[at] ?? new Tally();
      all.add(tally);
      const checks = checksOf(words, tally);
      addChecks(allChecks, checks);
      const totals = this.#known(totalsOf(tally, elapsedMs, checks));
      return { method, url, ...(name !== undefined && { name }), totals };
    });
    const { columnsUs, columnWidthUs, columns } = this.#columns();
    return {
      startUs: this.#startUs,
      endUs: this.#endUs,
      totals: this.#known(totalsOf(all, elapsedMs, allChecks)),
      perRequest,
      curve: percentileCurve(all.response, all.service),
      heatMap: { columnsUs, columnWidthUs, ...heatMapOf(columns) },
      outcomes: outcomesOf(columns),
    };
  }

  #known(totals: LoadTotals): LoadTotals {
    if (this.#isSentKnown) return totals;
    const { bytesSent: _unknown, ...known } = totals;
    return known;
  }

  /**
   * Equally wide ones of whole seconds, also where nothing came. What was measured together can be shorter than a second (a
   * step of a search for the knee ended) or longer (nobody could run): it falls into the columns by its time in them.
   */
  #columns(): { columnsUs: number[]; columnWidthUs: number; columns: Column[] } {
    const seconds = Math.max(1, Math.round((this.#endUs - this.#startUs) / 1e6));
    const columnWidthUs = Math.ceil(seconds / mostColumns) * 1e6;
    const count = Math.max(1, Math.ceil((this.#endUs - this.#startUs) / columnWidthUs - 0.25));
    const columns = Array.from({ length: count }, (): Column => ({ parts: [] }));
    for (const [tUs, measured] of this.#bySecond) {
      const sinceUs = tUs - this.#startUs;
      const durationUs = Math.max(1, measured.durationUs);
      let from = 0;
      for (let at = Math.min(count - 1, Math.floor(sinceUs / columnWidthUs)); from < 1; at++) {
        const endsAt = at >= count - 1 ? 1 : ((at + 1) * columnWidthUs - sinceUs) / durationUs;
        // Seconds begin a few ms late now and then, and belong to one column all the same.
        const to = endsAt < nearlyNothing ? 0 : endsAt > 1 - nearlyNothing ? 1 : endsAt;
        if (to > from) columns[at]!.parts.push({ of: measured, from, to });
        from = to;
      }
    }
    const columnsUs = columns.map((_, at) => this.#startUs + at * columnWidthUs);
    return { columnsUs, columnWidthUs, columns };
  }
}

type Checks = NonNullable<LoadTotals['checks']>;

/** The same words in several endpoints are one check. */
function addChecks(sums: Checks, more: Checks): void {
  for (const [words, { passed, failed }] of Object.entries(more)) {
    const sum = (sums[words] ??= { passed: 0, failed: 0 });
    sum.passed += passed;
    sum.failed += failed;
  }
}

interface Column {
  readonly parts: Part<Measured>[];
}

/** What was measured from one instant on, of all endpoints together. */
class Measured {
  durationUs = 0;
  readonly histogram = new LatencyHistogram();
  readonly statusClasses = new Map<string, number>();
  readonly errorKinds = new Map<string, number>();

  add(second: LoadSecond, response: LatencyHistogram): void {
    this.durationUs = Math.max(this.durationUs, second.durationUs);
    this.histogram.add(response);
    for (const [name, count] of Object.entries(second.statusClasses ?? {}))
      increase(this.statusClasses, name, count);
    for (const [name, count] of Object.entries(second.errorKinds ?? {}))
      increase(this.errorKinds, name, count);
  }
}

function increase(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function outcomesOf(columns: readonly Column[]): OutcomesOverTime {
  const spread = (of: (measured: Measured) => Map<string, number>) => {
    const names = new Set<string>();
    for (const { parts } of columns)
      for (const part of parts) for (const name of of(part.of).keys()) names.add(name);
    const countOf = ({ parts }: Column, name: string): number =>
      parts.reduce((sum, part) => sum + countIn(of(part.of).get(name) ?? 0, part), 0);
    return Object.fromEntries(
      [...names].sort().map((name) => [name, columns.map((column) => countOf(column, name))]),
    );
  };
  return {
    statusClasses: spread(({ statusClasses }) => statusClasses),
    errorKinds: spread(({ errorKinds }) => errorKinds),
  };
}

// ── the file ──

async function readEndpoints(file: FileHandle, size: number): Promise<LoadEndpoint[]> {
  const endpoints: LoadEndpoint[] = [];
  for await (const line of linesFrom(file, 0, size)) {
    const found = readEndpoint(line);
    if (!found) break;
    const { endpoint, ...rest } = found;
    endpoints[endpoint] = rest;
  }
  return Array.from(endpoints, (each) => each ?? { method: '', url: '' });
}

/** An offset before the first line of a second that begins at or after `tUs`, and not far before it. */
async function placeOf(file: FileHandle, size: number, tUs: number): Promise<number> {
  let low = 0;
  let high = size;
  while (high - low > pieceBytes) {
    const middle = Math.floor((low + high) / 2);
    const found = await firstStartFrom(file, middle, high);
    if (found === undefined || found >= tUs) high = middle;
    else low = middle;
  }
  return low;
}

/** Of the first whole line behind an offset that tells a time. */
async function firstStartFrom(file: FileHandle, offset: number, end: number): Promise<number | undefined> {
  for await (const line of linesFrom(file, offset, end)) {
    const tUs = startOf(line);
    if (tUs !== undefined) return tUs;
  }
  return undefined;
}

/** Whole lines; what comes first behind an offset in the middle of one is a torn one, which nobody can read. */
async function* linesFrom(file: FileHandle, offset: number, end: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for (let at = offset; at < end;) {
    const piece = Buffer.alloc(Math.min(pieceBytes, end - at));
    const { bytesRead } = await file.read(piece, 0, piece.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    const lines = (rest + decoder.decode(piece.subarray(0, bytesRead), { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
