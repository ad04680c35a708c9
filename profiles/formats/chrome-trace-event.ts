/**
 * One event of a trace, read into columns that are used again for the next one. Chrome writes `args` before `name`, so
 * what an event is about is known only when all of it was read.
 */
import { Float64Column, Int32Column } from '../columns';
import type { JsonReader } from './json-reader';

/** Process and thread ids are numbers; some programs that write traces put names there. */
export type TraceId = number | string;

/** The pieces of a V8 profile that one event carries. */
export class CpuPiece {
  /** Whether the event has a `cpuProfile` at all. */
  present = false;
  readonly nodeId = new Int32Column(64);
  /** The caller's id; 0 where the event does not say (V8 counts from 1). */
  readonly nodeParent = new Int32Column(64);
  readonly nodeFrame = new Int32Column(64);
  /** Pairs [caller's id, id] from `children`. */
  readonly edges = new Int32Column(64);
  /** Triples [id, 1-based line, ticks]. */
  readonly ticks = new Int32Column(64);
  readonly samples = new Int32Column(256);
  readonly deltas = new Float64Column(256);
  /** 1-based line of each sample. */
  readonly lines = new Int32Column(256);
  startTime = Number.NaN;
  endTime = Number.NaN;

  clear(): void {
    this.present = false;
    this.startTime = this.endTime = Number.NaN;
    for (const column of [this.nodeId, this.nodeParent, this.nodeFrame, this.edges, this.ticks, this.samples])
      column.length = 0;
    this.deltas.length = this.lines.length = 0;
  }
}

/** The functions of a whole trace, each once. Lines and columns are 1-based, 0 = unknown. */
export class TraceFrames {
  readonly name: string[] = [];
  readonly url: string[] = [];
  readonly line: number[] = [];
  readonly column: number[] = [];
  private readonly ids = new Map<string, number>();

