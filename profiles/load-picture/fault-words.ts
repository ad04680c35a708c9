import { formatDurationMs } from '../format';

/** As `FaultReport` of the load's results. */
export interface FaultFacts {
  kind: string;
  recoveryMs: number | null;
  downMs?: number;
  problem?: string;
}

/** How it recovered, as a sentence; null was not seen, which is not the same as never. */
export function recoverySentence({ kind, recoveryMs, downMs, problem }: FaultFacts): string {
  if (problem !== undefined && recoveryMs === null && downMs === undefined) return '';
  const down =
    downMs === undefined
      ? ''
      : `${kind === 'kill' ? 'From the kill until' : 'Until'} the first good answer it took ${formatDurationMs(downMs)}. `;
  if (recoveryMs === null) return `${down}Until the end of the load it was not seen to be as before again.`;
  if (recoveryMs <= 0) return `${down}Everything was as before as soon as the fault had ended.`;
  return `${down}After the fault’s end it took ${formatDurationMs(recoveryMs)} until throughput, latency and errors were as before.`;
}
