/** Promises by what is known of them: a pending one that something waits for has a reaction, a settled one may have its value. */
import type { HeapGraph } from '../graph';
import { describeHolder, holderKey } from '../holder-phrase';
import { followInternal, nodeNames } from '../names';
import { placeOfClosure, placeText } from '../places';
import { nodeName } from '../rows';
import { functionText } from './closures';
import { Grouping, type HeapListGroup } from './group';
import { isPrototype } from './sockets';

/** `state`: ordinal of the reactions or of the result, -1 when there is neither. */
export function eachPromise(graph: HeapGraph, visit: (ordinal: number, state: number) => void): void {
  const { snapshot, node } = graph;
  const { Promise: promiseName } = nodeNames(graph);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.nodeType[ordinal] !== node.object) continue;
    const state = followInternal(graph, ordinal, 'reactions_or_result');
    if (state === -1 && (snapshot.nodeName[ordinal] !== promiseName || isPrototype(graph, ordinal))) continue;
    visit(ordinal, state);
  }
}

/** The second of a pair: what the first is, or what is known of a promise that nothing known waits for. */
const [awaitedByCode, awaitedByFunction, withoutReactions, pending, settled] = [0, 1, 2, 3, 4];

export function promises(graph: HeapGraph): HeapListGroup[] {
  const stateOf = (ordinal: number) => followInternal(graph, ordinal, 'reactions_or_result');
  const grouping = new Grouping(graph, (ordinal, _, kind) => {
    if (kind === awaitedByCode || kind === awaitedByFunction) {
      const { label, detail } = functionText(graph, waitingFunction(graph, stateOf(ordinal)));
      return { label: `${label} waits for it`, detail: `pending, ${detail}` };
    }
    return {
      label: describeHolder(graph, ordinal).phrase,
      detail:
        kind === withoutReactions
          ? 'nothing waits for it: pending, or settled without an object'
          : kind === settled
            ? `settled with ${nodeName(graph, stateOf(ordinal))}`
            : 'pending',
    };
  });
  eachPromise(graph, (ordinal, state) => {
    const isPending = state !== -1 && isReaction(graph, state);
    const waiting = isPending ? waitingFunction(graph, state) : -1;
    if (waiting !== -1) {
      const shared = followInternal(graph, waiting, 'shared');
      if (shared === -1) grouping.add(ordinal, waiting, awaitedByFunction);
      else grouping.add(ordinal, shared, awaitedByCode);
      return;
    }
    const kind = state === -1 ? withoutReactions : isPending ? pending : settled;
    grouping.add(ordinal, holderKey(graph, ordinal), kind);
  });
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
