/** A whole timeline (series, garbage collections, stalls) reduced to what a window of so many pixels can show. */
import { reduceCollections } from './collections';
import { reduceSeries } from './reduce';
import type { CollectionColumns, ReducibleSeries } from './types';

/** Of all series together: a picture of very many threads has fewer points of each. */
const mostPointsTogether = 300_000;
const fewestPoints = 100;
/** More stalls than this are thinned. */
const mostBlocks = 4000;

export interface TimelineWindow {
  /** µs; default: from the first and to the last. */
  startUs?: number | undefined;
  endUs?: number | undefined;
  /** About so many of each series. */
  points: number;
  /** Only the series of these metrics, with or without garbage collections, and no marks; default: everything. */
  only?: { metrics: readonly string[]; collections: boolean } | undefined;
}

/** The marks that are thinned, by what this module needs of them. */
interface AnyMark {
  kind: string;
  tUs: number;
  durationMs?: number;
  thread?: string;
  ours?: boolean;
  startUp?: boolean;
  others?: number;
}

export interface ReducibleTimeline<
  S extends ReducibleSeries & { metric?: string },
  C extends CollectionColumns,
  M extends AnyMark,
> {
  series: Iterable<S>;
  collections: Iterable<C>;
  marks: readonly M[];
}

/** Copies; what was given stays as it is. Sums, means and counts over the window stay exact. */
export function reduceTimeline<
  S extends ReducibleSeries & { metric?: string },
  C extends CollectionColumns,
  M extends AnyMark,
>(
  timeline: ReducibleTimeline<S, C, M>,
  { startUs, endUs, points, only }: TimelineWindow,
): { series: S[]; collections: C[]; marks: M[] } {
  const all = [...timeline.series].filter(({ metric }) => !only || only.metrics.includes(metric ?? ''));
  const groups = only && !only.collections ? [] : [...timeline.collections];
  const share = Math.floor(mostPointsTogether / Math.max(1, all.length + groups.length));
  const each = Math.max(fewestPoints, Math.min(points, share));
  const window = { ...(startUs !== undefined && { startUs }), ...(endUs !== undefined && { endUs }) };
  const inWindow = ({ tUs, durationMs = 0 }: M): boolean =>
    (endUs === undefined || tUs < endUs) && (startUs === undefined || tUs + durationMs * 1000 >= startUs);
  return {
    series: all
      .map((series) => {
        const { exact: _old, ...rest } = series;
        return { ...rest, ...reduceSeries(series, { ...window, points: each }) } as S;
      })
      .filter(({ tUs }) => tUs.length > 0),
    collections: groups
      .map((group) => reduceCollections(group, { ...window, points: Math.ceil(each / 2) }) as C)
      .filter(({ tUs }) => tUs.length > 0),
    marks: only ? [] : thinBlocks(timeline.marks.filter(inWindow)),
  };
}

/**
 * Of very many stalls the longest of each stretch of time, which says how many it stands for; all other marks. In time
 * order of what is kept.
 */
export function thinBlocks<M extends AnyMark>(marks: readonly M[], most = mostBlocks): M[] {
  let blocks = 0;
  let firstUs = Number.POSITIVE_INFINITY;
  let lastUs = 0;
  for (const { kind, tUs } of marks) {
    if (kind !== 'blocked') continue;
    blocks++;
    firstUs = Math.min(firstUs, tUs);
    lastUs = Math.max(lastUs, tUs);
  }
  if (blocks <= most) return [...marks];
  let bucketUs = Math.max(1, (lastUs - firstUs) / (most / 2));
  for (;;) {
    const longest = new Map<string, { mark: M; others: number }>();
    for (const mark of marks) {
      if (mark.kind !== 'blocked') continue;
      const { thread, ours = false, startUp = false, durationMs = 0, others = 0 } = mark;
      const key = `${thread} ${ours} ${startUp} ${Math.floor(mark.tUs / bucketUs)}`;
      const known = longest.get(key);
      if (!known) longest.set(key, { mark, others });
      else {
        known.others += others + 1;
        if (durationMs > (known.mark.durationMs ?? 0)) known.mark = mark;
      }
    }
    if (longest.size <= most || bucketUs > lastUs) {
      const kept = new Map([...longest.values()].map(({ mark, others }) => [mark, others]));
      return marks.flatMap((mark) => {
        if (mark.kind !== 'blocked') return [mark];
        const others = kept.get(mark);
        return others === undefined ? [] : [others > 0 ? { ...mark, others } : mark];
      });
    }
    bucketUs *= 2;
  }
}
