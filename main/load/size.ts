import { AppError } from '../errors';

const unitBytes: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/**
 * A size as people write it, in bytes: `500MB`, `1.5 GB`, `64MiB`. As everywhere in the product, 1 MB = 1,000,000 B.
 * @throws AppError BAD_INPUT naming the text when it is none, or is zero.
 */
export function parseSize(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/.exec(text.trim().toLowerCase()) ?? [];
  const bytes = Math.round(Number(amount) * (unitBytes[unit] ?? NaN));
  if (!(bytes > 0))
    throw new AppError('BAD_INPUT', `“${text}” is not a size.`, {
      hint: 'Write a number with a unit, for example 50MB, 1.5GB or 64MiB.',
    });
  return bytes;
}
