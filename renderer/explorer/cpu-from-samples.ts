/** How busy a thread was over time, for profiles that came without measurements of the process. Pure. */
import type { Series, ThreadKey } from '../../main/api';
import { categories, type Profile } from '../../profiles/types';

const mostBuckets = 400;
/** Finer than this, single samples would show instead of load. */
const shortestBucketUs = 10_000;
const idle = categories.indexOf('idle');

/** Share of time in which the thread was not idle, in percent of one core; null for a profile without times. */
export function cpuFromSamples(thread: ThreadKey, profile: Profile): Series | null {
  const { samples, nodes, frames, startUs, endUs, unit } = profile;
  if (unit !== 'microseconds' || samples.length === 0 || endUs <= startUs) return null;
  const count = Math.max(1, Math.min(mostBuckets, Math.floor((endUs - startUs) / shortestBucketUs)));
  const bucketUs = (endUs - startUs) / count;
  const busyUs = new Float64Array(count);
  for (let i = 0; i < samples.length; i++) {
    if (frames.category[nodes.frame[samples.node[i]!]!] === idle) continue;
    let from = samples.timeUs[i]! - startUs;
    const end = Math.min(from + samples.weight[i]!, endUs - startUs);
    while (from < end) {
      const bucket = Math.min(count - 1, Math.floor(from / bucketUs));
      const to = bucket === count - 1 ? end : Math.min(end, (bucket + 1) * bucketUs);
      busyUs[bucket]! += to - from;
      // Rounding must not keep the time from moving on.
      from = Math.max(to, from + 1e-3);
    }
  }
  return {
    metric: 'cpu',
    scope: thread,
    // A value speaks for the time before it.
    tUs: Array.from(busyUs, (_, bucket) => startUs + (bucket + 1) * bucketUs),
    values: Array.from(busyUs, (us) => Math.min(100, (us / bucketUs) * 100)),
  };
}
