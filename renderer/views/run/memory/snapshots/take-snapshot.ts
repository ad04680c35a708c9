import type { Client } from '../../../../../main/api';
import { AppError, toAppError } from '../../../../../main/errors';
import { save } from '../../../../state/files';
import type { SnapshotRef } from '../../../../state/memory-place';
import { inPieces } from '../../../../state/pieces';
import { reportError } from '../../../../state/report-error';
import { useRoute } from '../../../../state/selection';
import { runTask, useTasks } from '../../../../state/tasks';

/** Takes a snapshot and shows the list, in which its progress stands. */
export async function takeSnapshot(client: Client, runId: string, thread: string): Promise<void> {
  const { route, goInMemory } = useRoute.getState();
  const { tab, memory } = route.selection;
  if (
    route.view === 'run' &&
    route.id === runId &&
    (tab !== 'memory' || memory.view !== 'snapshots' || memory.file)
  )
    goInMemory({ view: 'snapshots', file: null, base: null, group: null, object: null });
  try {
    await client.call('snapshots.take', { runId, thread });
  } catch (thrown) {
    reportError(toAppError(thrown));
  }
}

/** Saves the `.heapsnapshot` file where the person wants it. */
export async function saveSnapshot(client: Client, ref: SnapshotRef, sizeBytes: number): Promise<void> {
  const { id, file } = ref;
  const parts = await runTask(client, `Reading ${file}`, async (taskId, signal) => {
    const pieces: Uint8Array[] = [];
    let read = 0;
    const readPiece = (offset: number, lengthBytes: number): Promise<Uint8Array> =>
      client.call('sessions.readFile', { id, file, offset, lengthBytes });
    for await (const piece of inPieces(sizeBytes, readPiece)) {
      if (signal.aborted) throw new AppError('CANCELLED', 'Cancelled.');
      pieces.push(piece);
      read += piece.length;
      useTasks.getState().progress(taskId, { text: '', fraction: sizeBytes > 0 ? read / sizeBytes : null });
    }
    return pieces;
  });
  if (!parts) return;
  await save(client, {
    name: file.split('/').at(-1) ?? file,
    content: new Blob(parts as BlobPart[]),
    type: 'application/json',
    title: 'Heap snapshot saved',
  });
}
