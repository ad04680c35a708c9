/**
 * Garbage collections as columns: a program can run a hundred a second for hours. Reduced, each entry is the longest of a
 * bucket of time and says how many it stands for, how long they took together and what they freed.
 */
import { firstAtOrAfter } from './reduce';
import type { CollectionColumns, SeriesWindow } from './types';

export interface OneCollection {
  thread: string;
  gcKind: string;
  ours: boolean;
  tUs: number;
  durationMs: number;
  beforeBytes?: number;
  afterBytes?: number;
}

/** All collections of a recording, in groups of one thread, kind and cause. */
export class CollectionLog {
  private readonly groups = new Map<string, { columns: CollectionColumns; bucketUs: number }>();
  private readonly mostPerGroup: number;

  /** @param mostPerGroup more entries than these are reduced to half; default: all are kept */
  constructor(mostPerGroup = Number.POSITIVE_INFINITY) {
    this.mostPerGroup = mostPerGroup;
  }

  /** Late ones are put where they belong. */
  push(one: OneCollection): void {
    const group = this.groupOf(one);
    const { columns } = group;
    const beforeBytes = one.beforeBytes ?? Number.NaN;
    const afterBytes = one.afterBytes ?? Number.NaN;
    let at = columns.tUs.length;
    while (at > 0 && columns.tUs[at - 1]! > one.tUs) at--;
    insert(columns.tUs, at, one.tUs);
    insert(columns.durationMs, at, one.durationMs);
    insert(columns.beforeBytes, at, beforeBytes);
    insert(columns.afterBytes, at, afterBytes);
    if (columns.stands) {
      insert(columns.stands.counts, at, 1);
      insert(columns.stands.totalMs, at, one.durationMs);
      insert(columns.stands.freedBytes, at, zeroWithout(beforeBytes - afterBytes));
    }
    if (columns.tUs.length > this.mostPerGroup) this.makeRoom(group);
  }

  /** Takes over groups as they were read or sent. */
  add(groups: readonly CollectionColumns[]): void {
    for (const columns of groups) {
      const group = { columns, bucketUs: columns.stands ? 1000 : 0 };
      this.groups.set(keyOf(columns), group);
      if (columns.tUs.length > this.mostPerGroup) this.makeRoom(group);
    }
  }

  /** Not copies. */
  all(): CollectionColumns[] {
    return [...this.groups.values()].map(({ columns }) => columns);
  }

  private groupOf(one: OneCollection): { columns: CollectionColumns; bucketUs: number } {
    const key = keyOf(one);
    let group = this.groups.get(key);
    if (!group) {
      const { thread, gcKind, ours } = one;
      const empty = { tUs: [], durationMs: [], beforeBytes: [], afterBytes: [] };
      group = { columns: { thread, gcKind, ours, ...empty }, bucketUs: 0 };
      this.groups.set(key, group);
    }
    return group;
  }

  private makeRoom(group: { columns: CollectionColumns; bucketUs: number }): void {
    const wanted = Math.max(2, Math.floor(this.mostPerGroup / 2));
    const { tUs } = group.columns;
    const spanUs = tUs[tUs.length - 1]! - tUs[0]!;
    let bucketUs = Math.max(group.bucketUs, 2 ** Math.floor(Math.log2(Math.max(1, spanUs / wanted))));
    let reduced = byWidth(group.columns, bucketUs, 0, tUs.length);
    while (reduced.tUs.length > wanted) {
      bucketUs *= 2;
      reduced = byWidth(group.columns, bucketUs, 0, tUs.length);
    }
    group.bucketUs = bucketUs;
    // In place: whoever holds the columns sees what there is now.
    Object.assign(group.columns, reduced);
  }
}

