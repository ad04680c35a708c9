/**
 * pprof (https://github.com/google/pprof/blob/main/proto/profile.proto), gzipped or not: what Go, Datadog's and Google's profilers of
 * Node, parca, Pyroscope and others write. Its samples are sums per stack, without times. A file has several kinds of values
 * (samples, CPU time; objects and bytes in use and allocated): each becomes a profile.
 */
import { Float64Column, Int32Column } from '../columns';
import { ProfileFormatError } from '../errors';
import type { Profile, ProfileUnit } from '../types';
import { Fields, ProtobufReader } from './pprof-decoding';
import { pprofTree, stringAt } from './pprof-frames';
import type { PprofTree } from './pprof-frames';
import { readPprofTables } from './pprof-tables';
import type { PprofTables } from './pprof-tables';
import { unpacked } from './source';
import type { ByteSource } from './source';
import type { FileHead, ImportedFile, ImportedProfile, Importer, ParseOptions } from './types';

/** A value of a stack counted so many samples: up to this many in a file they become samples of their own. */
const maxCountedSamples = 2_000_000;

export const pprof: Importer = {
  id: 'pprof',
  title: 'pprof profile',
  extensions: ['.pb.gz', '.pb', '.pprof', '.prof'],
  detect,
  parse,
};

function parse(source: ByteSource, options: ParseOptions = {}): ImportedFile {
  const reader = new ProtobufReader(unpacked(source), options.onProgress);
  const tables = readPprofTables(reader);
  const types = sampleTypesOf(tables, reader);
  refuseNegative(tables, reader);
  const tree = pprofTree(tables, reader);
  const counted = countsOf(tables, types);
  const order = [...types.keys()];
  const first = shownFirst(tables, types, reader);
  order.sort((a, b) => Number(b === first) - Number(a === first) || a - b);
  return {
    format: 'pprof',
    profiles: order.map((index) => importedOf(tables, tree, types[index]!, index, counted)),
    notes: notesOf(tables, reader),
  };
}

interface SampleType {
  name: string;
  unit: ProfileUnit;
  /** How many of ours one of the file's is. */
  scale: number;
}

/** Units as pprof's own tools know them (internal/measurement); what is neither time nor memory is a count. */
const timeUnits: Record<string, number> = {
  ns: 1e-3,
  nanosecond: 1e-3,
  nanoseconds: 1e-3,
  us: 1,
  µs: 1,
  microsecond: 1,
  microseconds: 1,
  ms: 1e3,
  millisecond: 1e3,
  milliseconds: 1e3,
  s: 1e6,
  sec: 1e6,
  second: 1e6,
  seconds: 1e6,
  minute: 6e7,
  minutes: 6e7,
  hour: 3.6e9,
  hours: 3.6e9,
};
const memoryUnits: Record<string, number> = {
  b: 1,
  byte: 1,
  bytes: 1,
  kb: 1024,
  kib: 1024,
  kilobyte: 1024,
  kilobytes: 1024,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  megabyte: 1024 ** 2,
  megabytes: 1024 ** 2,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
  gigabyte: 1024 ** 3,
  gigabytes: 1024 ** 3,
};

function sampleTypesOf(tables: PprofTables, reader: ProtobufReader): SampleType[] {
  const { sampleTypes, samples } = tables;
  if (sampleTypes.length === 0) throw reader.malformed('it has no sample types');
  if (samples.valueCount !== -1 && samples.valueCount !== sampleTypes.length)
    throw reader.malformed(
      `its samples have ${samples.valueCount} values and it has ${sampleTypes.length} sample types`,
    );
  return sampleTypes.map(({ type, unit }, index) => {
    const word = stringAt(tables, unit, reader).toLowerCase();
    const name = stringAt(tables, type, reader) || `values ${index + 1}`;
    const time = Object.hasOwn(timeUnits, word) ? timeUnits[word] : undefined;
    if (time !== undefined) return { name, unit: 'microseconds', scale: time };
    const memory = Object.hasOwn(memoryUnits, word) ? memoryUnits[word] : undefined;
    return memory === undefined ? { name, unit: 'count', scale: 1 } : { name, unit: 'bytes', scale: memory };
  });
}

/** `pprof -diff_base -proto` writes what became less as negative values: no flame view can show them. */
function refuseNegative({ samples }: PprofTables, reader: ProtobufReader): void {
  for (let at = 0; at < samples.value.length; at++)
    if (samples.value.values[at]! < 0)
      throw reader.malformed(
        `sample ${Math.floor(at / samples.valueCount)} has the negative value ${samples.value.values[at]!}, so it is the difference of two profiles: open and compare those instead`,
      );
}

/** The type the file names, else the last one, as pprof's own tools do. */
function shownFirst(tables: PprofTables, types: readonly SampleType[], reader: ProtobufReader): number {
  const named = tables.defaultSampleType === 0 ? '' : stringAt(tables, tables.defaultSampleType, reader);
  const index = named === '' ? -1 : types.findIndex(({ name }) => name === named);
  return index === -1 ? types.length - 1 : index;
}

/** Which of the values says how many samples were taken of a stack; -1 when none does, or they are too many. */
function countsOf({ samples }: PprofTables, types: readonly SampleType[]): number {
  const index = types.findIndex(
    ({ name, unit }) => unit === 'count' && (name === 'samples' || name === 'sample'),
  );
  if (index === -1) return -1;
  let total = 0;
  for (let at = index; at < samples.value.length; at += samples.valueCount) {
    const count = samples.value.values[at]!;
    if (!Number.isInteger(count) || count < 0) return -1;
    total += Math.max(1, count);
  }
  return total > maxCountedSamples ? -1 : index;
}

