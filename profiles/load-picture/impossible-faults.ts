/** Faults that a run cannot make, whatever is tried: what can be known before. Others may still turn out not to be possible. */

/** As in scenarios. */
type Kind = 'latency' | 'bandwidth' | 'drop' | 'cpu' | 'memory' | 'block' | 'pause' | 'kill';

export interface RunFacts {
  isAttached: boolean;
  hasLoad: boolean;
  /** As Node names it. */
  platform: string;
}

/** Each kind with the reason in a sentence. */
export function impossibleFaults({ isAttached, hasLoad, platform }: RunFacts): Partial<Record<Kind, string>> {
  const noLoad = 'There is no load whose connections could be spoilt.';
  return {
    ...(!hasLoad && { latency: noLoad, bandwidth: noLoad, drop: noLoad }),
    ...(platform !== 'linux' && { memory: 'Memory can be capped only on Linux.' }),
    ...(platform === 'win32' && { pause: 'Windows has no way to pause a process from outside.' }),
    ...(isAttached && { kill: 'A program that was attached to cannot be started again.' }),
  };
}

/** Why one fault cannot be made, in a sentence; null when nothing is known against it. */
export function whyImpossible(fault: { kind: Kind; via?: string }, facts: RunFacts): string | null {
  const why = impossibleFaults(facts)[fault.kind];
  if (why !== undefined) return why;
  return facts.isAttached && fault.via !== undefined && fault.via !== 'target'
    ? `A program that was attached to does not know the proxy before ${fault.via}.`
    : null;
}
