/** YAML and JSON as values that know where they stand in the text, so that everything said of them can name the line. */
import {
  Composer,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type CST,
  type Document,
  type Node,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { AppError } from '../../errors';

export interface Position {
  /** From 1. */
  line: number;
  column: number;
}

interface Place extends Position {
  /** As a person would say it: `flows[0].steps[2].timeout`; empty for the whole file. */
  path: string;
}
export interface LocatedScalar extends Place {
  kind: 'scalar';
  value: string | number | boolean | null;
  /** As it was written: `1.0`, `0x10`. */
  source: string;
}
export interface LocatedList extends Place {
  kind: 'list';
  items: Located[];
}
export interface LocatedMap extends Place {
  kind: 'map';
  entries: Map<string, { key: Position; value: Located }>;
}
export type Located = LocatedScalar | LocatedList | LocatedMap;

/** Aliases may repeat parts of a file, but not blow it up. */
const mostValues = 500_000;
const deepest = 200;

/**
 * @throws AppError BAD_INPUT with line and column when the text is neither YAML nor JSON, is empty, repeats a key, or is nested or
 * repeated beyond all measure
 */
export function readLocated(text: string): Located {
  const lines = new LineCounter();
  const document = composed(text, lines);
  if (!document) throw new AppError('BAD_INPUT', 'The scenario is empty.', { hint: emptyHint });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw atPlace(
      text,
      { line, column: col },
      '',
      `this is neither YAML nor JSON: ${firstSentence(error.message)}`,
    );
  }
  if (!document.contents) throw new AppError('BAD_INPUT', 'The scenario is empty.', { hint: emptyHint });
  return new Locator(text, lines).locate(document.contents, '', 0);
}

const emptyHint = 'A small one: users: 10, duration: 30s and steps: [{ get: / }], each on a line of its own.';

/** Yaml's own messages go on with positions and excerpts. */
function firstSentence(message: string): string {
  const line = message.split('\n', 1)[0] ?? message;
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

/**
 * What `parseDocument` does, but depth is looked at while the text is taken apart (which recurses nowhere): composing recurses, and
 * a regular expression that V8 compiles at the end of its stack takes the whole process down.
 */
function composed(text: string, lines: LineCounter): Document.Parsed | undefined {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // A level of a document is two or three on this stack.
    if (parser.stack.length > 3 * deepest)
      throw atPlace(text, positionAt(lines, parser.offset), '', 'the scenario is nested too deeply here.');
  }
  for (const token of parser.end()) tokens.push(token);
  const [first, second] = new Composer({ prettyErrors: false }).compose(tokens, true, text.length);
  if (second)
    throw atPlace(
      text,
      positionAt(lines, second.range[0]),
      '',
      'a scenario file has one document: this is a second one.',
    );
  return first;
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

class Locator {
  private values = 0;
  /** The last one of each name so far. Yaml's own way looks through the whole document for each alias. */
  private readonly anchors = new Map<string, Scalar | YAMLMap | YAMLSeq>();

  constructor(
    private readonly text: string,
    private readonly lines: LineCounter,
  ) {}

  locate(given: Node | null, path: string, depth: number, around?: Position): Located {
    const node = given && isAlias(given) ? this.anchors.get(given.source) : given;
    if (node?.anchor !== undefined) this.anchors.set(node.anchor, node);
    const position = this.positionOf(given) ?? around ?? { line: 1, column: 1 };
    if (++this.values > mostValues || depth > deepest)
      throw atPlace(
        this.text,
        position,
        path,
        `the scenario is ${depth > deepest ? 'nested too deeply' : 'too big'} here.`,
      );
    if (isMap(node))
      return { kind: 'map', path, ...position, entries: this.entriesOf(node.items, path, depth, position) };
    if (isSeq(node))
      return {
        kind: 'list',
        path,
        ...position,
        items: node.items.map((item, i) =>
          this.locate(item as Node | null, `${path}[${i}]`, depth + 1, position),
        ),
      };
    const value: unknown = isScalar(node) ? node.value : null;
    const plain = typeof value === 'bigint' ? Number(value) : value;
    if (plain !== null && !['string', 'number', 'boolean'].includes(typeof plain))
      throw atPlace(this.text, position, path, 'expected a text, a number, true, false or null.');
    return {
      kind: 'scalar',
      path,
      ...position,
      value: plain as LocatedScalar['value'],
      source: (isScalar(node) ? node.source : undefined) ?? String(plain),
    };
  }

  private entriesOf(
    pairs: readonly unknown[],
    path: string,
    depth: number,
    around: Position,
  ): LocatedMap['entries'] {
    const entries: LocatedMap['entries'] = new Map();
    const merged: Located[] = [];
    for (const pair of pairs as { key: Node | null; value: Node | null }[]) {
      const key = this.positionOf(pair.key) ?? around;
      const name = isScalar(pair.key) && pair.key.value !== null ? pair.key : undefined;
      if (!name) throw atPlace(this.text, key, path, 'a key must be a text.');
      const text = typeof name.value === 'string' ? name.value : (name.source ?? String(name.value));
      const value = this.locate(pair.value, path === '' ? text : `${path}.${text}`, depth + 1, key);
      if (text === '<<' && name.type === 'PLAIN') {
        merged.push(...(value.kind === 'list' ? value.items : [value]));
        continue;
      }
      if (text === '__proto__') throw atPlace(this.text, key, path, '__proto__ cannot be a key.');
      entries.set(text, { key, value });
    }
    // What stands in the map itself wins over what is merged into it.
    for (const each of merged) {
      if (each.kind !== 'map') throw atPlace(this.text, each, path, 'only a map can be merged with <<.');
      for (const [key, entry] of each.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return entries;
  }

  private positionOf(node: Node | null): Position | undefined {
    const offset = node?.range?.[0];
    if (offset === undefined) return undefined;
    return positionAt(this.lines, offset);
  }
}

/** The plain value; `onContainer` is told which list or map each container of it comes from. */
export function plainOf(located: Located, onContainer: (plain: object, from: Located) => void): unknown {
  if (located.kind === 'scalar') return located.value;
  if (located.kind === 'list') {
    const list = located.items.map((item) => plainOf(item, onContainer));
    onContainer(list, located);
    return list;
  }
  const map: Record<string, unknown> = {};
  for (const [key, { value }] of located.entries) map[key] = plainOf(value, onContainer);
  onContainer(map, located);
  return map;
}

/** An error that names line, column and place, with the line itself below it. */
export function atPlace(
  text: string,
  position: Position,
  path: string,
  what: string,
  hint?: string,
): AppError {
  const line = text.split('\n', position.line)[position.line - 1] ?? '';
  const from = Math.max(0, position.column - 80);
  const excerpt = line
    .slice(from, from + 120)
    .replaceAll('\t', ' ')
    .replace(/\r$/, '');
  return new AppError('BAD_INPUT', sentence(position, path, what), {
    ...(hint !== undefined && { hint }),
    details: `${excerpt}\n${' '.repeat(position.column - 1 - from)}^`,
  });
}

/** `Line 12, column 7 (steps[2].timeout): expected …` */
export function sentence({ line, column }: Position, path: string, what: string): string {
  return `Line ${line}, column ${column}${path === '' ? '' : ` (${path})`}: ${what}`;
}
