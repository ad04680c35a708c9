/**
 * A `.cpuprofile` says nothing about how long a sample lasts: each lasts until the next. So time without a sample must be
 * written as a sample too.
 */
import { categories } from '../types';
import type { Profile, SampleTable } from '../types';
import { withRoom } from '../columns';
import { writeCpuProfile } from './cpuprofile';
import { isTimed, selectSamples } from './export-selection';
import type { ExportSelection } from './export-selection';

/** Times in the file are whole µs: what is shorter cannot be written. */
const shortestGapUs = 0.5;
const idle = categories.indexOf('idle');

/**
 * The selection as a `.cpuprofile` of one thread. Idle time and the profiler's own cost stay in it, since the file must
 * account for all time; what a transform took away, and time without anything on the stack, is written as `(idle)`.
 * Samples without times are put one behind the other.
 */
export function writeTiledCpuProfile(profile: Profile, selection: ExportSelection): string {
  const selected = selectSamples(profile, {
    range: selection.range ?? null,
    includeIdle: true,
    includeProfiler: true,
  });
  return writeCpuProfile(tiled(selected), { originUs: 0 });
}

/** The profile with samples that follow each other without gaps and overlaps, from its start to its end. */
function tiled(profile: Profile): Profile {
  const { samples } = profile;
  const timed = isTimed(profile);
  const start = timed ? profile.startUs : 0;
  if (timed && isTiled(profile)) return profile;
  const withIdle = withIdleNode(profile);
  const out: SampleTable = {
    length: 0,
    node: new Int32Array(samples.length * 2 + 1),
    timeUs: new Float64Array(samples.length * 2 + 1),
    weight: new Float64Array(samples.length * 2 + 1),
  };
  let at = start;
  const push = (node: number, weight: number): void => {
    out.node[out.length] = node;
    out.timeUs[out.length] = at;
    out.weight[out.length++] = weight;
    at += weight;
  };
  for (let i = 0; i < samples.length; i++) {
    const gap = timed ? samples.timeUs[i]! - at : 0;
    if (gap > shortestGapUs) push(withIdle.node, gap);
    push(samples.node[i]!, samples.weight[i]!);
  }
  if (timed && profile.endUs - at > shortestGapUs) push(withIdle.node, profile.endUs - at);
  return {
    ...withIdle.profile,
    samples: out,
    startUs: start,
    endUs: Math.max(at, timed ? profile.endUs : at),
  };
}

function isTiled({ samples, startUs, endUs }: Profile): boolean {
  let at = startUs;
  for (let i = 0; i < samples.length; i++) {
    if (Math.abs(samples.timeUs[i]! - at) > (i === 0 ? 0 : shortestGapUs)) return false;
    at = samples.timeUs[i]! + samples.weight[i]!;
  }
  return Math.abs(endUs - at) <= shortestGapUs;
}

/** The profile with a node `(idle)` below the root, and which node that is. */
function withIdleNode(profile: Profile): { profile: Profile; node: number } {
  const { frames, nodes } = profile;
  for (let node = 1; node < nodes.length; node++)
    if (nodes.parent[node] === 0 && frames.category[nodes.frame[node]!] === idle) return { profile, node };
  const frame = frames.length;
  const node = nodes.length;
  const extended: Profile = {
    ...profile,
    frames: {
      length: frame + 1,
      name: [...frames.name.slice(0, frame), '(idle)'],
      url: [...frames.url.slice(0, frame), ''],
      packageName: [...frames.packageName.slice(0, frame), ''],
      line: appended(frames.line, frame, 0),
      column: appended(frames.column, frame, 0),
      category: appended(frames.category, frame, idle),
    },
    nodes: {
      length: node + 1,
      frame: appended(nodes.frame, node, frame),
      parent: appended(nodes.parent, node, 0),
      depth: appended(nodes.depth, node, 1),
    },
  };
  return { profile: extended, node };
}

/** A copy, since other profiles may share the column. */
function appended<T extends Int32Array | Uint8Array>(column: T, length: number, value: number): T {
  const copy = withRoom(column.slice(0, length) as T, length + 1);
  copy[length] = value;
  return copy;
}
