import { durationMsOf } from '../../profiles/load/duration';
import { AppError } from '../errors';

/**
 * A length of time on the command line, in ms: `500ms`, `10s`, `2m`, `1.5h`, `1m30s`. A bare number counts seconds.
 * @throws AppError BAD_INPUT naming the text when it is none, or is zero.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  const durationMs = durationMsOf(/^\d+(\.\d+)?$/.test(trimmed) ? `${trimmed}s` : trimmed);
  if (durationMs === undefined || durationMs <= 0)
    throw new AppError('BAD_INPUT', `“${text}” is not a duration.`, {
      hint: 'Write a number with a unit, for example 500ms, 10s, 2m or 1h.',
    });
  return durationMs;
}
