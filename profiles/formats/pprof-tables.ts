/** A pprof file as columns, in which everything is still named by the file's own numbers. */
import { Float64Column, Int32Column } from '../columns';
import { delimited } from './pprof-decoding';
import type { Fields, ProtobufReader } from './pprof-decoding';
import { StackTable } from './stack-table';

const maxSampleTypes = 256;
const maxLabelKeys = 20;
const maxSampleValues = 2 ** 27;

/** Ids of the file, which are any 64-bit numbers, as 0, 1, 2 … in the order in which they are first met. */
class Ids {
  private readonly small = new Map<number, number>();
  private readonly big = new Map<string, number>();

  get length(): number {
    return this.small.size + this.big.size;
  }

  indexOf({ low, high }: Fields): number {
    if (high < 0x200000) {
      const id = high * 2 ** 32 + low;
      const known = this.small.get(id);
      if (known !== undefined) return known;
      const index = this.length;
      this.small.set(id, index);
      return index;
    }
    const id = `${high}:${low}`;
    const known = this.big.get(id);
    if (known !== undefined) return known;
    const index = this.length;
    this.big.set(id, index);
    return index;
  }

  /** For messages. */
  nameOf(index: number): string {
    for (const [id, at] of this.small) if (at === index) return String(id);
    return 'of 64 bits';
  }
}

/** What a location knows, by its index: -1 where it was only referred to. */
export interface Locations {
  ids: Ids;
  firstLine: Int32Column;
  lineCount: Int32Column;
  mapping: Int32Column;
  addressLow: Float64Column;
  addressHigh: Float64Column;
  /** Lines of all locations, those of one together, innermost (inlined) first. `function` -1: none given. */
  lines: { function: Int32Column; line: Int32Column; column: Int32Column };
}

/** Indices into the strings; `name` -1 where the function was only referred to. */
export interface Functions {
  ids: Ids;
  name: Int32Column;
  systemName: Int32Column;
  file: Int32Column;
  startLine: Int32Column;
}

export interface PprofTables {
  sampleTypes: { type: number; unit: number }[];
  strings: string[];
  stacks: StackTable;
  /** Per sample: the stack, whose items are location indices, and `valueCount` values one behind the other. */
  samples: { node: Int32Column; value: Float64Column; valueCount: number };
  locations: Locations;
  functions: Functions;
  mappings: { ids: Ids; file: Int32Column };
  labelKeys: Set<number>;
  /** Index into the strings; 0 when the file does not say. */
  defaultSampleType: number;
  timeNanos: number;
  durationNanos: number;
}

/** @throws ProfileFormatError */
export function readPprofTables(reader: ProtobufReader): PprofTables {
  return new TableReading(reader).read();
}

class TableReading {
  private readonly message: Fields;
  private readonly inner: Fields;
  private readonly decoder = new TextDecoder();
  private readonly stack = new Int32Column(256);
  private outermostFirst = new Int32Array(256);
  private readonly tables: PprofTables = {
    sampleTypes: [],
    strings: [],
    stacks: new StackTable(),
    samples: { node: new Int32Column(), value: new Float64Column(), valueCount: -1 },
    locations: {
      ids: new Ids(),
      firstLine: new Int32Column(),
      lineCount: new Int32Column(),
      mapping: new Int32Column(),
      addressLow: new Float64Column(),
      addressHigh: new Float64Column(),
      lines: { function: new Int32Column(), line: new Int32Column(), column: new Int32Column() },
    },
    functions: {
      ids: new Ids(),
      name: new Int32Column(),
      systemName: new Int32Column(),
      file: new Int32Column(),
      startLine: new Int32Column(),
    },
    mappings: { ids: new Ids(), file: new Int32Column() },
    labelKeys: new Set(),
    defaultSampleType: 0,
    timeNanos: 0,
    durationNanos: 0,
  };

  private readonly takeLocation = (from: Fields): void =>
    this.stack.push(this.tables.locations.ids.indexOf(from));
  private readonly takeValue = (from: Fields): void => this.tables.samples.value.push(from.signed);

  constructor(private readonly reader: ProtobufReader) {
    this.message = reader.fields();
    this.inner = reader.fields();
  }

  /** The numbers are those of the fields in profile.proto. */
  read(): PprofTables {
    const { reader, tables, message } = this;
    while (reader.next()) {
      switch (reader.field) {
        case 1:
          reader.enter(message);
          this.sampleType();
          break;
        case 2:
          reader.enter(message);
          this.sample();
          break;
        case 3:
          reader.enter(message);
          this.mapping();
          break;
        case 4:
          reader.enter(message);
          this.location();
          break;
        case 5:
          reader.enter(message);
          this.function();
          break;
        case 6:
          reader.enter(message);
          tables.strings.push(this.decoder.decode(message.bytes.subarray(message.at, message.end)));
          break;
        case 9:
          tables.timeNanos = reader.signed();
          break;
        case 10:
          tables.durationNanos = reader.signed();
          break;
        case 14:
          tables.defaultSampleType = reader.number();
          break;
        default:
          reader.skip();
      }
    }
    return tables;
  }

