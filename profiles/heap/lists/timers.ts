/** Timeouts and Immediates of Node.js that have not run yet or that something still holds, grouped by callback. */
import type { HeapGraph } from '../graph';
import { follow, nodeNames } from '../names';
import { functionText } from './closures';
import { Grouping, type HeapListGroup } from './group';

export function timers(graph: HeapGraph): HeapListGroup[] {
  const { snapshot, node } = graph;
  const { Timeout, Immediate } = nodeNames(graph);
  const grouping = new Grouping(graph);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    const name = snapshot.nodeName[ordinal];
    if (snapshot.nodeType[ordinal] !== node.object || (name !== Timeout && name !== Immediate)) continue;
    const kind = name === Timeout ? 'Timeout' : 'Immediate';
    const callback = follow(graph, ordinal, name === Timeout ? '_onTimeout' : '_onImmediate');
    // Prototypes have the name, too, but no callback; a timer that has run or was cleared has `null`.
    if (callback === -1) continue;
    if (snapshot.nodeType[callback] !== node.closure) {
      grouping.add(ordinal, `done ${kind}`, () => ({ label: 'No callback any more', detail: kind }));
      continue;
    }
    const shared = follow(graph, callback, 'shared');
    grouping.add(ordinal, `${kind} ${shared === -1 ? `bound ${callback}` : shared}`, () => {
      const { label, detail } = functionText(graph, callback);
      return { label, detail: `${kind}, ${detail}` };
    });
  }
  return grouping.rows('retained');
}
