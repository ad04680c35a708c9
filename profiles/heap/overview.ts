/** What a heap is made of. */
import { constructorSums } from './constructor-rows';
import { duplicates } from './duplicates';
import { derived, type HeapGraph } from './graph';
import type { SnapshotOverview } from './questions';

/** What people call the kinds of objects; anything else is `system`. */
const kindOfType: Record<string, string> = {
  string: 'strings',
  'concatenated string': 'strings',
  'sliced string': 'strings',
  symbol: 'strings',
  object: 'objects',
  regexp: 'objects',
  closure: 'closures',
  array: 'arrays',
  code: 'code',
  number: 'numbers',
  bigint: 'numbers',
  native: 'native',
};

export const overview = derived((graph: HeapGraph): SnapshotOverview => {
  const { snapshot } = graph;
  const byType = snapshot.nodeTypes.map(() => ({ count: 0, shallow: 0 }));
  for (let node = 0; node < snapshot.nodeCount; node++) {
    const sum = byType[snapshot.nodeType[node]!];
    if (sum === undefined) continue;
    sum.count++;
    sum.shallow += snapshot.shallow[node]!;
  }
  const kinds = new Map<string, { label: string; count: number; shallow: number }>();
  byType.forEach((sum, type) => {
    if (sum.count === 0) return;
    const label = kindOfType[snapshot.nodeTypes[type] ?? ''] ?? 'system';
    const kind = kinds.get(label) ?? { label, count: 0, shallow: 0 };
    kind.count += sum.count;
    kind.shallow += sum.shallow;
    kinds.set(label, kind);
  });
  return {
    nodeCount: snapshot.nodeCount,
    edgeCount: snapshot.edgeCount,
    shallow: constructorSums(graph).totalShallow,
    kinds: [...kinds.values()].sort((a, b) => b.shallow - a.shallow),
    duplicateStringBytes: duplicates(graph).wasted,
  };
});
