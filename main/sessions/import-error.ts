/** What went wrong while something was brought in, for the person. */
import { AppError, toAppError } from '../errors';

/** Like `toAppError`, but a full disk is named with its place: of a failed import nothing is kept. */
export function importError(thrown: unknown, doing: string, folder: string): AppError {
  if ((thrown as NodeJS.ErrnoException | null)?.code !== 'ENOSPC') return toAppError(thrown, doing);
  return new AppError('DISK_FULL', `${doing}: the disk that holds ${folder} is full.`, {
    hint: 'Free some space there, then open the file again; nothing of it was kept.',
    details: thrown instanceof Error ? thrown.message : String(thrown),
    cause: thrown,
  });
}
