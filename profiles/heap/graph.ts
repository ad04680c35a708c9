/**
 * A snapshot together with its index, the numbers of its types, and what has been derived from it so far. Everything that
 * answers questions takes a `HeapGraph`; what is expensive is worked out once per snapshot and forgotten with it.
 */
import type { HeapIndex, HeapSnapshot } from './types';

export interface HeapGraph {
  readonly snapshot: HeapSnapshot;
  readonly index: HeapIndex;
  /** Numbers of node types by name; -1 when the file has no such type. */
  readonly node: Record<NodeTypeName, number>;
  /** Numbers of edge types by name; -1 when the file has no such type. */
  readonly edge: Record<EdgeTypeName, number>;
}

const nodeTypeNames = {
  hidden: 'hidden',
  array: 'array',
  string: 'string',
  object: 'object',
  code: 'code',
  closure: 'closure',
  regexp: 'regexp',
  number: 'number',
  native: 'native',
  synthetic: 'synthetic',
  concatenated: 'concatenated string',
  sliced: 'sliced string',
  symbol: 'symbol',
  bigint: 'bigint',
  shape: 'object shape',
} as const;
type NodeTypeName = keyof typeof nodeTypeNames;

const edgeTypeNames = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const;
type EdgeTypeName = (typeof edgeTypeNames)[number];

/** What `distance` says of objects that nothing strong leads to. */
export const unreachable = 0xffffffff;

const graphs = new WeakMap<HeapSnapshot, HeapGraph>();

export function heapGraph(snapshot: HeapSnapshot, index: HeapIndex): HeapGraph {
  const known = graphs.get(snapshot);
  if (known?.index === index) return known;
  const numbers = <Name extends string>(names: [Name, string][], types: readonly string[]) =>
    Object.fromEntries(names.map(([name, type]) => [name, types.indexOf(type)])) as Record<Name, number>;
  const graph: HeapGraph = {
    snapshot,
    index,
    node: numbers(Object.entries(nodeTypeNames) as [NodeTypeName, string][], snapshot.nodeTypes),
    edge: numbers(
      edgeTypeNames.map((name) => [name, name]),
      snapshot.edgeTypes,
    ),
  };
  graphs.set(snapshot, graph);
  return graph;
}

/** A function of a graph that works its value out once per graph. */
export function derived<T>(compute: (graph: HeapGraph) => T): (graph: HeapGraph) => T {
  const values = new WeakMap<HeapGraph, { value: T }>();
  return (graph) => {
    let entry = values.get(graph);
    if (entry === undefined) {
      entry = { value: compute(graph) };
      values.set(graph, entry);
    }
    return entry.value;
  };
}

/** Like `derived`, of several values by key; the last used `limit` of them are kept. */
export function derivedByKey<T>(
  limit: number,
  compute: (graph: HeapGraph, key: string) => T,
): (graph: HeapGraph, key: string) => T {
  const tables = derived(() => new Map<string, T>());
  return (graph, key) => {
    const table = tables(graph);
    const value = table.has(key) ? (table.get(key) as T) : compute(graph, key);
    table.delete(key);
    table.set(key, value);
    for (const oldest of table.keys()) {
      if (table.size <= limit) break;
      table.delete(oldest);
    }
    return value;
  };
}

/** Index into the strings of exactly this text, or -1. Looks at every string once per graph for the texts asked for together. */
export function stringIndexes<Name extends string>(
  graph: HeapGraph,
  texts: readonly Name[],
): Record<Name, number> {
  const found = graph.snapshot.strings.find(texts);
  return Object.fromEntries(texts.map((text, place) => [text, found[place]!])) as Record<Name, number>;
}
