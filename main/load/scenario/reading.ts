/**
 * From what stands in a file to the full form: every part of the full form that is built remembers where in the text it came
 * from, and problems are collected rather than thrown, so that a person sees all of them at once.
 */
import { durationMsOf } from '../../../profiles/load/duration';
import { parseSize } from '../size';
import { plainOf, type Located, type LocatedMap, type Position } from './located';
import { nearest } from './nearest';

export interface Problem extends Position {
  path: string;
  /** Goes on after “Line 12, column 7 (place):”. */
  what: string;
  hint?: string;
  /** What else is wrong comes most likely of this: it is told first. */
  isCause?: boolean;
}

/** An object of the full form in the making. */
export class Built {
  readonly value: Record<string, unknown> = {};

  constructor(
    private readonly reading: Reading,
    at: Located,
  ) {
    reading.cameFrom(this.value, at);
  }

  /** Undefined is left out: the schema has the defaults. */
  set(key: string, value: unknown, from: Located): this {
    if (value === undefined) return this;
    this.value[key] = value;
    this.reading.keyCameFrom(this.value, key, from);
    return this;
  }
}

export class Reading {
  readonly problems: Problem[] = [];
  private readonly origins = new WeakMap<object, { at: Located; keys: Map<string, Located> }>();

  cameFrom(value: object, at: Located): void {
    this.origins.set(value, { at, keys: new Map() });
  }

  keyCameFrom(value: object, key: string, from: Located): void {
    this.origins.get(value)?.keys.set(key, from);
  }

  /** Where in the text the place of the full form stands: the nearest that is known, and whether it is that very place. */
  originOf(root: object, path: readonly PropertyKey[]): { at: Located | undefined; exact: boolean } {
    let at = this.origins.get(root)?.at;
    let value: unknown = root;
    let exact = true;
    for (const key of path) {
      const origin = typeof value === 'object' && value !== null ? this.origins.get(value) : undefined;
      const next = origin?.keys.get(String(key)) ?? childOf(origin?.at, key);
      value =
        typeof value === 'object' && value !== null
          ? (value as Record<PropertyKey, unknown>)[key]
          : undefined;
      if (next) at = next;
      exact = next !== undefined;
    }
    return { at, exact };
  }

  problem(at: Position & { path: string }, what: string, hint?: string, isCause = false): undefined {
    const { line, column, path } = at;
    this.problems.push({
      line,
      column,
      path,
      what,
      ...(hint !== undefined && { hint }),
      ...(isCause && { isCause }),
    });
    return undefined;
  }

  built(at: Located): Built {
    return new Built(this, at);
  }

  /** A list of the full form; entries that are undefined had problems and are left out. */
  list<T>(at: Located, items: readonly Located[], read: (item: Located) => T | undefined): T[] {
    const list: T[] = [];
    this.cameFrom(list, at);
    for (const item of items) {
      const value = read(item);
      if (value === undefined) continue;
      this.keyCameFrom(list, String(list.length), item);
      list.push(value);
    }
    return list;
  }

  /** The value as it stands there; the schema says whether it is right. */
  plain(located: Located | undefined): unknown {
    return located && plainOf(located, (value, from) => this.cameFrom(value, from));
  }

  /** @param what for example “a step” */
  map(located: Located, what: string): MapReader | undefined {
    if (located.kind === 'map') return new MapReader(this, located);
    return this.problem(located, `expected ${what}, not ${described(located)}.`);
  }

  items(located: Located, what: string): Located[] {
    if (located.kind === 'list') return located.items;
    this.problem(located, `expected a list of ${what}, not ${described(located)}.`, listHint);
    return [];
  }

  /** Numbers and truth values are taken as they are written: `x-retries: 1.0` is the text 1.0. */
  text(located: Located | undefined): string | undefined {
    if (!located) return undefined;
    if (located.kind === 'scalar' && typeof located.value === 'string') return located.value;
    if (located.kind === 'scalar' && located.value !== null) return located.source;
    return this.problem(located, `expected a text, not ${described(located)}.`);
  }

  /** A map of texts: headers, query, form fields, environment. */
  texts(located: Located | undefined): Record<string, unknown> | undefined {
    if (!located) return undefined;
    const map = this.map(located, 'a map of names and texts');
    if (!map) return undefined;
    const built = this.built(located);
    for (const [key, value] of map.rest()) built.set(key, this.text(value), value);
    return built.value;
  }

