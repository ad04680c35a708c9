/** Timeouts and Immediates of Node.js that have not run yet or that something still holds, grouped by callback. */
import type { HeapGraph } from '../graph';
import { follow, nodeNames } from '../names';
import { functionText } from './closures';
import { Grouping, type HeapListGroup, type Visit } from './group';

/** Of a pair's second number, beside whether it is an Immediate. */
const [written, bound, done] = [0, 2, 4];

export function eachTimer(graph: HeapGraph, visit: Visit): void {
  const { snapshot, node } = graph;
  const { Timeout, Immediate } = nodeNames(graph);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    const name = snapshot.nodeName[ordinal];
    if (snapshot.nodeType[ordinal] !== node.object || (name !== Timeout && name !== Immediate)) continue;
    const callback = follow(graph, ordinal, name === Timeout ? '_onTimeout' : '_onImmediate');
    // Prototypes have the name, too, but no callback; a timer that has run or was cleared has `null`.
    if (callback === -1) continue;
    const kind = name === Timeout ? 0 : 1;
    if (snapshot.nodeType[callback] !== node.closure) visit(ordinal, 0, done + kind);
    else {
      const shared = follow(graph, callback, 'shared');
      visit(ordinal, shared === -1 ? callback : shared, (shared === -1 ? bound : written) + kind);
    }
  }
}

export function timers(graph: HeapGraph): HeapListGroup[] {
  const grouping = new Grouping(graph, (ordinal, _, kind) => {
    const isTimeout = kind % 2 === 0;
    const name = isTimeout ? 'Timeout' : 'Immediate';
    if (kind >= done) return { label: 'No callback any more', detail: name };
    const callback = follow(graph, ordinal, isTimeout ? '_onTimeout' : '_onImmediate');
    const { label, detail } = functionText(graph, callback);
    return { label, detail: `${name}, ${detail}` };
  });
  eachTimer(graph, grouping.add);
  return grouping.rows('retained');
}
