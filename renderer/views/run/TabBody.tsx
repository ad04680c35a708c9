import { ExploreView } from './explore/ExploreView';
import { FrameMenu } from './explore/FrameMenu';
import { FunctionsTab } from './explore/FunctionsTab';
import { LoadTab } from './load/LoadTab';
import { MemoryTab } from './memory/MemoryTab';
import { OutputTab } from './OutputTab';
import { ProcessesTab } from './ProcessesTab';
import { SummaryTab } from './SummaryTab';
import type { ViewedRun } from './viewed-run';

/** The chosen view. */
export function TabBody({ run }: { run: ViewedRun }) {
  const { selection } = run;
  return (
    <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${selection.tab}`} className="tab-panel">
      {selection.tab === 'summary' && <SummaryTab run={run} />}
      {selection.tab === 'flame' && <ExploreView run={run} source="cpu" mode={selection.flameMode} />}
      {selection.tab === 'functions' && <FunctionsTab run={run} />}
      {selection.tab === 'memory' && <MemoryTab run={run} />}
      {selection.tab === 'load' && <LoadTab run={run} />}
      {selection.tab === 'processes' && <ProcessesTab run={run} />}
      {selection.tab === 'output' && <OutputTab run={run} />}
      <FrameMenu />
    </div>
  );
}
