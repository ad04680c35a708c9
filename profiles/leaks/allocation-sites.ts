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
  /** What it makes, with what helpers allocated for it. Sampled, scaled by V8. */
  bytes: number;
  /** What it allocated itself, for whomever. */
  ownBytes: number;
  through?: string;
  worksFor?: string;
}

const app = categories.indexOf('app');
const dependency = categories.indexOf('dependency');
const leftOut = new Set([categories.indexOf('profiler'), categories.indexOf('root')]);

/**
 * A caller that keeps at least this share of what its callee kept builds one thing together with it; one that keeps less
 * only hands on, as a router or a request handler does.
 */
const togetherShare = 0.05;

/**
 * Live bytes by function. What Node or a package allocated counts for the nearest function of the program's own that caused
 * it; what a package allocated also for the package's function. Without any function of the program's own on the stack: the
 * nearest of a package, or else the one that allocated.
 *
 * Helpers allocate for others: a function that makes strings would stand before the constructor whose objects hold them. So
 * bytes go up the stack as long as the caller itself keeps something, too: they count for the outermost function of that
 * stretch, the one that makes the whole of what stays. Functions below it remain, with their own bytes and `worksFor`. So
 * sites may share bytes: they are suspects, no partition.
 */
export function allocationSites(profile: Profile): Map<string, AllocationSite> {
  const { frames, nodes } = profile;
  const { own, ownerAbove, packaged } = ownedBytes(profile);
  // What a node makes, by what it and the helpers below it allocated; callees come after their callers.
  const made = Float64Array.from(own);
  const maker = new Int32Array(nodes.length).fill(-1);
  for (let node = nodes.length - 1; node > 0; node--) {
    const caller = ownerAbove[node]!;
    if (made[node] === 0 || caller <= 0 || own[caller]! < togetherShare * made[node]!) continue;
    maker[node] = caller;
    made[caller]! += made[node]!;
  }
  const sites = new Sites(frames);
  for (let node = 1; node < nodes.length; node++) {
    if (maker[node] !== -1 && maker[maker[node]!] !== -1) maker[node] = maker[maker[node]!]!;
    if (made[node] === 0) continue;
    const frame = nodes.frame[node]!;
    const site = sites.of(frame);
    site.ownBytes += own[node]!;
    if (maker[node] === -1) site.bytes += made[node]!;
    else sites.worksFor(frame, nodes.frame[maker[node]!]!, own[node]!);
  }
  for (const [frame, bytes] of packaged) {
    const site = sites.of(frame);
    site.ownBytes += bytes;
    site.bytes += bytes;
  }
  return sites.all();
}

/** Bytes by the node that answers for them, and for each such node the next one above it (0: none). */
function ownedBytes({ frames, nodes, samples }: Profile): {
  own: Float64Array;
  ownerAbove: Int32Array;
  packaged: Map<number, number>;
} {
  const alive = new Float64Array(nodes.length);
  for (let i = 0; i < samples.length; i++) alive[samples.node[i]!]! += samples.weight[i]!;
  const own = new Float64Array(nodes.length);
  const ownerAbove = new Int32Array(nodes.length);
  const packaged = new Map<number, number>();
  // Parents come first: each node knows the nearest such node at or above it.
  const nearestApp = new Int32Array(nodes.length);
  const nearestPackage = new Int32Array(nodes.length);
  const isOurs = new Uint8Array(nodes.length);
  for (let node = 1; node < nodes.length; node++) {
    const frame = nodes.frame[node]!;
    const category = frames.category[frame]!;
    const parent = nodes.parent[node]!;
    ownerAbove[node] = nearestApp[parent]!;
    nearestApp[node] = category === app ? node : nearestApp[parent]!;
    nearestPackage[node] = category === dependency ? node : nearestPackage[parent]!;
    isOurs[node] = leftOut.has(category) ? 1 : isOurs[parent]!;
    const bytes = alive[node]!;
    if (bytes === 0 || isOurs[node]) continue;
    const owner = nearestApp[node]!;
    own[owner || nearestPackage[node]! || node]! += bytes;
    if (owner !== 0 && category === dependency) packaged.set(frame, (packaged.get(frame) ?? 0) + bytes);
  }
  return { own, ownerAbove, packaged };
}

class Sites {
  private readonly sites = new Map<string, AllocationSite>();
  /** By helper, then by whom it worked for: bytes. */
  private readonly work = new Map<string, Map<string, number>>();

  constructor(private readonly frames: Profile['frames']) {}

  of(frame: number): AllocationSite {
    const { frames } = this;
    const key = keyOf(frames, frame);
    let site = this.sites.get(key);
    if (!site) {
      site = {
        name: frames.name[frame]!,
        url: frames.url[frame]!,
        line: frames.line[frame]!,
        column: frames.column[frame]!,
        bytes: 0,
        ownBytes: 0,
      };
      this.sites.set(key, site);
    }
    return site;
  }

  worksFor(helper: number, maker: number, bytes: number): void {
    const [key, makerKey] = [keyOf(this.frames, helper), keyOf(this.frames, maker)];
    if (key === makerKey) return;
    const makers = this.work.get(key) ?? new Map<string, number>();
    makers.set(makerKey, (makers.get(makerKey) ?? 0) + bytes);
    this.work.set(key, makers);
    this.of(maker);
  }

  all(): Map<string, AllocationSite> {
    const most = new Map<string, number>();
    for (const [key, makers] of this.work) {
      const helper = this.sites.get(key)!;
      // It still answers for what it allocated, unless most of that was for others.
      const isHelper = helper.bytes < helper.ownBytes / 2;
      let mostWork = 0;
      for (const [makerKey, bytes] of makers) {
        const maker = this.sites.get(makerKey)!;
        if (bytes > (most.get(makerKey) ?? 0) && bytes > maker.bytes / 2) {
          maker.through = helper.name;
          most.set(makerKey, bytes);
        }
        if (isHelper && bytes > mostWork) {
          mostWork = bytes;
          helper.worksFor = maker.name;
        }
      }
    }
    return this.sites;
  }
}

/**
 * Sites by what they added and what still lives, the most first; helpers after those they work for.
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
  for (const [key, site] of added ? allocationSites(added) : alive) {
    const { bytes, ownBytes, ...place } = site;
    const growthBytes = site.worksFor === undefined ? bytes : ownBytes;
    const known = alive.get(key);
    const aliveBytes = known ? Math.max(known.bytes, known.ownBytes) : growthBytes;
    suspects.push({ ...place, thread, aliveBytes, growthBytes });
  }
  return suspects.sort(bySuspicion).slice(0, most);
}

/** For sorting: those that make what stays by how much it is, then their helpers. */
export function bySuspicion(a: SuspectSite, b: SuspectSite): number {
  return (
    Number(a.worksFor !== undefined) - Number(b.worksFor !== undefined) ||
    b.growthBytes - a.growthBytes ||
    b.aliveBytes - a.aliveBytes
  );
}
