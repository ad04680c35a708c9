/** A part of a profile's time as a profile of its own, for exports of what is selected. */
import { firstOverlapping } from './call-tree';
import type { Profile, TimeRange } from './types';

/**
 * Only what lies in the range; samples across its edges keep the part inside, as `aggregate` counts them. Times stay on
 * the origin's clock. Line ticks stay those of the whole recording: V8 does not tell when they were. Profiles without
 * time have no ranges and come back as they are.
 */
export function sliceProfile(profile: Profile, range: TimeRange): Profile {
  const { samples } = profile;
  if (profile.startUs === 0 && profile.endUs === 0) return profile;
  const from = firstOverlapping(profile, range.startUs);
  let to = from;
  while (to < samples.length && samples.timeUs[to]! < range.endUs) to++;
  const node = new Int32Array(to - from);
  const timeUs = new Float64Array(to - from);
  const weight = new Float64Array(to - from);
  let length = 0;
  for (let i = from; i < to; i++) {
    const startUs = samples.timeUs[i]!;
    const endUs = startUs + samples.weight[i]!;
    if (endUs < range.startUs || (endUs === range.startUs && startUs < range.startUs)) continue;
    node[length] = samples.node[i]!;
    timeUs[length] = Math.max(startUs, range.startUs);
    weight[length++] = Math.min(endUs, range.endUs) - Math.max(startUs, range.startUs);
  }
  return {
    ...profile,
    startUs: Math.min(Math.max(profile.startUs, range.startUs), profile.endUs),
    endUs: Math.max(Math.min(profile.endUs, range.endUs), profile.startUs),
    samples: { length, node, timeUs, weight },
  };
}
