/** Which code allocated what is still alive: by the program's own functions, whoever did it for them. */
import { keyOf } from '../frame-key';
import { categories, type Profile } from '../types';
import { restoreInlined } from './inlined-callers';
import type { SuspectSite } from './types';

export interface AllocationSite {
  name: string;
  url: string;
  /** 1-based; 0 = unknown. */
  line: number;
  column: number;
  /** What it allocated, itself or through Node and packages. Sampled, scaled by V8. */
  bytes: number;
  /** That, and what the functions it calls directly allocated on its behalf. */
  madeBytes: number;
  /** Key of the function on whose behalf it allocated most of it; undefined where that only hands on, or differs. */
  caller: string | undefined;
}

/** The program's own functions on the stack of allocations, the outermost first. */
interface Stack {
  keys: readonly string[];
  bytes: number;
}

const app = categories.indexOf('app');
const dependency = categories.indexOf('dependency');
const leftOut = new Set([categories.indexOf('profiler'), categories.indexOf('root')]);

/** A caller counts as a function's only when it stands behind so much of what that allocated. */
const callerShare = 0.5;
/** A caller that keeps this much more than its callee makes a larger thing, of which that is a part. */
const largerBy = 1.05;

/**
 * Live bytes by function. What Node or a package allocated counts for the nearest function of the program's own that caused
 * it; what a package allocated also for the package's function. So sites may share bytes: they are suspects, no partition.
 * Without any function of the program's own on the stack: the nearest of a package, or else the one that allocated.
 * @param known another profile of the same program whose stacks may tell what is missing in these
 */
export function allocationSites(profile: Profile, known: Profile = profile): Map<string, AllocationSite> {
  const sites = new Map<string, AllocationSite>();
  const stacks = ownStacks(profile, sites);
  const callers = new Map<string, Map<string, number>>();
  const knownStacks = known === profile ? stacks : ownStacks(known, new Map());
  for (const { keys, bytes } of restoreInlined(stacks, knownStacks)) {
    const key = keys[keys.length - 1]!;
    const caller = keys[keys.length - 2];
    // The outermost is called by the event loop: it hands on, whatever passes through.
    if (caller === undefined || keys.length < 3 || caller === key) continue;
    const site = sites.get(caller);
    if (!site) continue;
    site.madeBytes += bytes;
    const of = callers.get(key) ?? new Map<string, number>();
    of.set(caller, (of.get(caller) ?? 0) + bytes);
    callers.set(key, of);
  }
  for (const [key, site] of sites)
    for (const [caller, bytes] of callers.get(key) ?? [])
      if (bytes >= site.bytes * callerShare) site.caller = caller;
  return sites;
}

/** Fills `sites` with every function on a stack, and what each allocated. */
function ownStacks(profile: Profile, sites: Map<string, AllocationSite>): Stack[] {
  const { frames, nodes, samples } = profile;
  const alive = new Float64Array(nodes.length);
  for (let i = 0; i < samples.length; i++) alive[samples.node[i]!]! += samples.weight[i]!;
  // Parents come first: each node knows the nearest such node at or above it.
  const nearestApp = new Int32Array(nodes.length);
  const nearestPackage = new Int32Array(nodes.length);
  const isOurs = new Uint8Array(nodes.length);
  const own = new Float64Array(nodes.length);
  const of = (frame: number, bytes: number): string => {
    const key = keyOf(frames, frame);
    let site = sites.get(key);
    if (!site) {
      const [name, url] = [frames.name[frame]!, frames.url[frame]!];
      const [line, column] = [frames.line[frame]!, frames.column[frame]!];
      site = { name, url, line, column, bytes: 0, madeBytes: 0, caller: undefined };
      sites.set(key, site);
    }
    site.bytes += bytes;
    site.madeBytes += bytes;
    return key;
  };
  for (let node = 1; node < nodes.length; node++) {
    const frame = nodes.frame[node]!;
    const category = frames.category[frame]!;
    const parent = nodes.parent[node]!;
    nearestApp[node] = category === app ? node : nearestApp[parent]!;
    nearestPackage[node] = category === dependency ? node : nearestPackage[parent]!;
    isOurs[node] = leftOut.has(category) ? 1 : isOurs[parent]!;
    const bytes = alive[node]!;
    if (bytes === 0 || isOurs[node]) continue;
    const owner = nearestApp[node]!;
    if (owner === 0) of(nodes.frame[nearestPackage[node]! || node]!, bytes);
    else own[owner]! += bytes;
    if (owner !== 0 && category === dependency) of(frame, bytes);
  }
  const stacks = new Map<string, { keys: string[]; bytes: number }>();
  for (let node = 1; node < nodes.length; node++) {
    if (own[node] === 0) continue;
    const keys = [of(nodes.frame[node]!, own[node]!)];
    for (let above = nearestApp[nodes.parent[node]!]!; above > 0; above = nearestApp[nodes.parent[above]!]!)
      keys.push(of(nodes.frame[above]!, 0));
    keys.reverse();
    const id = keys.join('\n');
    const stack = stacks.get(id);
    if (stack) stack.bytes += own[node]!;
    else stacks.set(id, { keys, bytes: own[node]! });
  }
  return [...stacks.values()];
}

/**
 * Sites by what they added and what still lives, the most first. Functions that make strings, say, allocate for others: beside
 * such a site stands the function that called it, before it when that makes more than this part.
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
  const grown = added ? allocationSites(added, last) : alive;
  const suspects = new Map<string, SuspectSite>();
  const put = (key: string, growthBytes: number, more: Partial<SuspectSite>): void => {
    if (suspects.has(key)) return;
    const { name, url, line, column } = grown.get(key)!;
    const aliveBytes = Math.round(Math.max(growthBytes, alive.get(key)?.bytes ?? 0));
    const place = { name, url, line, column, thread };
    suspects.set(key, { ...place, aliveBytes, growthBytes: Math.round(growthBytes), ...more });
  };
  const byBytes = [...grown].filter(([, { bytes }]) => bytes > 0).sort(([, a], [, b]) => b.bytes - a.bytes);
  for (const [key, site] of byBytes) {
    const caller = site.caller === undefined ? undefined : grown.get(site.caller);
    const putCaller = (): void => {
      if (caller && site.caller !== undefined) put(site.caller, caller.madeBytes, { through: site.name });
    };
    const isPart = caller !== undefined && caller.madeBytes >= site.bytes * largerBy;
    if (isPart) putCaller();
    put(key, site.bytes, caller ? { calledBy: caller.name } : {});
    putCaller();
    if (suspects.size >= most) break;
  }
  return [...suspects.values()].slice(0, most);
}
