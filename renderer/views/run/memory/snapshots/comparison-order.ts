/** Which of two compared snapshots was taken first, and what one of another session is called. */
import type { SessionDetail } from '../../../../../main/api';
import { formatTime } from '../../../../../profiles/format';
import { useCall } from '../../../../components/use-call';
import { formatWhen } from '../../../../components/when';
import type { SnapshotRef } from '../../../../state/memory-place';
import type { RecordingModel } from '../../../../state/recording';
import { snapshotName } from './snapshot-name';
import { reasonTitles, snapshotsOf } from './snapshots-of';

export interface ComparedBase {
  /** For headings and messages. */
  name: string;
  /** When it was taken, ms since the epoch; null where nobody knows: a file's time is when it was opened. */
  takenMs: number | null;
}

/** The snapshot that one of `model`'s is compared with, of whichever session it is. */
export function useComparedBase(model: RecordingModel, base: SnapshotRef): ComparedBase {
  const isOther = base.id !== '' && base.id !== model.id;
  // Of the same session everything is known; asked for all the same, since hooks are.
  const { data } = useCall('sessions.get', { id: isOther ? base.id : model.id }, isOther ? base.id : '');
  if (!isOther) return { name: snapshotName(model, base.file), takenMs: takenMs(model, base.file) };
  return data?.id === base.id
    ? { name: nameIn(data, base.file), takenMs: takenIn(data, base.file) }
    : { name: base.file, takenMs: null };
}

/** When a snapshot of a recording was taken, ms since the epoch. */
export function takenMs(model: RecordingModel, file: string): number | null {
  const info = snapshotsOf(model).find((each) => each.file === file);
  if (!info || info.reason === 'imported') return null;
  return Date.parse(model.state.startedAt) + info.startedUs / 1000;
}

function takenIn({ createdAt, snapshots = [] }: SessionDetail, file: string): number | null {
  const info = snapshots.find((each) => each.file === file);
  if (!info || info.reason === 'imported') return null;
  return Date.parse(createdAt) + info.startedUs / 1000;
}

/** `checkout, today 17:59, at 12.4 s, at the end`; an imported one by its file. */
function nameIn({ name, createdAt, snapshots = [] }: SessionDetail, file: string): string {
  const info = snapshots.find((each) => each.file === file);
  const at =
    info && info.reason !== 'imported'
      ? `at ${formatTime(info.startedUs)}, ${reasonTitles[info.reason]}`
      : file;
  return `${name}, ${formatWhen(createdAt)}, ${at}`;
}
