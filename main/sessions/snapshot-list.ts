/** `SessionDetail.snapshots`: what is known of a session's heap snapshots, made to agree with the files that are there. */
import { AppError } from '../errors';
import type { SessionFile, SnapshotInfo } from '../api';

/**
 * Every snapshot file with what is known of it; of older sessions and of files that nothing is known of, what the file itself
 * tells. Those that were never completed are said to have failed; entries of complete ones whose file is gone are left
 * out.
 */
export function snapshotsOf(
  files: readonly SessionFile[],
  known: readonly SnapshotInfo[] = [],
  { isRecording = false } = {},
): SnapshotInfo[] {
  const inFolder = files.filter(({ kind }) => kind === 'snapshot');
  const listed = known
    .filter(
      ({ file, state }) => isRecording || state !== 'complete' || inFolder.some(({ name }) => name === file),
    )
    .map((info) => {
      const inPlace = inFolder.find(({ name }) => name === info.file);
      return info.state === 'writing' && !isRecording
        ? interrupted(info, inPlace)
        : { ...info, sizeBytes: inPlace?.sizeBytes ?? info.sizeBytes };
    });
  const unknown = inFolder.filter(({ name }) => !known.some(({ file }) => file === name));
  // While a recording goes on, a file nothing is known of yet may be half written.
  const found = isRecording ? [] : unknown.map(infoOfFile);
  return [...listed, ...found].sort((a, b) => a.startedUs - b.startedUs);
}

function interrupted(info: SnapshotInfo, inPlace: SessionFile | undefined): SnapshotInfo {
  const error = new AppError('CANCELLED', 'The snapshot was not completed: the recording ended before.', {
    hint: inPlace
      ? 'What was written of it cannot be read. Delete it to free the space.'
      : 'What was written of it has been removed.',
  });
  return {
    ...info,
    sizeBytes: inPlace?.sizeBytes ?? 0,
    state: 'failed',
    progress: null,
    error: error.toJSON(),
  };
}

function infoOfFile({ name, thread, sizeBytes }: SessionFile): SnapshotInfo {
  return {
    file: name,
    thread: thread ?? 'p0',
    reason: thread ? 'asked' : 'imported',
    startedUs: 0,
    state: 'complete',
    progress: 1,
    sizeBytes,
  };
}
