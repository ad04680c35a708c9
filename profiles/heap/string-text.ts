/** Texts of strings, whichever way V8 keeps them. */
import type { HeapGraph } from './graph';
import { followInternal } from './names';

/**
 * The beginning of a string's text. A string made by concatenation is kept as a tree of its parts, which is followed from left to
 * right; of a slice V8 writes neither offset nor length, so that its own text is not known: the text it was cut from is given.
 */
export function stringText(graph: HeapGraph, ordinal: number, characters: number): string {
  const { snapshot, node } = graph;
  const pending = [ordinal];
  let text = '';
  // A damaged file may have parts in a circle without any text.
  for (let steps = 0; pending.length > 0 && text.length < characters && steps < 100_000; steps++) {
    const part = pending.pop()!;
    const type = snapshot.nodeType[part];
    if (type === node.concatenated) {
      const second = followInternal(graph, part, 'second');
      const first = followInternal(graph, part, 'first');
      if (second !== -1) pending.push(second);
      if (first !== -1) pending.push(first);
      if (first === -1 && second === -1) text += snapshot.strings.start(snapshot.nodeName[part]!, characters);
    } else if (type === node.sliced) {
      const parent = followInternal(graph, part, 'parent');
      if (parent !== -1) pending.push(parent);
    } else text += snapshot.strings.start(snapshot.nodeName[part]!, characters - text.length);
  }
  return text.length > characters ? text.slice(0, characters) : text;
}
