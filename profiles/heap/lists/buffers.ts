/** Memory of ArrayBuffers and Buffers, which lies outside of the JavaScript heap. */
import { edgeFrom } from '../edges';
import type { HeapGraph } from '../graph';
import { describeHolder, holderKey } from '../holder-phrase';
import { names, nodeNames } from '../names';
import { nodeName } from '../rows';
import { Grouping, type HeapListGroup } from './group';

export function eachBuffer(graph: HeapGraph, visit: (ordinal: number) => void): void {
  const { snapshot, node } = graph;
  const data = nodeNames(graph)['system / JSArrayBufferData'];
  if (data === -1) return;
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++)
    if (snapshot.nodeName[ordinal] === data && snapshot.nodeType[ordinal] === node.native) visit(ordinal);
}

/** Backing stores (`system / JSArrayBufferData`), grouped by what uses them and what holds that; `size` is their bytes. */
export function buffers(graph: HeapGraph): HeapListGroup[] {
  const userOf = (ordinal: number) => viewOf(graph, bufferOf(graph, ordinal));
  const grouping = new Grouping(graph, (ordinal) => {
    const user = userOf(ordinal);
    return { label: describeHolder(graph, user).phrase, detail: nodeName(graph, user) };
  });
  eachBuffer(graph, (ordinal) => {
    const user = userOf(ordinal);
    const size = graph.snapshot.shallow[ordinal]!;
    grouping.add(ordinal, graph.index.constructorOf[user]!, holderKey(graph, user), size);
  });
  return grouping.rows('size');
}

/** The ArrayBuffer of a backing store; the store itself when nothing refers to it. */
function bufferOf(graph: HeapGraph, data: number): number {
  return retainerBy(graph, data, names(graph).backing_store) ?? data;
}

/** The first Buffer or typed array on an ArrayBuffer; the ArrayBuffer when there is none. */
function viewOf(graph: HeapGraph, buffer: number): number {
  return retainerBy(graph, buffer, names(graph).buffer) ?? buffer;
}

function retainerBy(graph: HeapGraph, ordinal: number, name: number): number | undefined {
  const { snapshot, index } = graph;
  for (let at = index.firstRetainer[ordinal]!; at < index.firstRetainer[ordinal + 1]!; at++) {
    const edge = index.retainerEdge[at]!;
    if (snapshot.edgeType[edge] === graph.edge.internal && snapshot.edgeName[edge] === name)
      return edgeFrom(graph, edge);
  }
  return undefined;
}
