/** Profiles small enough to travel inside a document, still with their time, so that ranges can be selected there. */
import { withRoom } from './columns';
import { transformProfile } from './transforms';
import type { Profile, ProfileUnit } from './types';

/** A profile as plain JSON. Texts are indices into `strings`; times are whole µs, each as the distance to the one before. */
export interface CompactProfile {
  unit: ProfileUnit;
  startUs: number;
  endUs: number;
  strings: string[];
  frames: {
    name: number[];
    url: number[];
    packageName: number[];
    line: number[];
    column: number[];
    category: number[];
  };
  nodes: { frame: number[]; parent: number[] };
  samples: { node: number[]; timeDelta: number[]; weight: number[] };
}

export interface CompactOptions {
  /** Upper bound for the JSON of all profiles together; reached within about a third. */
  maxBytes: number;
}

export interface CompactResult<Key> {
  profiles: Map<Key, CompactProfile>;
  /** Samples of one stack within this long were added up; 0 when every sample is there. */
  bucketUs: number;
  /** Call paths with less than this share (0..1) of their profile are charged to their callers; 0 when every path is there. */
  leftOutShare: number;
}

/** Measured on profiles of real servers: digits and comma of node, time and weight; of a node; of a frame. */
const bytesPerSample = 15;
const bytesPerNode = 12;
const bytesPerFrame = 60;
const firstBucketUs = 10_000;
/** Doubled often enough from the first one. */
const longestBucketUs = firstBucketUs * 2 ** 13;
const firstShare = 1e-5;
const biggestShare = 0.05;

/**
 * Every sample where that fits; else as few and as short stretches added up as fit. Where the call paths alone are too many,
 * the smallest are left out first.
 */
export function compactProfiles<Key>(
  profiles: ReadonlyMap<Key, Profile>,
  options: CompactOptions,
): CompactResult<Key> {
  const { maxBytes } = options;
  let leftOutShare = shareToLeaveOut(profiles, maxBytes / 4);
  let reduced = new Map(profiles);
  if (leftOutShare > 0) reduced = mapValues(reduced, (profile) => withoutSmall(profile, leftOutShare));
  let bucketUs = 0;
  for (;;) {
    const tooBig = estimateBytes(reduced.values()) / maxBytes;
    if (tooBig <= 1) break;
    if (bucketUs < longestBucketUs) {
      // Buckets twice as wide hold two of the ones before: what is added up stays so, and at best half of it is left.
      bucketUs = bucketUs === 0 ? firstBucketUs : bucketUs * 2 ** Math.ceil(Math.log2(tooBig));
      bucketUs = Math.min(bucketUs, longestBucketUs);
    } else if (leftOutShare < biggestShare) {
      leftOutShare = leftOutShare === 0 ? firstShare : leftOutShare * 2;
      reduced = mapValues(reduced, (profile) => withoutSmall(profile, leftOutShare));
    } else break;
    reduced = mapValues(reduced, (profile) => addUpBuckets(profile, bucketUs));
  }
  return { profiles: mapValues(reduced, encode), bucketUs, leftOutShare };
}

function mapValues<Key, A, B>(map: ReadonlyMap<Key, A>, change: (value: A) => B): Map<Key, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

function withoutSmall(profile: Profile, share: number): Profile {
  return transformProfile(profile, [{ kind: 'drop-below', share }]);
}

/** The smallest tried share that leaves so few call paths that they fit; 0 when all do. */
function shareToLeaveOut(profiles: ReadonlyMap<unknown, Profile>, maxBytes: number): number {
  const nodeBytes = (some: readonly Profile[]): number =>
    some.reduce((bytes, { nodes }) => bytes + nodes.length * bytesPerNode, 0);
  let share = 0;
  let left = [...profiles.values()];
  if (nodeBytes(left) <= maxBytes) return 0;
  // One sample per path weighs the same and is quickly tried.
  const sums = left.map((profile) => addUpBuckets(profile, Infinity));
  while (nodeBytes(left) > maxBytes && share < biggestShare) {
    share = share === 0 ? firstShare : share * 2;
    left = sums.map((profile) => withoutSmall(profile, share));
  }
  return share;
}

function estimateBytes(profiles: Iterable<Profile>): number {
  let bytes = 0;
  for (const { samples, nodes, frames } of profiles)
    bytes += samples.length * bytesPerSample + nodes.length * bytesPerNode + frames.length * bytesPerFrame;
  return bytes;
}

