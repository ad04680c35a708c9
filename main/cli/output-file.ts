/** Results written to a file that the person named. */
import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, toAppError } from '../errors';

/** Writes the file and returns its full path. Rejects with an error that names it. */
export async function writeOutputFile(given: string, content: string | Uint8Array): Promise<string> {
  const file = path.resolve(given);
  try {
    await writeFile(file, content);
  } catch (error) {
    throw cannotWrite(file, error);
  }
  return file;
}

/** Told before minutes of recording rather than after them. Rejects like the write itself would. */
export async function mustBeWritable(given: string): Promise<void> {
  const file = path.resolve(given);
  try {
    if ((await stat(path.dirname(file))).isDirectory()) await access(path.dirname(file), constants.W_OK);
    else throw Object.assign(new Error(`${path.dirname(file)} is not a folder`), { code: 'ENOTDIR' });
    if ((await stat(file).catch(() => undefined))?.isDirectory())
      throw Object.assign(new Error(`${file} is a folder`), { code: 'EISDIR' });
  } catch (error) {
    throw cannotWrite(file, error);
  }
}

function cannotWrite(file: string, error: unknown): AppError {
  const code = (error as NodeJS.ErrnoException).code;
  const hint = 'Give another file with the option.';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new AppError('NOT_FOUND', `${file} cannot be written: there is no folder ${path.dirname(file)}.`, {
      hint: 'Create the folder, or give another file.',
      cause: error,
    });
  if (code === 'EISDIR')
    return new AppError('BAD_INPUT', `${file} cannot be written: it is a folder.`, { hint, cause: error });
  return toAppError(error, `${file} cannot be written`);
}
