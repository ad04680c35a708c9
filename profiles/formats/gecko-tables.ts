/**
 * The tables of a Firefox profile, read from either of its two forms: *raw*, as Firefox itself writes it (a `schema` and rows
 * of `data`), and *processed*, as profiler.firefox.com and samply save it (an array per column). In newer processed
 * versions, tables are shared by all threads.
 */
import { Float64Column, Int32Column } from '../columns';
import type { JsonReader } from './json-reader';

/** What stands for null in columns of indices, lines and columns. */
export const none = -1;

/** Columns of indices; absent ones stay empty. */
export type IndexTable<Name extends string> = Record<Name, Int32Column>;

export class GeckoTables {
  strings: string[] | null = null;
  readonly stack = indexTable('frame', 'prefix', 'category');
  /** `location` and no `func` in raw ones. */
  readonly frame = indexTable('func', 'location', 'line', 'column', 'category', 'address');
  readonly func = indexTable('name', 'resource', 'fileName', 'source', 'lineNumber', 'columnNumber', 'isJS');
  readonly resource = indexTable('name', 'lib');
  readonly sources = indexTable('filename');
}

function indexTable<Name extends string>(...names: Name[]): IndexTable<Name> {
  return Object.fromEntries(names.map((name) => [name, new Int32Column(64)])) as IndexTable<Name>;
}

export type WeightType = 'samples' | 'tracing-ms' | 'bytes';

export class GeckoSamples {
  readonly stack = new Int32Column(64);
  /** ms; NaN where the file has null. */
  readonly time = new Float64Column(64);
  readonly timeDeltas = new Float64Column(64);
  readonly weight = new Float64Column(64);
  weightType: WeightType = 'samples';
}

/** A library that was loaded, in memory order or not. */
export interface GeckoLib {
  name: string;
  /** Addresses in the process; 0 in processed profiles. */
  start: number;
  end: number;
}

/** Reads an object of columns, or of `schema` and `data`, into the columns of the table that it names. */
export function readIndexTable<Name extends string>(reader: JsonReader, table: IndexTable<Name>): void {
  const columnOf = (name: string): Int32Column | undefined =>
    Object.hasOwn(table, name) ? table[name as Name] : undefined;
  let schema: (Int32Column | undefined)[] | null = null;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'schema') schema = readSchema(reader).map((name) => columnOf(name));
    else if (key === 'data' && schema) readRows(reader, schema);
    else {
      const column = columnOf(key);
      if (column && reader.peek() === 'array') readIndices(reader, column);
      else reader.skip();
    }
  }
}

export function readSamples(reader: JsonReader, samples: GeckoSamples): void {
  const floats: Record<string, Float64Column> = {
    time: samples.time,
    timeDeltas: samples.timeDeltas,
    weight: samples.weight,
  };
  const columnOf = (name: string) =>
    name === 'stack' ? samples.stack : Object.hasOwn(floats, name) ? floats[name] : undefined;
  let schema: (Int32Column | Float64Column | undefined)[] | null = null;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'schema') schema = readSchema(reader).map(columnOf);
    else if (key === 'data' && schema) readRows(reader, schema);
    else if (key === 'weightType') samples.weightType = readWeightType(reader);
    else {
      const column = columnOf(key);
      if (!column || reader.peek() !== 'array') reader.skip();
      else if (column instanceof Int32Column) readIndices(reader, column);
      else readFloats(reader, column);
    }
  }
}

function readWeightType(reader: JsonReader): WeightType {
  if (reader.peek() !== 'string') {
    reader.skip();
    return 'samples';
  }
  const type = reader.name();
  if (type === 'samples' || type === 'tracing-ms' || type === 'bytes') return type;
  throw reader.malformed(`expected "samples", "tracing-ms" or "bytes", found "${type.slice(0, 40)}"`);
}

/** The columns' names by their position in a row. */
function readSchema(reader: JsonReader): string[] {
  const names: string[] = [];
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    const position = reader.number();
    if (!Number.isInteger(position) || position < 0 || position > 100)
      throw reader.malformed(`expected the position of a column, found ${position}`);
    names[position] = key;
  }
  return Array.from(names, (name) => name ?? '');
}

/** Rows may be shorter than the schema: what is missing at their end is null. */
function readRows(reader: JsonReader, schema: readonly (Int32Column | Float64Column | undefined)[]): void {
  reader.enterArray();
  while (reader.nextItem()) {
    reader.enterArray();
    let position = 0;
    for (; reader.nextItem(); position++) {
      const column = schema[position];
      if (!column) reader.skip();
      else if (column instanceof Int32Column) column.push(indexOrNone(reader));
      else column.push(floatOrNaN(reader));
    }
    for (; position < schema.length; position++) {
      const column = schema[position];
      if (column instanceof Int32Column) column.push(none);
      else column?.push(Number.NaN);
    }
  }
}

function readIndices(reader: JsonReader, column: Int32Column): void {
  reader.enterArray();
  while (reader.nextItem()) column.push(indexOrNone(reader));
}

function readFloats(reader: JsonReader, column: Float64Column): void {
  reader.enterArray();
  while (reader.nextItem()) column.push(floatOrNaN(reader));
}

function indexOrNone(reader: JsonReader): number {
  switch (reader.peek()) {
    case 'number': {
      const value = reader.number();
      // Addresses of large libraries do not fit; they are only shown.
      return value === (value | 0) && value >= 0 ? value : none;
    }
    case 'boolean':
      return reader.boolean() ? 1 : 0;
    case 'null':
      reader.null();
      return none;
    default:
      throw reader.malformed('expected a number or null');
  }
}

function floatOrNaN(reader: JsonReader): number {
  if (reader.peek() === 'null') {
    reader.null();
    return Number.NaN;
  }
  return reader.number();
}

export function readStrings(reader: JsonReader): string[] {
  const strings: string[] = [];
  reader.enterArray();
  while (reader.nextItem())
    if (reader.peek() === 'string') strings.push(reader.string());
    else {
      reader.skip(); // A hole that sanitising left.
      strings.push('');
    }
  return strings;
}

export function readLibs(reader: JsonReader): GeckoLib[] {
  const libs: GeckoLib[] = [];
  if (reader.peek() !== 'array') {
    reader.skip();
    return libs;
  }
  reader.enterArray();
  while (reader.nextItem()) {
    const lib: GeckoLib = { name: '', start: 0, end: 0 };
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      const kind = reader.peek();
      if (key === 'name' && kind === 'string') lib.name = reader.name();
      else if (key === 'start' && kind === 'number') lib.start = reader.number();
      else if (key === 'end' && kind === 'number') lib.end = reader.number();
      else reader.skip();
    }
    libs.push(lib);
  }
  return libs;
}
