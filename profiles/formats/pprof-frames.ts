/** What the locations of a pprof file are as functions, and the call tree that its stacks make. */
import { ProfileBuilder } from '../builder';
import { categoryIndex } from '../categories';
import type { Profile } from '../types';
import type { ProtobufReader } from './pprof-decoding';
import type { PprofTables } from './pprof-tables';
import { addFrameTo } from './stack-table';

export interface PprofTree {
  /** Frames and nodes; without samples. */
  profile: Profile;
  /** The node of each stack in `PprofTables.stacks`. */
  nodeOf: Int32Array;
  /** By stack: the source line that ran in its innermost frame; 0 = unknown. */
  lineOf: Int32Array;
}

/** @throws ProfileFormatError when something refers to what the file does not have */
export function pprofTree(tables: PprofTables, reader: ProtobufReader): PprofTree {
  return new TreeBuilding(tables, reader).build();
}

class TreeBuilding {
  private readonly builder = new ProfileBuilder('count');
  private readonly frameOfFunction: Int32Array;
  private readonly begins: { line: Int32Array; column: Int32Array };
  private readonly frameOfAddress = new Map<number, number>();

  constructor(
    private readonly tables: PprofTables,
    private readonly reader: ProtobufReader,
  ) {
    this.frameOfFunction = new Int32Array(tables.functions.ids.length).fill(-1);
    this.begins = beginnings(tables);
  }

  build(): PprofTree {
    const { stacks, locations } = this.tables;
    const { lines } = locations;
    const nodeOf = stacks.build((parent, location) => this.addLocation(parent, location));
    const lineOf = new Int32Array(stacks.length);
    for (let id = 1; id < stacks.length; id++) {
      const location = stacks.item.values[id]!;
      if (locations.lineCount.values[location]! > 0)
        lineOf[id] = lines.line.values[locations.firstLine.values[location]!]!;
    }
    return { profile: this.builder.profile, nodeOf, lineOf };
  }

  /** A location is several frames where functions were inlined into each other. */
  private addLocation(parent: number, location: number): number {
    const { locations } = this.tables;
    const first = location < locations.firstLine.length ? locations.firstLine.values[location]! : -1;
    if (first === -1)
      throw this.reader.malformed(
        `a stack names the location ${locations.ids.nameOf(location)}, which is not there`,
      );
    const count = locations.lineCount.values[location]!;
    if (count === 0) return addFrameTo(this.builder, parent, this.addressFrame(location));
    let node = parent;
    for (let at = first + count - 1; at >= first; at--) {
      const owner = locations.lines.function.values[at]!;
      node = addFrameTo(
        this.builder,
        node,
        owner === -1 ? this.addressFrame(location) : this.functionFrame(owner),
      );
    }
    return node;
  }

  private functionFrame(index: number): number {
    const known = this.frameOfFunction[index]!;
    if (known !== -1) return known;
    const { functions } = this.tables;
    if (index >= functions.name.length || functions.name.values[index] === -1)
      throw this.reader.malformed(
        `a location names the function ${functions.ids.nameOf(index)}, which is not there`,
      );
    const name = this.text(functions.name.values[index]!) || this.text(functions.systemName.values[index]!);
    const file = this.text(functions.file.values[index]!);
    const frame = this.addFrame(name, file, this.begins.line[index]!, this.begins.column[index]!);
    this.frameOfFunction[index] = frame;
    return frame;
  }

  /** Names that Datadog's profiler of Node gives to what V8 calls otherwise. */
  private addFrame(name: string, file: string, line: number, column: number): number {
    const anonymous = /^\(anonymous:L#(\d{1,9}):C#(\d{1,9})\)$/.exec(name);
    if (anonymous) return this.builder.addFrame('', file, Number(anonymous[1]), Number(anonymous[2]));
    const frame = this.builder.addFrame(name, file, line, column);
    if (name === 'Garbage Collection' && file === '')
      this.builder.profile.frames.category[frame] = categoryIndex('gc');
    return frame;
  }

  /** Machine code whose function nobody knows: `0x7f3a10 [libc.so.6]`. */
  private addressFrame(location: number): number {
    const known = this.frameOfAddress.get(location);
    if (known !== undefined) return known;
    const { locations, mappings } = this.tables;
    const address =
      (BigInt(locations.addressHigh.values[location]!) << 32n) +
      BigInt(locations.addressLow.values[location]!);
    const mapping = locations.mapping.values[location]!;
    const file =
      mapping !== -1 && mapping < mappings.file.length && mappings.file.values[mapping] !== -1
        ? this.text(mappings.file.values[mapping]!)
        : '';
    const base = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
    const frame = this.builder.addFrame(`0x${address.toString(16)}${base && ` [${base}]`}`, '', 0, 0);
    this.frameOfAddress.set(location, frame);
    return frame;
  }

  private text(index: number): string {
    return stringAt(this.tables, index, this.reader);
  }
}

/** @throws ProfileFormatError when there is no such text */
export function stringAt({ strings }: PprofTables, index: number, reader: ProtobufReader): string {
  // A profile without texts is possible: all are empty then.
  if (index === 0) return strings[0] ?? '';
  const text = strings[index];
  if (text === undefined)
    throw reader.malformed(`it refers to text ${index}, and the table of texts has ${strings.length}`);
  return text;
}

/**
 * Where functions begin. Not all writers tell (`start_line` came late): the first line of it that the profile mentions
 * then stands for it, so that a function stays one however many of its lines ran. The column is known only when it is given
 * for that line.
 */
function beginnings({ functions, locations }: PprofTables): { line: Int32Array; column: Int32Array } {
  const count = functions.ids.length;
  const line = new Int32Array(count);
  const column = new Int32Array(count);
  const { lines } = locations;
  for (let index = 0; index < Math.min(count, functions.startLine.length); index++)
    line[index] = Math.max(0, functions.startLine.values[index]!);
  const told = line.map((start) => (start > 0 ? 1 : 0));
  for (let at = 0; at < lines.line.length; at++) {
    const owner = lines.function.values[at]!;
    const ran = lines.line.values[at]!;
    if (owner !== -1 && told[owner] === 0 && ran > 0 && (line[owner] === 0 || ran < line[owner]!))
      line[owner] = ran;
  }
  for (let at = 0; at < lines.line.length; at++) {
    const owner = lines.function.values[at]!;
    const ran = lines.column.values[at]!;
    if (
      owner !== -1 &&
      ran > 0 &&
      lines.line.values[at] === line[owner] &&
      (column[owner] === 0 || ran < column[owner]!)
    )
      column[owner] = ran;
  }
  return { line, column };
}