  private sampleType(): void {
    const { message, tables } = this;
    const sampleType = { type: 0, unit: 0 };
    while (message.next()) {
      if (message.field === 1) sampleType.type = message.index();
      else if (message.field === 2) sampleType.unit = message.index();
      else message.skip();
    }
    if (tables.sampleTypes.push(sampleType) > maxSampleTypes)
      throw message.problem(`more than ${maxSampleTypes} sample types`);
  }

  private sample(): void {
    const { message, stack, tables } = this;
    const { samples } = tables;
    const before = samples.value.length;
    stack.length = 0;
    while (message.next()) {
      if (message.field === 1) this.list(this.takeLocation);
      else if (message.field === 2) this.list(this.takeValue);
      else if (message.field === 3) this.label();
      else message.skip();
    }
    const count = samples.value.length - before;
    if (samples.valueCount === -1) samples.valueCount = count;
    if (count !== samples.valueCount)
      throw message.problem(
        `sample ${samples.node.length} has ${count} values, those before it have ${samples.valueCount}`,
      );
    if (samples.value.length > maxSampleValues) throw message.problem('more than 134 million values');
    const { length } = stack;
    if (length > this.outermostFirst.length) this.outermostFirst = new Int32Array(length * 2);
    for (let i = 0; i < length; i++) this.outermostFirst[i] = stack.values[length - 1 - i]!;
    samples.node.push(tables.stacks.nodeOf(this.outermostFirst, length));
  }

  /** A repeated number: packed into one field, or a field each. */
  private list(take: (from: Fields) => void): void {
    const { message, inner } = this;
    if (message.wire !== delimited) {
      message.number();
      take(message);
      return;
    }
    message.enter(inner);
    while (inner.at < inner.end) {
      inner.readVarint();
      take(inner);
    }
  }

  private label(): void {
    const { message, inner, tables } = this;
    message.enter(inner);
    while (inner.next()) {
      if (inner.field === 1) {
        const key = inner.index();
        if (tables.labelKeys.size < maxLabelKeys) tables.labelKeys.add(key);
      } else inner.skip();
    }
  }

  private mapping(): void {
    const { message, tables } = this;
    let index = -1;
    let file = 0;
    while (message.next()) {
      if (message.field === 1) {
        message.number();
        index = tables.mappings.ids.indexOf(message);
      } else if (message.field === 5) file = message.index();
      else message.skip();
    }
    if (index !== -1) setAt(tables.mappings.file, index, file);
  }

  private location(): void {
    const { message, inner, tables } = this;
    const { locations } = tables;
    const { lines } = locations;
    const firstLine = lines.line.length;
    let index = -1;
    let mapping = -1;
    let addressLow = 0;
    let addressHigh = 0;
    while (message.next()) {
      if (message.field === 1) {
        message.number();
        index = locations.ids.indexOf(message);
      } else if (message.field === 2) {
        if (message.number() !== 0) mapping = tables.mappings.ids.indexOf(message);
      } else if (message.field === 3) {
        message.number();
        addressLow = message.low;
        addressHigh = message.high;
      } else if (message.field === 4) {
        message.enter(inner);
        this.line();
      } else message.skip();
    }
    if (index === -1) throw message.problem('a location has no id');
    setAt(locations.firstLine, index, firstLine);
    setAt(locations.lineCount, index, lines.line.length - firstLine);
    setAt(locations.mapping, index, mapping);
    setAt(locations.addressLow, index, addressLow);
    setAt(locations.addressHigh, index, addressHigh);
  }

  private line(): void {
    const { inner, tables } = this;
    const { lines } = tables.locations;
    let owner = -1;
    let line = 0;
    let column = 0;
    while (inner.next()) {
      if (inner.field === 1) {
        if (inner.number() !== 0) owner = tables.functions.ids.indexOf(inner);
      } else if (inner.field === 2) line = position(inner);
      else if (inner.field === 3) column = position(inner);
      else inner.skip();
    }
    lines.function.push(owner);
    lines.line.push(line);
    lines.column.push(column);
  }

  private function(): void {
    const { message, tables } = this;
    const { functions } = tables;
    let index = -1;
    let name = 0;
    let systemName = 0;
    let file = 0;
    let startLine = 0;
    while (message.next()) {
      if (message.field === 1) {
        message.number();
        index = functions.ids.indexOf(message);
      } else if (message.field === 2) name = message.index();
      else if (message.field === 3) systemName = message.index();
      else if (message.field === 4) file = message.index();
      else if (message.field === 5) startLine = position(message);
      else message.skip();
    }
    if (index === -1) throw message.problem('a function has no id');
    setAt(functions.name, index, name);
    setAt(functions.systemName, index, systemName);
    setAt(functions.file, index, file);
    setAt(functions.startLine, index, startLine);
  }
}

/** A line or column; 0 for what cannot be one. */
function position(fields: Fields): number {
  fields.number();
  const value = fields.signed;
  return value > 0 && value < 0x7fffffff ? value : 0;
}

/** Entries between the end of the column and the index, which were only referred to so far, become -1. */
function setAt(column: Int32Column | Float64Column, index: number, value: number): void {
  while (column.length <= index) column.push(-1);
  column.values[index] = value;
}
