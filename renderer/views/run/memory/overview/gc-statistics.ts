/** What the garbage collections of a recording come to, by kind. Pure. */
import type { GcKind, Mark } from '../../../../../main/api';
import { collectionTotals, type CollectionColumns } from '../../../../../profiles/series';
import type { TimeRange } from '../../../../../profiles/types';

export interface GcStatistics {
  gcKind: GcKind | 'all';
  count: number;
  /** Of them caused by us. */
  ours: number;
  pauseMs: number;
  /** Null when the recording keeps only the longest of many. */
  medianMs: number | null;
  longestMs: number;
  /** As far as the runtime told; null when it never did. */
  freedBytes: number | null;
}

const kinds: readonly GcKind[] = ['minor', 'major', 'incremental', 'weakcb'];

export function gcStatistics(
  groups: readonly CollectionColumns[],
  threads: readonly string[] | null,
  range: TimeRange | null,
): GcStatistics[] {
  const seen = groups.filter(({ thread }) => threads === null || threads.includes(thread));
  const rows = kinds.map((kind) =>
    statisticsOf(
      kind,
      seen.filter(({ gcKind }) => gcKind === kind),
      range,
    ),
  );
  const present = rows.filter(({ count }) => count > 0);
  return present.length > 1 ? [...present, statisticsOf('all', seen, range)] : present;
}

function statisticsOf(
  gcKind: GcStatistics['gcKind'],
  groups: readonly CollectionColumns[],
  range: TimeRange | null,
): GcStatistics {
  const { count, pauseMs, longestMs, freedBytes } = collectionTotals(groups, range);
  const ours = collectionTotals(
    groups.filter((each) => each.ours),
    range,
  ).count;
  const tells = groups.some(({ stands, beforeBytes, afterBytes }) =>
    stands
      ? stands.freedBytes.some((bytes) => bytes > 0)
      : beforeBytes.some((before, index) => Number.isFinite(before) && Number.isFinite(afterBytes[index])),
  );
  return {
    gcKind,
    count,
    ours,
    pauseMs,
    medianMs: medianOf(groups, range),
    longestMs,
    freedBytes: tells ? freedBytes : null,
  };
}

function medianOf(groups: readonly CollectionColumns[], range: TimeRange | null): number | null {
  const all: number[] = [];
  for (const { tUs, durationMs, stands } of groups) {
    if (stands?.counts.some((count) => count > 1)) return null;
    for (let index = 0; index < tUs.length; index++) {
      const at = tUs[index]!;
      if (!range || (at >= range.startUs && at < range.endUs)) all.push(durationMs[index]!);
    }
  }
  if (all.length === 0) return null;
  all.sort((a, b) => a - b);
  const middle = all.length >>> 1;
  return all.length % 2 === 1 ? all[middle]! : (all[middle - 1]! + all[middle]!) / 2;
}

/** Recordings of older workbenches have one mark for each collection. */
export function collectionsOfMarks(marks: readonly Mark[]): CollectionColumns[] {
  const groups = new Map<string, CollectionColumns>();
  for (const mark of marks) {
    if (mark.kind !== 'gc') continue;
    const { thread, gcKind, ours } = mark;
    const key = `${thread} ${gcKind} ${ours}`;
    let group = groups.get(key);
    if (!group) {
      group = { thread, gcKind, ours, tUs: [], durationMs: [], beforeBytes: [], afterBytes: [] };
      groups.set(key, group);
    }
    group.tUs.push(mark.tUs);
    group.durationMs.push(mark.durationMs);
    group.beforeBytes.push(mark.beforeBytes ?? NaN);
    group.afterBytes.push(mark.afterBytes ?? NaN);
  }
  return [...groups.values()];
}
