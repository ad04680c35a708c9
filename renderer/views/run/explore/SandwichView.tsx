import { Button } from '@mantine/core';
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels';
import { exactValue, formatPercent, formatValue } from '../../../../profiles/format';
import { findFrame, type FunctionRow } from '../../../../profiles/functions';
import { formatLocation } from '../../../../profiles/location';
import { useSearchHits } from '../../../frame/search-hits';
import { FlameView } from '../../../flame/FlameView';
import { FunctionTable } from '../../../functions/FunctionTable';
import { useExplorer } from '../../../explorer/use-explorer';
import type { Scope } from '../../../explorer/types';
import { useRoute } from '../../../state/selection';
import { functionRows } from '../../../state/trees';
import { useSlowed } from '../use-slowed';
import type { ViewedRun } from '../viewed-run';
import { titleOf, useFrameActions } from './ExploreView';
import { CannotShow } from './NothingToShow';
import { viewDataOf, type ViewData } from './view-data';

interface Props {
  run: ViewedRun;
  source: Scope['source'];
}

/** One function: callers grow up from it, callees down. Without a function, the heaviest ones to choose from. */
export function SandwichView({ run, source }: Props) {
  const { functionKey } = run.selection;
  return functionKey === null ? (
    <FunctionChoice run={run} source={source} />
  ) : (
    <Sandwich run={run} source={source} functionKey={functionKey} />
  );
}

function FunctionChoice({ run: newest, source }: Props) {
  const run = useSlowed(newest);
  const { onSelect, onMenu } = useFrameActions({ isCallPath: false });
  const onHits = useSearchHits((state) => state.show);
  const data = viewDataOf(run, source);
  return (
    <div className="sandwich">
      <div className="tab-note">
        <span>Choose a function: its callers appear above it, what it calls below.</span>
      </div>
      <div className="grow-down">
        <FunctionTable
          tree={data.tree}
          version={data.version}
          wholeWeight={data.wholeWeight}
          search={newest.selection.search}
          selectedKey={null}
          onSelect={onSelect}
          onMenu={onMenu}
          onHits={onHits}
        />
      </div>
    </div>
  );
}

function Sandwich({ run, source, functionKey }: Props & { functionKey: string }) {
  const { select, addTransform } = useRoute();
  const { onSelect, onMenu } = useFrameActions({ isCallPath: false });
  const layout = useDefaultLayout({ id: 'sandwich', storage: localStorage });
  const data = viewDataOf(run, source);
  const { selection, model } = run;
  const { answer, version, pending, error } = useExplorer(
    model,
    'sandwich',
    { scope: data.scope, functionKey },
    `sandwich ${source}`,
  );
  if (error) return <CannotShow error={error} />;
  const common = {
    version,
    live: model.live,
    search: selection.search,
    selectedKey: functionKey,
    runWeight: data.runWeight,
    skipRoot: true,
    toolbar: false,
    unit: data.unit,
    onSelect,
    onContextMenu: onMenu,
    onTransform: addTransform,
    title: titleOf(run, 'sandwich'),
  };
  return (
    <div className="sandwich">
      <Group
        id="sandwich"
        orientation="vertical"
        className="run-split"
        defaultLayout={layout.defaultLayout}
        onLayoutChanged={layout.onLayoutChanged}
      >
        <Panel id="callers" minSize={60}>
          <FlameView
            {...common}
            tree={answer?.callers ?? null}
            direction="up"
            emptyText={pending ? 'Looking for its callers…' : 'Nobody calls it: the runtime does.'}
          />
        </Panel>
        <Separator className="separator-h" aria-label="Resize callers and callees" />
        <Panel id="callees" minSize={60}>
          <div className="sandwich-half">
            <SandwichHead data={data} functionKey={functionKey} cwd={model.state.cwd}>
              <Button size="compact-xs" variant="default" onClick={() => select({ functionKey: null })}>
                Choose another function
              </Button>
            </SandwichHead>
            <div className="grow-down">
              <FlameView
                {...common}
                tree={answer?.callees ?? null}
                direction="down"
                emptyText={
                  pending ? 'Looking for what it calls…' : 'This function has no samples in what is shown.'
                }
              />
            </div>
          </div>
        </Panel>
      </Group>
    </div>
  );
}

interface HeadProps {
  data: ViewData;
  functionKey: string;
  cwd: string;
  children: React.ReactNode;
}

/** The filling: the function and what it costs. */
function SandwichHead({ data, functionKey, cwd, children }: HeadProps) {
  const { tree, unit, wholeWeight } = data;
  const [name = '', url = '', line = '0'] = functionKey.split('\n');
  const frame = tree ? findFrame(tree.frames, functionKey) : -1;
  const row: FunctionRow | undefined =
    tree && frame !== -1 ? functionRows(tree).find((each) => each.frame === frame) : undefined;
  const number = (label: string, value: number) => (
    <span className="nowrap" title={exactValue(value, unit)}>
      <span className="muted">{label}</span> {formatValue(value, unit)} ·{' '}
      {formatPercent(wholeWeight > 0 ? value / wholeWeight : 0)}
    </span>
  );
  return (
    <div className="sandwich-head">
      <strong className="mono ellipsis" title={name}>
        {name}
      </strong>
      <span className="mono muted ellipsis sandwich-where">{formatLocation(url, Number(line), cwd)}</span>
      {row && number('Total', row.total)}
      {row && number('Self', row.self)}
      {children}
    </div>
  );
}
