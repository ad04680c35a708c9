/** One object as a row: its name, a preview of what is in it, its sizes. */
import { type HeapGraph, unreachable } from './graph';
import type { HeapNodeRow } from './questions';

const previewCharacters = 100;

/** The row of an object. */
export function nodeRow(graph: HeapGraph, ordinal: number): HeapNodeRow {
  const { snapshot, index } = graph;
  const distance = index.distance[ordinal]!;
  return {
    ordinal,
    id: snapshot.nodeId[ordinal]!,
    type: snapshot.nodeTypes[snapshot.nodeType[ordinal]!] ?? '',
    name: nodeName(graph, ordinal),
    preview: preview(graph, ordinal),
    shallow: snapshot.shallow[ordinal]!,
    retained: index.retained[ordinal]!,
    distance: distance === unreachable ? null : distance,
    references: snapshot.firstEdge[ordinal + 1]! - snapshot.firstEdge[ordinal]!,
  };
}

export function isString(graph: HeapGraph, ordinal: number): boolean {
  const type = graph.snapshot.nodeType[ordinal]!;
  const { string, concatenated, sliced } = graph.node;
  return type === string || type === concatenated || type === sliced;
}

/** Constructor of an object, name of a function; strings are `string`, their text is the preview. */
export function nodeName(graph: HeapGraph, ordinal: number): string {
  const { snapshot, node } = graph;
  const type = snapshot.nodeType[ordinal]!;
  if (isString(graph, ordinal)) return 'string';
  const name = snapshot.strings.start(snapshot.nodeName[ordinal]!, 300);
  if (name !== '') return name;
  if (type === node.closure) return '(anonymous)';
  if (ordinal === 0) return '(root)';
  return `(${snapshot.nodeTypes[type] ?? 'unknown'})`;
}

/** What can be said about an object in a few words; '' when there is nothing to say. */
export function preview(graph: HeapGraph, ordinal: number): string {
  const { snapshot, node } = graph;
  const type = snapshot.nodeType[ordinal]!;
  if (isString(graph, ordinal)) {
    const text = snapshot.strings.start(snapshot.nodeName[ordinal]!, previewCharacters + 1);
    return text.length > previewCharacters ? `"${text.slice(0, previewCharacters)}…"` : `"${text}"`;
  }
  if (type === node.closure) return `${nodeName(graph, ordinal)}()`;
  return '';
}

/** Whether an object's name, text or `@id` contains what is searched for. @param search in lower case */
export function nodeMatches(graph: HeapGraph, ordinal: number, search: string): boolean {
  if (search.startsWith('@')) return `@${graph.snapshot.nodeId[ordinal]!}` === search;
  const { strings, nodeName: names } = graph.snapshot;
  return strings.start(names[ordinal]!, 10_000).toLowerCase().includes(search);
}
