/** Collections that may grow: Maps, Sets, arrays, objects used as dictionaries, with their numbers of entries. */
import { collectionKind, entriesOf, propertyCount } from '../collections';
import type { HeapGraph } from '../graph';
import { describeHolder, holderKey } from '../holder-phrase';
import { followInternal, nodeNames } from '../names';
import { nodeName } from '../rows';
import { Grouping, type HeapListGroup } from './group';

/** An object with fewer properties than this is hardly used as a dictionary. */
const fewestProperties = 32;

export function eachCache(
  graph: HeapGraph,
  visit: (ordinal: number, size: number, isRoom: boolean) => void,
): void {
  const { snapshot, node } = graph;
  const known = nodeNames(graph);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.nodeType[ordinal] !== node.object) continue;
    const kind = collectionKind(graph, ordinal);
    let size: number;
    let isRoom = false;
    if (kind !== undefined) ({ count: size, isRoom } = entriesOf(graph, ordinal, kind));
    else if (snapshot.nodeName[ordinal] === known.Object && mayBeDictionary(graph, ordinal)) {
      size = propertyCount(graph, ordinal);
      if (size < fewestProperties) continue;
    } else continue;
    if (size > 0) visit(ordinal, size, isRoom);
  }
}

export function caches(graph: HeapGraph): HeapListGroup[] {
  const { constructorOf } = graph.index;
  const grouping = new Grouping(graph, (ordinal, constructorAndRoom) => ({
    label: describeHolder(graph, ordinal).phrase,
    detail:
      constructorAndRoom % 2 === 1
        ? `${nodeName(graph, ordinal)}, room for so many numbers`
        : nodeName(graph, ordinal),
  }));
  eachCache(graph, (ordinal, size, isRoom) =>
    grouping.add(ordinal, constructorOf[ordinal]! * 2 + (isRoom ? 1 : 0), holderKey(graph, ordinal), size),
  );
  return grouping.rows('size');
}

/** Objects with many properties keep them in an array or hash table beside; what has few references can be passed over. */
function mayBeDictionary(graph: HeapGraph, ordinal: number): boolean {
  const { firstEdge } = graph.snapshot;
  return (
    firstEdge[ordinal + 1]! - firstEdge[ordinal]! > fewestProperties &&
    (followInternal(graph, ordinal, 'properties') !== -1 || followInternal(graph, ordinal, 'elements') !== -1)
  );
}
