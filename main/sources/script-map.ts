/** One script's source map, ready to be asked. */
import {
  AnyMap,
  GREATEST_LOWER_BOUND,
  LEAST_UPPER_BOUND,
  decodedMappings,
  generatedPositionFor,
  traceSegment,
  type TraceMap,
} from '@jridgewell/trace-mapping';
import { originalUrl } from '../capture/original-urls';
import { identifierAt, isIdentifier, nameBefore } from './original-name';

export interface ScriptMapInput {
  scriptUrl: string;
  /** The generated text, to find names in. */
  text: string;
  /** The map's own text. */
  map: string;
  /** '' when the map is inside the script. */
  sourceMapUrl: string;
  /** See `ScriptRecord`. */
  originals?: Record<string, string>;
  root?: string;
}

/** An answer's place in `ScriptMap.originals`, 1-based line and column. */
export interface OriginalPlace {
  source: number;
  line: number;
  column: number;
  /** '' when the map does not tell. */
  name: string;
}

export class ScriptMap {
  /** URL of each original; several entries may be equal. */
  readonly originals: readonly string[];
  /** For bounding caches: roughly what it holds. */
  readonly sizeCharacters: number;
  private readonly trace: TraceMap;
  private lineStarts: number[] | undefined;
  private readonly originalLines = new Map<number, string[] | undefined>();

  /** Throws with a sentence when the map cannot be used. */
  constructor(private readonly input: ScriptMapInput) {
    const raw = parsed(input.map);
    this.trace = new AnyMap(raw as ConstructorParameters<typeof AnyMap>[0]);
    decodedMappings(this.trace);
    const { sourceRoot } = this.trace;
    this.originals = this.trace.sources.map((source) =>
      originalUrl(source ?? '', { ...input, sourceRoot: sourceRoot ?? undefined }),
    );
    this.sizeCharacters = input.map.length * 2 + input.text.length;
  }

  /** The original's text as the map carries it, or as it was kept beside it; undefined when there is none. */
  contentOf(source: number): string | undefined {
    const carried = this.trace.sourcesContent?.[source];
    if (typeof carried === 'string') return carried;
    const name = this.trace.sources[source];
    return name == null ? undefined : this.input.originals?.[name];
  }

  /**
   * Where a place of the generated text (1-based) comes from; undefined when the map does not tell. Column 0 asks about the
   * whole line: answered only when all of it comes from one line.
   */
  place(line: number, column: number): OriginalPlace | undefined {
    if (line <= 0) return undefined;
    if (column <= 0) return this.placeOfLine(line);
    const segment = traceSegment(this.trace, line - 1, column - 1);
    if (!segment || segment.length === 1) return undefined;
    return {
      source: segment[1],
      line: segment[2] + 1,
      column: segment[3] + 1,
      name: this.nameAt(line, column),
    };
  }

  /** The first place of the generated text (1-based) that comes from here, or from the nearest mapped place after it on its line. */
  generatedPlace(url: string, line: number, column: number): { line: number; column: number } | undefined {
    const source = this.trace.sources[this.originals.indexOf(url)];
    if (source == null || line <= 0) return undefined;
    const needle = { source, line, column: Math.max(0, column - 1) };
    const found = ([GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const)
      .map((bias) => generatedPositionFor(this.trace, { ...needle, bias }))
      .find((each) => each.line !== null);
    return found && { line: found.line, column: found.column + 1 };
  }

  private placeOfLine(line: number): OriginalPlace | undefined {
    let found: OriginalPlace | undefined;
    for (const segment of decodedMappings(this.trace)[line - 1] ?? []) {
      if (segment.length === 1) continue;
      if (!found) found = { source: segment[1], line: segment[2] + 1, column: 0, name: '' };
      else if (found.source !== segment[1] || found.line !== segment[2] + 1) return undefined;
    }
    return found;
  }

  private nameAt(line: number, column: number): string {
    const at = this.offsetOf(line, column);
    const name = at === undefined ? -1 : nameBefore(this.input.text, at);
    if (name === -1) return '';
    const [nameLine, nameColumn] = this.placeOf(name);
    const segment = traceSegment(this.trace, nameLine, nameColumn);
    // Only a mapping of this very identifier says something about it.
    if (!segment || segment.length === 1 || segment[0] !== nameColumn) return '';
    const given = segment.length === 5 ? this.trace.names[segment[4]] : undefined;
    if (given !== undefined) return isIdentifier(given) ? given : '';
    return identifierAt(this.linesOf(segment[1])?.[segment[2]] ?? '', segment[3]);
  }

  private linesOf(source: number): string[] | undefined {
    if (!this.originalLines.has(source))
      this.originalLines.set(source, this.contentOf(source)?.split(/\r\n|[\n\r\u2028\u2029]/));
    return this.originalLines.get(source);
  }

  private offsetOf(line: number, column: number): number | undefined {
    const start = this.starts()[line - 1];
    return start === undefined ? undefined : start + column - 1;
  }

  /** 0-based line and column of an offset. */
  private placeOf(offset: number): [number, number] {
    const starts = this.starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return [low, offset - starts[low]!];
  }

  /** JavaScript's line ends (ECMA-262, LineTerminatorSequence), as V8 counts them. */
  private starts(): number[] {
    if (this.lineStarts) return this.lineStarts;
    const starts = [0];
    for (const match of this.input.text.matchAll(/\r\n|[\n\r\u2028\u2029]/g))
      starts.push(match.index + match[0].length);
    return (this.lineStarts = starts);
  }
}

function parsed(map: string): unknown {
  // Some servers put this line before JSON, and the format allows it (ECMA-426).
  const text = map.startsWith(')]}') ? map.slice(map.indexOf('\n') + 1) : map;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON (${error instanceof Error ? error.message : String(error)})`, {
      cause: error,
    });
  }
  const { version, mappings, sources, sections } = (json ?? {}) as Record<string, unknown>;
  if (version !== undefined && Number(version) !== 3)
    throw new Error(`it is of version ${JSON.stringify(version)}; version 3 is what can be read`);
  const isPlain = (typeof mappings === 'string' || Array.isArray(mappings)) && Array.isArray(sources);
  if (!isPlain && !Array.isArray(sections)) throw new Error('it has no mappings');
  if (isPlain && !(sources as unknown[]).every((each) => each === null || typeof each === 'string'))
    throw new Error('its sources are not names');
  return { names: [], ...(json as object), version: 3 };
}
