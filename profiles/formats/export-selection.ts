/** Which samples of a profile go into an exported file. */
import { isLeftOut, nodeKinds } from '../node-kinds';
import type { KindOptions } from '../node-kinds';
import type { Profile, SampleTable, TimeRange } from '../types';

/** A profile and what to call it in a file that can hold several. */
export interface NamedProfile {
  name: string;
  profile: Profile;
}

export interface ExportSelection extends KindOptions {
  /** Only this part of timed profiles; samples across its edges count with the part inside, as in `aggregate`. */
  range?: TimeRange | null;
  /** `samples`: numbers in the file count samples instead of time or bytes. */
  weights?: 'value' | 'samples';
}

/** Whether the samples have times. */
export function isTimed(profile: Profile): boolean {
  return profile.endUs > profile.startUs;
}

/**
 * The profile with the selected samples only. Frames and nodes stay what they are. With `weights: 'samples'` each sample
 * weighs 1 and the unit is `count`; times stay.
 */
export function selectSamples(profile: Profile, selection: ExportSelection): Profile {
  const range = isTimed(profile) ? (selection.range ?? null) : null;
  const bySamples = selection.weights === 'samples';
  const kinds = nodeKinds(profile, selection);
  const { samples } = profile;
  if (!range && !bySamples && !kinds.some((kind) => kind & isLeftOut)) return profile;
  const kept: SampleTable = {
    length: 0,
    node: new Int32Array(samples.length),
    timeUs: new Float64Array(samples.length),
    weight: new Float64Array(samples.length),
  };
  for (let i = 0; i < samples.length; i++) {
    const node = samples.node[i]!;
    let startUs = samples.timeUs[i]!;
    let weight = samples.weight[i]!;
    if (range) {
      if (startUs >= range.endUs) break;
      const endUs = startUs + weight;
      if (endUs < range.startUs || (endUs === range.startUs && startUs < range.startUs)) continue;
      startUs = Math.max(startUs, range.startUs);
      weight = Math.min(endUs, range.endUs) - startUs;
    }
    if (kinds[node]! & isLeftOut) continue;
    kept.node[kept.length] = node;
    kept.timeUs[kept.length] = startUs;
    kept.weight[kept.length++] = bySamples ? 1 : weight;
  }
  return {
    ...profile,
    unit: bySamples ? 'count' : profile.unit,
    samples: kept,
    ...(range && {
      startUs: Math.max(profile.startUs, range.startUs),
      endUs: Math.max(Math.max(profile.startUs, range.startUs), Math.min(profile.endUs, range.endUs)),
    }),
  };
}

/** Weight and number of samples that end in each node itself. */
export function selfOfNodes({ nodes, samples }: Profile): { weight: Float64Array; count: Uint32Array } {
  const weight = new Float64Array(nodes.length);
  const count = new Uint32Array(nodes.length);
  for (let i = 0; i < samples.length; i++) {
    const node = samples.node[i]!;
    weight[node]! += samples.weight[i]!;
    count[node]!++;
  }
  return { weight, count };
}

/** Writes the frames from the root's child to the node into `into` (grown when needed) and gives their number; 0 for the root. */
export function stackOf({ nodes }: Pick<Profile, 'nodes'>, node: number, into: Int32Array): number {
  const depth = nodes.depth[node]!;
  for (let at = depth - 1, step = node; at >= 0; at--, step = nodes.parent[step]!)
    into[at] = nodes.frame[step]!;
  return depth;
}

/** The depth of the deepest node. */
export function deepest({ nodes }: Pick<Profile, 'nodes'>): number {
  let depth = 0;
  for (let node = 0; node < nodes.length; node++) depth = Math.max(depth, nodes.depth[node]!);
  return depth;
}
