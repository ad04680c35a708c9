/** What is typed into a field as a value and back. NaN (and what zod says of it) stands for what cannot be read. Pure. */
import type { ThinkTime } from '../../../../main/api';
import { durationMsOf, durationText } from '../../../../profiles/load/duration';

/** `10s`, `500ms`, `1m30s`, or a bare number of seconds; empty is undefined. NaN when it is none. */
export function readDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  const plain = Number(trimmed);
  return Number.isFinite(plain) ? plain * 1000 : (durationMsOf(trimmed) ?? Number.NaN);
}

export function writeDuration(durationMs: number | undefined): string {
  return durationMs === undefined ? '' : durationText(durationMs);
}

/** `1s`, or `1s - 3s` for a random one between; empty is none at all. */
export function readThink(text: string): ThinkTime {
  const [min = '', max] = text.split(/\s*(?:-|–|to|…|\.\.)\s*/);
  const minMs = readDuration(min) ?? 0;
  return { minMs, maxMs: max === undefined ? minMs : (readDuration(max) ?? Number.NaN) };
}

export function writeThink({ minMs, maxMs }: ThinkTime): string {
  if (maxMs === 0) return '';
  return minMs === maxMs ? durationText(minMs) : `${durationText(minMs)} - ${durationText(maxMs)}`;
}

/** Empty is undefined; NaN when it is no number. */
export function readNumber(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text.trim().replace(/\s|,(?=\d{3})/g, ''));
}

export function writeNumber(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(12)));
}

/** `64 MB`, `1.5 GB`, `8 kB/s`, or bare bytes; decimal units, as everywhere. */
export function readBytes(text: string): number | undefined {
  if (text.trim() === '') return undefined;
  const match = /^([\d.]+)\s*(b|kb|mb|gb)?(?:\/s)?$/i.exec(text.trim());
  const unit = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 }[(match?.[2] ?? 'b').toLowerCase()] ?? Number.NaN;
  return match ? Number(match[1]) * unit : Number.NaN;
}

export function writeBytes(sizeBytes: number | undefined): string {
  if (sizeBytes === undefined) return '';
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const)
    if (sizeBytes >= size) return `${Number((sizeBytes / size).toPrecision(12))} ${unit}`;
  return `${sizeBytes} B`;
}

/** `5` or `5 %` as a ratio of 0.05; empty is undefined. */
export function readPercent(text: string): number | undefined {
  const value = readNumber(text.replace('%', ''));
  return value === undefined ? undefined : Number((value / 100).toPrecision(12));
}

export function writePercent(ratio: number | undefined): string {
  return ratio === undefined ? '' : String(Number((ratio * 100).toPrecision(12)));
}

/**
 * One `name<separator>value` per line; `\n` in a value is a new line.
 *
 * @throws Error with the line that is not of that form
 */
export function readPairs(text: string, separator: ':' | '='): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const at = line.indexOf(separator);
    if (at < 1)
      throw new Error(`“${line.trim()}” is not of the form name${separator === ':' ? ': ' : '='}value.`);
    pairs[line.slice(0, at).trim()] = line
      .slice(at + 1)
      .trim()
      .replace(/\\(\\?)n/g, (_escape, isLiteral: string) => (isLiteral ? '\\n' : '\n'));
  }
  return pairs;
}

export function writePairs(pairs: Readonly<Record<string, string>>, separator: ':' | '='): string {
  return Object.entries(pairs)
    .map(([name, value]) => {
      const line = value.replace(/\\n/g, '\\\\n').replace(/\n/g, '\\n');
      return `${name}${separator === ':' ? ': ' : '='}${line}`;
    })
    .join('\n');
}

/** JSON where it is JSON, else the text itself. */
export function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** So that `readValue` reads it back: a text that looks like JSON keeps its quotes. */
export function writeValue(value: unknown): string {
  return typeof value === 'string' && readValue(value) === value ? value : JSON.stringify(value);
}
