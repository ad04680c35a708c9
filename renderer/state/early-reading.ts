/**
 * A dropped file is read by an explorer at once, while the engine makes a session of it: when the session is there, its
 * view is, too.
 */
import { hasSnapshotName } from '../../profiles/formats/heap-snapshot-head';
import { ExplorerClient } from '../explorer/client';
import type { LoadedFile } from '../explorer/protocol';
import type { Scope } from '../explorer/types';
import { emptySelection } from './selection';
import type { FileInFolder } from './upload';

export interface EarlyReading {
  explorer: ExplorerClient;
  /** null when it is no profile (an archive), or cannot be read: the engine's own error says why. */
  file: Promise<LoadedFile | null>;
  /** Set by whoever tells the person how far it is: called with the share of the file that was read, 0..1. */
  onProgress: (share: number) => void;
}

const isArchive = (name: string): boolean => /\.scorchmark$/i.test(name);

export function readEarly(file: File): EarlyReading | null {
  // Heap snapshots are asked questions, in the engine; one under another name is recognised by whoever reads it.
  if (isArchive(file.name) || hasSnapshotName(file.name)) return null;
  const explorer = new ExplorerClient();
  const toLoad = { name: file.name, kind: 'profile' as const, sizeBytes: file.size };
  return reading(explorer, (onProgress) => explorer.loadBlob(toLoad, file, onProgress));
}

export function readFolderEarly(name: string, files: readonly FileInFolder[]): EarlyReading {
  const explorer = new ExplorerClient();
  const blobs = files.map(({ path, file }) => ({ path, blob: file }));
  return reading(explorer, (onProgress) => explorer.loadFolder(name, blobs, onProgress));
}

function reading(
  explorer: ExplorerClient,
  load: (onProgress: (share: number) => void) => Promise<LoadedFile>,
): EarlyReading {
  const file = load((share) => early.onProgress(share)).then(
    (loaded) => {
      foreseeView(explorer, loaded);
      return loaded;
    },
    () => {
      explorer.destroy();
      return null;
    },
  );
  const early: EarlyReading = { explorer, file, onProgress: () => undefined };
  return early;
}

/** What the view of the new session asks for first, added up while the session is being made. */
function foreseeView(explorer: ExplorerClient, { threads }: LoadedFile): void {
  const cpu = threads.filter(({ source }) => source === 'cpu');
  if (cpu.length === 0) return;
  const { threads: chosen, range, transforms, weights, showIdle, mapped } = emptySelection;
  // The order of the fields is that of the view's scope: the questions are compared as text.
  const scope: Scope = {
    source: 'cpu',
    threads: chosen,
    range,
    transforms,
    weights,
    includeIdle: showIdle,
    mapped,
  };
  explorer.foresee('tree', { scope, withLayout: true });
  // Several threads get their titles only with the session.
  if (cpu.length === 1 && cpu[0]!.facts.timed) explorer.foresee('chart', { scope });
}
