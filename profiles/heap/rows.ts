/** One object as a row: its name, a preview of what is in it, its sizes. */
import { collectionKind, entriesOf } from './collections';
import { type HeapGraph, unreachable } from './graph';
import { follow, followInternal, names } from './names';
import { placeOfClosure, placeText, unbound } from './places';
import type { HeapNodeRow } from './questions';
import { stringText } from './string-text';

const previewCharacters = 100;
const previewProperties = 5;

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
  if (name === 'system / Oddball') return oddball(graph, ordinal) ?? name;
  if (name !== '') return name;
  if (type === node.closure) return '(anonymous)';
  if (ordinal === 0) return '(root)';
  return `(${snapshot.nodeTypes[type] ?? 'unknown'})`;
}

/** `undefined`, `null`, `true`, `false`: before Node.js 24 the first slot of such a value tells which one it is. */
function oddball(graph: HeapGraph, ordinal: number): string | undefined {
  const { firstEdge, edgeType, edgeName, edgeTo, strings, nodeName: texts } = graph.snapshot;
  for (let at = firstEdge[ordinal]!; at < firstEdge[ordinal + 1]!; at++)
    if (edgeType[at] === graph.edge.hidden && edgeName[at] === 0)
      return strings.start(texts[edgeTo[at]!]!, 20);
  return undefined;
}

/** Whether an object's name, text or `@id` contains what is searched for. @param search in lower case */
export function nodeMatches(graph: HeapGraph, ordinal: number, search: string): boolean {
  if (search.startsWith('@')) return `@${graph.snapshot.nodeId[ordinal]!}` === search;
  if (isString(graph, ordinal)) return stringText(graph, ordinal, 10_000).toLowerCase().includes(search);
  return `${nodeName(graph, ordinal)} ${preview(graph, ordinal)}`.toLowerCase().includes(search);
}

/** What can be said about an object in a few words; '' when there is nothing to say. */
export function preview(graph: HeapGraph, ordinal: number): string {
  const { snapshot, node } = graph;
  const type = snapshot.nodeType[ordinal]!;
  if (isString(graph, ordinal)) {
    const text = stringText(graph, ordinal, previewCharacters + 1);
    return text.length > previewCharacters ? `"${text.slice(0, previewCharacters)}…"` : `"${text}"`;
  }
  if (type === node.closure) {
    const name = nodeName(graph, unbound(graph, ordinal));
    return `${name === '(anonymous)' ? '' : name}() ${placeText(graph, placeOfClosure(graph, ordinal))}`.trim();
  }
  if (type === node.object) return objectPreview(graph, ordinal);
  return '';
}

function objectPreview(graph: HeapGraph, ordinal: number): string {
  const name = nodeName(graph, ordinal);
  if (name === 'system / Context') return `{${slots(graph, ordinal, graph.edge.context)}}`;
  const kind = collectionKind(graph, ordinal);
  if (kind !== undefined) {
    const entries = entriesOf(graph, ordinal, kind);
    // There is room for so many numbers; how many there are is not in the file.
    if (entries.isRoom) return `${name}(≤ ${entries.count})`;
    return `${name}(${entries.count})`;
  }
  const generatorFunction = followInternal(graph, ordinal, 'function');
  if (generatorFunction !== -1 && snapshotType(graph, generatorFunction) === graph.node.closure)
    return preview(graph, generatorFunction);
  const callback = follow(graph, ordinal, '_onTimeout');
  if (callback !== -1 && snapshotType(graph, callback) === graph.node.closure)
    return preview(graph, callback);
  const properties = slots(graph, ordinal, graph.edge.property);
  return properties === '' ? '{}' : `{${properties}}`;
}

function snapshotType(graph: HeapGraph, ordinal: number): number {
  return graph.snapshot.nodeType[ordinal]!;
}

/** `id, name, …`: names of the first properties or variables. */
function slots(graph: HeapGraph, ordinal: number, edgeType: number): string {
  const { snapshot } = graph;
  const proto = names(graph).__proto__;
  const shown: string[] = [];
  for (let at = snapshot.firstEdge[ordinal]!; at < snapshot.firstEdge[ordinal + 1]!; at++) {
    if (snapshot.edgeType[at] !== edgeType || snapshot.edgeName[at] === proto) continue;
    const name = snapshot.strings.start(snapshot.edgeName[at]!, 40);
    // V8 writes an accessor as a pair and again as `get name` and `set name`.
    if (/^(get|set) /.test(name)) continue;
    if (shown.length === previewProperties) return `${shown.join(', ')}, …`;
    shown.push(name);
  }
  return shown.join(', ');
}
