import { exactBytes, formatBytes, formatNumber, formatPercent } from '../../../../../profiles/format';
import type { DominatorTree } from '../../../../../profiles/heap/questions';

interface Props {
  tree: DominatorTree;
  index: number;
  heapBytes: number;
  /** Of the pointer, in the window. */
  x: number;
  y: number;
}

const widestPx = 400;
const highestPx = 140;

/** What the box under the pointer stands for. */
export function DominatorTooltip({ tree, index, heapBytes, x, y }: Props) {
  const retained = tree.retained[index] ?? 0;
  const shallow = tree.shallow[index] ?? 0;
  const isMerged = isMergedBox(tree, index);
  const left = Math.max(4, Math.min(x + 14, innerWidth - widestPx));
  const top = y + highestPx > innerHeight ? y - highestPx + 10 : y + 14;
  return (
    <div
      className="sm-flame-tooltip"
      role="tooltip"
      style={{ transform: `translate(${left}px, ${top}px)`, maxWidth: widestPx }}
    >
      <div className="sm-flame-tooltip-name">{tree.label[index]}</div>
      <dl className="sm-flame-tooltip-numbers">
        <dt>Retained</dt>
        <dd>
          {formatBytes(retained)} · {formatPercent(heapBytes > 0 ? retained / heapBytes : 0)}
        </dd>
        <dd className="sm-exact">{exactBytes(retained)}</dd>
        <dt>Shallow</dt>
        <dd>{formatBytes(shallow)}</dd>
        <dd className="sm-exact">{exactBytes(shallow)}</dd>
        {isMerged && (
          <>
            <dt>Objects</dt>
            <dd>{formatNumber(tree.count[index] ?? 0)}</dd>
            <dd />
          </>
        )}
      </dl>
      {isMerged && <div className="muted">Double-click or Z shows all of this constructor</div>}
    </div>
  );
}

/** Smaller objects of one constructor, drawn as one. */
export function isMergedBox(tree: DominatorTree, index: number): boolean {
  return (tree.ordinal[index] ?? -1) < 0;
}

/** The same for those who hear it. */
export function dominatorSentence(tree: DominatorTree, index: number, heapBytes: number): string {
  const retained = tree.retained[index] ?? 0;
  const verb = isMergedBox(tree, index) ? 'retain' : 'retains';
  const share = formatPercent(heapBytes > 0 ? retained / heapBytes : 0);
  return `${tree.label[index] ?? ''} ${verb} ${formatBytes(retained)}, ${share} of the heap`;
}