/** A group's collections that began inside the window (default: all), at most about `points` entries. */
export function reduceCollections(
  columns: CollectionColumns,
  { startUs, endUs, points }: Partial<SeriesWindow> & { points: number },
): CollectionColumns {
  const { tUs } = columns;
  const from = startUs === undefined ? 0 : firstAtOrAfter(tUs, startUs);
  const to = endUs === undefined ? tUs.length : firstAtOrAfter(tUs, endUs);
  if (to - from > points)
    return byWidth(columns, Math.max(1, (tUs[to - 1]! - tUs[from]!) / points), from, to);
  const { stands } = columns;
  return {
    ...columns,
    tUs: tUs.slice(from, to),
    durationMs: columns.durationMs.slice(from, to),
    beforeBytes: columns.beforeBytes.slice(from, to),
    afterBytes: columns.afterBytes.slice(from, to),
    ...(stands && {
      stands: {
        counts: stands.counts.slice(from, to),
        totalMs: stands.totalMs.slice(from, to),
        freedBytes: stands.freedBytes.slice(from, to),
      },
    }),
  };
}

export interface CollectionTotals {
  count: number;
  pauseMs: number;
  /** As far as the runtime told. */
  freedBytes: number;
  longestMs: number;
}

/** What collections that began in a window (null: all) come to. */
export function collectionTotals(
  groups: readonly CollectionColumns[],
  window: SeriesWindow | null,
): CollectionTotals {
  const totals: CollectionTotals = { count: 0, pauseMs: 0, freedBytes: 0, longestMs: 0 };
  for (const columns of groups) {
    const { tUs, durationMs, stands } = columns;
    const from = window ? firstAtOrAfter(tUs, window.startUs) : 0;
    const to = window ? firstAtOrAfter(tUs, window.endUs) : tUs.length;
    for (let i = from; i < to; i++) {
      totals.count += stands ? stands.counts[i]! : 1;
      totals.pauseMs += stands ? stands.totalMs[i]! : durationMs[i]!;
      totals.freedBytes += stands ? stands.freedBytes[i]! : freedBy(columns, i);
      if (durationMs[i]! > totals.longestMs) totals.longestMs = durationMs[i]!;
    }
  }
  return totals;
}

function byWidth(columns: CollectionColumns, bucketUs: number, from: number, to: number): CollectionColumns {
  const { tUs, durationMs, stands } = columns;
  const out = {
    ...columns,
    tUs: [] as number[],
    durationMs: [] as number[],
    beforeBytes: [] as number[],
    afterBytes: [] as number[],
    stands: { counts: [] as number[], totalMs: [] as number[], freedBytes: [] as number[] },
  };
  // The newest stays alone: it says from when on others are new.
  for (let at = from; at < to;) {
    const bucket = Math.floor(tUs[at]! / bucketUs);
    let longest = at;
    let count = 0;
    let totalMs = 0;
    let freedBytes = 0;
    let i = at;
    for (; i < (at < to - 1 ? to - 1 : to) && Math.floor(tUs[i]! / bucketUs) === bucket; i++) {
      count += stands ? stands.counts[i]! : 1;
      totalMs += stands ? stands.totalMs[i]! : durationMs[i]!;
      freedBytes += stands ? stands.freedBytes[i]! : freedBy(columns, i);
      if (durationMs[i]! > durationMs[longest]!) longest = i;
    }
    out.tUs.push(tUs[longest]!);
    out.durationMs.push(durationMs[longest]!);
    out.beforeBytes.push(columns.beforeBytes[longest]!);
    out.afterBytes.push(columns.afterBytes[longest]!);
    out.stands.counts.push(count);
    out.stands.totalMs.push(totalMs);
    out.stands.freedBytes.push(freedBytes);
    at = i;
  }
  return out;
}

function freedBy({ beforeBytes, afterBytes }: CollectionColumns, index: number): number {
  return zeroWithout(beforeBytes[index]! - afterBytes[index]!);
}

function zeroWithout(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function insert(column: number[], at: number, value: number): void {
  if (at === column.length) column.push(value);
  else column.splice(at, 0, value);
}

function keyOf({ thread, gcKind, ours }: { thread: string; gcKind: string; ours: boolean }): string {
  return `${thread} ${gcKind} ${ours ? 'ours' : ''}`;
}
