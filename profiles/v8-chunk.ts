/** The raw V8 CPU profile as columns: who is whose parent, in which order to build, and the samples in time order. */
import { sortByTime } from './sort-samples';
import type { V8CpuProfile } from './types';

export interface ChunkColumns {
  nodes: V8CpuProfile['nodes'];
  /** Index of the parent in `nodes`; -1 for roots. */
  parentIndex: Int32Array;
  /** Indices of `nodes`, each after its parent. Nodes that hang in a cycle are left out. */
  order: Int32Array;
  /** Index into `nodes` of each sample, in time order; samples of unknown nodes are left out. */
  sampleNode: Int32Array;
  /** µs on the profile's own clock; never decreases. */
  sampleTime: Float64Array;
}

/** Columns of a profile whose types are right; what hangs together wrongly in it is left out. */
export function readChunk(chunk: V8CpuProfile): ChunkColumns {
  const { nodes } = chunk;
  const indexOf = indexById(nodes);
  const parentIndex = new Int32Array(nodes.length).fill(-1);
  for (let index = 0; index < nodes.length; index++) {
    const { children, parent } = nodes[index]!;
    if (parent !== undefined) parentIndex[index] = indexOf(parent);
    if (children === undefined) continue;
    for (const id of children) {
      const child = indexOf(id);
      if (child !== -1) parentIndex[child] = index;
    }
  }
  const order = parentsFirst(parentIndex);
  const reachable = new Uint8Array(nodes.length);
  for (const index of order) reachable[index] = 1;

  const ids = chunk.samples ?? [];
  const deltas = chunk.timeDeltas ?? [];
  const count = Math.min(ids.length, deltas.length);
  const sampleNode = new Int32Array(count);
  const sampleTime = new Float64Array(count);
  let timeUs = chunk.startTime;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    timeUs += deltas[i]!;
    const index = indexOf(ids[i]!);
    if (index === -1 || reachable[index] === 0) continue;
    sampleNode[kept] = index;
    sampleTime[kept] = timeUs;
    kept++;
  }
  sortByTime(sampleTime, sampleNode, kept);
  return {
    nodes,
    parentIndex,
    order,
    sampleNode: sampleNode.subarray(0, kept),
    sampleTime: sampleTime.subarray(0, kept),
  };
}

/** Node id → index, -1 when unknown. V8 numbers nodes 1…n, so an array does nearly always. */
export function indexById(nodes: readonly { id: number }[]): (id: number) => number {
  return indexOfIds(nodes.length, (index) => nodes[index]!.id);
}

/** The same for ids in a column. Of several nodes with one id, the last counts. */
export function indexOfIds(count: number, idOf: (index: number) => number): (id: number) => number {
  let highest = 0;
  let small = true;
  for (let index = 0; index < count; index++) {
    const id = idOf(index);
    if (!Number.isInteger(id) || id < 0) small = false;
    if (id > highest) highest = id;
  }
  if (small && highest <= count * 4 + 1024) {
    const table = new Int32Array(highest + 1).fill(-1);
    for (let index = 0; index < count; index++) table[idOf(index)] = index;
    return (id) => table[id] ?? -1;
  }
  const map = new Map<number, number>();
  for (let index = 0; index < count; index++) map.set(idOf(index), index);
  return (id) => map.get(id) ?? -1;
}

/** Indices so that each comes after its parent; members of a cycle are left out. */
export function parentsFirst(parentIndex: Int32Array): Int32Array {
  const count = parentIndex.length;
  const order = new Int32Array(count);
  let ordered = true;
  for (let index = 0; index < count; index++) {
    order[index] = index;
    if (parentIndex[index]! >= index) ordered = false;
  }
  if (ordered) return order;
  const firstChild = new Int32Array(count).fill(-1);
  const nextSibling = new Int32Array(count).fill(-1);
  let length = 0;
  for (let index = count - 1; index >= 0; index--) {
    const parent = parentIndex[index]!;
    if (parent === -1) continue;
    nextSibling[index] = firstChild[parent]!;
    firstChild[parent] = index;
  }
  for (let index = 0; index < count; index++) if (parentIndex[index] === -1) order[length++] = index;
  for (let done = 0; done < length; done++)
    for (let child = firstChild[order[done]!]!; child !== -1; child = nextSibling[child]!)
      order[length++] = child;
  return order.subarray(0, length);
}
