import { Button, SegmentedControl } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import {
  exactBytes,
  exactNumber,
  formatBytes,
  formatNumber,
  formatPercent,
} from '../../../../../profiles/format';
import type { HeapEdgeRow, HeapNodeRow, SnapshotAnswers } from '../../../../../profiles/heap/questions';
import { ErrorPanel } from '../../../../components/ErrorPanel';
import type { ObjectFacet } from '../../../../state/memory-place';
import { useRoute } from '../../../../state/selection';
import { HeapGrid, type GridColumn } from '../grid/HeapGrid';
import { useLazyTree } from '../grid/use-lazy-tree';
import type { ViewedRun } from '../../viewed-run';
import { distanceColumn, edgesOf, HeapRowLabel, nodeOf, retainedColumns, type HeapRow } from './heap-columns';
import { ObjectLabel } from './ObjectLabel';
import { ObjectSource } from './ObjectSource';
import { useAnswer, type OpenSnapshot } from './use-snapshot';

type NodeFacts = SnapshotAnswers['node'];

const facets: { value: ObjectFacet; label: string }[] = [
  { value: 'retainers', label: 'Retainers' },
  { value: 'path', label: 'Path to root' },
  { value: 'references', label: 'References' },
];

/** The selected object: its sizes, what it is, what it refers to, who holds it. */
export function ObjectPanel({ run, snapshot }: { run: ViewedRun; snapshot: OpenSnapshot }) {
  const { object } = run.selection.memory;
  return (
    <aside className="heap-details" aria-label="Object details">
      {object === null ? (
        <p className="muted heap-details-hint">
          Select an object to see who holds it. A constructor’s row opens to its instances.
        </p>
      ) : (
        <Facts run={run} snapshot={snapshot} ordinal={object} />
      )}
    </aside>
  );
}

function Facts(props: { run: ViewedRun; snapshot: OpenSnapshot; ordinal: number }) {
  const { run, snapshot, ordinal } = props;
  const { facet } = run.selection.memory;
  const goInMemory = useRoute((state) => state.goInMemory);
  const answer = useAnswer(snapshot, { kind: 'node', ordinal });
  // While the next one is awaited the last one stays, so that nothing jumps.
  const node = answer.data;
  if (answer.error)
    return (
      <ErrorPanel error={answer.error.toJSON()}>
        <Button size="compact-xs" variant="default" onClick={answer.again}>
          Try again
        </Button>
      </ErrorPanel>
    );
  if (!node) return <p className="muted heap-details-hint">Reading the object…</p>;
  return (
    <>
      <div className="heap-details-head">
        <h2 className="mono ellipsis" title={node.name}>
          {node.name || `(${node.type})`}
        </h2>
        <span className="heap-id mono" data-testid="object-id">
          @{node.id}
        </span>
        <button
          type="button"
          className="link proof heap-kind"
          title="All objects of this constructor"
          onClick={() =>
            goInMemory({ part: 'constructors', base: null, group: node.group, object: node.ordinal })
          }
        >
          {node.type}
        </button>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-label="Close the object (Esc)"
          onClick={() => goInMemory({ object: null })}
        >
          <IconX size={14} aria-hidden />
        </Button>
      </div>
      <Numbers run={run} node={node} heapBytes={snapshot.overview.shallow} />
      {node.text !== undefined && node.text !== '' && (
        <pre className="heap-text" tabIndex={0} aria-label="Text">
          {node.text}
        </pre>
      )}
      <div className="heap-tools">
        <SegmentedControl
          size="xs"
          aria-label="Of the object"
          value={facet}
          onChange={(value) => goInMemory({ facet: value })}
          data={facets}
        />
      </div>
      <div className="heap-fill">
        {facet === 'path' ? (
          <PathToRoot snapshot={snapshot} ordinal={ordinal} node={node} />
        ) : (
          <Edges key={facet} snapshot={snapshot} kind={facet} ordinal={ordinal} />
        )}
      </div>
    </>
  );
}

function Numbers(props: { run: ViewedRun; node: NodeFacts; heapBytes: number }) {
  const { run, node, heapBytes } = props;
  const { goInMemory } = useRoute();
  const share = (bytes: number): string => formatPercent(heapBytes > 0 ? bytes / heapBytes : 0);
  const { dominator } = node;
  return (
    <dl className="facts heap-facts">
      <dt>Retained</dt>
      <dd title={exactBytes(node.retained)}>
        {formatBytes(node.retained)} <span className="muted">· {share(node.retained)}</span>
        <span className="heap-fact">
          <span className="muted">Shallow</span>{' '}
          <span title={exactBytes(node.shallow)}>
            {formatBytes(node.shallow)} <span className="muted">· {share(node.shallow)}</span>
          </span>
        </span>
      </dd>
      <dt>Distance</dt>
      <dd>
        {node.distance === null ? (
          'not reachable from a GC root'
        ) : (
          <span title={exactNumber(node.distance)}>
            {formatNumber(node.distance)} {node.distance === 1 ? 'step' : 'steps'} from the root
          </span>
        )}
        <span className="muted">
          {' '}
          · {formatNumber(node.references)} {node.references === 1 ? 'reference' : 'references'}
        </span>
      </dd>
      {dominator && (
        <>
          <dt>Dominator</dt>
          <dd className="ellipsis">
            <button
              type="button"
              className="link ellipsis"
              title="Without it, this object would be freed"
              onClick={() => goInMemory({ object: dominator.ordinal })}
            >
              <ObjectLabel node={dominator} />
            </button>
          </dd>
        </>
      )}
      <ObjectSource run={run} node={node} />
    </dl>
  );
}

