/**
 * V8's `.cpuprofile`: what `node --cpu-prof`, DevTools and VS Code write and open
 * (https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile).
 */
import { ProfileBuilder } from '../builder';
import { sortByTime } from '../sort-samples';
import type { Float64Column } from '../columns';
import type { Profile, SampleTable } from '../types';
import { indexOfIds, parentsFirst } from '../v8-chunk';
import { longestTimeUs, readCpuProfileColumns } from './cpuprofile-columns';
import type { CpuProfileColumns } from './cpuprofile-columns';
import { JsonReader } from './json-reader';
import { asSource } from './source';
import type { ByteSource } from './source';
import { threadOfFileName } from './thread-of-file-name';
import type { FileHead, Importer } from './types';

export { cpuProfileParts, writeCpuProfile } from './cpuprofile-writer';

export interface CpuProfileOptions {
  /** The origin of the result's times on the file's clock, µs. Default: the earliest instant in the file. */
  originUs?: number;
  /** For messages. */
  fileName?: string;
  /** Called now and then with the share of the file that was read, 0..1. */
  onProgress?: (share: number) => void;
}

/**
 * Reads a `.cpuprofile`, its keys in any order, without ever holding its text. Samples out of order are sorted; a file
 * without samples becomes an empty profile, or one without time when it has hit counts.
 * @throws ProfileFormatError naming the place when something is missing, of the wrong type or does not hang together
 */
export function parseCpuProfile(
  input: string | Uint8Array | ByteSource,
  options: CpuProfileOptions = {},
): Profile {
  const reader = new JsonReader(asSource(input, options.fileName), {
    expected: 'a CPU profile as written by node --cpu-prof',
    hint: 'Check that the file was written completely, or record it again.',
    onProgress: options.onProgress,
  });
  const builder = new ProfileBuilder('microseconds');
  const columns = readCpuProfileColumns(reader, builder);
  const indexOf = indexOfIds(columns.id.length, (index) => columns.id.values[index]!);
  const nodeOf = buildTree(columns, indexOf, builder, reader);
  const { profile } = builder;
  if (columns.sampleId === null && addHits(columns, nodeOf, builder, reader)) return profile;
  if (columns.sampleId !== null) {
    profile.samples = samplesOf(columns, columns.sampleId, { indexOf, nodeOf, reader });
  }
  settle(profile, columns, options.originUs);
  return profile;
}

/**
 * The builder's node of each node in the file. Every id must occur once, every child must be known and have one parent,
 * and nobody may be its own ancestor.
 */
function buildTree(
  columns: CpuProfileColumns,
  indexOf: (id: number) => number,
  builder: ProfileBuilder,
  reader: JsonReader,
): Int32Array {
  const count = columns.id.length;
  const ids = columns.id.values;
  const parentIndex = parentsOf(columns, indexOf, reader);
  const order = parentsFirst(parentIndex);
  if (order.length < count) {
    const reached = new Uint8Array(count);
    for (const index of order) reached[index] = 1;
    const lost = reached.indexOf(0);
    throw reader.inconsistent(`nodes[${lost}]`, `node ${ids[lost]!} is its own ancestor`);
  }
  const nodeOf = new Int32Array(count);
  const { name } = builder.profile.frames;
  for (const index of order) {
    const parent = parentIndex[index]!;
    const frame = columns.frame.values[index]!;
    if (parent === -1 && name[frame] === '(root)') nodeOf[index] = 0;
    else nodeOf[index] = builder.addChild(parent === -1 ? 0 : nodeOf[parent]!, frame);
  }
  const { values, length } = columns.ticks;
  for (let i = 0; i < length; i += 3) builder.addTicks(nodeOf[values[i]!]!, values[i + 1]!, values[i + 2]!);
  for (const { index, reason } of columns.deopts) builder.addDeoptReason(nodeOf[index]!, reason);
  return nodeOf;
}

/** Index of each node's parent, -1 for roots. */
function parentsOf(
  { id, parentId, firstChild, childId }: CpuProfileColumns,
  indexOf: (id: number) => number,
  reader: JsonReader,
): Int32Array {
  const parentIndex = new Int32Array(id.length).fill(-1);
  const known = (wanted: number, place: () => string): number => {
    const index = indexOf(wanted);
    if (index === -1) throw reader.inconsistent(place(), `there is no node with the id ${wanted}`);
    return index;
  };
  const adopt = (child: number, parent: number, place: () => string) => {
    if (parentIndex[child] !== -1 && parentIndex[child] !== parent)
      throw reader.inconsistent(place(), `node ${id.values[child]!} has two parents`);
    parentIndex[child] = parent;
  };
  for (let index = 0; index < id.length; index++) {
    if (indexOf(id.values[index]!) !== index)
      throw reader.inconsistent(`nodes[${index}].id`, `the id ${id.values[index]!} is used twice`);
    const first = firstChild.values[index]!;
    const end = index + 1 < id.length ? firstChild.values[index + 1]! : childId.length;
    for (let i = first; i < end; i++) {
      const place = () => `nodes[${index}].children[${i - first}]`;
      adopt(known(childId.values[i]!, place), index, place);
    }
    if (!Number.isNaN(parentId.values[index]!)) {
      const place = () => `nodes[${index}].parent`;
      adopt(index, known(parentId.values[index]!, place), place);
    }
  }
  return parentIndex;
}

