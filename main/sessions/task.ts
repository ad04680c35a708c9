/** What a long action reports to and can be ended by. */
import { AppError } from '../errors';

export interface TaskOptions {
  signal?: AbortSignal;
  /** `fraction` is 0..1, or null when unknown. */
  progress?: (fraction: number | null, text: string) => void;
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError('CANCELLED', 'Cancelled.');
}
