/**
 * Answers of an opened snapshot: one pure function per question, over the snapshot's columns and its index. What is expensive
 * (orders, lists, ways to roots) is worked out at the first question that needs it and kept with the snapshot.
 */
import { constructorsPage, instancesPage } from './constructor-rows';
import { dominatorTree } from './dominator-tree';
import { duplicatesPage } from './duplicates';
import { type HeapGraph, heapGraph } from './graph';
import { listCounts, listPage } from './lists';
import { nodeDetails } from './node-details';
import { overview } from './overview';
import { pathTo } from './path';
import type { SnapshotAnswer, SnapshotAnswers, SnapshotQuestion } from './questions';
import { referencesOf } from './references';
import { retainersOf } from './retainers';
import { nodeRow } from './rows';
import type { HeapIndex, HeapSnapshot } from './types';

/**
 * The answer to a question about a snapshot.
 * @throws RangeError when the question names an object that the snapshot does not have
 */
export function answer<Q extends SnapshotQuestion>(
  snapshot: HeapSnapshot,
  index: HeapIndex,
  question: Q,
): SnapshotAnswer<Q> {
  return answerOf(heapGraph(snapshot, index), question) as SnapshotAnswer<Q>;
}

function answerOf(graph: HeapGraph, question: SnapshotQuestion): SnapshotAnswers[SnapshotQuestion['kind']] {
  if ('ordinal' in question && question.ordinal >= graph.snapshot.nodeCount)
    throw new RangeError(
      `The snapshot has ${graph.snapshot.nodeCount} objects; there is no object number ${question.ordinal}.`,
    );
  switch (question.kind) {
    case 'overview':
      return overview(graph);
    case 'constructors':
      return constructorsPage(graph, question);
    case 'instances':
      return instancesPage(graph, question);
    case 'node':
      return nodeDetails(graph, question.ordinal);
    case 'nodeById': {
      const ordinal = graph.snapshot.nodeId.indexOf(question.id);
      return ordinal === -1 ? null : nodeRow(graph, ordinal);
    }
    case 'references':
      return referencesOf(graph, question.ordinal, question.offset, question.limit);
    case 'retainers':
      return retainersOf(graph, question.ordinal, question.offset, question.limit);
    case 'path':
      return pathTo(graph, question.ordinal);
    case 'dominators':
      return dominatorTree(graph, question.ordinal, question.depth, question.smallest);
    case 'duplicates':
      return duplicatesPage(graph, question.search, question.offset, question.limit);
    case 'listCounts':
      return listCounts(graph);
    case 'list':
      return listPage(graph, question.list, question.search, question.offset, question.limit);
  }
}
