import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import { LoadingView } from '../../../../components/LoadingView';
import type { DominatorShape } from '../../../../state/memory-place';
import { useRoute } from '../../../../state/selection';
import { isMergedBox } from './DominatorTooltip';
import { DominatorFlame } from './DominatorFlame';
import { DominatorTreemap } from './DominatorTreemap';
import { useAnswer, type OpenSnapshot } from './use-snapshot';

const shapes: { value: DominatorShape; label: string }[] = [
  { value: 'flame', label: 'Flame' },
  { value: 'treemap', label: 'Treemap' },
];

/** Who keeps how much alive: each object lies below, or inside of, the one without which it would be freed. */
export function DominatorsView({ snapshot }: { snapshot: OpenSnapshot }) {
  const { route, goInMemory } = useRoute();
  const { shape, object } = route.selection.memory;
  const [top, setTop] = useState<{ ordinal: number; label: string }[]>([]);
  const ordinal = top.at(-1)?.ordinal ?? 0;
  const answer = useAnswer(snapshot, { kind: 'dominators', ordinal });
  if (answer.error)
    return (
      <div className="pane">
        <ErrorPanel error={answer.error.toJSON()}>
          <Button onClick={answer.again}>Try again</Button>
        </ErrorPanel>
      </div>
    );
  const tree = answer.data;
  if (!tree) return <LoadingView text="Adding up what keeps what alive" />;
  const picture = {
    tree,
    heapBytes: snapshot.overview.shallow,
    selected: object,
    onPick: (index: number): void => {
      if (!isMergedBox(tree, index)) goInMemory({ object: tree.ordinal[index] ?? null });
    },
    onZoom: (index: number): void => {
      const to = tree.ordinal[index] ?? -1;
      if (isMergedBox(tree, index))
        goInMemory({ part: 'constructors', group: tree.group[index] ?? null, object: null });
      else if (to !== ordinal) setTop([...top, { ordinal: to, label: tree.label[index] ?? '' }]);
    },
    onBack: (): void => setTop(top.slice(0, -1)),
  };
  return (
    <div className="heap-lists">
      <div className="heap-tools">
        <SegmentedControl
          size="xs"
          aria-label="Drawn as"
          value={shape}
          onChange={(value) => goInMemory({ shape: value })}
          data={shapes}
        />
        <div className="heap-crumbs" aria-label="Zoom">
          <button type="button" className="link" onClick={() => setTop([])} disabled={top.length === 0}>
            Whole heap
          </button>
          {top.map((step, index) => (
            <span key={`${index} ${step.ordinal}`} className="heap-crumb">
              <span className="muted"> › </span>
              <button
                type="button"
                className="link mono ellipsis"
                title={step.label}
                disabled={index === top.length - 1}
                onClick={() => setTop(top.slice(0, index + 1))}
              >
                {step.label}
              </button>
            </span>
          ))}
        </div>
        <span className="muted heap-tools-end" title="Arrow keys go from object to object">
          Double-click or Z zooms, Backspace goes back
        </span>
      </div>
      <div className="heap-fill" aria-busy={answer.loading}>
        {answer.loading && <div className="explore-pending" role="progressbar" aria-label="Adding up" />}
        {shape === 'treemap' ? <DominatorTreemap {...picture} /> : <DominatorFlame {...picture} />}
      </div>
    </div>
  );
}
