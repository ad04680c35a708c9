/** By what many objects are held: their ways from the roots, those alike together, and on each the object after which it fans out. */
import { dominatorOrder } from './dominated';
import { unreachable, type HeapGraph } from './graph';
import { phraseOf } from './holder-phrase';
import { follow, nodeNames } from './names';
import { ascendingOrder } from './order';
import type { HolderPath } from './questions';
import { nodeRow, preview } from './rows';
import { rootPattern, wayPatterns, type WayPattern } from './way-patterns';
import { waysToRoots } from './ways';

/** Patterns are found for at most so many objects, evenly spread; counts are scaled up when there are more. */
const mostObjects = 200_000;
/** Of a pattern so many ways are laid side by side to see where they part. */
const mostWays = 300;
/** The most frequent patterns that are looked at closely: in a heap without any order every object has its own. */
const mostPatterns = 1000;
/** An object is on all ways when it is on this share of them: a few objects may be held by another one of the kind. */
const commonShare = 0.8;
/** Of a list's way only its ends are needed; a chain of a million objects is not followed. */
const longestWay = 20_000;

/** The most frequent ways by which objects are held; objects that nothing strong holds are left out. */
export function holdersOf(graph: HeapGraph, objects: Uint32Array, limit: number): HolderPath[] {
  const patterns = wayPatterns(graph);
  const stride = Math.max(1, Math.ceil(objects.length / mostObjects));
  const members = new Map<number, number[]>();
  let looked = 0;
  for (let at = 0; at < objects.length; at += stride) {
    looked++;
    const pattern = patterns.idOf(objects[at]!);
    if (pattern === rootPattern) continue;
    const known = members.get(pattern);
    if (known === undefined) members.set(pattern, [objects[at]!]);
    else known.push(objects[at]!);
  }
  const scale = looked === 0 ? 0 : objects.length / looked;
  const paths = [...members]
    .sort(([, a], [, b]) => b.length - a.length)
    .slice(0, mostPatterns)
    .map(([id, held]) => holderPath(graph, patterns.pattern(id), held))
    .sort((a, b) => b.held.length - a.held.length);
  return mergedByHolder(paths)
    .slice(0, limit)
    .map(({ held, path }) => ({
      ...path,
      count: Math.round(held.length * scale),
      share: looked === 0 ? 0 : held.length / looked,
      retained: Math.round(retainedOf(graph, held) * scale),
    }));
}

interface Found {
  held: number[];
  path: Pick<HolderPath, 'phrase' | 'script' | 'steps' | 'holder'>;
}

/** Objects that hang on one holder in several ways (as `a.b` and `a.c` of the things in it) count together, under the most frequent way. */
function mergedByHolder(found: Found[]): Found[] {
  const byHolder = new Map<string, Found>();
  for (const one of found) {
    const key = `${one.path.holder.ordinal} ${one.path.phrase}`;
    const first = byHolder.get(key);
    if (first === undefined) byHolder.set(key, one);
    else for (const ordinal of one.held) first.held.push(ordinal);
  }
  return [...byHolder.values()].sort((a, b) => b.held.length - a.held.length);
}

