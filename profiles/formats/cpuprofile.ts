/**
 * V8's `.cpuprofile`: what `node --cpu-prof`, DevTools and VS Code write and open
 * (https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile).
 */
import { ProfileBuilder } from '../builder';
import { childLists } from '../grouping';
import type { Profile, V8CpuProfile } from '../types';
import { indexById, parentsFirst } from '../v8-chunk';
import { FileReader } from './json';
import { wholeOf } from './source';
import type { FileHead, Importer } from './types';

export interface CpuProfileOptions {
  /** The origin of the result's times on the file's clock, µs. Default: the file's start. */
  originUs?: number;
  /** For messages. */
  fileName?: string;
}

/**
 * Reads a `.cpuprofile`. Samples out of order are sorted; a file without samples becomes an empty profile, or one
 * without time when it has hit counts.
 * @throws ProfileFormatError naming the place when something is missing, of the wrong type or does not hang together
 */
export function parseCpuProfile(input: string | Uint8Array, options: CpuProfileOptions = {}): Profile {
  const reader = new FileReader(
    options.fileName ?? 'The profile',
    'a CPU profile as written by node --cpu-prof',
  );
  const chunk = checked(reader.json(input), reader);
  const originUs = options.originUs ?? chunk.startTime;
  const builder = new ProfileBuilder('microseconds');
  builder.appendV8Chunk(chunk, originUs);
  if (chunk.samples === undefined) addHits(builder, chunk);
  builder.finish();
  return builder.profile;
}

/** Hand-written, because a schema library's object per value is too slow for a million samples. */
function checked(raw: unknown, reader: FileReader): V8CpuProfile {
  const file = reader.object(raw, 'the top level');
  const nodes = reader.array(file['nodes'], 'nodes').map((node, index) => checkedNode(node, index, reader));
  if (nodes.length === 0) throw reader.malformed('nodes', 'expected at least the root node, found none');
  const startTime = reader.number(file['startTime'], 'startTime');
  const indexOf = checkTree(nodes, reader);
  const samples = file['samples'] === undefined ? undefined : reader.numbers(file['samples'], 'samples');
  for (let i = 0; samples && i < samples.length; i++)
    if (indexOf(samples[i]!) === -1)
      throw reader.malformed(`samples[${i}]`, `there is no node with the id ${samples[i]!}`);
  const timeDeltas = checkedDeltas(file, startTime, samples?.length ?? 0, reader);
  // A file that was cut by a tool may lack its end; then it ends with its last sample.
  const endTime = file['endTime'] === undefined ? startTime : reader.number(file['endTime'], 'endTime');
  return { nodes, startTime, endTime, samples, timeDeltas };
}

function checkedNode(raw: unknown, index: number, reader: FileReader): V8CpuProfile['nodes'][number] {
  const place = `nodes[${index}]`;
  const node = reader.object(raw, place);
  const id = reader.number(node['id'], `${place}.id`);
  const callFrame = reader.callFrame(node['callFrame'], `${place}.callFrame`);
  const { hitCount, parent, positionTicks } = node;
  return {
    id,
    callFrame,
    ...(node['children'] !== undefined && {
      children: reader.numbers(node['children'], `${place}.children`),
    }),
    ...(typeof hitCount === 'number' && hitCount > 0 && { hitCount }),
    ...(typeof parent === 'number' && { parent }),
    ...(positionTicks !== undefined && {
      positionTicks: checkedTicks(positionTicks, `${place}.positionTicks`, reader),
    }),
  };
}

function checkedTicks(raw: unknown, place: string, reader: FileReader) {
  return reader.array(raw, place).map((value, i) => {
    const tick = reader.object(value, `${place}[${i}]`);
    return {
      line: reader.number(tick['line'], `${place}[${i}].line`),
      ticks: reader.number(tick['ticks'], `${place}[${i}].ticks`),
    };
  });
}

/** Every id once, every child known and with one parent, no cycle. Gives the index of an id. */
function checkTree(nodes: V8CpuProfile['nodes'], reader: FileReader): (id: number) => number {
  const indexOf = indexById(nodes);
  const parentIndex = new Int32Array(nodes.length).fill(-1);
  const adopt = (child: number, parent: number, place: string) => {
    if (parentIndex[child] !== -1 && parentIndex[child] !== parent)
      throw reader.malformed(place, `node ${nodes[child]!.id} has two parents`);
    parentIndex[child] = parent;
  };
  for (let index = 0; index < nodes.length; index++) {
    const node = nodes[index]!;
    if (indexOf(node.id) !== index)
      throw reader.malformed(`nodes[${index}].id`, `the id ${node.id} is used twice`);
    const children = node.children ?? [];
    for (let i = 0; i < children.length; i++) {
      const child = indexOf(children[i]!);
      const place = `nodes[${index}].children[${i}]`;
      if (child === -1) throw reader.malformed(place, `there is no node with the id ${children[i]!}`);
      adopt(child, index, place);
    }
    if (node.parent !== undefined) {
      const parent = indexOf(node.parent);
      if (parent === -1)
        throw reader.malformed(`nodes[${index}].parent`, `there is no node with the id ${node.parent}`);
      adopt(index, parent, `nodes[${index}].parent`);
    }
  }
  const reached = new Uint8Array(nodes.length);
  for (const index of parentsFirst(parentIndex)) reached[index] = 1;
  const lost = reached.indexOf(0);
  if (lost !== -1) throw reader.malformed(`nodes[${lost}]`, `node ${nodes[lost]!.id} is its own ancestor`);
  return indexOf;
}

