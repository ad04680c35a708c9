import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dominatorsOf } from './dominators';
import { stringTableOf } from './string-table';
import type { HeapSnapshot } from './types';

type Edge = readonly [from: number, to: number, type?: 'property' | 'weak' | 'shortcut'];
const edgeTypes = ['property', 'weak', 'shortcut'];

/** Every node of its ordinal + 1 bytes, the root of none. */
function heap(nodeCount: number, edges: readonly Edge[]): HeapSnapshot {
  const sorted = [...edges].sort((a, b) => a[0] - b[0]);
  const firstEdge = new Uint32Array(nodeCount + 1);
  for (const [from] of sorted) firstEdge[from + 1]!++;
  for (let node = 0; node < nodeCount; node++) firstEdge[node + 1]! += firstEdge[node]!;
  return {
    nodeCount,
    edgeCount: sorted.length,
    nodeTypes: ['object'],
    edgeTypes,
    strings: stringTableOf(['x']),
    nodeType: new Uint8Array(nodeCount),
    nodeName: new Uint32Array(nodeCount),
    nodeId: Uint32Array.from({ length: nodeCount }, (_, i) => i * 2 + 1),
    shallow: Uint32Array.from({ length: nodeCount }, (_, i) => (i === 0 ? 0 : i + 1)),
    firstEdge,
    edgeType: Uint8Array.from(sorted, ([, , type]) => edgeTypes.indexOf(type ?? 'property')),
    edgeName: new Uint32Array(sorted.length),
    edgeTo: Uint32Array.from(sorted, ([, to]) => to),
    locationNode: new Uint32Array(0),
    locationPlace: new Uint32Array(0),
  };
}

function dominators(snapshot: HeapSnapshot): { dominator: number[]; retained: number[] } {
  const { dominator, retained } = dominatorsOf(snapshot);
  return { dominator: [...dominator], retained: [...retained] };
}

/** By definition: d dominates n when n cannot be reached without d. What is not held by anything hangs on the root. */
function byDefinition(
  nodeCount: number,
  edges: readonly Edge[],
): { dominator: number[]; retained: number[] } {
  const holding = edges.filter(
    ([from, to, type]) => from !== to && type !== 'weak' && (type !== 'shortcut' || from === 0),
  );
  const reachable = (roots: number[], without: number): Set<number> => {
    const seen = new Set(roots.filter((root) => root !== without));
    for (const node of seen)
      for (const [from, to] of holding) if (from === node && to !== without) seen.add(to);
    return seen;
  };
  // In the order of ordinals, as DevTools does it: one that hangs on an earlier one is no root of its own.
  const roots = [0];
  for (let node = 1; node < nodeCount; node++)
    if (!reachable(roots, -1).has(node) && !holding.some(([, to]) => to === node)) roots.push(node);
  const all = reachable(roots, -1);
  const dominatedBy = Array.from({ length: nodeCount }, (_, node) => {
    const rest = reachable(roots, node);
    return new Set([...all].filter((other) => !rest.has(other)));
  });
  const dominator = Array.from({ length: nodeCount }, (_, node) => {
    if (node === 0 || !all.has(node)) return 0;
    // The innermost: the one that dominates the fewest of those that dominate it.
    const above = [...all].filter((other) => other !== node && other !== 0 && dominatedBy[other]!.has(node));
    above.sort((a, b) => dominatedBy[a]!.size - dominatedBy[b]!.size);
    return above[0] ?? 0;
  });
  const retained = Array.from({ length: nodeCount }, (_, node) => {
    const mine = node === 0 ? [...Array(nodeCount).keys()] : all.has(node) ? [...dominatedBy[node]!] : [node];
    return mine.reduce((sum, other) => sum + (other === 0 ? 0 : other + 1), 0);
  });
  return { dominator, retained };
}

