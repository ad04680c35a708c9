/** The JSON of a `.heapprofile` as columns: its tree lies nested in the file, as deep as the stacks are, and nothing here recurses. */
import { Float64Column, Int32Column } from '../columns';
import { readPosition } from './cpuprofile-columns';
import type { JsonReader } from './json-reader';

export interface HeapColumns {
  length: number;
  /** In the file's order: parents before children; -1 for the head. */
  parent: Int32Column;
  functionName: string[];
  scriptId: string[];
  url: string[];
  /** 0-based; -1 when there is none. */
  lineNumber: Int32Column;
  columnNumber: Int32Column;
  selfSize: Float64Column;
  /** NaN when the file gives none. */
  id: Float64Column;
}

/** Far beyond any memory, and far below where sums of doubles become infinite. */
const largestSizeBytes = 1e20;

/**
 * Reads the whole file.
 * @throws ProfileFormatError naming the place when something is missing or of the wrong type
 */
export function readHeapColumns(reader: JsonReader): HeapColumns {
  const columns: HeapColumns = {
    length: 0,
    parent: new Int32Column(),
    functionName: [],
    scriptId: [],
    url: [],
    lineNumber: new Int32Column(),
    columnNumber: new Int32Column(),
    selfSize: new Float64Column(),
    id: new Float64Column(),
  };
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key !== 'head') reader.skip();
    else if (columns.length > 0) throw reader.malformed('the file has "head" twice');
    else readTree(reader, columns);
  }
  reader.finish();
  if (columns.length === 0) throw reader.inconsistent('head', 'expected an object, found nothing');
  return columns;
}

function readTree(reader: JsonReader, columns: HeapColumns): void {
  // Nodes whose object is open, the innermost last.
  const open = [enterNode(reader, columns, -1)];
  while (open.length > 0) {
    const node = open[open.length - 1]!;
    const key = reader.nextKey();
    if (key === 'children') {
      reader.enterArray();
      if (reader.nextItem()) open.push(enterNode(reader, columns, node));
    } else if (key !== null) readValue(reader, columns, node, key);
    else {
      if (columns.functionName[node] === undefined)
        throw reader.malformed('expected an object, found nothing', joined(reader.place(), 'callFrame'));
      open.pop();
      // Behind a child comes its sibling, or the rest of the parent.
      if (open.length > 0 && reader.nextItem())
        open.push(enterNode(reader, columns, columns.parent.values[node]!));
    }
  }
}

function joined(place: string, key: string): string {
  return place === '' ? key : `${place}.${key}`;
}

function enterNode(reader: JsonReader, columns: HeapColumns, parent: number): number {
  reader.enterObject();
  const node = columns.length++;
  columns.parent.push(parent);
  columns.lineNumber.push(-1);
  columns.columnNumber.push(-1);
  columns.selfSize.push(0);
  columns.id.push(Number.NaN);
  columns.functionName.length = node + 1;
  return node;
}

function readValue(reader: JsonReader, columns: HeapColumns, node: number, key: string): void {
  if (key === 'callFrame') readCallFrame(reader, columns, node);
  else if (key === 'selfSize') {
    const size = reader.number();
    if (size < 0 || size > largestSizeBytes)
      throw reader.malformed(`expected a size in bytes, found ${size}`);
    columns.selfSize.values[node] = size;
  } else if (key === 'id' && reader.peek() === 'number') columns.id.values[node] = reader.number();
  else reader.skip();
}

function readCallFrame(reader: JsonReader, columns: HeapColumns, node: number): void {
  let name: string | null = null;
  let url = '';
  let scriptId = '0';
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'functionName') name = reader.name();
    else if (key === 'url') url = reader.name();
    else if (key === 'scriptId' && reader.peek() === 'string') scriptId = reader.name();
    else if (key === 'lineNumber') columns.lineNumber.values[node] = readPosition(reader);
    else if (key === 'columnNumber') columns.columnNumber.values[node] = readPosition(reader);
    else reader.skip();
  }
  if (name === null)
    throw reader.malformed('expected a text, found nothing', joined(reader.place(), 'functionName'));
  columns.functionName[node] = name;
  columns.url[node] = url;
  columns.scriptId[node] = scriptId;
}
