import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import type { OutputLine } from '../api';
import { LineSplitter, maxLineLength, readLines } from './output';

function split(stream: 'out' | 'err', ...chunks: (string | Buffer)[]): string[] {
  const splitter = new LineSplitter(stream);
  return [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk))), ...splitter.end()];
}

it('joins partial lines, keeps empty ones and a last one without newline', () => {
  expect(split('out', 'a', 'b\n\nc', '\r\nlast')).toEqual(['ab', '', 'c', 'last']);
  expect(split('out', '\n')).toEqual(['']);
  expect(split('out')).toEqual([]);
});

it('keeps ANSI sequences and a character that comes in two chunks', () => {
  const bytes = Buffer.from('\u001b[31m🔥é\u001b[0m\n');
  expect(split('out', bytes.subarray(0, 7), bytes.subarray(7))).toEqual(['\u001b[31m🔥é\u001b[0m']);
});

it('shows bytes that are not UTF-8 as replacement characters', () => {
  expect(split('out', Buffer.from([0x61, 0xff, 0x62, 0x0a, 0xe2]))).toEqual(['a\ufffdb', '\ufffd']);
});

it('hands a huge line on in pieces of which nothing is lost', () => {
  const line = 'x'.repeat(maxLineLength * 2 + 10);
  expect(split('out', line).join('')).toBe(line);
  expect(split('out', `${line}\nnext\n`)).toEqual([
    'x'.repeat(maxLineLength),
    'x'.repeat(maxLineLength),
    'x'.repeat(10),
    'next',
  ]);
});

const attached = [
  'Debugger attached.',
  'Waiting for the debugger to disconnect...',
  'Debugger listening on ws://127.0.0.1:38021/7e1f7a5a-5f0e-4c0e-9d3b-0a5d3b1f2c4d',
  'Debugger ending on ws://127.0.0.1:38021/7e1f7a5a-5f0e-4c0e-9d3b-0a5d3b1f2c4d',
  'For help, see: https://nodejs.org/en/docs/inspector',
  'For help, see: https://nodejs.org/learn/getting-started/debugging-inspector',
];

it.each(attached)('drops what Node prints because of us: %s', (line) => {
  expect(split('err', `before\n${line}\nafter\n`)).toEqual(['before', 'after']);
  // Between the halves of a line of the target's.
  expect(split('err', 'bef', `${line}\n`, 'ore\n')).toEqual(['before']);
  expect(split('out', `${line}\n`)).toEqual([line]);
});

it.each([
  'Debugger attached. Really.',
  ' Debugger attached.',
  'Debugger listening on ws://example.com',
  'For help, see: https://nodejs.org/',
  'Waiting for the debugger to disconnect.... ',
])('keeps lines that only look like it: %s', (line) => {
  expect(split('err', `${line}\n`)).toEqual([line]);
});

it('gives each line its stream and a time, until the stream has ended', async () => {
  const source = new PassThrough();
  const lines: OutputLine[] = [];
  let now = 0;
  const done = readLines(
    source,
    'err',
    () => ++now,
    (more) => lines.push(...more),
  );
  source.write('a\nb\n');
  await new Promise((resolve) => setImmediate(resolve));
  source.end('c');
  await done;
  expect(lines).toEqual([
    { tUs: 1, stream: 'err', text: 'a' },
    { tUs: 1, stream: 'err', text: 'b' },
    { tUs: 2, stream: 'err', text: 'c' },
  ]);
});
