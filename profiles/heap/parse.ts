/**
 * Reads V8's `.heapsnapshot` (and `.heaptimeline`, the same with samples and allocation traces, which are skipped) piece by
 * piece: numbers go from bytes into typed arrays, texts into one run of bytes. The file is never held as a whole, nor as a
 * string, so its size is bounded by memory for the columns alone (about 0.7 times the file's size).
 * Format: V8's src/profiler/heap-snapshot-generator.cc, HeapSnapshotJSONSerializer.
 */
import { ProfileFormatError } from '../errors';
import { EdgeColumns, LocationColumns, NodeColumns } from './graph-columns';
import { unzipped } from './gzip';
import { readLayout, type SnapshotLayout } from './meta';
import { NumberList } from './number-list';
import { Utf8StringTable } from './string-table';
import { TextList } from './text-list';
import type { HeapSnapshot } from './types';

export interface ParseOptions {
  /** Named in errors. */
  fileName: string;
  /** Of the file; lets columns be made at once at their right size, and wrong counts be seen before memory is taken for them. */
  sizeBytes?: number;
  /** Bytes read so far. */
  onProgress?: (bytesRead: number) => void;
  /** Its reason is thrown. */
  signal?: AbortSignal;
}

/**
 * @param source the file's bytes, in pieces of any size; may be gzipped. A piece is done with when the next one is asked for
 * @throws ProfileFormatError when it is not a heap snapshot, cut off or inconsistent
 */
export async function parseHeapSnapshot(
  source: AsyncIterable<Uint8Array>,
  options: ParseOptions,
): Promise<HeapSnapshot> {
  const { fileName, sizeBytes, onProgress, signal } = options;
  let bytesRead = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      signal?.throwIfAborted();
      bytesRead += piece.length;
      yield piece;
      onProgress?.(bytesRead);
    }
  }
  const { pieces, zipped } = await unzipped(counted(), fileName);
  const parser = new SnapshotParser(fileName, zipped ? null : (sizeBytes ?? null));
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    parser.read(piece);
  }
  return parser.finish();
}

const enum Place {
  Start,
  /** Behind `{`. */
  KeyOrEnd,
  /** Behind a comma. */
  Key,
  InKey,
  Colon,
  Value,
  Head,
  Numbers,
  Texts,
  Skipped,
  CommaOrEnd,
  End,
}

/** The head has well below 10 KB; more is something else. */
const longestHead = 4 << 20;
const longestKey = 256;
/** Without knowing the file's size: columns begin no larger than this and grow. */
const cautiousRows = 1 << 20;

class SnapshotParser {
  readonly #fileName: string;
  readonly #sizeBytes: number | null;
  #place: Place = Place.Start;
  /** Bytes before the current piece. */
  #before = 0;
  #key = '';
  readonly #seen = new Set<string>();

  #head: number[] = [];
  #layout: SnapshotLayout | null = null;
  #list: NumberList | null = null;
  #nodes: NodeColumns | null = null;
  #edges: EdgeColumns | null = null;
  #locations: LocationColumns | null = null;
  #texts: TextList | null = null;

  /** Of a value that is skipped or collected: open brackets, and whether we are in a string. */
  #depth = 0;
  #inString = false;
  #escaped = false;

  constructor(fileName: string, sizeBytes: number | null) {
    this.#fileName = fileName;
    this.#sizeBytes = sizeBytes;
  }

