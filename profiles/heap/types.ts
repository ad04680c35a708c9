/**
 * A heap snapshot as columns: what `parse` yields and every question is answered from. Nodes are objects of the heap, edges
 * are references. A node's ordinal is its place in the file; ordinal 0 is the synthetic root.
 */

/** Texts of a snapshot, kept as bytes; decoded when asked for. */
export interface StringTable {
  readonly length: number;
  /** '' when the index is out of range. */
  get(index: number): string;
  /** At most `characters` of it. */
  start(index: number, characters: number): string;
  /** Length in bytes of its UTF-8 form, without decoding it. */
  bytes(index: number): number;
  /** Where each of these texts stands first, or -1. */
  find(texts: readonly string[]): number[];
}

export interface HeapSnapshot {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** `hidden`, `array`, `string`, `object`, `code`, `closure`, …, as the file's meta names them. */
  readonly nodeTypes: readonly string[];
  /** `context`, `element`, `property`, `internal`, `hidden`, `shortcut`, `weak`. */
  readonly edgeTypes: readonly string[];
  readonly strings: StringTable;

  /** Index into `nodeTypes`. */
  readonly nodeType: Uint8Array;
  /** Index into `strings`. */
  readonly nodeName: Uint32Array;
  /** V8's object id: the same in all snapshots of one isolate. */
  readonly nodeId: Uint32Array;
  /** Bytes of the object itself. */
  readonly shallow: Uint32Array;
  /** nodeCount + 1 entries: node i's edges are firstEdge[i] … firstEdge[i + 1] - 1. */
  readonly firstEdge: Uint32Array;

  /** Index into `edgeTypes`. */
  readonly edgeType: Uint8Array;
  /** Index into `strings`; for `element` and `hidden` edges the number itself. */
  readonly edgeName: Uint32Array;
  /** Ordinal of the node referred to. */
  readonly edgeTo: Uint32Array;

  /** Where closures were defined, when the file says so: node ordinals in ascending order, and triples script, line, column (0-based). */
  readonly locationNode: Uint32Array;
  readonly locationPlace: Uint32Array;
}

/** What is computed once after parsing. */
export interface HeapIndex {
  /** nodeCount + 1 entries: node i's retaining edges are retainerEdge[firstRetainer[i]] …; each an edge index. */
  readonly firstRetainer: Uint32Array;
  readonly retainerEdge: Uint32Array;
  /** Ordinal of the immediate dominator; the root's own for the root and for what is unreachable. */
  readonly dominator: Uint32Array;
  /** Bytes that would be freed with the node. */
  readonly retained: Float64Array;
  /** Steps from the root by the shortest path over non-weak edges; 0xffffffff for what is unreachable. */
  readonly distance: Uint32Array;
  /** Index into `constructors`, the group a node belongs to, as DevTools groups them. */
  readonly constructorOf: Uint32Array;
  readonly constructors: readonly string[];
}
