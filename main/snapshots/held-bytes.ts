/** How much memory an opened snapshot takes. */
import { totalmem } from 'node:os';

const gigabyte = 1024 ** 3;

/**
 * Opened snapshots together take at most this much, but for a single one that is bigger: a third of the machine's memory
 * (or of what a container may use), 0.5 to 6 GB.
 */
export function mostOpenBytes(): number {
  const constrained = process.constrainedMemory?.() ?? 0;
  const total = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  return Math.min(6 * gigabyte, Math.max(gigabyte / 2, total / 3));
}

/** Bytes of the typed arrays that the objects hold, two levels deep; everything else of a snapshot is small beside them. */
export function heldBytes(...objects: readonly object[]): number {
  const seen = new Set<ArrayBufferLike>();
  let bytes = 0;
  const add = (value: unknown, depth: number): void => {
    if (ArrayBuffer.isView(value)) {
      if (seen.has(value.buffer)) return;
      seen.add(value.buffer);
      bytes += value.buffer.byteLength;
    } else if (typeof value === 'object' && value !== null && depth < 3)
      for (const inner of Object.values(value)) if (typeof inner === 'object') add(inner, depth + 1);
  };
  for (const object of objects) add(object, 0);
  return bytes;
}