  read(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      switch (this.#place) {
        case Place.Numbers: {
          const list = this.#list!;
          at = list.read(piece, at);
          if (list.done) this.#endOfNumbers(list);
          else if (at < piece.length)
            this.#fail(
              `has ${shown(piece[at]!)} where a number should stand`,
              at,
              `${this.#key}[${list.numbers}]`,
            );
          break;
        }
        case Place.Texts: {
          const texts = this.#texts!;
          at = texts.read(piece, at);
          if (texts.done) this.#place = Place.CommaOrEnd;
          else if (texts.tooLarge) this.#fail('has more than 4 GB of texts', at, 'strings');
          else if (at < piece.length)
            this.#fail(`has ${shown(piece[at]!)} in its list of texts`, at, `strings[${texts.length}]`);
          break;
        }
        case Place.Head:
        case Place.Skipped:
          at = this.#throughValue(piece, at);
          break;
        default:
          this.#structure(piece[at]!, at);
          at++;
      }
    }
    this.#before += piece.length;
  }

  finish(): HeapSnapshot {
    if (this.#place === Place.Start)
      throw this.#notASnapshot(this.#before === 0 ? 'is empty' : 'holds nothing but white space');
    if (this.#place !== Place.End) {
      const inside = this.#place === Place.KeyOrEnd || this.#key === '' ? '' : `, in "${this.#key}"`;
      throw new ProfileFormatError('PROFILE_MALFORMED', `${this.#fileName} is cut off${inside}.`, {
        where: `${this.#fileName}: byte ${this.#before}`,
        hint: 'The snapshot was not written to its end: the process ended, or the disk was full. Take it again.',
      });
    }
    const [layout, nodes, edges, texts] = [this.#layout, this.#nodes, this.#edges, this.#texts];
    if (!layout || !nodes || !edges || !texts) {
      const missing = ['snapshot', 'nodes', 'edges', 'strings'].filter((key) => !this.#seen.has(key));
      throw this.#notASnapshot(`has no ${missing.map((key) => `"${key}"`).join(', ')}`);
    }
    nodes.finish();
    edges.finish();
    const { bytes, offsets } = texts.finish();
    const strings = new Utf8StringTable(bytes, offsets);
    this.#check(layout, nodes, edges, strings.length);
    const locations = (this.#locations ?? new LocationColumns(layout)).finish(nodes.rows);
    return {
      nodeCount: nodes.rows,
      edgeCount: edges.rows,
      nodeTypes: layout.nodeTypes,
      edgeTypes: layout.edgeTypes,
      strings,
      nodeType: nodes.type,
      nodeName: nodes.name,
      nodeId: nodes.id,
      shallow: nodes.shallow,
      firstEdge: nodes.firstEdge,
      edgeType: edges.type,
      edgeName: edges.name,
      edgeTo: edges.to,
      locationNode: locations.node,
      locationPlace: locations.place,
    };
  }

  #check(layout: SnapshotLayout, nodes: NodeColumns, edges: EdgeColumns, strings: number): void {
    const wrong = (what: string, where: string): never => {
      throw new ProfileFormatError('PROFILE_MALFORMED', `${this.#fileName} contradicts itself: ${what}.`, {
        where: `${this.#fileName}: ${where}`,
        hint: 'The file was damaged or changed after V8 wrote it. Take the snapshot again.',
      });
    };
    if (nodes.rows === 0) wrong('it has no objects', 'nodes');
    if (layout.nodeCount !== null && layout.nodeCount !== nodes.rows)
      wrong(
        `its head counts ${layout.nodeCount} objects, but ${nodes.rows} are listed`,
        'snapshot.node_count',
      );
    if (layout.edgeCount !== null && layout.edgeCount !== edges.rows)
      wrong(
        `its head counts ${layout.edgeCount} references, but ${edges.rows} are listed`,
        'snapshot.edge_count',
      );
    if (nodes.edges !== edges.rows)
      wrong(`its objects have ${nodes.edges} references, but ${edges.rows} are listed`, 'nodes[].edge_count');
    if (edges.crooked !== -1)
      wrong('a reference does not point to the beginning of an object', `edges[${edges.crooked}].to_node`);
    if (edges.rows > 0 && edges.highestTo >= nodes.rows) {
      const edge = edges.to.findIndex((to) => to >= nodes.rows);
      wrong(`a reference points to object ${edges.to[edge]} of ${nodes.rows}`, `edges[${edge}].to_node`);
    }
    if (nodes.highestType >= layout.nodeTypes.length)
      wrong(`an object is of kind ${nodes.highestType} of ${layout.nodeTypes.length}`, 'nodes[].type');
    if (edges.highestType >= layout.edgeTypes.length)
      wrong(`a reference is of kind ${edges.highestType} of ${layout.edgeTypes.length}`, 'edges[].type');
    if (nodes.highestName >= strings || edges.highestName >= strings)
      wrong(`a name is text ${Math.max(nodes.highestName, edges.highestName)} of ${strings}`, 'strings');
  }

  /** What stands between the values. */
  #structure(byte: number, at: number): void {
    const place = this.#place;
    if (place === Place.InKey) {
      if (byte === 0x22) this.#place = Place.Colon;
      else if (this.#key.length >= longestKey) throw this.#notASnapshot('is not made like one');
      else this.#key += String.fromCharCode(byte);
      return;
    }
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    if (place === Place.Start) {
      if (this.#isByteOrderMark(byte, at)) return;
      if (byte !== 0x7b) throw this.#notASnapshot(`begins with ${shown(byte)} instead of "{"`);
      this.#place = Place.KeyOrEnd;
    } else if ((place === Place.KeyOrEnd || place === Place.Key) && byte === 0x22) {
      this.#key = '';
      this.#place = Place.InKey;
    } else if ((place === Place.KeyOrEnd || place === Place.CommaOrEnd) && byte === 0x7d)
      this.#place = Place.End;
    else if (place === Place.CommaOrEnd && byte === 0x2c) this.#place = Place.Key;
    else if (place === Place.Colon && byte === 0x3a) this.#place = Place.Value;
    else if (place === Place.Value) this.#beginValue(byte, at);
    else if (place === Place.End) this.#fail(`goes on with ${shown(byte)} after its end`, at);
    else this.#fail(`has ${shown(byte)} where it should not stand`, at, this.#key);
  }

  #isByteOrderMark(byte: number, at: number): boolean {
    return this.#before + at < 3 && byte === [0xef, 0xbb, 0xbf][this.#before + at];
  }

  #beginValue(byte: number, at: number): void {
    const key = this.#key;
    const known = ['snapshot', 'nodes', 'edges', 'locations', 'strings'].includes(key);
    if (known && this.#seen.has(key)) this.#fail(`has "${key}" twice`, at, key);
    if (!known || (key === 'locations' && !this.#canReadLocations())) {
      this.#beginSkipping(byte, Place.Skipped);
      return;
    }
    this.#seen.add(key);
    if (key === 'snapshot') {
      if (byte !== 0x7b) throw this.#notASnapshot('has no object for "snapshot"');
      this.#head = [byte];
      this.#beginSkipping(byte, Place.Head);
      return;
    }
    if (byte !== 0x5b) this.#fail(`has no list for "${key}"`, at, key);
    const layout = this.#layout;
    if (!layout) throw this.#notASnapshot(`has "${key}" before "snapshot"`);
    if (key === 'strings') {
      const left = this.#sizeBytes === null ? 1 << 20 : Math.max(0, this.#sizeBytes - this.#before - at);
      this.#texts = new TextList(
        Math.min(left + (1 << 10), 0xffffffff),
        Math.min(cautiousRows, 1 + (left >> 4)),
      );
      this.#place = Place.Texts;
      return;
    }
    this.#place = Place.Numbers;
    if (key === 'nodes') {
      const nodes = new NodeColumns(
        layout.node,
        this.#capacity(layout.nodeCount, layout.node.fields, 'node_count'),
      );
      this.#nodes = nodes;
      this.#list = new NumberList(layout.node.fields, (block, rows) => nodes.add(block, rows));
    } else if (key === 'edges') {
      const edges = new EdgeColumns(
        layout,
        this.#capacity(layout.edgeCount, layout.edge.fields, 'edge_count'),
      );
      this.#edges = edges;
      this.#list = new NumberList(layout.edge.fields, (block, rows) => edges.add(block, rows));
    } else {
      const locations = new LocationColumns(layout);
      this.#locations = locations;
      this.#list = new NumberList(layout.location.fields, (block, rows) => locations.add(block, rows));
    }
  }

  #canReadLocations(): boolean {
    const at = this.#layout?.location;
    return at !== undefined && at.node >= 0 && at.script >= 0 && at.line >= 0 && at.column >= 0;
  }

  /** A number takes at least two bytes, its comma included: a count that the file has no room for is a lie. */
  #capacity(stated: number | null, fields: number, field: string): number {
    if (stated === null) return 1024;
    if (this.#sizeBytes === null) return Math.min(stated, cautiousRows);
    if (stated * fields * 2 > this.#sizeBytes)
      throw new ProfileFormatError(
        'PROFILE_MALFORMED',
        `${this.#fileName} says it holds ${stated} rows, which do not fit into its ${this.#sizeBytes} bytes.`,
        {
          where: `${this.#fileName}: snapshot.${field}`,
          hint: 'The file is cut off or damaged. Take the snapshot again.',
        },
      );
    return stated;
  }

  #endOfNumbers(list: NumberList): void {
    if (list.leftOver !== 0)
      throw new ProfileFormatError(
        'PROFILE_MALFORMED',
        `${this.#fileName}: the last row of "${this.#key}" is not whole.`,
        {
          where: `${this.#fileName}: ${this.#key}[${list.rows}]`,
          hint: 'The file was damaged or changed after V8 wrote it. Take the snapshot again.',
        },
      );
    this.#list = null;
    this.#place = Place.CommaOrEnd;
  }

  #beginSkipping(byte: number, place: Place.Head | Place.Skipped): void {
    this.#place = place;
    this.#inString = byte === 0x22;
    this.#escaped = false;
    this.#depth = byte === 0x7b || byte === 0x5b ? 1 : 0;
  }

  /** Goes on to the end of a value by its brackets and quotes alone. @returns where it stopped */
  #throughValue(piece: Uint8Array, at: number): number {
    const collecting = this.#place === Place.Head;
    for (let i = at; i < piece.length; i++) {
      const byte = piece[i]!;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === 0x5c) this.#escaped = true;
        else if (byte === 0x22) this.#inString = false;
      } else if (byte === 0x22) this.#inString = true;
      else if (byte === 0x7b || byte === 0x5b) this.#depth++;
      else if (byte === 0x7d || byte === 0x5d || byte === 0x2c) {
        // A number or a word ends at what follows it, which is not its own.
        if (this.#depth === 0) {
          this.#place = Place.CommaOrEnd;
          return i;
        }
        if (byte !== 0x2c && --this.#depth === 0) {
          if (collecting) {
            this.#head.push(byte);
            this.#endOfHead(i);
          }
          this.#place = Place.CommaOrEnd;
          return i + 1;
        }
      }
      if (collecting) {
        if (this.#head.length >= longestHead) throw this.#notASnapshot('has a head that is far too long');
        this.#head.push(byte);
      }
    }
    return piece.length;
  }

  #endOfHead(at: number): void {
    let head: unknown;
    try {
      head = JSON.parse(new TextDecoder().decode(Uint8Array.from(this.#head)));
    } catch (cause) {
      throw new ProfileFormatError('PROFILE_MALFORMED', `The head of ${this.#fileName} is not JSON.`, {
        where: `${this.#fileName}: byte ${this.#before + at}`,
        hint: 'The file was damaged or changed after V8 wrote it. Take the snapshot again.',
        cause,
      });
    }
    this.#head = [];
    const layout = readLayout(head);
    if (typeof layout === 'string') throw this.#notASnapshot(`has a head that V8 does not write (${layout})`);
    this.#layout = layout;
  }

  #notASnapshot(what: string): ProfileFormatError {
    return new ProfileFormatError(
      'PROFILE_UNKNOWN_FORMAT',
      `${this.#fileName} ${what}: it is not a heap snapshot.`,
      {
        where: `${this.#fileName}: byte ${this.#before}`,
        hint: 'Heap snapshots are written by v8.writeHeapSnapshot(), --heapsnapshot-signal, Chrome DevTools (Memory) or a run with snapshots.',
      },
    );
  }

  #fail(what: string, at: number, where = ''): never {
    throw new ProfileFormatError('PROFILE_MALFORMED', `${this.#fileName} ${what}.`, {
      where: `${this.#fileName}: ${where === '' ? '' : `${where}, `}byte ${this.#before + at}`,
      hint: 'The file was damaged or changed after V8 wrote it. Take the snapshot again.',
    });
  }
}

function shown(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
