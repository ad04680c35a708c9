/** Which code allocated what is still alive: by the program's own functions, whoever did it for them. */
import { keyOf } from '../frame-key';
import { categories, type Profile } from '../types';
import type { SuspectSite } from './types';

export interface AllocationSite {
  name: string;
  url: string;
  /** 1-based; 0 = unknown. */
  line: number;
  column: number;
  /** Sampled, scaled by V8. */
  bytes: number;
}

const app = categories.indexOf('app');
const dependency = categories.indexOf('dependency');
const leftOut = new Set([categories.indexOf('profiler'), categories.indexOf('root')]);

/**
 * Live bytes by function. What Node or a package allocated counts for the nearest function of the program's own that caused
 * it; what a package allocated also for the package's function. So sites may share bytes: they are suspects, no partition.
 * Without any function of the program's own on the stack: the nearest of a package, or else the one that allocated.
 */
export function allocationSites(profile: Profile): Map<string, AllocationSite> {
  const { frames, nodes, samples } = profile;
  const alive = new Float64Array(nodes.length);
  for (let i = 0; i < samples.length; i++) alive[samples.node[i]!]! += samples.weight[i]!;
  // Parents come first: each node knows the nearest such frame at or above it.
  const nearestApp = new Int32Array(nodes.length).fill(-1);
  const nearestPackage = new Int32Array(nodes.length).fill(-1);
  const isOurs = new Uint8Array(nodes.length);
  const sites = new Map<string, AllocationSite>();
  const add = (frame: number, bytes: number): void => {
    const key = keyOf(frames, frame);
    const known = sites.get(key);
    if (known) known.bytes += bytes;
    else
      sites.set(key, {
        name: frames.name[frame]!,
        url: frames.url[frame]!,
        line: frames.line[frame]!,
        column: frames.column[frame]!,
        bytes,
      });
  };
  for (let node = 1; node < nodes.length; node++) {
    const frame = nodes.frame[node]!;
    const category = frames.category[frame]!;
    const parent = nodes.parent[node]!;
    nearestApp[node] = category === app ? frame : nearestApp[parent]!;
    nearestPackage[node] = category === dependency ? frame : nearestPackage[parent]!;
    isOurs[node] = leftOut.has(category) ? 1 : isOurs[parent]!;
    const bytes = alive[node]!;
    if (bytes === 0 || isOurs[node]) continue;
    const owner = nearestApp[node]!;
    if (owner !== -1) add(owner, bytes);
    else add(nearestPackage[node] === -1 ? frame : nearestPackage[node]!, bytes);
    if (owner !== -1 && category === dependency) add(frame, bytes);
  }
  return sites;
}

/**
 * Sites by what they added and what still lives, the most first.
 * @param last what is alive at the end
 * @param added of that, what was allocated after the warm-up; absent: everything counts as added, as sampling began with the
 * recording
 */
export function suspectSites(
  thread: string,
  last: Profile,
  added: Profile | undefined,
  most = 10,
): SuspectSite[] {
  const alive = allocationSites(last);
  const suspects: SuspectSite[] = [];
  for (const [key, { bytes, ...place }] of added ? allocationSites(added) : alive)
    suspects.push({ ...place, thread, aliveBytes: alive.get(key)?.bytes ?? bytes, growthBytes: bytes });
  return suspects.sort((a, b) => b.growthBytes - a.growthBytes || b.aliveBytes - a.aliveBytes).slice(0, most);
}
