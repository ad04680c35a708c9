/** Moves what hangs on nodes – samples, line ticks, reasons of deoptimisation – to the nodes of another tree. */
import type { Profile, SampleTable } from '../types';
import type { NodeMap } from './node-map';

/**
 * The profile over the map's frames and nodes. Samples of nodes that map to -1 disappear; times and weights of the others
 * stay. Line ticks stay ticks of a line only where the new node is of the same file; else they become ticks of line 0,
 * "not a line of this file", so that the lines' part of the node's weight stays what it was.
 */
export function remapProfile(profile: Profile, { frames, nodes, to }: NodeMap): Profile {
  const from = profile.nodes;
  const fileOf = (node: number) => profile.frames.url[from.frame[node]!]!;
  return {
    ...profile,
    frames,
    nodes,
    samples: remapSamples(profile.samples, to),
    lineTicks: moveTicks(profile.lineTicks, to, (node, target, line) =>
      frames.url[nodes.frame[target]!] === fileOf(node) ? line : 0,
    ),
    ...(profile.deoptReasons && {
      // A reason belongs to a function: it stays only where the node still is of that function.
      deoptReasons: moveReasons(
        profile.deoptReasons,
        to,
        (node, target) => nodes.frame[target] === from.frame[node],
      ),
    }),
  };
}

/** Line ticks on the nodes that `to` maps to; `lineOf` gives the line they have there, 0 for none of that file. */
export function moveTicks(
  ticksOf: Profile['lineTicks'],
  to: Int32Array,
  lineOf: (node: number, target: number, line: number) => number,
): Profile['lineTicks'] {
  const moved: Profile['lineTicks'] = new Map();
  for (const [node, lines] of ticksOf) {
    const target = to[node] ?? -1;
    if (target === -1) continue;
    const sums = moved.get(target) ?? new Map<number, number>();
    for (const [line, ticks] of lines) {
      const at = lineOf(node, target, line);
      sums.set(at, (sums.get(at) ?? 0) + ticks);
    }
    moved.set(target, sums);
  }
  return moved;
}

/** Reasons on the nodes that `to` maps to, where they belong; of several the first. */
export function moveReasons(
  reasons: ReadonlyMap<number, string>,
  to: Int32Array,
  belongs: (node: number, target: number) => boolean,
): Map<number, string> {
  const moved = new Map<number, string>();
  for (const [node, reason] of reasons) {
    const target = to[node] ?? -1;
    if (target !== -1 && !moved.has(target) && belongs(node, target)) moved.set(target, reason);
  }
  return moved;
}

/** Samples of nodes that map to -1 disappear; times and weights of the others stay. */
export function remapSamples({ length, node, timeUs, weight }: SampleTable, to: Int32Array): SampleTable {
  const newNode = new Int32Array(length);
  let kept = 0;
  for (let i = 0; i < length; i++) {
    const target = to[node[i]!]!;
    newNode[i] = target;
    if (target !== -1) kept++;
  }
  if (kept === length)
    return { length, node: newNode, timeUs: timeUs.subarray(0, length), weight: weight.subarray(0, length) };
  const samples: SampleTable = {
    length: kept,
    node: new Int32Array(kept),
    timeUs: new Float64Array(kept),
    weight: new Float64Array(kept),
  };
  let at = 0;
  for (let i = 0; i < length; i++) {
    if (newNode[i] === -1) continue;
    samples.node[at] = newNode[i]!;
    samples.timeUs[at] = timeUs[i]!;
    samples.weight[at] = weight[i]!;
    at++;
  }
  return samples;
}
