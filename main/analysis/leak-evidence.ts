/** What a leak verdict rests on, taken from a running recording or read from a saved session. */
import type { SessionDetail, Timeline } from '../api';
import { parseHeapProfile, heapProfileToProfile } from '../../profiles/formats/heapprofile';
import type { AllocationHistory } from '../../profiles/allocations/history';
import type { Profile } from '../../profiles/types';
import type { Run } from '../run/run';
import type { SessionStore } from '../sessions';
import { readAllocationHistories } from './allocation-history';
import type { LeakEvidence, LiveAllocations } from './leaks';

/** Enough that no floor is reduced away: what is reduced keeps its extremes and loses its order in time. */
const allPoints = 100_000;

/** Of the run as it is now. */
export function liveEvidence(run: Run, detail: SessionDetail | null): LeakEvidence {
  const { recording, state } = run;
  return {
    id: run.id,
    processes: state.processes,
    timeline: run.timeline({ points: allPoints }),
    durationUs: state.durationMs * 1000,
    ...specOf(detail),
    snapshots: state.snapshots,
    load: state.load,
    isRunning: true,
    allocationsOf: (thread) => {
      const profile = recording.allocations.get(thread);
      return Promise.resolve(
        profile
          ? liveAllocations(heapProfileToProfile(profile), recording.allocationHistories.get(thread))
          : null,
      );
    },
  };
}

/** Rejects with NOT_FOUND, SESSION_DAMAGED or OUT_OF_MEMORY. */
export async function savedEvidence(
  id: string,
  store: Pick<SessionStore, 'get' | 'readFile'>,
  readTimeline: (id: string, window: { points: number }) => Promise<Timeline>,
): Promise<LeakEvidence> {
  const detail = await store.get(id);
  return {
    id,
    processes: detail.processes,
    timeline: await readTimeline(id, { points: allPoints }),
    durationUs: detail.durationMs * 1000,
    ...specOf(detail),
    snapshots: detail.snapshots ?? [],
    isRunning: false,
    allocationsOf: async (thread) => {
      const file = detail.files.find((each) => each.kind === 'allocations' && each.thread === thread);
      if (!file) return null;
      const bytes = await store.readFile(id, file.name);
      const histories = await readAllocationHistories(id, store);
      return liveAllocations(parseHeapProfile(bytes, { fileName: file.name }), histories.get(thread));
    },
  };
}

/** Of the time that is looked at: a profile that was read so much earlier is too early. */
const tooEarly = 0.2;
/** A profile that was read later must leave so much of it behind. */
const enoughBehind = 0.25;

export function liveAllocations(whole: Profile, history: AllocationHistory | undefined): LiveAllocations {
  return {
    whole,
    since: (tUs) => {
      // On a busy machine profiles are read seldom. One of long before would count what was loaded at the start as grown.
      const times = history?.timesUs ?? [];
      const stretchUs = (times.at(-1) ?? 0) - tUs;
      const before = times.findLast((each) => each < tUs) ?? 0;
      const later = times.find((each) => each >= tUs);
      const isBetter =
        later !== undefined &&
        tUs - before > stretchUs * tooEarly &&
        tUs + stretchUs - later >= stretchUs * enoughBehind;
      const between = history?.between(isBetter ? later : tUs, Infinity);
      return between ? heapProfileToProfile(between.profile) : null;
    },
  };
}

/** Sessions of older workbenches have a spec without what came later. */
function specOf(detail: SessionDetail | null): Pick<LeakEvidence, 'spec' | 'allocationKind'> {
  const spec = detail?.spec as Partial<SessionDetail['spec']> | null | undefined;
  return { spec: spec?.leaks ?? null, allocationKind: spec?.capture?.allocationKind ?? 'alive' };
}
