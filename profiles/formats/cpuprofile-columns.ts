/** The JSON of a `.cpuprofile`, straight into columns: whatever the size of the file, no object per node or sample. */
import type { ProfileBuilder } from '../builder';
import { Float64Column, Int32Column } from '../columns';
import type { JsonReader } from './json-reader';

export interface CpuProfileColumns {
  /** By node, in the file's order. */
  id: Float64Column;
  /** Frame of the builder. */
  frame: Int32Column;
  /** The parent's id; NaN when the node does not say. */
  parentId: Float64Column;
  hits: Float64Column;
  /** Children of node i: `childId` from `firstChild[i]` to the next node's. */
  firstChild: Int32Column;
  childId: Float64Column;
  /** Triples [node's index, line, ticks]. */
  ticks: Float64Column;
  deopts: { index: number; reason: string }[];
  /** Id of each sample's node; null when the file has no samples. */
  sampleId: Float64Column | null;
  timeDelta: Float64Column | null;
  startTime: number;
  /** NaN when the file does not say. */
  endTime: number;
}

/** Far beyond any clock, and far below where sums of doubles become infinite. */
export const longestTimeUs = 1e20;

/**
 * Reads the whole file; its call frames become frames of the builder.
 * @throws ProfileFormatError naming the place when something is missing or of the wrong type
 */
export function readCpuProfileColumns(reader: JsonReader, builder: ProfileBuilder): CpuProfileColumns {
  const columns: CpuProfileColumns = {
    id: new Float64Column(),
    frame: new Int32Column(),
    parentId: new Float64Column(),
    hits: new Float64Column(),
    firstChild: new Int32Column(),
    childId: new Float64Column(),
    ticks: new Float64Column(),
    deopts: [],
    sampleId: null,
    timeDelta: null,
    startTime: Number.NaN,
    endTime: Number.NaN,
  };
  const seen = new Set<string>();
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (wanted.has(key)) {
      if (seen.has(key)) throw reader.malformed(`the file has "${key}" twice`);
      seen.add(key);
    }
    if (key === 'nodes') readNodes(reader, builder, columns);
    else if (key === 'samples') reader.numbers((columns.sampleId = new Float64Column()));
    else if (key === 'timeDeltas') reader.numbers((columns.timeDelta = new Float64Column()));
    else if (key === 'startTime') columns.startTime = instant(reader);
    else if (key === 'endTime') columns.endTime = instant(reader);
    else reader.skip();
  }
  reader.finish();
  if (!seen.has('nodes')) throw reader.inconsistent('nodes', 'expected an array, found nothing');
  if (columns.id.length === 0)
    throw reader.inconsistent('nodes', 'expected at least the root node, found none');
  if (!seen.has('startTime')) throw reader.inconsistent('startTime', 'expected a number, found nothing');
  return columns;
}

const wanted: ReadonlySet<string> = new Set(['nodes', 'samples', 'timeDeltas', 'startTime', 'endTime']);

function instant(reader: JsonReader): number {
  const timeUs = reader.number();
  if (Math.abs(timeUs) > longestTimeUs) throw reader.malformed(`${timeUs} µs is no time`);
  return timeUs;
}

function readNodes(reader: JsonReader, builder: ProfileBuilder, columns: CpuProfileColumns): void {
  reader.enterArray();
  while (reader.nextItem()) readNode(reader, builder, columns);
}

function readNode(reader: JsonReader, builder: ProfileBuilder, columns: CpuProfileColumns): void {
  const index = columns.id.length;
  let id = Number.NaN;
  let frame = -1;
  let parentId = Number.NaN;
  let hits = 0;
  columns.firstChild.push(columns.childId.length);
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'id') id = reader.number();
    else if (key === 'callFrame') frame = readCallFrame(reader, builder);
    else if (key === 'hitCount') hits = Math.max(0, numberOr(reader, 0));
    else if (key === 'children') reader.numbers(columns.childId);
    else if (key === 'parent') parentId = numberOr(reader, Number.NaN);
    else if (key === 'positionTicks') readTicks(reader, index, columns.ticks);
    else if (key === 'deoptReason' && reader.peek() === 'string')
      columns.deopts.push({ index, reason: reader.name() });
    else reader.skip();
  }
  if (Number.isNaN(id)) throw missing(reader, index, 'id', 'a number');
  if (frame === -1) throw missing(reader, index, 'callFrame', 'an object');
  columns.id.push(id);
  columns.frame.push(frame);
  columns.parentId.push(parentId);
  columns.hits.push(hits);
}

function missing(reader: JsonReader, index: number, key: string, expected: string) {
  return reader.malformed(`expected ${expected}, found nothing`, `nodes[${index}].${key}`);
}

function readCallFrame(reader: JsonReader, builder: ProfileBuilder): number {
  let name: string | null = null;
  let url = '';
  let line = 0;
  let column = 0;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'functionName') name = reader.name();
    else if (key === 'url') url = reader.name();
    else if (key === 'lineNumber') line = readPosition(reader) + 1;
    else if (key === 'columnNumber') column = readPosition(reader) + 1;
    else reader.skip();
  }
  if (name === null)
    throw reader.malformed('expected a text, found nothing', `${reader.place()}.functionName`);
  return builder.addFrame(name, url, line, column);
}

/** A 0-based line or column; -1 when there is none. */
export function readPosition(reader: JsonReader): number {
  if (reader.peek() === 'null') {
    reader.null();
    return -1;
  }
  const position = reader.number();
  return Number.isInteger(position) && position >= 0 && position < 0x7fffffff ? position : -1;
}

function numberOr(reader: JsonReader, otherwise: number): number {
  if (reader.peek() === 'number') return reader.number();
  reader.skip();
  return otherwise;
}

function readTicks(reader: JsonReader, index: number, into: Float64Column): void {
  reader.enterArray();
  while (reader.nextItem()) {
    let line = Number.NaN;
    let ticks = Number.NaN;
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'line') line = reader.number();
      else if (key === 'ticks') ticks = reader.number();
      else reader.skip();
    }
    if (Number.isNaN(line) || Number.isNaN(ticks))
      throw reader.malformed(
        'expected a number, found nothing',
        `${reader.place()}.${Number.isNaN(line) ? 'line' : 'ticks'}`,
      );
    // Without a line there is nowhere to show them.
    if (!Number.isInteger(line) || line < 1 || line > 0x7fffffff || !(ticks > 0)) continue;
    into.push(index);
    into.push(line);
    into.push(ticks);
  }
}
