import type { SnapshotInfo, SnapshotReason } from '../../../../../main/api';
import { threadsOf, type RecordingModel } from '../../../../state/recording';
import { threadTitle } from '../../thread-title';

/** Every snapshot of a recording, also those that are being written, oldest first. */
export function snapshotsOf({ live, detail, state }: RecordingModel): SnapshotInfo[] {
  const saved = live ? undefined : detail?.snapshots;
  return [...(saved ?? state.snapshots)].sort((a, b) => a.startedUs - b.startedUs);
}

export const reasonTitles: Record<SnapshotReason, string> = {
  asked: 'asked for',
  start: 'at the start',
  'warm-up': 'after warm-up',
  end: 'at the end',
  'heap-above': 'heap above the limit set',
  growth: 'heap has grown',
  'near-limit': 'near the heap limit',
  imported: 'opened from a file',
};

/** Title of a thread by its key. */
export function titleOfThread(model: RecordingModel, key: string): string {
  const thread = threadsOf(model).find((each) => each.key === key);
  return thread ? threadTitle(thread) : key;
}
