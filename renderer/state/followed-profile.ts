/** What the window knows of a live profile from its deltas alone: the profile itself grows in the explorer's worker. */
import type { ThreadKey } from '../../main/api';
import type { ProfileDelta } from '../../profiles/types';
import type { ProfileFacts } from '../explorer/types';

/** Lengths of a profile's tables. */
export interface Followed {
  frames: number;
  nodes: number;
  samples: number;
}

/** Every profile begins with the root's frame and node. */
export const nothingYet: Followed = { frames: 1, nodes: 1, samples: 0 };

/** The facts after a delta. */
export function factsOfDelta(
  thread: ThreadKey,
  delta: ProfileDelta,
  before: ProfileFacts | undefined,
): ProfileFacts {
  return {
    thread,
    unit: delta.unit,
    sampleCount: (before?.sampleCount ?? 0) + delta.samples.node.length,
    startUs: delta.startUs,
    endUs: delta.endUs,
    newestUs: delta.samples.timeUs.at(-1) ?? before?.newestUs ?? 0,
    timed: delta.endUs > delta.startUs,
    exclusive: false,
  };
}
