import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import type { Metric } from '../../../main/api';
import { toAppError } from '../../../main/errors';
import { formatBytes, formatDurationMs, formatNumber, formatValue, noValue } from '../../../profiles/format';
import { useClient } from '../../state/client';
import { threadsOf } from '../../state/recording';
import { reportError } from '../../state/report-error';
import { ExploreView } from './explore/ExploreView';
import { modeOnTab } from './explore/modes';
import { collectionsIn, inRange, lastOf, maxOf, pick, sumOf } from './series-in-range';
import { threadTitle } from './thread-title';
import type { ViewedRun } from './viewed-run';

/** Who allocated the memory that is alive, and how large the heaps are. */
export function MemoryTab({ run }: { run: ViewedRun }) {
  const client = useClient();
  const { model, selection, allocationTree } = run;
  const [refreshing, setRefreshing] = useState(false);
  const layout = useDefaultLayout({ id: 'run-memory', storage: localStorage });
  const refresh = async (): Promise<void> => {
    setRefreshing(true);
    try {
      await client.call('run.refreshAllocations', { runId: model.id });
    } catch (thrown) {
      reportError(toAppError(thrown));
    } finally {
      setRefreshing(false);
    }
  };
  const bytes = allocationTree?.totalWeight ?? 0;
  return (
    <div className="memory">
      <div className="tab-note">
        <span>
          {allocationTree && bytes > 0
            ? allocationTree.unit === 'bytes'
              ? `${formatBytes(bytes)} alive, by the function that allocated it (sampled)`
              : `${formatValue(bytes, allocationTree.unit)} samples of living memory, by the function that allocated it`
            : 'Living memory by the function that allocated it'}
          {selection.range && '. This profile has no times: it is of the whole run, whatever the range'}
          {model.live && model.allocations.size > 0 && '. Each refresh runs a full garbage collection'}
        </span>
        {model.live && (
          <Button
            size="compact-xs"
            variant="default"
            loading={refreshing}
            leftSection={<IconRefresh size={13} />}
            onClick={() => void refresh()}
          >
            Refresh now
          </Button>
        )}
      </div>
      <Group
        id="run-memory"
        orientation="vertical"
        className="run-split"
        defaultLayout={layout.defaultLayout}
        onLayoutChanged={layout.onLayoutChanged}
      >
        <Panel id="allocations" minSize={80}>
          <ExploreView run={run} source="allocations" mode={modeOnTab('memory', selection.flameMode)} />
        </Panel>
        <Separator className="separator-h" aria-label="Resize the heap table" />
        <Panel id="heaps" defaultSize={150} minSize={60} groupResizeBehavior="preserve-pixel-size">
          <HeapTable run={run} />
        </Panel>
      </Group>
    </div>
  );
}

function HeapTable({ run }: { run: ViewedRun }) {
  const { model, selection } = run;
  const threads = threadsOf(model).filter(
    (thread) => selection.threads === null || selection.threads.includes(thread.key),
  );
  const bytes = (metric: Metric, key: string, how: typeof maxOf): string | undefined => {
    const value = how(pick(model.series, metric, [key]).map((series) => inRange(series, selection.range)));
    return value === undefined ? undefined : formatBytes(value);
  };
  return (
    <div className="scroll">
      <table className="table sticky-head">
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
                <td className="number">{bytes('external', thread.key, maxOf) ?? noValue}</td>
                <td className="number">{bytes('arrayBuffers', thread.key, maxOf) ?? noValue}</td>
                <td className="number">{bytes('rss', thread.key, maxOf) ?? noValue}</td>
                <td
                  className="number"
                  title={gc ? `${formatNumber(gc.ours)} of them caused by the allocation profile` : undefined}
                >
                  {gc ? formatNumber(gc.count) : noValue}
                </td>
                <td className="number">{gc ? formatDurationMs(gc.pauseMs) : noValue}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function collections(run: ViewedRun, key: string): { count: number; pauseMs: number; ours: number } | null {
  const { model, selection } = run;
  const sum = (metric: Metric): number | undefined =>
    sumOf(pick(model.series, metric, [key]).map((each) => inRange(each, selection.range)));
  const count = sum('gcCount');
  if (count === undefined) return null;
  const ours = collectionsIn(model, [key], selection.range, { ours: true }).count;
  return { count, pauseMs: sum('gcPause') ?? 0, ours };
}
