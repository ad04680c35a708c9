/** Listeners of event emitters: per event and kind of emitter. */
import type { HeapGraph } from '../graph';
import { follow, names, nodeNames } from '../names';
import { functionText } from './closures';
import { Grouping, type HeapListGroup, type Visit } from './group';

/**
 * An emitter keeps its listeners in `_events`: per event a function, or an array of functions when there are more. The pair: the
 * event's name (of an event that is a number, the number), then the emitter's constructor and whether the name is a number.
 */
export function eachListener(graph: HeapGraph, visit: Visit): void {
  const { snapshot, node, edge, index } = graph;
  const { firstEdge, edgeType, edgeName, edgeTo, nodeType } = snapshot;
  const { _events, __proto__ } = names(graph);
  const { Array: arrayName } = nodeNames(graph);
  if (_events === -1) return;
  for (let emitter = 0; emitter < snapshot.nodeCount; emitter++) {
    if (nodeType[emitter] !== node.object) continue;
    const events = follow(graph, emitter, '_events');
    if (events === -1 || nodeType[events] !== node.object) continue;
    for (let at = firstEdge[events]!; at < firstEdge[events + 1]!; at++) {
      const isNumber = edgeType[at] === edge.element;
      const name = edgeName[at]!;
      if (!isNumber && (edgeType[at] !== edge.property || name === __proto__)) continue;
      const kind = index.constructorOf[emitter]! * 2 + (isNumber ? 1 : 0);
      const held = edgeTo[at]!;
      if (nodeType[held] === node.closure) visit(held, name, kind);
      else if (snapshot.nodeName[held] === arrayName)
        for (let element = firstEdge[held]!; element < firstEdge[held + 1]!; element++) {
          const listener = edgeTo[element]!;
          if (edgeType[element] === edge.element && nodeType[listener] === node.closure)
            visit(listener, name, kind);
        }
    }
  }
}

export function listeners(graph: HeapGraph): HeapListGroup[] {
  const { strings } = graph.snapshot;
  const grouping = new Grouping(graph, (_, name, kind) => ({
    label: kind % 2 === 1 ? String(name) : strings.start(name, 200),
    detail: graph.index.constructors[kind >>> 1] ?? '',
  }));
  eachListener(graph, grouping.add);
  const rows = grouping.rows('count');
  // Whose listeners they are says the example: the function of one of them.
  for (const row of rows) {
    const { label, detail } = functionText(graph, row.example);
    row.detail += `, ${label}${detail === 'built-in' ? '' : ` ${detail}`}`;
  }
  return rows;
}
