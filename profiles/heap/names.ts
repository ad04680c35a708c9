/**
 * Names that V8 and Node.js give to references, as indexes into a snapshot's strings: an edge is known by comparing numbers.
 * They are those of V8's HeapSnapshotGenerator (src/profiler/heap-snapshot-generator.cc) in Node.js 18 to 26.
 */
import { derived, stringIndexes, type HeapGraph } from './graph';

const texts = [
  '__proto__',
  '_events',
  '_onImmediate',
  '_onTimeout',
  '_idleNext',
  '_idlePrev',
  'backing_store',
  'bound_function',
  'buffer',
  'constructor',
  'context',
  'elements',
  'extension',
  'first',
  'function',
  'listener',
  'map',
  'name',
  'name_or_scope_info',
  'outer_scope_info',
  'parent',
  'previous',
  'properties',
  'prototype',
  'raw_outer_scope_info_or_feedback_metadata',
  'reactions_or_result',
  'scope_info',
  'script',
  'script_or_debug_info',
  'second',
  'shared',
  'table',
  'value',
] as const;

export type KnownName = (typeof texts)[number];

export const names = derived((graph: HeapGraph): Record<KnownName, number> => stringIndexes(graph, texts));

/** The object to which the reference of this name leads (of properties, context slots and internals), or -1. */
export function follow(graph: HeapGraph, ordinal: number, name: KnownName): number {
  const wanted = names(graph)[name];
  const { edge, snapshot } = graph;
  const { firstEdge, edgeType, edgeName, edgeTo } = snapshot;
  if (ordinal < 0 || wanted === -1) return -1;
  for (let at = firstEdge[ordinal]!; at < firstEdge[ordinal + 1]!; at++) {
    if (edgeName[at] !== wanted) continue;
    const type = edgeType[at];
    if (type !== edge.element && type !== edge.hidden && type !== edge.weak) return edgeTo[at]!;
  }
  return -1;
}

/** The same, of internal references only: a property may have the same name. */
export function followInternal(graph: HeapGraph, ordinal: number, name: KnownName): number {
  const wanted = names(graph)[name];
  const { edge, snapshot } = graph;
  const { firstEdge, edgeType, edgeName, edgeTo } = snapshot;
  if (ordinal < 0 || wanted === -1) return -1;
  for (let at = firstEdge[ordinal]!; at < firstEdge[ordinal + 1]!; at++)
    if (edgeName[at] === wanted && edgeType[at] === edge.internal) return edgeTo[at]!;
  return -1;
}

/** Whether what is called so is the thing itself (`system / Context`). */
export function isNamed(graph: HeapGraph, ordinal: number, name: string): boolean {
  const { snapshot } = graph;
  const index = snapshot.nodeName[ordinal]!;
  // Almost all names differ in length; the text is decoded for the others only.
  return snapshot.strings.bytes(index) === name.length && snapshot.strings.get(index) === name;
}

/** The index into the strings of each node name asked for, or -1: names of nodes are compared as numbers, too. */
export const nodeNames = derived((graph: HeapGraph) =>
  stringIndexes(graph, [
    'Array',
    'ArrayBuffer',
    'SharedArrayBuffer',
    'Immediate',
    'Map',
    'Object',
    'Promise',
    'Set',
    'Timeout',
    'WeakMap',
    'WeakSet',
    'system / Cell',
    'system / Context',
    'system / JSArrayBufferData',
    'system / PromiseReaction',
    'system / SourceTextModule',
  ] as const),
);
