/** Every error the product shows a person: what happened, where, and what to do about it. */

export type ErrorCode =
  | 'BAD_INPUT'
  | 'NOT_FOUND'
  | 'COMMAND_NOT_FOUND'
  | 'CWD_NOT_FOUND'
  | 'NOT_NODE'
  | 'NODE_TOO_OLD'
  | 'NODE_BINARY_INVALID'
  | 'NODE_FLAG_REFUSED'
  | 'TARGET_DIED_EARLY'
  | 'PORT_IN_USE'
  | 'INSPECTOR_REFUSED'
  | 'ATTACH_FAILED'
  | 'RUN_ACTIVE'
  /** One heap snapshot of a process at a time. */
  | 'SNAPSHOT_ACTIVE'
  | 'SNAPSHOT_FAILED'
  | 'NO_RUN'
  | 'LOAD_NO_URL'
  | 'LOAD_FAILED'
  | 'PROFILE_MALFORMED'
  | 'PROFILE_UNKNOWN_FORMAT'
  | 'SESSION_NEWER'
  | 'SESSION_DAMAGED'
  | 'DATA_FOLDER_IN_USE'
  | 'DISK_FULL'
  | 'PERMISSION_DENIED'
  | 'CANCELLED'
  | 'OUT_OF_MEMORY'
  | 'UNAUTHORIZED'
  | 'INTERNAL';

/** The form in which an error crosses every transport (IPC, WebSocket, `--json`). */
export interface AppErrorJson {
  code: ErrorCode;
  /** One sentence for the person: what happened and where. */
  message: string;
  /** What to do next. */
  hint?: string;
  /** Longer material to copy: the target's last output, a stack, a position in a file. */
  details?: string;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; details?: string; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = more.hint;
    this.details = more.details;
  }

  toJSON(): AppErrorJson {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint !== undefined && { hint: this.hint }),
      ...(this.details !== undefined && { details: this.details }),
    };
  }

  static fromJSON(json: AppErrorJson): AppError {
    return new AppError(json.code, json.message, { hint: json.hint, details: json.details });
  }
}

/** Any thrown value as an error a person can read. System errors get their meaning; the rest stay INTERNAL with the stack in `details`. */
export function toAppError(thrown: unknown, doing?: string): AppError {
  if (thrown instanceof AppError) return thrown;
  const prefix = doing ? `${doing}: ` : '';
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC')
    return new AppError('DISK_FULL', `${prefix}the disk is full.`, {
      hint: 'Free some space; what was written so far is kept.',
      details: error.message,
      cause: error,
    });
  if (code === 'EACCES' || code === 'EPERM')
    return new AppError('PERMISSION_DENIED', `${prefix}permission denied.`, {
      hint: 'Check the owner and permissions of the path named in the details.',
      details: error.message,
      cause: error,
    });
  if (code === 'ENOENT')
    return new AppError('NOT_FOUND', `${prefix}no such file or folder.`, {
      details: error.message,
      cause: error,
    });
  return new AppError('INTERNAL', `${prefix}${error.message}`, { details: error.stack, cause: error });
}
