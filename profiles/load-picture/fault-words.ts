import { formatDurationMs } from '../format';

/** As `FaultReport` of the load's results. */
export interface FaultFacts {
  kind: string;
  recoveryMs: number | null;
  unjudged?: string;
  meanwhile?: readonly string[];
  downMs?: number;
  problem?: string;
  after?: { startUs: number; endUs: number };
}

/** How it recovered, in sentences; null was not seen, which is not the same as never. */
export function recoverySentence(facts: FaultFacts): string {
  const { kind, recoveryMs, unjudged, downMs, problem, meanwhile = [], after } = facts;
  const others =
    meanwhile.length === 0
      ? ''
      : `At the same time acted: ${meanwhile.map((text) => `“${text}”`).join(', ')}. `;
  if (problem !== undefined && recoveryMs === null && downMs === undefined)
    return [others.trim(), unjudged].filter(Boolean).join(' ');
  const down =
    downMs === undefined
      ? ''
      : `${kind === 'kill' ? 'From the kill until' : 'Until'} the first good answer it took ${formatDurationMs(downMs)}. `;
  const before = `${others}${down}`;
  if (unjudged !== undefined) return `${before}${unjudged}`;
  if (recoveryMs === null) {
    const seen = after === undefined ? '' : ` of ${formatDurationMs((after.endUs - after.startUs) / 1000)}`;
    return `${before}In the time${seen} after its end it was not seen to be as before again.`;
  }
  if (recoveryMs <= 0) return `${before}Everything was as before as soon as the fault had ended.`;
  return `${before}After the fault’s end it took ${formatDurationMs(recoveryMs)} until throughput, latency and errors were as before.`;
}