function Edges(props: { snapshot: OpenSnapshot; kind: 'references' | 'retainers'; ordinal: number }) {
  const { snapshot, kind, ordinal } = props;
  const goInMemory = useRoute((state) => state.goInMemory);
  const { tree, pending } = useLazyTree(
    `${snapshot.key} ${kind} ${ordinal}`,
    edgesOf(snapshot, kind, ordinal),
  );
  // A click looks at a row; only a second one, or Enter on its link, goes there: otherwise the tree would be gone at once.
  const [picked, setPicked] = useState<HeapRow | null>(null);
  const target = picked ? nodeOf(picked) : null;
  const columns: GridColumn<HeapRow, never>[] = [
    ...retainedColumns<never>(snapshot.overview.shallow).slice(0, 1),
    distanceColumn<never>(),
    {
      id: 'name',
      label: kind === 'references' ? 'Refers to' : 'Held by',
      title:
        kind === 'references'
          ? 'Properties, elements, variables of its scope and V8’s own references'
          : 'Who refers to it, those nearest to a GC root first; a row opens to who holds that',
      width: 'minmax(180px, 1fr)',
      isTree: true,
      cell: (row) => <HeapRowLabel row={row} />,
    },
  ];
  return (
    <div className="heap-lists">
      <div className="heap-fill">
        <HeapGrid
          label={kind === 'references' ? 'References' : 'Retainers'}
          testId={kind}
          tree={tree}
          pending={pending}
          columns={columns}
          isSelected={(row) => row === picked}
          onPick={setPicked}
          emptyText={kind === 'references' ? 'It refers to nothing.' : 'Nothing holds it.'}
        />
      </div>
      <div className="heap-picked">
        {target ? (
          <Button
            size="compact-xs"
            variant="default"
            maw="100%"
            title={`Select ${target.name || target.type} @${target.id}`}
            onClick={() => goInMemory({ object: target.ordinal })}
          >
            <span className="ellipsis">Select {target.name || target.type}</span>&nbsp;@{target.id}
          </Button>
        ) : (
          <span className="muted">→ opens a row, ← closes it.</span>
        )}
      </div>
    </div>
  );
}

function PathToRoot({
  snapshot,
  ordinal,
  node,
}: {
  snapshot: OpenSnapshot;
  ordinal: number;
  node: NodeFacts;
}) {
  const answer = useAnswer(snapshot, { kind: 'path', ordinal });
  const goInMemory = useRoute((state) => state.goInMemory);
  if (answer.error)
    return (
      <ErrorPanel error={answer.error.toJSON()}>
        <Button size="compact-xs" variant="default" onClick={answer.again}>
          Try again
        </Button>
      </ErrorPanel>
    );
  if (!answer.data) return <p className="muted heap-details-hint">Looking for the shortest way…</p>;
  if (answer.data.length === 0)
    return (
      <p className="muted heap-details-hint">
        Nothing strong holds it: it is a root itself, or only weak references lead to it, and the next
        collection frees it.
      </p>
    );
  return (
    <ol className="heap-path" aria-label="Shortest path from a GC root" data-testid="path">
      <li className="muted">GC roots</li>
      {answer.data.map((step, index) => (
        <Step
          key={index}
          step={step}
          isLast={step.node.ordinal === node.ordinal}
          onSelect={(to) => goInMemory({ object: to.ordinal })}
        />
      ))}
    </ol>
  );
}

function Step(props: { step: HeapEdgeRow; isLast: boolean; onSelect: (node: HeapNodeRow) => void }) {
  const { step, isLast, onSelect } = props;
  return (
    <li aria-current={isLast ? 'true' : undefined}>
      <button
        type="button"
        className="link"
        disabled={isLast}
        title={`Retains ${formatBytes(step.node.retained)}`}
        onClick={() => onSelect(step.node)}
      >
        <ObjectLabel node={step.node} edge={step} />
      </button>
      <span className="number muted">{formatBytes(step.node.retained)}</span>
    </li>
  );
}