/**
 * Samples of the same node within a bucket of time become one. Within the bucket they follow each other, so that weights
 * still tile the time and a range that cuts no bucket has exactly the weights it had.
 */
export function addUpBuckets(profile: Profile, bucketUs: number): Profile {
  const { samples } = profile;
  let node = new Int32Array(1024);
  let timeUs = new Float64Array(1024);
  let weight = new Float64Array(1024);
  let length = 0;
  let from = 0;
  while (from < samples.length) {
    const bucketStart = samples.timeUs[from] ?? 0;
    const bucketEnd = (Math.floor(bucketStart / bucketUs) + 1) * bucketUs;
    const sums = new Map<number, number>();
    let to = from;
    for (; to < samples.length && (samples.timeUs[to] ?? 0) < bucketEnd; to++) {
      const at = samples.node[to] ?? 0;
      sums.set(at, (sums.get(at) ?? 0) + (samples.weight[to] ?? 0));
    }
    node = withRoom(node, length + sums.size);
    timeUs = withRoom(timeUs, length + sums.size);
    weight = withRoom(weight, length + sums.size);
    let at = bucketStart;
    for (const [sampled, sum] of sums) {
      node[length] = sampled;
      timeUs[length] = at;
      weight[length++] = sum;
      at += sum;
    }
    from = to;
  }
  return { ...profile, samples: { length, node, timeUs, weight } };
}

function encode(profile: Profile): CompactProfile {
  const { frames, nodes, samples } = profile;
  const strings: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (text: string) => {
    let id = ids.get(text);
    if (id === undefined) {
      id = strings.push(text) - 1;
      ids.set(text, id);
    }
    return id;
  };
  const texts = (column: readonly string[]) => column.slice(0, frames.length).map(idOf);
  const numbers = (column: ArrayLike<number>, length: number) =>
    Array.from({ length }, (_, i) => column[i] ?? 0);
  const timeDelta: number[] = [];
  let before = 0;
  for (let i = 0; i < samples.length; i++) {
    const at = Math.round(samples.timeUs[i] ?? 0);
    timeDelta.push(at - before);
    before = at;
  }
  return {
    unit: profile.unit,
    startUs: profile.startUs,
    endUs: profile.endUs,
    strings,
    frames: {
      name: texts(frames.name),
      url: texts(frames.url),
      packageName: texts(frames.packageName),
      line: numbers(frames.line, frames.length),
      column: numbers(frames.column, frames.length),
      category: numbers(frames.category, frames.length),
    },
    nodes: { frame: numbers(nodes.frame, nodes.length), parent: numbers(nodes.parent, nodes.length) },
    samples: {
      node: numbers(samples.node, samples.length),
      timeDelta,
      weight: numbers(samples.weight, samples.length).map(Math.round),
    },
  };
}

/** The profile again; without line ticks. */
export function expandProfile(compact: CompactProfile): Profile {
  const { frames, nodes, samples, strings } = compact;
  const texts = (column: readonly number[]) => column.map((id) => strings[id] ?? '');
  const depth = new Int32Array(nodes.parent.length);
  for (let node = 1; node < depth.length; node++) depth[node] = (depth[nodes.parent[node] ?? 0] ?? 0) + 1;
  const timeUs = new Float64Array(samples.timeDelta.length);
  let at = 0;
  for (let i = 0; i < timeUs.length; i++) timeUs[i] = at += samples.timeDelta[i] ?? 0;
  return {
    unit: compact.unit,
    startUs: compact.startUs,
    endUs: compact.endUs,
    frames: {
      length: frames.name.length,
      name: texts(frames.name),
      url: texts(frames.url),
      packageName: texts(frames.packageName),
      line: Int32Array.from(frames.line),
      column: Int32Array.from(frames.column),
      category: Uint8Array.from(frames.category),
    },
    nodes: {
      length: nodes.frame.length,
      frame: Int32Array.from(nodes.frame),
      parent: Int32Array.from(nodes.parent),
      depth,
    },
    samples: {
      length: samples.node.length,
      node: Int32Array.from(samples.node),
      timeUs,
      weight: Float64Array.from(samples.weight),
    },
    lineTicks: new Map(),
  };
}
