import { useMemo } from 'react';
import { pathOf } from '../../../profiles/location';
import { useCall } from '../../components/use-call';
import { ActivityBar } from './details/ActivityBar';
import { CodeFacts } from './details/CodeFacts';
import { factsOf, packageOf } from './details/facts';
import { FunctionHead } from './details/FunctionHead';
import { Numbers } from './details/Numbers';
import { Relatives } from './details/Relatives';
import { SourceSection } from './details/SourceSection';
import './details/details.css';
import type { ViewedRun } from './viewed-run';

/** The selected function: what it costs, when, where it is, who calls it, what it calls, and its source. */
export function DetailsPanel({ run, functionKey }: { run: ViewedRun; functionKey: string }) {
  const { selection, model } = run;
  const memory = selection.tab === 'memory';
  const tree = memory ? run.allocationTree : run.cpuTree;
  const scope = memory ? run.allocationScope : run.cpuScope;
  const runWeight = memory ? run.allocationRunWeight : run.cpuRunWeight;
  const name = functionKey.split('\n')[0] ?? '';
  const facts = useMemo(() => (tree ? factsOf(tree, functionKey) : null), [tree, functionKey]);
  const packages = useCall('sources.packages', { id: model.id }, `${model.id} ${model.live}`).data;
  const info = facts?.info ?? null;
  const pack = info && packages ? packageOf(pathOf(info.url), packages) : undefined;
  const unit = tree?.unit ?? (memory ? 'bytes' : 'microseconds');
  const profiles = memory ? model.allocations : model.cpu;
  const isTimed = [...profiles.values()].some((profile) => profile.timed);
  const about = { model, scope, unit, functionKey };
  return (
    <aside className="details" aria-label="Function details">
      <FunctionHead run={run} name={name} functionKey={functionKey} tree={tree} info={info} pack={pack} />
      {!facts || !tree || !info ? (
        <p className="muted">{run.pending ? 'Adding up…' : absence(memory)}</p>
      ) : (
        <>
          <Numbers row={facts.row} unit={unit} runWeight={runWeight} isPart={runWeight > tree.totalWeight} />
          {isTimed && <ActivityBar {...about} />}
          <CodeFacts {...about} />
          {info.url !== '' && (
            <SourceSection
              key={functionKey}
              model={model}
              scope={scope}
              unit={unit}
              name={name}
              place={{ url: info.url, line: info.line, column: info.column }}
            />
          )}
          <Relatives
            title="Callers"
            none="Nobody: the runtime calls it."
            related={facts.callers}
            tree={tree}
            cwd={model.state.cwd}
          />
          <Relatives
            title="Callees"
            none="It calls nothing that was sampled."
            related={facts.callees}
            tree={tree}
            cwd={model.state.cwd}
          />
        </>
      )}
    </aside>
  );
}

function absence(memory: boolean): string {
  return memory
    ? 'This function allocated nothing that is still alive (or too little to be sampled).'
    : 'This function took no CPU time in what is shown. Another range or thread may have it.';
}
