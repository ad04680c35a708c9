/**
 * V8's sampling heap profile, `.heapprofile`: which call paths allocated what is alive
 * (https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/#type-SamplingHeapProfile).
 */
import { ProfileBuilder } from '../builder';
import type { Profile, V8HeapProfile, V8HeapProfileNode } from '../types';
import { readHeapColumns } from './heapprofile-columns';
import type { HeapColumns } from './heapprofile-columns';
import { JsonReader } from './json-reader';
import { asSource } from './source';
import type { ByteSource } from './source';
import { threadOfFileName } from './thread-of-file-name';
import type { FileHead, Importer, ParseOptions } from './types';

/** Live bytes per call path as a profile without time: one sample per path that allocated. */
export function heapProfileToProfile(heapProfile: V8HeapProfile): Profile {
  const builder = new ProfileBuilder('bytes');
  const open: { source: V8HeapProfileNode; parent: number }[] = [{ source: heapProfile.head, parent: -1 }];
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { source, parent } = entry;
    const { functionName, url, lineNumber, columnNumber } = source.callFrame;
    const isRoot = parent === -1 && functionName === '(root)';
    const node = isRoot
      ? 0
      : builder.addChild(
          Math.max(0, parent),
          builder.addFrame(functionName, url, lineNumber + 1, columnNumber + 1),
        );
    if (source.selfSize > 0) builder.addWeighted(node, source.selfSize);
    for (let i = source.children.length - 1; i >= 0; i--)
      open.push({ source: source.children[i]!, parent: node });
  }
  return builder.profile;
}

export interface HeapProfileOptions extends ParseOptions {
  /** For messages. */
  fileName?: string;
}

/**
 * Reads a `.heapprofile`, its keys in any order, however deep its stacks are.
 * @throws ProfileFormatError naming the place when something is missing or of the wrong type
 */
export function parseHeapProfile(
  input: string | Uint8Array | ByteSource,
  options: HeapProfileOptions = {},
): Profile {
  const columns = columnsOf(input, options);
  const { parent, functionName, url, lineNumber, columnNumber, selfSize } = columns;
  const builder = new ProfileBuilder('bytes');
  const nodeOf = new Int32Array(columns.length);
  for (let i = 0; i < columns.length; i++) {
    const above = parent.values[i]!;
    if (above === -1 && functionName[i] === '(root)') nodeOf[i] = 0;
    else {
      const line = lineNumber.values[i]! + 1;
      const frame = builder.addFrame(functionName[i]!, url[i]!, line, columnNumber.values[i]! + 1);
      nodeOf[i] = builder.addChild(above === -1 ? 0 : nodeOf[above]!, frame);
    }
    const size = selfSize.values[i]!;
    if (size > 0) builder.addWeighted(nodeOf[i]!, size);
  }
  return builder.profile;
}

/**
 * The checked file as V8's own structure, to be kept or sent as it is.
 * @throws ProfileFormatError as `parseHeapProfile`
 */
export function readHeapProfile(
  input: string | Uint8Array | ByteSource,
  options: HeapProfileOptions = {},
): V8HeapProfile {
  const columns = columnsOf(input, options);
  const nodes: V8HeapProfileNode[] = [];
  for (let i = 0; i < columns.length; i++) {
    const id = columns.id.values[i]!;
    const node: V8HeapProfileNode = {
      callFrame: {
        functionName: columns.functionName[i]!,
        scriptId: columns.scriptId[i]!,
        url: columns.url[i]!,
        lineNumber: columns.lineNumber.values[i]!,
        columnNumber: columns.columnNumber.values[i]!,
      },
      selfSize: columns.selfSize.values[i]!,
      ...(!Number.isNaN(id) && { id }),
      children: [],
    };
    nodes.push(node);
    if (i > 0) nodes[columns.parent.values[i]!]!.children.push(node);
  }
  return { head: nodes[0]! };
}

function columnsOf(input: string | Uint8Array | ByteSource, options: HeapProfileOptions): HeapColumns {
  return readHeapColumns(
    new JsonReader(asSource(input, options.fileName), {
      expected: 'an allocation profile as written by node --heap-prof',
      hint: 'Check that the file was written completely, or record it again.',
      onProgress: options.onProgress,
    }),
  );
}

export const heapprofile: Importer = {
  id: 'heapprofile',
  title: 'V8 sampling heap profile',
  extensions: ['.heapprofile'],
  detect: isHeapProfile,
  parse(source, options = {}) {
    const profile = parseHeapProfile(source, options);
    return { format: 'heapprofile', profiles: [{ ...threadOfFileName(source.name), profile }], notes: [] };
  },
};

function isHeapProfile({ text }: FileHead): boolean {
  return /^\uFEFF?\s*\{/.test(text) && /"head"\s*:\s*\{/.test(text) && /"selfSize"\s*:/.test(text);
}
