/** Functions, grouped by the place where they are written: one literal may have made a million closures. */
import type { HeapGraph } from '../graph';
import { followInternal } from '../names';
import { placeOfClosure, placeText, unbound } from '../places';
import { nodeName } from '../rows';
import { type GroupText, Grouping, type HeapListGroup, type Visit } from './group';

const [written, bound] = [0, 1];

export function eachClosure(graph: HeapGraph, visit: Visit): void {
  const { snapshot, node } = graph;
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.nodeType[ordinal] !== node.closure) continue;
    const shared = followInternal(graph, ordinal, 'shared');
    if (shared !== -1) visit(ordinal, shared, written);
    // Bound functions have no code of their own.
    else visit(ordinal, snapshot.nodeName[unbound(graph, ordinal)]!, bound);
  }
}

export function closures(graph: HeapGraph): HeapListGroup[] {
  const grouping = new Grouping(graph, (ordinal) => functionText(graph, ordinal));
  eachClosure(graph, grouping.add);
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