function holderPath(graph: HeapGraph, pattern: WayPattern, held: number[]): Found {
  const patterns = wayPatterns(graph);
  const chain = patterns.chain(pattern);
  const step = Math.max(1, Math.floor(held.length / mostWays));
  // Which object is how often at each step of the ways.
  const seen = chain.map(() => new Map<number, number>());
  let ways = 0;
  for (let at = 0; at < held.length && ways < mostWays; at += step) {
    ways++;
    objectsOnWay(graph, held[at]!, chain).forEach((ordinal, place) => {
      if (ordinal !== -1) seen[place]!.set(ordinal, (seen[place]!.get(ordinal) ?? 0) + 1);
    });
  }
  const most = seen.map((counts) => {
    let best = { ordinal: -1, count: 0 };
    for (const [ordinal, count] of counts) if (count > best.count) best = { ordinal, count };
    return best;
  });
  // What repeats along the way (a list) is held at its beginning; otherwise an object does not hold itself.
  const last = chain.length - 1 - Math.max(1, pattern.period);
  let place = Math.max(0, last);
  while (place > 0 && most[place]!.count < ways * commonShare) place--;
  // The array inside of a Map is not what people call the holder.
  while (place > 0 && isStorage(graph, most[place]!.ordinal)) place--;
  // From what parts the ways back to the objects: those of one way, so that each leads to the next.
  const exampleWay = objectsOnWay(graph, held[held.length >> 1]!, chain);
  const steps: HolderPath['steps'] = [];
  chain.forEach(({ edge, node }, at) => {
    const ordinal = exampleWay[at]!;
    if (ordinal === -1 || (isStorage(graph, ordinal) && at < chain.length - 1)) return;
    steps.push({ edge, node, ordinal });
  });
  const holder = most[place]?.ordinal ?? -1;
  const { phrase, script } = phraseOf(graph, chain.slice(0, place + 1));
  const callback = commonCallback(graph, chain, { place, held, step });
  return {
    held,
    path: {
      phrase: `held by ${callback === '' ? phrase : `timers of ${callback}`}`,
      ...(script !== '' && { script }),
      steps,
      holder: nodeRow(graph, Math.max(0, holder)),
    },
  };
}

/** When timers hold the objects, and they part at them: the callback that most of them have. '' otherwise. */
function commonCallback(
  graph: HeapGraph,
  chain: readonly WayPattern[],
  { place, held, step }: { place: number; held: readonly number[]; step: number },
): string {
  const timer = chain.findLastIndex(({ node }) => node === 'Timeout');
  if (timer === -1 || !chain.slice(0, timer).some(({ node }) => node === 'TimersList')) return '';
  // All ways go on through one timer's callback, and what they reach from there says more.
  if (chain.slice(timer + 1, place + 1).some(({ edge }) => edge === '_onTimeout')) return '';
  const timeout = nodeNames(graph).Timeout;
  const { edge, from } = waysToRoots(graph);
  const counts = new Map<string, number>();
  for (let at = 0; at < held.length; at += step) {
    let node = held[at]!;
    for (
      let steps = 0;
      graph.snapshot.nodeName[node] !== timeout && edge[node] !== unreachable && steps < 100;
      steps++
    )
      node = from[node]!;
    const callback = follow(graph, node, '_onTimeout');
    if (callback === -1) continue;
    const text = preview(graph, callback);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  let best = '';
  for (const [text, count] of counts) if (count > (counts.get(best) ?? 0)) best = text;
  return best;
}

/** For each pattern of a chain the first object on the way that has it; -1 when the way is too long to be followed to there. */
function objectsOnWay(graph: HeapGraph, ordinal: number, chain: readonly WayPattern[]): number[] {
  const { edge, from } = waysToRoots(graph);
  const patterns = wayPatterns(graph);
  const placeOf = new Map(chain.map(({ id }, place) => [id, place]));
  const objects = chain.map(() => -1);
  for (let node = ordinal, steps = 0; edge[node] !== unreachable && steps < longestWay; steps++) {
    const place = placeOf.get(patterns.idOf(node));
    // Upwards: what is nearest to the root is written last.
    if (place !== undefined) objects[place] = node;
    node = from[node]!;
  }
  return objects;
}

/** V8's own arrays between an object and what it holds. */
function isStorage(graph: HeapGraph, ordinal: number): boolean {
  if (ordinal < 0) return false;
  const type = graph.snapshot.nodeType[ordinal];
  return type === graph.node.array || type === graph.node.hidden || type === graph.node.code;
}

/** What would be freed with all of them: those below another one count with that one. */
function retainedOf(graph: HeapGraph, objects: readonly number[]): number {
  const order = dominatorOrder(graph);
  let covered = 0;
  let retained = 0;
  for (const node of ascendingOrder(Uint32Array.from(objects), (ordinal) => order.place[ordinal]!)) {
    if (order.place[node]! < covered) continue;
    retained += graph.index.retained[node]!;
    covered = order.end[node]!;
  }
  return retained;
}
