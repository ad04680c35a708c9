/**
 * Collapsed stacks (Brendan Gregg's stackcollapse-*.pl): one call path a line, frames from the outermost on between semicolons,
 * then how many samples: `main;work;parse 42`. perf, async-profiler, 0x, py-spy, rbspy, bpftrace and many others can write it.
 */
import { ProfileBuilder } from '../builder';
import { collapsedFrame } from './collapsed-frame';
import { ProfileFormatError } from '../errors';
import { readLines } from './lines';
import { unpacked } from './source';
import type { ByteSource } from './source';
import { addFrameTo } from './stack-table';
import type { FileHead, ImportedFile, Importer, ParseOptions } from './types';

const ownExtension = /\.(?:collapsed|folded|stackcollapse|stacks)(?:\.txt)?$/i;

export const collapsed: Importer = {
  id: 'collapsed',
  title: 'collapsed stacks',
  extensions: ['.collapsed', '.folded', '.collapsed.txt', '.folded.txt', '.stacks'],
  detect,
  parse,
};

/** A path and its count: what is before the last blank, and a number without sign. */
const linePattern = /^(.*)[ \t](\d+(?:\.\d+)?)[ \t]*$/;

function parse(source: ByteSource, options: ParseOptions = {}): ImportedFile {
  const content = unpacked(source);
  const builder = new ProfileBuilder('count');
  const frameIds = new Map<string, number>();
  let samples = 0;
  readLines(content, options.onProgress, (line, number) => {
    if (isNothing(line)) return;
    const [, stack, count] = linePattern.exec(line) ?? [];
    if (stack === undefined || count === undefined) throw malformed(content.name, number, line);
    const weight = Number(count);
    if (weight > Number.MAX_SAFE_INTEGER) throw tooLarge(content.name, number, count);
    let node = 0;
    for (const text of stack.split(';')) {
      let frame = frameIds.get(text);
      if (frame === undefined) {
        const { name, url, line: at, column } = collapsedFrame(text);
        frame = builder.addFrame(name, url, at, column);
        frameIds.set(text, frame);
      }
      node = addFrameTo(builder, node, frame);
    }
    builder.addWeighted(node, weight);
    samples++;
  });
  if (samples === 0)
    throw new ProfileFormatError('PROFILE_MALFORMED', `${content.name} has no stacks in it.`, {
      where: `${content.name}: line 1`,
      hint: 'Expected lines like "main;work;parse 42".',
    });
  return {
    format: 'collapsed',
    profiles: [
      { name: content.name.replace(/\.txt$/i, '').replace(ownExtension, ''), profile: builder.profile },
    ],
    notes: ['Collapsed stacks say how often, not when: there is no order of time.'],
  };
}

/** Empty lines and comments; flamegraph.pl's own input may begin with some. */
function isNothing(line: string): boolean {
  return line.startsWith('#') || line.trim() === '';
}

function malformed(fileName: string, lineNumber: number, line: string): ProfileFormatError {
  const shown = line.length > 80 ? `…${line.slice(-80)}` : line;
  return new ProfileFormatError(
    'PROFILE_MALFORMED',
    `${fileName} is not a file of collapsed stacks: line ${lineNumber} does not end with a count: ${JSON.stringify(shown)}.`,
    {
      where: `${fileName}: line ${lineNumber}`,
      hint: 'Expected lines like "main;work;parse 42". Remove what else is in the file, or record it again.',
    },
  );
}

function tooLarge(fileName: string, lineNumber: number, count: string): ProfileFormatError {
  const shown = count.length > 40 ? `${count.slice(0, 40)}…` : count;
  return new ProfileFormatError(
    'PROFILE_MALFORMED',
    `The count in line ${lineNumber} of ${fileName} is too large to be added up exactly: ${shown}.`,
    {
      where: `${fileName}: line ${lineNumber}`,
      hint: 'Counts go up to 2^53 - 1 (9,007,199,254,740,991). Divide all counts of the file by the same number.',
    },
  );
}

/**
 * Many texts have lines that end with a number. So all of the first lines must, and stacks must be recognisable: several frames, or a
 * file name that says so.
 */
function detect({ fileName, bytes, text }: FileHead): boolean {
  if (/^\s*[{[<]/.test(text) || text.includes('\0') || bytes.includes(0)) return false;
  const named = ownExtension.test(fileName);
  const lines = text.split(/\r?\n/);
  // The last one may go on beyond the beginning.
  if (bytes.length >= 65_000) lines.pop();
  if (lines.length === 0) return text.split(';').length > (named ? 2 : 50);
  let stacks = 0;
  let deep = 0;
  for (const line of lines) {
    if (isNothing(line)) continue;
    if (stacks >= 100) break;
    const stack = linePattern.exec(line)?.[1];
    if (stack === undefined) return named && stacks > 0;
    // "a; b 3" and "x;y = 3" are prose and programs, not stacks.
    if (!named && /; |;$|[=,({] *$/.test(stack)) return false;
    stacks++;
    if (stack.includes(';')) deep++;
  }
  return stacks > 0 && (named || deep * 2 >= stacks);
}
