/**
 * A dropped file is read by an explorer at once, while the engine makes a session of it: when the session is there, its
 * view is, too.
 */
import { ExplorerClient } from '../explorer/client';
import type { LoadedFile } from '../explorer/protocol';
import type { FileInFolder } from './upload';

export interface EarlyReading {
  explorer: ExplorerClient;
  /** null when it is no profile (an archive), or cannot be read: the engine's own error says why. */
  file: Promise<LoadedFile | null>;
}

const isArchive = (name: string): boolean => /\.scorchmark$/i.test(name);

export function readEarly(file: File): EarlyReading | null {
  if (isArchive(file.name)) return null;
  const explorer = new ExplorerClient();
  const toLoad = { name: file.name, kind: 'profile' as const, sizeBytes: file.size };
  return { explorer, file: settled(explorer, explorer.loadBlob(toLoad, file)) };
}

export function readFolderEarly(name: string, files: readonly FileInFolder[]): EarlyReading {
  const explorer = new ExplorerClient();
  const blobs = files.map(({ path, file }) => ({ path, blob: file }));
  return { explorer, file: settled(explorer, explorer.loadFolder(name, blobs)) };
}

function settled(explorer: ExplorerClient, reading: Promise<LoadedFile>): Promise<LoadedFile | null> {
  return reading.catch(() => {
    explorer.destroy();
    return null;
  });
}
