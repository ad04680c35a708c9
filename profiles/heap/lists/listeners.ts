/** Listeners of event emitters: per event and kind of emitter. */
import type { HeapGraph } from '../graph';
import { follow, names, nodeNames } from '../names';
import { nodeName } from '../rows';
import { functionText } from './closures';
import { Grouping, type HeapListGroup } from './group';

/** An emitter keeps its listeners in `_events`: per event a function, or an array of functions when there are more. */
export function listeners(graph: HeapGraph): HeapListGroup[] {
  const { snapshot, node, edge, index } = graph;
  const known = names(graph);
  const grouping = new Grouping(graph);
  if (known._events === -1) return [];
  for (let emitter = 0; emitter < snapshot.nodeCount; emitter++) {
    if (snapshot.nodeType[emitter] !== node.object) continue;
    const events = follow(graph, emitter, '_events');
    if (events === -1 || snapshot.nodeType[events] !== node.object) continue;
    for (let at = snapshot.firstEdge[events]!; at < snapshot.firstEdge[events + 1]!; at++) {
      if (snapshot.edgeType[at] !== edge.property && snapshot.edgeType[at] !== edge.element) continue;
      const eventName = snapshot.edgeName[at]!;
      if (eventName === known.__proto__ && snapshot.edgeType[at] === edge.property) continue;
      const text = () =>
        snapshot.edgeType[at] === edge.element ? String(eventName) : snapshot.strings.start(eventName, 200);
      const key = `${snapshot.edgeType[at]!} ${eventName} ${index.constructorOf[emitter]!}`;
      const describe = () => ({ label: text(), detail: nodeName(graph, emitter) });
      const held = snapshot.edgeTo[at]!;
      if (snapshot.nodeType[held] === node.closure) grouping.add(held, key, describe);
      else if (snapshot.nodeName[held] === nodeNames(graph).Array)
        for (let element = snapshot.firstEdge[held]!; element < snapshot.firstEdge[held + 1]!; element++) {
          const listener = snapshot.edgeTo[element]!;
          if (snapshot.edgeType[element] === edge.element && snapshot.nodeType[listener] === node.closure)
            grouping.add(listener, key, describe);
        }
    }
  }
  const rows = grouping.rows('count');
  // Whose listeners they are says the example: the function of one of them.
  for (const row of rows) {
    const { label, detail } = functionText(graph, row.example);
    row.detail += `, ${label}${detail === 'built-in' ? '' : ` ${detail}`}`;
  }
  return rows;
}