function importedOf(
  tables: PprofTables,
  tree: PprofTree,
  type: SampleType,
  typeIndex: number,
  countIndex: number,
): ImportedProfile {
  const { node, value, valueCount } = tables.samples;
  const nodes = new Int32Column();
  const weights = new Float64Column();
  const lineTicks: Profile['lineTicks'] = new Map();
  for (let sample = 0; sample < node.length; sample++) {
    const raw = value.values[sample * valueCount + typeIndex]!;
    if (raw === 0) continue;
    const stack = node.values[sample]!;
    const target = tree.nodeOf[stack]!;
    const weight = raw * type.scale;
    // Bytes and objects are estimated from few samples: their values are no numbers of samples.
    const counts = countIndex !== -1 && (type.unit === 'microseconds' || typeIndex === countIndex);
    const count = counts ? Math.max(1, value.values[sample * valueCount + countIndex]!) : 1;
    const each = weight / count;
    for (let i = 1; i < count; i++) {
      nodes.push(target);
      weights.push(each);
    }
    nodes.push(target);
    weights.push(weight - each * (count - 1));
    if (counts && tree.lineOf[stack]! > 0) addTicks(lineTicks, target, tree.lineOf[stack]!, count);
  }
  const { frames, nodes: shared } = tree.profile;
  return {
    name: type.name,
    profile: {
      unit: type.unit,
      // Each profile has columns of its own: whoever hands one over to another thread must not take them from the others.
      frames: {
        ...frames,
        line: frames.line.slice(),
        column: frames.column.slice(),
        category: frames.category.slice(),
      },
      nodes: {
        length: shared.length,
        frame: shared.frame.slice(),
        parent: shared.parent.slice(),
        depth: shared.depth.slice(),
      },
      samples: {
        length: nodes.length,
        node: nodes.values,
        timeUs: new Float64Array(nodes.length),
        weight: weights.values,
      },
      startUs: 0,
      endUs: 0,
      lineTicks,
    },
  };
}

function addTicks(lineTicks: Profile['lineTicks'], node: number, line: number, ticks: number): void {
  let lines = lineTicks.get(node);
  if (!lines) {
    lines = new Map<number, number>();
    lineTicks.set(node, lines);
  }
  lines.set(line, (lines.get(line) ?? 0) + ticks);
}

function notesOf(tables: PprofTables, reader: ProtobufReader): string[] {
  const notes: string[] = [];
  const { timeNanos, durationNanos } = tables;
  const when = timeNanos > 0 ? dateOf(timeNanos) : '';
  if (when || durationNanos > 0)
    notes.push(
      `Recorded${when && ` on ${when}`}${durationNanos > 0 ? ` for ${Math.round(durationNanos / 1e6) / 1e3} s` : ''}. pprof keeps sums per stack without times, so there is no order of time.`,
    );
  if (tables.labelKeys.size > 0) {
    const keys = Array.from(tables.labelKeys, (key) => stringAt(tables, key, reader));
    notes.push(
      `Samples carry labels (${keys.join(', ')}), which are not shown; samples that differ only in them are added up.`,
    );
  }
  return notes;
}

function dateOf(nanos: number): string {
  const date = new Date(nanos / 1e6);
  return Number.isNaN(date.getTime()) ? '' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** The kind that each field of the profile has, by its number (profile.proto). 13 is written packed by some. */
const kinds: Record<number, readonly number[]> = {
  1: [2],
  2: [2],
  3: [2],
  4: [2],
  5: [2],
  6: [2],
  7: [0],
  8: [0],
  9: [0],
  10: [0],
  11: [2],
  12: [0],
  13: [0, 2],
  14: [0],
  15: [0],
};

/** A profile begins with the byte of field 1, which is also a line feed: who skips blanks at a file's beginning skips it. */
function detect({ bytes }: FileHead): boolean {
  if (isProfile(bytes)) return true;
  const completed = new Uint8Array(bytes.length + 1);
  completed[0] = 0x0a;
  completed.set(bytes, 1);
  return isProfile(completed);
}

/** Whether the bytes are fields of a profile one after the other, with value types that look like some. */
function isProfile(bytes: Uint8Array): boolean {
  const fields = new Fields((problem) => problemOf(problem));
  const inner = new Fields((problem) => problemOf(problem));
  fields.over(bytes, 0, bytes.length);
  let seen = 0;
  let sampleTypes = 0;
  try {
    while (seen < 200 && fields.next()) {
      if (!kinds[fields.field]?.includes(fields.wire)) return false;
      if (fields.field === 1) {
        fields.enter(inner);
        while (inner.next()) {
          if ((inner.field !== 1 && inner.field !== 2) || inner.number() > 1e6) return false;
        }
        sampleTypes++;
      } else fields.skip();
      seen++;
    }
  } catch (thrown) {
    // The beginning ends within a field.
    if (!(thrown instanceof ProfileFormatError)) throw thrown;
  }
  return sampleTypes > 0 && seen > 1;
}

function problemOf(problem: string): ProfileFormatError {
  return new ProfileFormatError('PROFILE_MALFORMED', problem, { where: '', hint: '' });
}
