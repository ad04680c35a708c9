import type { FaultKind } from '../../scenario';

/**
 * Faults that a run cannot make, whatever is tried, each with the reason in a sentence: what can be known before. Others may
 * still turn out not to be possible, and say so then.
 */
export function impossibleFaults({
  isAttached,
  hasLoad,
  platform = process.platform,
}: {
  isAttached: boolean;
  hasLoad: boolean;
  platform?: NodeJS.Platform;
}): Partial<Record<FaultKind, string>> {
  const noLoad = 'There is no load whose connections could be spoilt.';
  return {
    ...(!hasLoad && { latency: noLoad, bandwidth: noLoad, drop: noLoad }),
    ...(platform !== 'linux' && { memory: 'Memory can be capped only on Linux.' }),
    ...(platform === 'win32' && { pause: 'Windows has no way to pause a process from outside.' }),
    ...(isAttached && { kill: 'A program that was attached to cannot be started again.' }),
  };
}
