/** Reads a foreign profile for what a session has to know of it. The profiles themselves are let go again. */
import { ProfileFormatError } from '../../profiles/errors';
import { importProfileFolder, importProfiles } from '../../profiles/formats';
import { describeFile, type FileDescription } from '../../profiles/formats/describe-file';
import { AppError } from '../errors';
import { sourceOfFile, type FileSource } from './file-source';
import type { TaskOptions } from './task';

/** What to read: a file, or a folder that a tool wrote (`files`: where each path inside it lies now). */
export type ForeignRequest =
  | { kind: 'file'; name: string; file: string }
  | { kind: 'folder'; name: string; files: Record<string, string> };

/** Rejects with PROFILE_UNKNOWN_FORMAT, PROFILE_MALFORMED, OUT_OF_MEMORY, CANCELLED or the system's error. */
export type ReadForeign = (request: ForeignRequest, task: TaskOptions) => Promise<FileDescription>;

/** @throws AppError PROFILE_UNKNOWN_FORMAT or PROFILE_MALFORMED, naming the file and the place in it; the system's error */
export function describeForeign(
  request: ForeignRequest,
  onProgress: (share: number) => void = () => undefined,
): FileDescription {
  const { name } = request;
  const open: FileSource[] = [];
  const source = (file: string, title: string): FileSource => {
    const opened = sourceOfFile(file, title);
    open.push(opened);
    return opened;
  };
  // From the file's own clock, to know where the session's 0 lies on it.
  const options = { originUs: 0, onProgress };
  try {
    const imported =
      request.kind === 'file'
        ? importProfiles(source(request.file, name), options)
        : importProfileFolder(
            name,
            new Map(Object.entries(request.files).map(([path, file]) => [path, source(file, path)])),
            options,
          );
    return describeFile(imported, name);
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw error;
    throw new AppError(error.code, error.message, { hint: error.hint, details: error.where, cause: error });
  } finally {
    for (const each of open) each.close();
  }
}