interface Tree {
  indexOf: (id: number) => number;
  nodeOf: Int32Array;
  reader: JsonReader;
}

/** Samples on the file's clock, in order of time. Their weights are still to come. */
function samplesOf(
  columns: CpuProfileColumns,
  { values: ids, length }: Float64Column,
  { indexOf, nodeOf, reader }: Tree,
): SampleTable {
  const node = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const index = indexOf(ids[i]!);
    if (index === -1) throw reader.inconsistent(`samples[${i}]`, `there is no node with the id ${ids[i]!}`);
    node[i] = nodeOf[index]!;
  }
  // The ids of fifteen million samples are more than a hundred megabytes: their room becomes that of the weights.
  columns.sampleId = null;
  const timeUs = timesOf(columns, length, reader);
  sortByTime(timeUs, node, length);
  return { length, node, timeUs, weight: ids };
}

function timesOf(
  { startTime, endTime, timeDelta }: CpuProfileColumns,
  count: number,
  reader: JsonReader,
): Float64Array {
  if (count === 0) return new Float64Array();
  if (timeDelta === null) {
    // Without times, the samples are as far apart as the file's duration says.
    if (Number.isNaN(endTime)) throw reader.inconsistent('endTime', 'expected a number, found nothing');
    const intervalUs = Math.max(0, endTime - startTime) / count;
    return Float64Array.from({ length: count }, (_, i) => startTime + i * intervalUs);
  }
  if (timeDelta.length !== count)
    throw reader.inconsistent(
      'timeDeltas',
      `expected ${count} entries, as many as samples, found ${timeDelta.length}`,
    );
  const times = timeDelta.values;
  let now = startTime;
  for (let i = 0; i < count; i++) {
    now += times[i]!;
    if (!(now <= longestTimeUs && now >= -longestTimeUs))
      throw reader.inconsistent(`timeDeltas[${i}]`, `${times[i]!} µs lead beyond any time`);
    times[i] = now;
  }
  return times;
}

/**
 * Hit counts instead of samples: weights without time, an equal part of the duration for each hit. False when there are
 * no hits either.
 */
function addHits(
  columns: CpuProfileColumns,
  nodeOf: Int32Array,
  builder: ProfileBuilder,
  reader: JsonReader,
): boolean {
  const { startTime, endTime, hits } = columns;
  let all = 0;
  for (let i = 0; i < hits.length; i++) all += hits.values[i]!;
  if (all === 0) return false;
  if (all > longestTimeUs) throw reader.inconsistent('nodes', `their hit counts add up to ${all}`);
  const weight = (endTime > startTime ? endTime - startTime : all * 1000) / all;
  for (let index = 0; index < hits.length; index++)
    if (hits.values[index]! > 0) builder.addWeighted(nodeOf[index]!, weight * hits.values[index]!);
  return true;
}

/** On the wanted clock, each sample weighing the time until the next, the last one until the end. */
function settle(
  profile: Profile,
  { startTime, endTime }: CpuProfileColumns,
  originUs: number | undefined,
): void {
  const { length, timeUs, weight } = profile.samples;
  // A file that was cut by a tool may lack its end; then it ends with its last sample.
  const start = Math.min(startTime, length > 0 ? timeUs[0]! : startTime);
  const end = Math.max(
    startTime,
    Number.isNaN(endTime) ? startTime : endTime,
    length > 0 ? timeUs[length - 1]! : startTime,
  );
  const origin = originUs ?? start;
  for (let i = 0; i < length; i++) {
    const until = i + 1 < length ? timeUs[i + 1]! : end;
    weight[i] = until - timeUs[i]!;
    timeUs[i]! -= origin;
  }
  profile.startUs = start - origin;
  profile.endUs = end - origin;
}

export const cpuprofile: Importer = {
  id: 'cpuprofile',
  title: 'V8 CPU profile',
  extensions: ['.cpuprofile'],
  detect: isCpuProfile,
  parse(source, options = {}) {
    const profile = parseCpuProfile(source, options);
    return { format: 'cpuprofile', profiles: [{ ...threadOfFileName(source.name), profile }], notes: [] };
  },
};

function isCpuProfile({ text }: FileHead): boolean {
  if (!/^\uFEFF?\s*\{/.test(text)) return false;
  const nodes = /"nodes"\s*:\s*\[\s*\{/.exec(text);
  // Chrome traces contain pieces of CPU profiles.
  return (
    nodes !== null && /"callFrame"\s*:/.test(text) && !text.slice(0, nodes.index).includes('"traceEvents"')
  );
}
