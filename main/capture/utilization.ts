/**
 * Event-loop utilisation from CPU samples. `performance.eventLoopUtilization()` cannot be used under a sampling
 * profiler: its signals interrupt epoll, after which libuv (`uv__metrics_update_idle_time`) no longer counts the rest of the wait as idle,
 * and a sleeping program shows as 97 % busy (seen on Node 18 to 26). V8's `(idle)` samples do not have that fault.
 */
import { categorise } from '../../profiles/categories';
import type { V8CpuProfile } from '../../profiles/types';

/** The share of time not spent waiting for events, 0..1, over the interval that ends at `endUs` (monotonic clock). */
export interface Utilization {
  endUs: number;
  value: number;
}

/** Of an interval; with less time of the program's own in it, nothing is said. */
const leastOwnShare = 0.05;

/**
 * Splits a chunk into equal intervals of about `intervalUs`, from `fromUs` (the end of the chunk before; the chunks
 * overlap a little) or the chunk's start to its end. A sample stands for the time until the next one. Time in which the
 * workbench stopped the program, for a heap snapshot for example, is not counted: intervals of little else are left out.
 */
export function utilizationOf(chunk: V8CpuProfile, intervalUs: number, fromUs = 0): Utilization[] {
  const startUs = Math.max(chunk.startTime, fromUs);
  const lengthUs = chunk.endTime - startUs;
  const samples = chunk.samples ?? [];
  if (lengthUs <= 0 || samples.length === 0) return [];
  const count = Math.max(1, Math.round(lengthUs / intervalUs));
  const binUs = lengthUs / count;
  const idleUs = new Float64Array(count);
  const oursUs = new Float64Array(count);
  const idleNodes = new Set(chunk.nodes.filter(isIdle).map((node) => node.id));
  const ourNodes = oursAmong(chunk.nodes);
  let timeUs = chunk.startTime;
  for (let at = 0; at < samples.length; at++) {
    timeUs += chunk.timeDeltas?.[at] ?? 0;
    const isOurs = ourNodes.has(samples[at]!);
    if (!isOurs && !idleNodes.has(samples[at]!)) continue;
    const untilUs = at + 1 < samples.length ? timeUs + (chunk.timeDeltas?.[at + 1] ?? 0) : chunk.endTime;
    spread(isOurs ? oursUs : idleUs, (timeUs - startUs) / binUs, (untilUs - startUs) / binUs, binUs);
  }
  const found: Utilization[] = [];
  for (let bin = 0; bin < count; bin++) {
    const ownUs = binUs - oursUs[bin]!;
    if (ownUs < binUs * leastOwnShare) continue;
    const value = Math.min(1, Math.max(0, 1 - idleUs[bin]! / ownUs));
    found.push({ endUs: startUs + (bin + 1) * binUs, value });
  }
  return found;
}

/** The nodes of our own code inside the target, with what it calls of Node and V8. */
function oursAmong(nodes: V8CpuProfile['nodes']): Set<number> {
  const ours = new Set<number>();
  const byId = new Map<number, V8CpuProfile['nodes'][number]>();
  const stack: number[] = [];
  for (const node of nodes) {
    byId.set(node.id, node);
    const { functionName, url } = node.callFrame;
    if (mayBeOurs.test(url) && categorise(functionName, url).category === 'profiler') stack.push(node.id);
  }
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (ours.has(id)) continue;
    ours.add(id);
    for (const child of byId.get(id)?.children ?? []) {
      const frame = byId.get(child)?.callFrame;
      const { category } = categorise(frame?.functionName ?? '', frame?.url ?? '');
      if (category !== 'app' && category !== 'dependency') stack.push(child);
    }
  }
  return ours;
}

const mayBeOurs = /^scorchmark:|[\\/]main[\\/]agent[\\/]/;

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
