/** The dominator tree below an object as frames of a flame or rectangles of a treemap, of bounded size. */
import { formatNumber } from '../format';
import { dominatorOrder, forEachDominated } from './dominated';
import type { HeapGraph } from './graph';
import type { DominatorTree } from './questions';
import { nodeName, preview } from './rows';

/** More frames than this nobody can see; the largest are shown. */
const mostFrames = 5000;
/** Children of one frame beyond this many are merged even when they are not small. */
const mostSiblings = 200;

/**
 * Subtrees below `smallest` of the asked object's retained size are merged with their siblings of the same constructor; merged
 * ones that are together still too small are left out, so that a frame's own size is what its children leave.
 */
export function dominatorTree(
  graph: HeapGraph,
  ordinal: number,
  depth: number,
  smallest: number,
): DominatorTree {
  const { snapshot, index } = graph;
  const order = dominatorOrder(graph);
  const { retained, constructorOf, constructors } = index;
  const tree: DominatorTree = {
    parent: [],
    ordinal: [],
    label: [],
    group: [],
    count: [],
    shallow: [],
    retained: [],
    more: [],
  };
  const add = (parent: number, node: number, group: number, count: number, shallow: number, size: number) => {
    tree.parent.push(parent);
    tree.ordinal.push(node);
    tree.label.push(
      node === -1 ? `${constructors[group] ?? ''} × ${formatNumber(count)}` : labelOf(graph, node),
    );
    tree.group.push(group);
    tree.count.push(count);
    tree.shallow.push(shallow);
    tree.retained.push(size);
    tree.more.push(false);
  };
  add(-1, ordinal, constructorOf[ordinal]!, 1, snapshot.shallow[ordinal]!, retained[ordinal]!);
  const bound = Math.max(1, retained[ordinal]! * smallest);
  const depths = [0];
  // Breadth first: when the tree is cut, what is deepest is missing.
  for (let frame = 0; frame < tree.ordinal.length; frame++) {
    const node = tree.ordinal[frame]!;
    if (node === -1) continue;
    if (order.end[node]! - order.place[node]! === 1) continue;
    if (depths[frame]! >= depth || tree.ordinal.length >= mostFrames) {
      tree.more[frame] = true;
      continue;
    }
    const large: number[] = [];
    const merged = new Map<number, { count: number; shallow: number; retained: number }>();
    const merge = (below: number) => {
      const group = constructorOf[below]!;
      const sum = merged.get(group) ?? { count: 0, shallow: 0, retained: 0 };
      sum.count++;
      sum.shallow += snapshot.shallow[below]!;
      sum.retained += retained[below]!;
      merged.set(group, sum);
    };
    forEachDominated(graph, node, (below) => {
      if (retained[below]! >= bound) large.push(below);
      else merge(below);
    });
    large.sort((a, b) => retained[b]! - retained[a]!);
    for (const below of large.splice(mostSiblings)) merge(below);
    const rows: { node: number; group: number; count: number; shallow: number; retained: number }[] =
      large.map((below) => ({
        node: below,
        group: constructorOf[below]!,
        count: 1,
        shallow: snapshot.shallow[below]!,
        retained: retained[below]!,
      }));
    for (const [group, sum] of merged) {
      if (sum.retained >= bound) rows.push({ node: -1, group, ...sum });
      else tree.more[frame] = true;
    }
    rows.sort((a, b) => b.retained - a.retained);
    for (const row of rows) {
      add(frame, row.node, row.group, row.count, row.shallow, row.retained);
      depths.push(depths[frame]! + 1);
    }
  }
  return tree;
}

function labelOf(graph: HeapGraph, ordinal: number): string {
  const name = nodeName(graph, ordinal);
  return name === 'string' ? preview(graph, ordinal) : name;
}
