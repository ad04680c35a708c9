/**
 * Event-loop utilisation from CPU samples. `performance.eventLoopUtilization()` cannot be used under a sampling
 * profiler: its signals interrupt epoll, after which libuv (`uv__metrics_update_idle_time`) no longer counts the rest of the wait as idle,
 * and a sleeping program shows as 97 % busy (seen on Node 18 to 26). V8's `(idle)` samples do not have that fault.
 */
import type { V8CpuProfile } from '../../profiles/types';

/** The share of time not spent waiting for events, 0..1, over the interval that ends at `endUs` (monotonic clock). */
export interface Utilization {
  endUs: number;
  value: number;
}

/**
 * Splits a chunk into equal intervals of about `intervalUs`, from `fromUs` (the end of the chunk before; the chunks
 * overlap a little) or the chunk's start to its end. A sample stands for the time until the next one.
 */
export function utilizationOf(chunk: V8CpuProfile, intervalUs: number, fromUs = 0): Utilization[] {
  const startUs = Math.max(chunk.startTime, fromUs);
  const lengthUs = chunk.endTime - startUs;
  const samples = chunk.samples ?? [];
  if (lengthUs <= 0 || samples.length === 0) return [];
  const count = Math.max(1, Math.round(lengthUs / intervalUs));
  const binUs = lengthUs / count;
  const idleUs = new Float64Array(count);
  const idleNodes = new Set(chunk.nodes.filter(isIdle).map((node) => node.id));
  let timeUs = chunk.startTime;
  for (let at = 0; at < samples.length; at++) {
    timeUs += chunk.timeDeltas?.[at] ?? 0;
    if (!idleNodes.has(samples[at]!)) continue;
    const untilUs = at + 1 < samples.length ? timeUs + (chunk.timeDeltas?.[at + 1] ?? 0) : chunk.endTime;
    spread(idleUs, (timeUs - startUs) / binUs, (untilUs - startUs) / binUs, binUs);
  }
  return Array.from(idleUs, (idle, bin) => ({
    endUs: startUs + (bin + 1) * binUs,
    value: Math.min(1, Math.max(0, 1 - idle / binUs)),
  }));
}

function isIdle(node: V8CpuProfile['nodes'][number]): boolean {
  return node.callFrame.functionName === '(idle)' && node.callFrame.url === '';
}

/** Adds the stretch from `from` to `to` (in bins) to the bins it touches. */
function spread(bins: Float64Array, from: number, to: number, binUs: number): void {
  for (let bin = Math.max(0, Math.floor(from)); bin < bins.length && bin < to; bin++) {
    const share = Math.min(to, bin + 1) - Math.max(from, bin);
    if (share > 0) bins[bin]! += share * binUs;
  }
}
