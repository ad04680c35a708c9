import { AppError } from '../errors';

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * A length of time as people write it, in ms: `500ms`, `10s`, `2m`, `1.5h`, `1m30s`. A bare number counts seconds.
 * @throws AppError BAD_INPUT naming the text when it is none, or is zero.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim().toLowerCase();
  const durationMs = /^\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) * 1000 : sumOfParts(trimmed);
  if (durationMs === undefined || durationMs <= 0)
    throw new AppError('BAD_INPUT', `“${text}” is not a duration.`, {
      hint: 'Write a number with a unit, for example 500ms, 10s, 2m or 1h.',
    });
  return durationMs;
}

function sumOfParts(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let sumMs = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    sumMs += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return sumMs;
}
