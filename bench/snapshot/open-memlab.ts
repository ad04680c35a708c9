/**
 * In a process of its own: opens a snapshot with memlab's heap parser, which works out dominators and retained sizes. Its time
 * ends there; the sums by constructor, by which the numbers are compared, come after and are made from its nodes alone.
 * `FILE ROOT`
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as Memlab from '@memlab/core';
import { peakMb } from './peak';
import type { Opened, Row } from './summary';

const [file, root] = process.argv.slice(2);
const { utils, TraceFinder } = createRequire(path.join(root!, 'package.json'))(
  '@memlab/core',
) as typeof Memlab;

const startedAt = performance.now();
const heap = await utils.getSnapshotFromFile(file!, { buildNodeIdIndex: false, verbose: false });
new TraceFinder().calculateAllNodesRetainedSizes(heap);
const openMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage();
const peak = await peakMb();

const nodes = heap.nodes.length;
const names: string[] = [];
const sizes = new Float64Array(nodes);
const retained = new Float64Array(nodes);
const dominated: number[][] = [];
heap.nodes.forEach((node, i) => {
  names.push(
    node.type === 'hidden'
      ? '(system)'
      : node.type === 'code'
        ? '(compiled code)'
        : node.type === 'object' || node.type === 'native'
          ? node.name
          : `(${node.type})`,
  );
  sizes[i] = node.self_size;
  retained[i] = node.retainedSize;
  const dominator = node.dominatorNode?.nodeIndex ?? 0;
  if (i > 0) (dominated[dominator] ??= []).push(i);
});
const rows = new Map<string, Row>();
const open = new Map<string, number>();
/** Nodes still to be entered, and those to be left, as -1 - node. */
const stack = [0];
while (stack.length > 0) {
  const node = stack.pop()!;
  if (node < 0) {
    const name = names[-1 - node]!;
    open.set(name, open.get(name)! - 1);
    continue;
  }
  const name = names[node]!;
  const row = rows.get(name) ?? { name, count: 0, shallow: 0, retained: 0 };
  rows.set(name, row);
  row.count++;
  row.shallow += sizes[node]!;
  const above = open.get(name) ?? 0;
  if (above === 0) row.retained += retained[node]!;
  open.set(name, above + 1);
  stack.push(-1 - node);
  for (const below of dominated[node] ?? []) stack.push(below);
}
const opened: Opened = {
  openMs,
  cpuMs: (user + system) / 1000,
  peakMb: peak,
  nodes,
  edges: heap.edges.length,
  rows: [...rows.values()].sort((a, b) => b.retained - a.retained),
};
// memlab writes its progress to stdout, too: ours is the last line.
process.stdout.write(`\n${JSON.stringify(opened)}`);
