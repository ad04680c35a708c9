/** Promises by what is known of them: a pending one that something waits for has a reaction, a settled one may have its value. */
import type { HeapGraph } from '../graph';
import { describeHolder, holderKey } from '../holder-phrase';
import { followInternal, nodeNames } from '../names';
import { placeOfClosure, placeText } from '../places';
import { nodeName } from '../rows';
import { functionText } from './closures';
import { Grouping, type HeapListGroup } from './group';
import { isPrototype } from './sockets';

export function promises(graph: HeapGraph): HeapListGroup[] {
  const { snapshot, node } = graph;
  const { Promise: promiseName } = nodeNames(graph);
  const grouping = new Grouping(graph);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.nodeType[ordinal] !== node.object) continue;
    const state = followInternal(graph, ordinal, 'reactions_or_result');
    if (state === -1 && (snapshot.nodeName[ordinal] !== promiseName || isPrototype(graph, ordinal))) continue;
    if (state !== -1 && isReaction(graph, state)) {
      const waiting = waitingFunction(graph, state);
      if (waiting !== -1) {
        const shared = followInternal(graph, waiting, 'shared');
        grouping.add(ordinal, `awaited ${shared === -1 ? waiting : shared}`, () => {
          const { label, detail } = functionText(graph, waiting);
          return { label: `${label} waits for it`, detail: `pending, ${detail}` };
        });
        continue;
      }
    }
    const word = state === -1 ? 'no reactions' : isReaction(graph, state) ? 'pending' : 'settled';
    grouping.add(ordinal, `${word} ${holderKey(graph, ordinal)}`, () => ({
      label: describeHolder(graph, ordinal).phrase,
      detail:
        word === 'no reactions'
          ? 'nothing waits for it: pending, or settled without an object'
          : word === 'settled'
            ? `settled with ${nodeName(graph, state)}`
            : 'pending',
    }));
  }
  return grouping.rows('count');
}

function isReaction(graph: HeapGraph, ordinal: number): boolean {
  return graph.snapshot.nodeName[ordinal] === nodeNames(graph)['system / PromiseReaction'];
}

/**
 * The function that goes on when the promise settles: the handler given to `then`, or the async function that waits with `await`
 * (its handlers are V8's own, whose context leads to the suspended function). -1 when neither has a place in a script.
 */
function waitingFunction(graph: HeapGraph, reaction: number): number {
  const { snapshot, node } = graph;
  for (let at = snapshot.firstEdge[reaction]!; at < snapshot.firstEdge[reaction + 1]!; at++) {
    const handler = snapshot.edgeTo[at]!;
    if (snapshot.nodeType[handler] !== node.closure) continue;
    if (placeText(graph, placeOfClosure(graph, handler)) !== '') return handler;
    const generator = followInternal(graph, followInternal(graph, handler, 'context'), 'extension');
    const suspended = followInternal(graph, generator, 'function');
    if (suspended !== -1 && snapshot.nodeType[suspended] === node.closure) return suspended;
  }
  return -1;
}