describe('dominatorsOf', () => {
  it('finds who holds what alone, and what is held from two sides', () => {
    // 0 → 1 → {2, 3} → 4 → 5
    const edges: Edge[] = [
      [0, 1],
      [1, 2],
      [1, 3],
      [2, 4],
      [3, 4],
      [4, 5],
    ];
    expect(dominators(heap(6, edges))).toEqual({
      dominator: [0, 0, 1, 1, 1, 4],
      retained: [20, 20, 3, 4, 11, 6],
    });
  });

  it('lets neither weak references nor shortcuts hold, but those shortcuts that leave the root', () => {
    const edges: Edge[] = [
      [0, 1, 'shortcut'],
      [0, 2],
      [1, 3],
      [2, 3, 'weak'],
      [2, 3, 'shortcut'],
      [1, 4, 'weak'],
    ];
    const { dominator, retained } = dominators(heap(5, edges));
    expect(dominator).toEqual([0, 0, 0, 1, 0]);
    expect(retained).toEqual([14, 6, 3, 4, 5]);
  });

  it('leaves circles that nothing refers to with the root', () => {
    expect(
      dominators(
        heap(4, [
          [0, 1],
          [2, 3],
          [3, 2],
        ]),
      ),
    ).toEqual({
      dominator: [0, 0, 0, 0],
      retained: [9, 2, 3, 4],
    });
  });

  it('agrees with the definition on any graph', () => {
    const graph = fc.integer({ min: 1, max: 12 }).chain((nodeCount) => {
      const node = fc.integer({ min: 0, max: nodeCount - 1 });
      const type = fc.constantFrom(
        'property' as const,
        'property' as const,
        'property' as const,
        'weak' as const,
        'shortcut' as const,
      );
      return fc.record({
        nodeCount: fc.constant(nodeCount),
        edges: fc.array(fc.tuple(node, node, type), { maxLength: 30 }),
      });
    });
    fc.assert(
      fc.property(graph, ({ nodeCount, edges }) => {
        expect(dominators(heap(nodeCount, edges))).toEqual(byDefinition(nodeCount, edges));
      }),
      { numRuns: 500 },
    );
  });

  it('follows a linked list of two million, at whose end hangs what others hold as well', () => {
    const length = 2_000_000;
    const shared = 100_000;
    const nodeCount = length + 1 + shared;
    const snapshot = heap(1, []);
    const edgeCount = length + shared * 2;
    const edgeTo = new Uint32Array(edgeCount);
    const firstEdge = new Uint32Array(nodeCount + 1);
    // The root refers to the list first, then to all that is shared; the list's last refers to the same.
    edgeTo[0] = 1;
    for (let i = 0; i < shared; i++) edgeTo[1 + i] = length + 1 + i;
    firstEdge[1] = 1 + shared;
    for (let node = 1; node < length; node++) {
      edgeTo[shared + node] = node + 1;
      firstEdge[node + 1] = shared + node + 1;
    }
    for (let i = 0; i < shared; i++) edgeTo[shared + length + i] = length + 1 + i;
    firstEdge.fill(edgeCount, length + 1);
    const { dominator, retained } = dominatorsOf({
      ...snapshot,
      nodeCount,
      edgeCount,
      edgeTo,
      firstEdge,
      edgeType: new Uint8Array(edgeCount),
      shallow: new Uint32Array(nodeCount).fill(1, 1),
    });
    expect([dominator[1], dominator[2], dominator[length], dominator[length + 1]]).toEqual([
      0,
      1,
      length - 1,
      0,
    ]);
    expect([retained[0], retained[1], retained[length]]).toEqual([length + shared, length, 1]);
  });

  it('goes round a circle of a million whose members refer to the one before, too', () => {
    const length = 1_000_000;
    const nodeCount = length + 1;
    const edgeTo = new Uint32Array(2 * length + 1);
    const firstEdge = new Uint32Array(nodeCount + 1);
    edgeTo[0] = 1;
    firstEdge[1] = 1;
    for (let node = 1; node <= length; node++) {
      edgeTo[node * 2 - 1] = node === length ? 1 : node + 1;
      edgeTo[node * 2] = node === 1 ? length : node - 1;
      firstEdge[node + 1] = node * 2 + 1;
    }
    const snapshot = {
      ...heap(1, []),
      nodeCount,
      edgeCount: edgeTo.length,
      edgeTo,
      firstEdge,
      edgeType: new Uint8Array(edgeTo.length),
      shallow: new Uint32Array(nodeCount).fill(1, 1),
    };
    const { dominator, retained } = dominatorsOf(snapshot);
    expect(dominator.every((above, node) => above === (node <= 1 ? 0 : 1))).toBe(true);
    expect([retained[0], retained[1], retained[2]]).toEqual([length, length, 1]);
  });
});
