/**
 * V8's sampling heap profile, `.heapprofile`: which call paths allocated what is alive
 * (https://chromedevtools.github.io/devtools-protocol/v8/HeapProfiler/#type-SamplingHeapProfile).
 */
import { ProfileBuilder } from '../builder';
import type { Profile, V8HeapProfile, V8HeapProfileNode } from '../types';
import { FileReader } from './json';
import { wholeOf } from './source';
import type { FileHead, Importer } from './types';

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

/**
 * Reads a `.heapprofile`.
 * @throws ProfileFormatError naming the place when something is missing or of the wrong type
 */
export function parseHeapProfile(input: string | Uint8Array, options: { fileName?: string } = {}): Profile {
  return heapProfileToProfile(readHeapProfile(input, options));
}

/** The checked file as V8's own structure, to be kept or sent as it is. */
export function readHeapProfile(
  input: string | Uint8Array,
  options: { fileName?: string } = {},
): V8HeapProfile {
  const reader = new FileReader(
    options.fileName ?? 'The profile',
    'an allocation profile as written by node --heap-prof',
  );
  const file = reader.object(reader.json(input), 'the top level');
  const open: { raw: unknown; place: string; siblings: V8HeapProfileNode[] }[] = [];
  const heads: V8HeapProfileNode[] = [];
  open.push({ raw: file['head'], place: 'head', siblings: heads });
  for (let entry = open.pop(); entry; entry = open.pop()) {
    const { raw, place, siblings } = entry;
    const node = reader.object(raw, place);
    const selfSize =
      node['selfSize'] === undefined ? 0 : reader.number(node['selfSize'], `${place}.selfSize`);
    if (selfSize < 0)
      throw reader.malformed(`${place}.selfSize`, `expected a size in bytes, found ${selfSize}`);
    const children: V8HeapProfileNode[] = [];
    siblings.push({
      callFrame: reader.callFrame(node['callFrame'], `${place}.callFrame`),
      selfSize,
      ...(typeof node['id'] === 'number' && { id: node['id'] }),
      children,
    });
    const rawChildren =
      node['children'] === undefined ? [] : reader.array(node['children'], `${place}.children`);
    // The path would be quadratic to spell out in stacks thousands deep: past a point it names only the place's end.
    const prefix = place.length > 200 ? '…' : place;
    for (let i = rawChildren.length - 1; i >= 0; i--)
      open.push({ raw: rawChildren[i], place: `${prefix}.children[${i}]`, siblings: children });
  }
  return { head: heads[0]! };
}

export const heapprofile: Importer = {
  id: 'heapprofile',
  title: 'V8 sampling heap profile',
  extensions: ['.heapprofile'],
  detect: isHeapProfile,
  parse(source) {
    const profile = parseHeapProfile(wholeOf(source), { fileName: source.name });
    return { format: 'heapprofile', profiles: [{ name: source.name, profile }], notes: [] };
  },
};

function isHeapProfile({ text }: FileHead): boolean {
  return /^\uFEFF?\s*\{/.test(text) && /"head"\s*:\s*\{/.test(text) && /"selfSize"\s*:/.test(text);
}
