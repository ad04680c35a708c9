import { formatTime } from '../../../../../profiles/format';
import type { RecordingModel } from '../../../../state/recording';
import { reasonTitles, snapshotsOf, titleOfThread } from './snapshots-of';

/** `server.js 4711 at 12.4 s`; an imported one by its file. */
export function snapshotName(model: RecordingModel, file: string): string {
  const info = snapshotsOf(model).find((each) => each.file === file);
  if (!info || info.reason === 'imported') return file;
  return `${titleOfThread(model, info.thread)} at ${formatTime(info.startedUs)}, ${reasonTitles[info.reason]}`;
}
