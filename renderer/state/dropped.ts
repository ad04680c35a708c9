/** What was dropped on the window: files, and folders with everything in them. */
import { AppError } from '../../main/errors';
import type { FileInFolder } from './upload';

export interface Dropped {
  files: File[];
  folders: { name: string; files: FileInFolder[] }[];
}

/** More than any profiler writes: the person dropped something else. */
const mostFiles = 500;

/**
 * To be called in the drop event itself: its data is gone afterwards. Rejects with BAD_INPUT when a folder holds too many
 * files.
 */
export function readDropped(data: DataTransfer): Promise<Dropped> {
  const entries = [...data.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return collect(entries);
}

async function collect(
  entries: readonly { entry: FileSystemEntry | null; file: File | null }[],
): Promise<Dropped> {
  const dropped: Dropped = { files: [], folders: [] };
  for (const { entry, file } of entries)
    if (entry?.isDirectory)
      dropped.folders.push({
        name: entry.name,
        files: await filesIn(entry as FileSystemDirectoryEntry),
      });
    else if (file) dropped.files.push(file);
  return dropped;
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<FileInFolder[]> {
  const files: FileInFolder[] = [];
  const open = [{ entry: folder, inside: '' }];
  for (let next = open.shift(); next; next = open.shift())
    for (const child of await entriesOf(next.entry)) {
      const path = `${next.inside}${child.name}`;
      if (child.name.startsWith('.') || child.name === 'node_modules') continue;
      if (child.isDirectory) open.push({ entry: child as FileSystemDirectoryEntry, inside: `${path}/` });
      else files.push({ path, file: await fileOf(child as FileSystemFileEntry) });
      if (files.length > mostFiles)
        throw new AppError('BAD_INPUT', `The folder ${folder.name} holds more than ${mostFiles} files.`, {
          hint: 'Drop the folder that clinic flame or 0x made (for example 4711.clinic-flame, or 4711.0x).',
        });
    }
  return files;
}

/** Browsers give a folder's entries in parts, an empty one at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
