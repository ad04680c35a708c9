import type { Metric } from '../../../../../main/api';
import { formatBytes, formatDurationMs, formatNumber, noValue } from '../../../../../profiles/format';
import { collectionTotals } from '../../../../../profiles/series';
import { threadsOf } from '../../../../state/recording';
import { inRange, lastOf, maxOf, pick } from '../../series-in-range';
import { threadTitle } from '../../thread-title';
import type { ViewedRun } from '../../viewed-run';
import { collectionsOf } from './collections-of';

/** How large each thread's heap is, and what its collections cost. */
export function HeapTable({ run }: { run: ViewedRun }) {
  const { model, selection } = run;
  const threads = threadsOf(model).filter(
    (thread) => selection.threads === null || selection.threads.includes(thread.key),
  );
  if (model.series.length === 0 || model.cpuFromSamples) return null;
  const bytes = (metric: Metric, key: string, how: typeof maxOf): string | undefined => {
    const value = how(pick(model.series, metric, [key]).map((series) => inRange(series, selection.range)));
    return value === undefined ? undefined : formatBytes(value);
  };
  return (
    <section className="section" aria-label="Heaps">
      <h2>Heaps{selection.range && ' in the selected range'}</h2>
      <table className="table" data-testid="heap-table">
        <thead>
          <tr>
            <th scope="col">Thread</th>
            <th scope="col" className="number">
              Heap used, last
            </th>
            <th scope="col" className="number">
              Heap used, max
            </th>
            <th scope="col" className="number">
              Heap total, max
            </th>
            <th scope="col" className="number" title="Where V8 gives up: --max-old-space-size">
              Heap limit
            </th>
            <th scope="col" className="number" title="Heap used just after the last full collection">
              Floor, last
            </th>
            <th scope="col" className="number">
              External, max
            </th>
            <th scope="col" className="number">
              Array buffers, max
            </th>
            <th scope="col" className="number">
              Process RSS, max
            </th>
            <th scope="col" className="number">
              GC runs
            </th>
            <th scope="col" className="number">
              GC pauses
            </th>
          </tr>
        </thead>
        <tbody>
          {threads.map((thread) => {
            const gc = collections(run, thread.key);
            return (
              <tr key={thread.key}>
                <td>{threadTitle(thread)}</td>
                <td className="number">{bytes('heapUsed', thread.key, lastOf) ?? noValue}</td>
                <td className="number">{bytes('heapUsed', thread.key, maxOf) ?? noValue}</td>
                <td className="number">{bytes('heapTotal', thread.key, maxOf) ?? noValue}</td>
                <td className="number">{bytes('heapLimit', thread.key, lastOf) ?? noValue}</td>
                <td className="number">{bytes('heapFloor', thread.key, lastOf) ?? noValue}</td>
                <td className="number">{bytes('external', thread.key, maxOf) ?? noValue}</td>
                <td className="number">{bytes('arrayBuffers', thread.key, maxOf) ?? noValue}</td>
                <td className="number">{bytes('rss', thread.key, maxOf) ?? noValue}</td>
                <td
                  className="number"
                  title={
                    gc
                      ? `${formatNumber(gc.ours)} of them caused by us: forced, or by an allocation refresh or a snapshot`
                      : undefined
                  }
                >
                  {gc ? formatNumber(gc.count) : noValue}
                </td>
                <td className="number">{gc ? formatDurationMs(gc.pauseMs) : noValue}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

/** Of one thread; null when nothing counted them. */
function collections(run: ViewedRun, key: string): { count: number; pauseMs: number; ours: number } | null {
  const { model, selection } = run;
  const series = pick(model.series, 'gcCount', [key]);
  if (series.length === 0) return null;
  const own = collectionsOf(model).filter(({ thread }) => thread === key);
  const { count, pauseMs } = collectionTotals(own, selection.range);
  const ours = collectionTotals(
    own.filter((each) => each.ours),
    selection.range,
  );
  return { count, pauseMs, ours: ours.count };
}