function checkedDeltas(
  file: Record<string, unknown>,
  startTime: number,
  sampleCount: number,
  reader: FileReader,
): number[] | undefined {
  if (sampleCount === 0) return undefined;
  if (file['timeDeltas'] === undefined) {
    // Without times, the samples are as far apart as the file's duration says.
    const endTime = reader.number(file['endTime'], 'endTime');
    const intervalUs = Math.max(0, endTime - startTime) / sampleCount;
    return new Array<number>(sampleCount).fill(intervalUs).fill(0, 0, 1);
  }
  const deltas = reader.numbers(file['timeDeltas'], 'timeDeltas');
  if (deltas.length !== sampleCount)
    throw reader.malformed(
      'timeDeltas',
      `expected ${sampleCount} entries, as many as samples, found ${deltas.length}`,
    );
  return deltas;
}

/** Hit counts instead of samples: weights without time, an equal part of the duration for each hit. */
function addHits(builder: ProfileBuilder, chunk: V8CpuProfile): void {
  const hits = chunk.nodes.reduce((sum, { hitCount }) => sum + (hitCount ?? 0), 0);
  if (hits === 0) return;
  const weight = (chunk.endTime > chunk.startTime ? chunk.endTime - chunk.startTime : hits * 1000) / hits;
  for (const { node, hits: own } of builder.hitsOf(chunk)) builder.addWeighted(node, weight * own);
}

const partLength = 8192;

/**
 * A standard `.cpuprofile` of a CPU profile. `originUs` puts its times back on the recording's clock.
 * Reading it again gives the same totals; times are whole µs, as V8 writes them.
 */
export function writeCpuProfile(profile: Profile, { originUs }: { originUs: number }): string {
  if (profile.unit !== 'microseconds') throw new TypeError('only CPU profiles can be written as .cpuprofile');
  const { samples } = profile;
  const startTime = Math.round(profile.startUs + originUs);
  const lastUs =
    samples.length > 0 ? samples.timeUs[samples.length - 1]! + samples.weight[samples.length - 1]! : 0;
  const endTime = Math.round(Math.max(profile.endUs, samples.length > 0 ? lastUs : profile.endUs) + originUs);
  const parts: string[] = ['{"nodes":['];
  writeNodes(profile, parts);
  parts.push(`],"startTime":${startTime},"endTime":${endTime},"samples":[`);
  writeNumbers(parts, samples.length, (i) => samples.node[i]! + 1);
  parts.push('],"timeDeltas":[');
  let previous = startTime;
  writeNumbers(parts, samples.length, (i) => {
    const time = Math.round(samples.timeUs[i]! + originUs);
    const delta = time - previous;
    previous = time;
    return delta;
  });
  parts.push(']}');
  return parts.join('');
}

function writeNodes(profile: Profile, parts: string[]): void {
  const { frames, nodes, samples, lineTicks } = profile;
  const hits = new Uint32Array(nodes.length);
  for (let i = 0; i < samples.length; i++) hits[samples.node[i]!]!++;
  const { firstChild, nextSibling } = childLists(profile);
  const callFrames = Array.from({ length: frames.length }, (_, frame) =>
    JSON.stringify({
      functionName: frames.name[frame]! === '(anonymous)' ? '' : frames.name[frame]!,
      scriptId: '0',
      url: frames.url[frame]!,
      lineNumber: frames.line[frame]! - 1,
      columnNumber: frames.column[frame]! - 1,
    }),
  );
  for (let node = 0; node < nodes.length; node++) {
    const children: number[] = [];
    for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!) children.push(child + 1);
    const ticks = lineTicks.get(node);
    const tickText = ticks
      ? `,"positionTicks":${JSON.stringify(Array.from(ticks, ([line, n]) => ({ line, ticks: n })))}`
      : '';
    const childText = children.length > 0 ? `,"children":[${children.join(',')}]` : '';
    parts.push(
      `${node === 0 ? '' : ','}{"id":${node + 1},"callFrame":${callFrames[nodes.frame[node]!]!},"hitCount":${hits[node]!}${childText}${tickText}}`,
    );
  }
}

/** Comma-separated numbers in parts of moderate length, so that a million samples never are a million strings at once. */
function writeNumbers(parts: string[], count: number, valueAt: (index: number) => number): void {
  for (let from = 0; from < count; from += partLength) {
    const part = new Array<number>(Math.min(partLength, count - from));
    for (let i = 0; i < part.length; i++) part[i] = valueAt(from + i);
    parts.push((from === 0 ? '' : ',') + part.join(','));
  }
}

export const cpuprofile: Importer = {
  id: 'cpuprofile',
  title: 'V8 CPU profile',
  extensions: ['.cpuprofile'],
  detect: isCpuProfile,
  parse(source, options = {}) {
    const profile = parseCpuProfile(wholeOf(source), { ...options, fileName: source.name });
    return { format: 'cpuprofile', profiles: [{ name: source.name, profile }], notes: [] };
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
