/** Moves what hangs on nodes – samples, line ticks, reasons of deoptimisation – to the nodes of another tree. */
import type { Profile, SampleTable } from '../types';
import type { NodeMap } from './node-map';

/**
 * The profile over the map's frames and nodes. Samples of nodes that map to -1 disappear; times and weights of the others
 * stay. Line ticks stay ticks of a line only where the new node is of the same file; else they become ticks of line 0,
 * "not a line of this file", so that the lines' part of the node's weight stays what it was.
 */
export function remapProfile(profile: Profile, map: NodeMap): Profile {
  const { frames, nodes, to } = map;
  const from = profile.nodes;
  const lineTicks = new Map<number, Map<number, number>>();
  for (const [node, lines] of profile.lineTicks) {
    const target = to[node] ?? -1;
    if (target === -1) continue;
    const oldUrl = profile.frames.url[from.frame[node]!]!;
    const sameFile = frames.url[nodes.frame[target]!] === oldUrl;
    const sums = lineTicks.get(target) ?? new Map<number, number>();
    for (const [line, ticks] of lines) {
      const at = sameFile ? line : 0;
      sums.set(at, (sums.get(at) ?? 0) + ticks);
    }
    lineTicks.set(target, sums);
  }
  return {
    ...profile,
    frames,
    nodes,
    samples: remapSamples(profile.samples, to),
    lineTicks,
    ...(profile.deoptReasons && { deoptReasons: remapReasons(profile.deoptReasons, profile, map) }),
  };
}

/** A reason belongs to a function: it stays only where the node still is of that function. The first one wins. */
function remapReasons(
  reasons: ReadonlyMap<number, string>,
  { nodes: from }: Profile,
  { nodes, to }: NodeMap,
): Map<number, string> {
  const kept = new Map<number, string>();
  for (const [node, reason] of reasons) {
    const target = to[node] ?? -1;
    if (target !== -1 && !kept.has(target) && nodes.frame[target] === from.frame[node])
      kept.set(target, reason);
  }
  return kept;
}

function remapSamples({ length, node, timeUs, weight }: SampleTable, to: Int32Array): SampleTable {
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
