/** The target's stdout and stderr as lines, without the lines that Node itself prints because of us. */
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import type { OutputLine } from '../api';

/** Longer lines are handed on in pieces, so that a target that never writes a newline cannot fill our memory. */
export const maxLineLength = 64 * 1024;

const inspectorLines = [
  /^Debugger attached\.$/,
  /^Waiting for the debugger to disconnect\.\.\.$/,
  /^Debugger (listening|ending) on wss?:\/\/127\.0\.0\.1:\d+\/[0-9a-f-]{36}$/,
  /^For help, see: https:\/\/nodejs\.org\/[\w/-]*inspector\/?$/,
];

export function isInspectorLine(line: string): boolean {
  return /^(Debugger|Waiting|For help)/.test(line) && inspectorLines.some((pattern) => pattern.test(line));
}

/** Cuts decoded text into lines; what has no newline yet stays until `end`. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly stream: OutputLine['stream']) {}

  push(chunk: Buffer): string[] {
    // Node writes such a line with one write of its own: it may come between the halves of one of the target's.
    if (this.stream === 'err' && chunk.length < 200 && chunk.at(-1) === 10) {
      const text = chunk.toString('latin1').replace(/\r?\n$/, '');
      if (isInspectorLine(text)) return [];
    }
    return this.take(this.decoder.write(chunk));
  }

  end(): string[] {
    const lines = this.take(this.decoder.end());
    if (this.rest !== '') lines.push(this.rest);
    this.rest = '';
    return lines;
  }

  private take(text: string): string[] {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    const lines: string[] = [];
    for (const part of parts) {
      const line = part.endsWith('\r') ? part.slice(0, -1) : part;
      if (this.stream === 'err' && isInspectorLine(line)) continue;
      for (let from = 0; from < line.length || from === 0; from += maxLineLength)
        lines.push(line.slice(from, from + maxLineLength));
    }
    while (this.rest.length > maxLineLength) {
      lines.push(this.rest.slice(0, maxLineLength));
      this.rest = this.rest.slice(maxLineLength);
    }
    return lines;
  }
}

/** Reads a stream to its end as lines with times. Resolves when it has ended or was given up. */
export function readLines(
  source: Readable,
  stream: OutputLine['stream'],
  nowUs: () => number,
  onLines: (lines: OutputLine[]) => void,
): Promise<void> {
  const splitter = new LineSplitter(stream);
  const emit = (texts: string[]): void => {
    if (texts.length === 0) return;
    const tUs = nowUs();
    onLines(texts.map((text) => ({ tUs, stream, text })));
  };
  return new Promise((resolve) => {
    source.on('data', (chunk: Buffer) => emit(splitter.push(chunk)));
    source.on('error', () => undefined);
    source.once('close', () => {
      emit(splitter.end());
      resolve();
    });
  });
}