  add(name: string, url: string, line: number, column: number): number {
    const key = `${name}\n${url}\n${line}\n${column}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.name.length;
    this.name.push(name);
    this.url.push(url);
    this.line.push(line);
    this.column.push(column);
    this.ids.set(key, id);
    return id;
  }
}

export class TraceEvent {
  name = '';
  /** B, E, X, P, M, …; '' when the event has none. */
  phase = '';
  pid: TraceId = 0;
  tid: TraceId = 0;
  /** µs; NaN when there is none. */
  ts = Number.NaN;
  dur = Number.NaN;
  id = '';
  /** `args.name` of metadata. */
  givenName = '';
  /** Of `args.data`: */
  url = '';
  functionName = '';
  line = 0;
  column = 0;
  source = '';
  workerThreadId: TraceId = '';
  /** A page and the process that shows it. */
  pageUrl = '';
  pagePid: TraceId = '';
  readonly cpu = new CpuPiece();

  constructor(readonly frames: TraceFrames) {}

  /** Reads the object that comes next. Values of unexpected types are passed over, except in CPU profiles. */
  read(reader: JsonReader): void {
    this.clear();
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      switch (key) {
        case 'name':
          this.name = textOr(reader, '');
          break;
        case 'ph':
          this.phase = textOr(reader, '');
          break;
        case 'pid':
          this.pid = idOr(reader, 0);
          break;
        case 'tid':
          this.tid = idOr(reader, 0);
          break;
        case 'ts':
          this.ts = numberOr(reader, Number.NaN);
          break;
        case 'dur':
          this.dur = numberOr(reader, Number.NaN);
          break;
        case 'id':
          this.id = String(idOr(reader, ''));
          break;
        case 'id2':
          this.readId2(reader);
          break;
        case 'args':
          this.readArgs(reader);
          break;
        default:
          reader.skip();
      }
    }
  }

  private clear(): void {
    this.name = this.phase = this.id = this.givenName = this.url = this.functionName = '';
    this.source = this.pageUrl = '';
    this.pid = this.tid = this.line = this.column = 0;
    this.ts = this.dur = Number.NaN;
    this.workerThreadId = this.pagePid = '';
    this.cpu.clear();
  }

  private readId2(reader: JsonReader): void {
    if (!entered(reader)) return;
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
      if (key === 'local' || key === 'global') this.id = String(idOr(reader, ''));
      else reader.skip();
  }

  private readArgs(reader: JsonReader): void {
    if (!entered(reader)) return;
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
      if (key === 'name') this.givenName = textOr(reader, '');
      else if (key === 'data') this.readData(reader);
      else reader.skip();
  }

  private readData(reader: JsonReader): void {
    if (!entered(reader)) return;
    const { cpu } = this;
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      switch (key) {
        case 'cpuProfile':
          this.readCpuProfile(reader);
          break;
        case 'timeDeltas':
          reader.numbers(cpu.deltas);
          break;
        case 'lines':
          readLines(reader, cpu.lines);
          break;
        case 'startTime':
          cpu.startTime = numberOr(reader, cpu.startTime);
          break;
        case 'endTime':
          cpu.endTime = numberOr(reader, cpu.endTime);
          break;
        case 'url':
          this.url = textOr(reader, '');
          break;
        case 'functionName':
          this.functionName = textOr(reader, '');
          break;
        case 'lineNumber':
          this.line = Math.max(0, position(reader));
          break;
        case 'columnNumber':
          this.column = Math.max(0, position(reader));
          break;
        case 'source':
          this.source = textOr(reader, '');
          break;
        case 'workerThreadId':
          this.workerThreadId = idOr(reader, '');
          break;
        case 'frames':
          this.readPages(reader);
          break;
        default:
          reader.skip();
      }
    }
  }

  /** The first page of the list: the one that was recorded. */
  private readPages(reader: JsonReader): void {
    if (reader.peek() !== 'array') return reader.skip();
    reader.enterArray();
    while (reader.nextItem()) {
      if (this.pageUrl !== '' || reader.peek() !== 'object') {
        reader.skip();
        continue;
      }
      reader.enterObject();
      for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
        if (key === 'url') this.pageUrl = textOr(reader, '');
        else if (key === 'processId') this.pagePid = idOr(reader, '');
        else reader.skip();
    }
  }

  private readCpuProfile(reader: JsonReader): void {
    if (reader.peek() === 'null') return reader.skip();
    const { cpu } = this;
    cpu.present = true;
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'nodes') {
        reader.enterArray();
        while (reader.nextItem()) this.readNode(reader);
      } else if (key === 'samples') reader.integers(cpu.samples);
      else if (key === 'timeDeltas') reader.numbers(cpu.deltas);
      else if (key === 'lines') readLines(reader, cpu.lines);
      else if (key === 'startTime') cpu.startTime = reader.number();
      else if (key === 'endTime') cpu.endTime = reader.number();
      else reader.skip();
    }
  }

  private readNode(reader: JsonReader): void {
    const { cpu } = this;
    let id = Number.NaN;
    let parent = 0;
    let frame = -1;
    const firstEdge = cpu.edges.length;
    const firstTick = cpu.ticks.length;
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
      if (key === 'id') id = nodeId(reader);
      else if (key === 'parent') parent = reader.peek() === 'null' ? (reader.null(), 0) : nodeId(reader);
      else if (key === 'callFrame') frame = readCallFrame(reader, this.frames);
      else if (key === 'children') readChildren(reader, cpu.edges);
      else if (key === 'positionTicks') readPositionTicks(reader, cpu.ticks);
      else reader.skip();
    }
    if (Number.isNaN(id)) throw reader.malformed('expected a node with an "id", found none');
    if (frame === -1) throw reader.malformed('expected a node with a "callFrame", found none');
    cpu.nodeId.push(id);
    cpu.nodeParent.push(parent);
    cpu.nodeFrame.push(frame);
    for (let i = firstEdge; i < cpu.edges.length; i += 2) cpu.edges.values[i] = id;
    for (let i = firstTick; i < cpu.ticks.length; i += 3) cpu.ticks.values[i] = id;
  }
}

function nodeId(reader: JsonReader): number {
  const id = reader.number();
  if (id !== (id | 0) || id < 0) throw reader.malformed(`expected a node's id, found ${id}`);
  return id;
}

function readChildren(reader: JsonReader, edges: Int32Column): void {
  reader.enterArray();
  while (reader.nextItem()) {
    edges.push(0);
    edges.push(nodeId(reader));
  }
}

function readPositionTicks(reader: JsonReader, ticks: Int32Column): void {
  if (reader.peek() !== 'array') return reader.skip();
  reader.enterArray();
  while (reader.nextItem()) {
    let line = 0;
    let count = 0;
    reader.enterObject();
    for (let key = reader.nextKey(); key !== null; key = reader.nextKey())
      if (key === 'line') line = reader.number();
      else if (key === 'ticks') count = reader.number();
      else reader.skip();
    ticks.push(0);
    ticks.push(line);
    ticks.push(count);
  }
}

function readLines(reader: JsonReader, lines: Int32Column): void {
  if (reader.peek() !== 'array') return reader.skip();
  reader.enterArray();
  while (reader.nextItem()) lines.push(numberOr(reader, 0));
}

function readCallFrame(reader: JsonReader, frames: TraceFrames): number {
  let name = '';
  let url = '';
  let script: TraceId = 0;
  let line = 0;
  let column = 0;
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'functionName') name = reader.name();
    else if (key === 'url') url = textOr(reader, '');
    else if (key === 'scriptId') script = idOr(reader, 0);
    else if (key === 'lineNumber') line = position(reader) + 1;
    else if (key === 'columnNumber') column = position(reader) + 1;
    else reader.skip();
  }
  // Code without a file of its own (eval, the console, injected scripts) is called as DevTools calls it.
  if (url === '' && line > 0 && Number(script) > 0) url = `VM${script}`;
  return frames.add(name, url, line, column);
}

/** A line or column as the file counts it; -1 when it is none. */
function position(reader: JsonReader): number {
  const value = numberOr(reader, -1);
  return Number.isInteger(value) && value >= 0 && value < 0x7ffffffe ? value : -1;
}

function entered(reader: JsonReader): boolean {
  if (reader.peek() === 'object') {
    reader.enterObject();
    return true;
  }
  reader.skip();
  return false;
}

function textOr(reader: JsonReader, otherwise: string): string {
  if (reader.peek() === 'string') return reader.name();
  reader.skip();
  return otherwise;
}

function numberOr(reader: JsonReader, otherwise: number): number {
  const kind = reader.peek();
  if (kind === 'number') return reader.number();
  if (kind === 'string') {
    const value = Number(reader.string());
    return Number.isFinite(value) ? value : otherwise;
  }
  reader.skip();
  return otherwise;
}

function idOr(reader: JsonReader, otherwise: TraceId): TraceId {
  const kind = reader.peek();
  if (kind === 'number') return reader.number();
  if (kind === 'string') return reader.name();
  reader.skip();
  return otherwise;
}
