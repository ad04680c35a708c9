/** What each source line cost, from V8's ticks per line. */
import type { CallTree } from './call-tree';
import type { Profile } from './types';

/** Columns, by line. */
export interface LineTotals {
  /** 1-based. */
  line: Int32Array;
  /** In the tree's unit. */
  self: Float64Array;
  /** As V8 counted them, in the whole recording. */
  ticks: Uint32Array;
  /** Self weight in the file of which no line is known. */
  unknownSelf: number;
}

/**
 * Self weight per line of a script. `tree` is `aggregate` of the same profile, for a range or a way of weighing.
 *
 * V8 says how often each line of a node was seen, not when. So a node's self weight in the tree is divided among its lines
 * in proportion to their ticks: lines of a node add up to the node's self weight. In a range this is right as long as the
 * function spent its time there as it did in the whole recording; nodes that have no weight in the range count for
 * nothing.
 */
export function lineTotals(
  profile: Profile,
  tree: CallTree,
  url: string,
  /** Only this frame of the tree. */
  only?: number,
): LineTotals {
  const { frames, nodes, self, sampleCount } = tree;
  const weights = new Map<number, number>();
  const counts = new Map<number, number>();
  let unknownSelf = 0;
  for (let node = 0; node < nodes.length; node++) {
    if (self[node] === 0 && sampleCount[node] === 0) continue;
    const frame = nodes.frame[node]!;
    if (only === undefined ? frames.url[frame] !== url : frame !== only) continue;
    const lines = profile.lineTicks.get(node);
    let all = 0;
    if (lines) for (const ticks of lines.values()) all += ticks;
    if (!lines || all === 0) {
      unknownSelf += self[node]!;
      continue;
    }
    for (const [line, ticks] of lines) {
      const weight = self[node]! * (ticks / all);
      // Line 0: ticks of another file's code that transforms charged to this node.
      if (line === 0) unknownSelf += weight;
      else {
        weights.set(line, (weights.get(line) ?? 0) + weight);
        counts.set(line, (counts.get(line) ?? 0) + ticks);
      }
    }
  }
  return columnsOf(weights, counts, unknownSelf);
}

/** The same lines in several threads. */
export function addLineTotals(parts: readonly LineTotals[]): LineTotals {
  const weights = new Map<number, number>();
  const counts = new Map<number, number>();
  let unknownSelf = 0;
  for (const { line, self, ticks, unknownSelf: unknown } of parts) {
    unknownSelf += unknown;
    for (let i = 0; i < line.length; i++) {
      weights.set(line[i]!, (weights.get(line[i]!) ?? 0) + self[i]!);
      counts.set(line[i]!, (counts.get(line[i]!) ?? 0) + ticks[i]!);
    }
  }
  return columnsOf(weights, counts, unknownSelf);
}

function columnsOf(
  weights: ReadonlyMap<number, number>,
  counts: ReadonlyMap<number, number>,
  unknownSelf: number,
): LineTotals {
  const line = Int32Array.from(weights.keys()).sort();
  return {
    line,
    self: Float64Array.from(line, (each) => weights.get(each)!),
    ticks: Uint32Array.from(line, (each) => counts.get(each)!),
    unknownSelf,
  };
}
