/** All about one object. */
import { type HeapGraph, unreachable } from './graph';
import type { SnapshotAnswers } from './questions';
import { isString, nodeRow } from './rows';
import { stringText } from './string-text';
import { locationOf, scriptNames } from './places';

const textCharacters = 10_000;

export function nodeDetails(graph: HeapGraph, ordinal: number): SnapshotAnswers['node'] {
  const { index } = graph;
  const location = locationOf(graph, ordinal);
  const url = location && scriptNames(graph).get(location.script);
  const dominator = index.dominator[ordinal]!;
  return {
    ...nodeRow(graph, ordinal),
    group: index.constructorOf[ordinal]!,
    ...(isString(graph, ordinal) && { text: stringText(graph, ordinal, textCharacters) }),
    ...(location !== undefined && { location: { ...location, ...(url !== undefined && { url }) } }),
    dominator:
      dominator === ordinal || index.distance[ordinal] === unreachable ? null : nodeRow(graph, dominator),
  };
}
