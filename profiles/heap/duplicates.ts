/** Equal strings that exist more than once. */
import { derived, derivedByKey, type HeapGraph } from './graph';
import { ascendingOrder } from './order';
import type { Page, SnapshotAnswers } from './questions';
import { nodeRow } from './rows';

type DuplicateRow = SnapshotAnswers['duplicates']['rows'][number];

export interface Duplicates {
  /** Ordinals of flat strings that have equals, grouped: group g is member[first[g]] … member[first[g + 1] - 1]; most wasteful first. */
  first: Uint32Array;
  member: Uint32Array;
  groupWaste: Float64Array;
  /** Bytes that would be saved if of each text one string were kept: the largest. */
  wasted: number;
}

/**
 * The file keeps each text once, so that equal strings have the same index. Concatenated and sliced strings have no text of their
 * own and are left out.
 */
export const duplicates = derived(({ snapshot, node }): Duplicates => {
  const { nodeCount, nodeType, nodeName, shallow, strings } = snapshot;
  const count = new Uint32Array(strings.length + 1);
  const bytes = new Float64Array(strings.length);
  const largest = new Uint32Array(strings.length);
  for (let at = 0; at < nodeCount; at++) {
    if (nodeType[at] !== node.string) continue;
    const text = nodeName[at]!;
    count[text]!++;
    bytes[text]! += shallow[at]!;
    if (shallow[at]! > largest[text]!) largest[text] = shallow[at]!;
  }
  let groups = 0;
  for (let text = 0; text < strings.length; text++) if (count[text]! > 1) groups++;
  const texts = new Uint32Array(groups);
  let filled = 0;
  for (let text = 0; text < strings.length; text++) if (count[text]! > 1) texts[filled++] = text;
  const waste = (text: number) => bytes[text]! - largest[text]!;
  const order = ascendingOrder(texts, waste).reverse();
  const first = new Uint32Array(groups + 1);
  const groupWaste = new Float64Array(groups);
  const groupOf = new Uint32Array(strings.length);
  let wasted = 0;
  order.forEach((text, group) => {
    first[group + 1] = first[group]! + count[text]!;
    groupWaste[group] = waste(text);
    wasted += waste(text);
    groupOf[text] = group + 1;
  });
  const member = new Uint32Array(first[groups]!);
  const next = first.slice(0, groups);
  for (let at = 0; at < nodeCount; at++) {
    if (nodeType[at] !== node.string) continue;
    const group = groupOf[nodeName[at]!]!;
    if (group > 0) member[next[group - 1]!++] = at;
  }
  return { first, member, groupWaste, wasted };
});

const matchingGroups = derivedByKey(2, (graph, search) => {
  const { first, member } = duplicates(graph);
  const { strings, nodeName } = graph.snapshot;
  const groups: number[] = [];
  for (let group = 0; group < first.length - 1; group++)
    if (strings.start(nodeName[member[first[group]!]!]!, 10_000).toLowerCase().includes(search))
      groups.push(group);
  return Uint32Array.from(groups);
});

/** The most wasteful first. */
export function duplicatesPage(
  graph: HeapGraph,
  search: string,
  offset: number,
  limit: number,
): Page<DuplicateRow> {
  const { first, member, groupWaste } = duplicates(graph);
  const { snapshot, index } = graph;
  const wanted = search.trim().toLowerCase();
  const groups = wanted === '' ? undefined : matchingGroups(graph, wanted);
  const total = groups?.length ?? groupWaste.length;
  const rows: DuplicateRow[] = [];
  for (let at = offset; at < Math.min(total, offset + limit); at++) {
    const group = groups === undefined ? at : groups[at]!;
    const equals = member.subarray(first[group], first[group + 1]);
    let shallow = 0;
    let example = equals[0]!;
    for (const ordinal of equals) {
      shallow += snapshot.shallow[ordinal]!;
      if (index.retained[ordinal]! > index.retained[example]!) example = ordinal;
    }
    rows.push({
      text: snapshot.strings.start(snapshot.nodeName[example]!, 500),
      count: equals.length,
      shallow,
      wasted: groupWaste[group]!,
      example: nodeRow(graph, example),
    });
  }
  return { rows, total };
}
