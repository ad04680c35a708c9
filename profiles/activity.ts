/** When functions were at work: self weight per equal part of time, for sparklines. */
import { firstOverlapping } from './call-tree';
import type { Weights } from './call-tree';
import { keyOf } from './frame-key';
import { isLeftOut, nodeKinds } from './node-kinds';
import type { KindOptions } from './node-kinds';
import type { Profile, TimeRange } from './types';

export interface ActivityOptions extends KindOptions {
  /** How many equal parts the range has. */
  parts: number;
  /** Default: all of the profile's time. Give it when several threads are shown over the same time. */
  range?: TimeRange | null;
  /** `frameKey`s of the functions wanted, in the order of the rows. Default: every frame of the profile, by index. */
  frameKeys?: readonly string[];
  /** `samples`: how many samples were taken in each part, instead of how long they lasted. */
  weights?: Weights;
  /** Rows (of another thread) to add to, instead of new ones. */
  into?: Float32Array[];
}

export interface Activity {
  startUs: number;
  endUs: number;
  /** Per function the self weight in each part, in the profile's unit or samples. */
  rows: Float32Array[];
}

/**
 * Self weight per function and part of time, for all functions in one pass over the samples. A sample that lasts through
 * several parts is spread over them, so that a row adds up to the function's self weight in the range. Profiles without
 * time have only zeros. O(samples + parts covered).
 */
export function functionActivity(profile: Profile, options: ActivityOptions): Activity {
  const { samples, nodes, frames } = profile;
  const { startUs, endUs } = options.range ?? profile;
  const parts = Math.max(1, Math.floor(options.parts));
  const rowOf = rowsOfFrames(profile, options.frameKeys);
  const rowCount = options.frameKeys?.length ?? frames.length;
  const rows = options.into ?? Array.from({ length: rowCount }, () => new Float32Array(parts));
  const partUs = (endUs - startUs) / parts;
  if (!(partUs > 0)) return { startUs, endUs, rows };
  const kinds = nodeKinds(profile, options);
  const bySamples = options.weights === 'samples';
  const partOf = (timeUs: number) =>
    Math.min(parts - 1, Math.max(0, Math.floor((timeUs - startUs) / partUs)));

  for (let i = firstOverlapping(profile, startUs); i < samples.length; i++) {
    const fromUs = samples.timeUs[i]!;
    if (fromUs >= endUs) break;
    const node = samples.node[i]!;
    const target = rowOf[nodes.frame[node]!]!;
    if (target === -1 || kinds[node]! & isLeftOut) continue;
    const row = rows[target];
    if (!row) continue;
    const untilUs = Math.min(fromUs + samples.weight[i]!, endUs);
    if (bySamples) {
      if (untilUs > startUs || fromUs >= startUs) row[partOf(fromUs)]! += 1;
      continue;
    }
    const last = partOf(untilUs);
    for (let part = partOf(fromUs); part <= last; part++) {
      const partStart = startUs + part * partUs;
      const inside = Math.min(untilUs, partStart + partUs) - Math.max(fromUs, partStart);
      if (inside > 0) row[part]! += inside;
    }
  }
  return { startUs, endUs, rows };
}

function rowsOfFrames({ frames }: Profile, frameKeys: readonly string[] | undefined): Int32Array {
  const rowOf = new Int32Array(frames.length);
  if (!frameKeys) return rowOf.map((_, frame) => frame);
  rowOf.fill(-1);
  const wanted = new Map(frameKeys.map((key, row) => [key, row]));
  const names = new Set(frameKeys.map((key) => key.slice(0, key.indexOf('\n'))));
  for (let frame = 0; frame < frames.length; frame++)
    if (names.has(frames.name[frame]!)) rowOf[frame] = wanted.get(keyOf(frames, frame)) ?? -1;
  return rowOf;
}