  /** @param isMs a bare number is ms, as in the full form; otherwise its unit must be said */
  durationMs(located: Located | undefined, isMs: boolean): unknown {
    if (!located) return undefined;
    if (located.kind !== 'scalar')
      return this.problem(located, `expected a length of time, not ${described(located)}.`, durationHint);
    const { value, source } = located;
    if (typeof value === 'number') {
      if (isMs || value === 0) return value;
      return this.problem(
        located,
        `${source} of what? A length of time needs its unit.`,
        `Write ${source}s or ${source}ms.`,
      );
    }
    const ms = typeof value === 'string' ? durationMsOf(value) : undefined;
    return ms ?? this.problem(located, `expected a length of time, not ${described(located)}.`, durationHint);
  }

  /** A share: 0.05 or `5%`. */
  ratio(located: Located | undefined): unknown {
    if (located?.kind !== 'scalar' || typeof located.value !== 'string') return this.plain(located);
    const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(located.value.trim())?.[1];
    if (percent === undefined)
      return this.problem(
        located,
        `expected a share, not ${described(located)}.`,
        'Write for example 5% or 0.05.',
      );
    return Number((Number(percent) / 100).toPrecision(12));
  }

  /** Bytes: a number, `200MB`, or of a rate `100kB/s`. */
  bytes(located: Located | undefined, suffix: '' | '/s' = ''): unknown {
    if (located?.kind !== 'scalar' || typeof located.value !== 'string') return this.plain(located);
    const text = located.value.trim();
    try {
      return parseSize(suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text);
    } catch {
      return this.problem(
        located,
        `expected a size, not ${described(located)}.`,
        `Write for example 200MB${suffix} or 64kB${suffix}.`,
      );
    }
  }
}

const listHint = 'In YAML each entry of a list stands on a line of its own that begins with “- ”.';
const durationHint = 'Write a number with a unit, for example 500ms, 10s, 1m30s or 1h.';

function childOf(at: Located | undefined, key: PropertyKey): Located | undefined {
  if (at?.kind === 'list') return at.items[Number(key)];
  return at?.kind === 'map' ? at.entries.get(String(key))?.value : undefined;
}

/** A map of the text: keys that nobody asked for are told as unknown. */
export class MapReader {
  private readonly asked = new Set<string>();

  constructor(
    private readonly reading: Reading,
    readonly at: LocatedMap,
  ) {}

  has(key: string): boolean {
    return this.at.entries.has(key);
  }

  take(key: string): Located | undefined {
    this.asked.add(key);
    return this.at.entries.get(key)?.value;
  }

  /** The first of several names for the same thing; more than one is a problem. */
  takeOne(...keys: string[]): Located | undefined {
    const found = keys.filter((key) => (this.asked.add(key), this.at.entries.has(key)));
    if (found.length > 1)
      this.reading.problem(
        this.keyOf(found[1]!),
        `“${found[0]}” and “${found[1]}” say the same thing twice.`,
        'Leave one of them out.',
      );
    return found[0] === undefined ? undefined : this.at.entries.get(found[0])?.value;
  }

  /** A length of time, by its name (`timeout: 5s`) or the full form's (`timeoutMs: 5000`). */
  durationMs(name: string, fullName = `${name}Ms`): { value: unknown; at: Located } | undefined {
    const at = this.takeOne(name, fullName);
    return at && { value: this.reading.durationMs(at, this.has(fullName)), at };
  }

  /** Everything, when any key is right. */
  rest(): [string, Located][] {
    for (const key of this.at.entries.keys()) this.asked.add(key);
    return [...this.at.entries].map(([key, { value }]) => [key, value]);
  }

  /** @param what for example “a step” */
  finish(what: string): void {
    const known = [...this.asked].filter((key) => !/Ms$/.test(key) || !this.asked.has(key.slice(0, -2)));
    for (const key of this.at.entries.keys()) {
      if (this.asked.has(key)) continue;
      const meant = nearest(
        key,
        known.filter((each) => !this.has(each)),
      );
      this.reading.problem(
        this.keyOf(key),
        `“${key}” is nothing that ${what} has.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
        `It may have ${known.join(', ')}.`,
        true,
      );
    }
  }

  keyOf(key: string): Position & { path: string } {
    const entry = this.at.entries.get(key);
    return { ...(entry?.key ?? this.at), path: entry?.value.path ?? this.at.path };
  }
}

/** What stands there, for “expected …, not …”. */
export function described(located: Located): string {
  if (located.kind !== 'scalar') return `a ${located.kind}`;
  const { value, source } = located;
  if (value === null) return 'nothing';
  const shown = source.length > 60 ? `${source.slice(0, 60)}…` : source;
  return typeof value === 'string' ? `“${shown}”` : shown;
}
