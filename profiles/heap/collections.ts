/** Sizes of Maps, Sets, arrays and objects, as far as a snapshot tells: numbers in them are not written to it. */
import { derived, type HeapGraph } from './graph';
import { followInternal, nodeNames, names } from './names';

export interface Entries {
  /** Entries seen; when none can be seen but there is room for some, the room (see `isRoom`). */
  count: number;
  /** `count` is how many there is room for: all entries are numbers, which snapshots leave out. */
  isRoom: boolean;
}

export type CollectionKind = 'Map' | 'Set' | 'WeakMap' | 'WeakSet' | 'Array';

/** What kind of collection an object is by its constructor's name; undefined of others. */
export function collectionKind(graph: HeapGraph, ordinal: number): CollectionKind | undefined {
  const { snapshot, node } = graph;
  if (snapshot.nodeType[ordinal] !== node.object) return undefined;
  const name = snapshot.nodeName[ordinal];
  const known = nodeNames(graph);
  if (name === known.Array) return 'Array';
  // Subclasses (`class Cache extends Map`) have another name, and a table all the same.
  const table = followInternal(graph, ordinal, 'table');
  if (table === -1 || snapshot.nodeType[table] !== node.array) return undefined;
  if (name === known.Map) return 'Map';
  if (name === known.Set) return 'Set';
  if (name === known.WeakMap) return 'WeakMap';
  if (name === known.WeakSet) return 'WeakSet';
  return kindOfTable(graph, table);
}

/** Of a subclass: a hash table of pairs is a Map's, of single entries a Set's. */
function kindOfTable(graph: HeapGraph, table: number): CollectionKind {
  const { snapshot, edge } = graph;
  for (let at = snapshot.firstEdge[table]!; at < snapshot.firstEdge[table + 1]!; at++)
    if (snapshot.edgeType[at] === edge.weak) return 'WeakMap';
  const slots = slotsOf(graph, table);
  return (slots - 3) % 7 === 0 || (slots - 3) % 5 !== 0 ? 'Map' : 'Set';
}

/** Slots of a fixed array: its bytes without the header of two words (eight bytes each: Node.js does not compress pointers). */
function slotsOf(graph: HeapGraph, array: number): number {
  return Math.max(0, Math.floor((graph.snapshot.shallow[array]! - 16) / 8));
}

/** Where an entry's parts are in an ordered hash table. */
export interface TableLayout {
  firstEntry: number;
  /** Slots per entry: key, value (of Maps), chain. */
  stride: number;
  capacity: number;
}

/**
 * V8's OrderedHashTable (src/objects/ordered-hash-table.h): three numbers, the buckets, then the entries; twice as many entries as
 * buckets. A Map's entry takes three slots, a Set's two.
 */
export function tableLayout(graph: HeapGraph, table: number, kind: 'Map' | 'Set'): TableLayout {
  const stride = kind === 'Map' ? 3 : 2;
  const slots = slotsOf(graph, table);
  const buckets = Math.floor((slots - 3) / (1 + 2 * stride));
  return buckets < 1
    ? { firstEntry: 3, stride, capacity: 0 }
    : { firstEntry: 3 + buckets, stride, capacity: 2 * buckets };
}

/** How many entries a collection has. */
export function entriesOf(graph: HeapGraph, ordinal: number, kind: CollectionKind): Entries {
  if (kind === 'Array') return arrayEntries(graph, ordinal);
  const table = followInternal(graph, ordinal, 'table');
  if (table === -1) return { count: 0, isRoom: false };
  const { snapshot, edge } = graph;
  if (kind === 'WeakMap' || kind === 'WeakSet') {
    // Weak references to keys and values, side by side; of a WeakSet's values (`true`) there are none.
    let keys = 0;
    let values = 0;
    for (let at = snapshot.firstEdge[table]!; at < snapshot.firstEdge[table + 1]!; at++) {
      if (snapshot.edgeType[at] === edge.weak) keys++;
      else if (snapshot.edgeType[at] === edge.internal && numberOf(graph, snapshot.edgeName[at]!) === -1)
        values++;
    }
    return { count: Math.max(keys - values, values), isRoom: false };
  }
  const { firstEntry, stride, capacity } = tableLayout(graph, table, kind);
  let count = 0;
  let last = -1;
  for (let at = snapshot.firstEdge[table]!; at < snapshot.firstEdge[table + 1]!; at++) {
    if (snapshot.edgeType[at] !== edge.internal) continue;
    const slot = numberOf(graph, snapshot.edgeName[at]!);
    if (slot < firstEntry || isHole(graph, snapshot.edgeTo[at]!)) continue;
    const entry = Math.floor((slot - firstEntry) / stride);
    if (entry !== last) count++;
    last = entry;
  }
  return count === 0 && capacity > 4 ? { count: capacity, isRoom: true } : { count, isRoom: false };
}

function arrayEntries(graph: HeapGraph, ordinal: number): Entries {
  const { snapshot, edge } = graph;
  let length = 0;
  for (let at = snapshot.firstEdge[ordinal]!; at < snapshot.firstEdge[ordinal + 1]!; at++)
    if (snapshot.edgeType[at] === edge.element) length = Math.max(length, snapshot.edgeName[at]! + 1);
  if (length > 0) return { count: length, isRoom: false };
  const elements = followInternal(graph, ordinal, 'elements');
  return elements === -1
    ? { count: 0, isRoom: false }
    : { count: slotsOf(graph, elements), isRoom: slotsOf(graph, elements) > 0 };
}

/** Own properties and elements of an object, of those whose values are no numbers. */
export function propertyCount(graph: HeapGraph, ordinal: number): number {
  const { snapshot, edge } = graph;
  const proto = names(graph).__proto__;
  let count = 0;
  for (let at = snapshot.firstEdge[ordinal]!; at < snapshot.firstEdge[ordinal + 1]!; at++) {
    const type = snapshot.edgeType[at];
    if (type === edge.element || (type === edge.property && snapshot.edgeName[at] !== proto)) count++;
  }
  return count;
}

function isHole(graph: HeapGraph, ordinal: number): boolean {
  const { snapshot } = graph;
  if (snapshot.nodeType[ordinal] !== graph.node.hidden) return false;
  return /^system \/ Hole|^(the_)?hole$/i.test(snapshot.strings.start(snapshot.nodeName[ordinal]!, 20));
}

/** Names that have been read as numbers: the number, -1 when it is none; `unread` until then. */
const numbersOfNames = derived((graph: HeapGraph) =>
  new Int32Array(graph.snapshot.strings.length).fill(unread),
);
const unread = -2;

/** The number that a name is, or -1: slots of arrays are named by their numbers. */
export function numberOf(graph: HeapGraph, name: number): number {
  const known = numbersOfNames(graph);
  let value = known[name] ?? -1;
  if (value === unread) {
    const { strings } = graph.snapshot;
    const bytes = strings.bytes(name);
    const text = bytes > 0 && bytes < 10 ? strings.get(name) : '';
    value = /^\d+$/.test(text) ? Number(text) : -1;
    known[name] = value;
  }
  return value;
}
