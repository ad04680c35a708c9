/** A folder that a tool wrote is kept in a session as flat files, named `profile-<folder>~<path with ~>`. */
import type { SessionFile } from '../../main/api';

export interface FolderFiles {
  name: string;
  files: SessionFile[];
}

/** The files of a session that belong to one folder, and all others. */
export function folderFilesOf(files: readonly SessionFile[]): {
  folder: FolderFiles | null;
  single: SessionFile[];
} {
  const inFolder = files.filter(({ kind, name }) => kind === 'profile' && name.includes('~'));
  const [first] = inFolder;
  return {
    folder: first ? { name: folderNameOf(first.name), files: inFolder } : null,
    single: files.filter((file) => !inFolder.includes(file)),
  };
}

/** `profile-4711.clinic-flame~a~b.json` → `4711.clinic-flame`. */
export function folderNameOf(name: string): string {
  return name.slice('profile-'.length, name.indexOf('~'));
}

/** `profile-4711.clinic-flame~a~b.json` → `a/b.json`. */
export function joinedPath(name: string): string {
  return name.slice(name.indexOf('~') + 1).replaceAll('~', '/');
}
