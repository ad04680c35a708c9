import { useCallback } from 'react';
import { FlameView } from '../../flame/FlameView';
import { FunctionTable } from '../../functions/FunctionTable';
import { useRoute } from '../../state/selection';
import { LoadTab } from './LoadTab';
import { MemoryTab } from './MemoryTab';
import { OutputTab } from './OutputTab';
import { ProcessesTab } from './ProcessesTab';
import { SummaryTab } from './SummaryTab';
import { useSlowed } from './use-slowed';
import type { ViewedRun } from './viewed-run';

/** The chosen view. */
export function TabBody({ run }: { run: ViewedRun }) {
  const select = useRoute((state) => state.select);
  const { model, selection, cpuTree, cpuVersion } = run;
  const onSelect = useCallback((functionKey: string | null): void => select({ functionKey }), [select]);
  return (
    <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${selection.tab}`} className="tab-panel">
      {selection.tab === 'summary' && <SummaryTab run={run} />}
      {selection.tab === 'flame' && (
        <FlameView
          tree={cpuTree}
          version={cpuVersion}
          newestUs={run.newestUs}
          live={model.live}
          search={selection.search}
          selectedKey={selection.functionKey}
          onSelect={onSelect}
          unit="microseconds"
          emptyText={emptyText(run)}
        />
      )}
      {selection.tab === 'functions' && <FunctionsTab run={run} onSelect={onSelect} />}
      {selection.tab === 'memory' && <MemoryTab run={run} onSelect={onSelect} />}
      {selection.tab === 'load' && <LoadTab run={run} />}
      {selection.tab === 'processes' && <ProcessesTab run={run} />}
      {selection.tab === 'output' && <OutputTab run={run} />}
    </div>
  );
}

function FunctionsTab({ run, onSelect }: { run: ViewedRun; onSelect: (key: string | null) => void }) {
  const { cpuTree, cpuVersion } = useSlowed(run);
  const { search, functionKey } = run.selection;
  return (
    <FunctionTable
      tree={cpuTree}
      version={cpuVersion}
      search={search}
      selectedKey={functionKey}
      onSelect={onSelect}
    />
  );
}

/** Why there is no CPU time to show, and what to do. */
function emptyText({ model, selection, cpuTree }: ViewedRun): string {
  if (model.live && !cpuTree)
    return 'Waiting for the first samples. They appear here about a second after the target starts.';
  if (model.cpu.size === 0)
    return 'No CPU profile was recorded. Turn on “CPU profile” in the run form, or look at Memory and Output.';
  if (selection.range) return 'No CPU time in this range. Clear the range, or drag another one on the lanes.';
  return 'The threads shown had nothing to do. Put load on the target, or choose other threads.';
}
