/** Reading profile files: JSON, and checks that name the place of what is wrong. */
import { ProfileFormatError } from '../errors';

/** Names places in one file. */
export class FileReader {
  constructor(
    readonly fileName: string,
    private readonly expectedFile: string,
  ) {}

  /** The file's JSON. @throws ProfileFormatError with the parser's own position when it is none. */
  json(input: string | Uint8Array): unknown {
    const text = typeof input === 'string' ? input.replace(/^\uFEFF/, '') : new TextDecoder().decode(input);
    if (text.trim() === '') throw this.malformed('byte 0', 'the file is empty');
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw this.malformed(`byte ${text.length}`, `it is not complete JSON (${reason})`, cause);
    }
  }

  /** The error for something at `place` that is not as it must be. */
  malformed(place: string, problem: string, cause?: unknown): ProfileFormatError {
    return new ProfileFormatError(
      'PROFILE_MALFORMED',
      `${this.fileName} cannot be read: at ${place}, ${problem}.`,
      {
        where: `${this.fileName}: ${place}`,
        hint: `Expected ${this.expectedFile}. Check that the file was written completely, or record it again.`,
        cause,
      },
    );
  }

  object(value: unknown, place: string): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.malformed(place, `expected an object, found ${kindOf(value)}`);
    return value as Record<string, unknown>;
  }

  array(value: unknown, place: string): unknown[] {
    if (!Array.isArray(value)) throw this.malformed(place, `expected an array, found ${kindOf(value)}`);
    return value as unknown[];
  }

  number(value: unknown, place: string): number {
    if (typeof value !== 'number' || !Number.isFinite(value))
      throw this.malformed(place, `expected a number, found ${kindOf(value)}`);
    return value;
  }

  /** As `columns[i]` with every entry checked; the same array, typed. */
  numbers(value: unknown, place: string): number[] {
    const values = this.array(value, place);
    for (let i = 0; i < values.length; i++)
      if (typeof values[i] !== 'number')
        throw this.malformed(`${place}[${i}]`, `expected a number, found ${kindOf(values[i])}`);
    return values as number[];
  }

  callFrame(value: unknown, place: string) {
    const frame = this.object(value, place);
    if (typeof frame['functionName'] !== 'string')
      throw this.malformed(
        `${place}.functionName`,
        `expected a text, found ${kindOf(frame['functionName'])}`,
      );
    if (frame['url'] !== undefined && typeof frame['url'] !== 'string')
      throw this.malformed(`${place}.url`, `expected a text, found ${kindOf(frame['url'])}`);
    return {
      functionName: frame['functionName'],
      scriptId: typeof frame['scriptId'] === 'string' ? frame['scriptId'] : '0',
      url: frame['url'] ?? '',
      lineNumber: this.position(frame['lineNumber'], `${place}.lineNumber`),
      columnNumber: this.position(frame['columnNumber'], `${place}.columnNumber`),
    };
  }

  /** A 0-based line or column; -1 when there is none. */
  private position(value: unknown, place: string): number {
    if (value === undefined || value === null) return -1;
    const position = this.number(value, place);
    return Number.isInteger(position) && position >= 0 && position < 0x7fffffff ? position : -1;
  }
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return value.length > 40 ? 'a text' : `the text ${JSON.stringify(value)}`;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : typeof value;
}
