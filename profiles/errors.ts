/** Errors of the profile model. They name the file, the place in it and what was expected, so that a person can act on them. */

export type ProfileErrorCode = 'PROFILE_MALFORMED' | 'PROFILE_UNKNOWN_FORMAT';

export interface ProfileErrorDetails {
  /** The place, for example `shop.cpuprofile: nodes[17].callFrame`. */
  where: string;
  /** What to do next. */
  hint: string;
  cause?: unknown;
}

/** Thrown for profiles that cannot be read. Its code is one of the application's error codes, so that callers can pass it on. */
export class ProfileFormatError extends Error {
  readonly code: ProfileErrorCode;
  readonly where: string;
  readonly hint: string;

  constructor(code: ProfileErrorCode, message: string, { where, hint, cause }: ProfileErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ProfileFormatError';
    this.code = code;
    this.where = where;
    this.hint = hint;
  }
}
