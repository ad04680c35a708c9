/** Functions, grouped by the place where they are written: one literal may have made a million closures. */
import type { HeapGraph } from '../graph';
import { followInternal } from '../names';
import { placeOfClosure, placeText, unbound } from '../places';
import { nodeName } from '../rows';
import { Grouping, type GroupText, type HeapListGroup } from './group';

export function closures(graph: HeapGraph): HeapListGroup[] {
  const { snapshot, node } = graph;
  const grouping = new Grouping(graph);
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.nodeType[ordinal] !== node.closure) continue;
    const shared = followInternal(graph, ordinal, 'shared');
    // Bound functions have no code of their own.
    const key = shared !== -1 ? shared : `bound ${nodeName(graph, unbound(graph, ordinal))}`;
    grouping.add(ordinal, key, () => functionText(graph, ordinal));
  }
  return grouping.rows('retained');
}

/** `handler()` and `src/session.js:12`; functions of V8 itself are `built-in`. */
export function functionText(graph: HeapGraph, closure: number): GroupText {
  const name = nodeName(graph, unbound(graph, closure));
  const place = placeOfClosure(graph, closure);
  return {
    label: name === '(anonymous)' ? '(anonymous function)' : `${name}()`,
    detail: place === undefined ? 'built-in' : placeText(graph, place),
  };
}
