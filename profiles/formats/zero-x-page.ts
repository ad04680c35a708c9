/** The `flamegraph.html` of 0x: a page with its call tree as JSON at its very end. Counts only. */
import { ProfileBuilder } from '../builder';
import { JsonReader } from './json-reader';
import type { ByteSource } from './source';
import type { FileHead, ImportedFile, Importer, ParseOptions } from './types';
import { splitName } from './v8-log-names';

/** The page alone: people keep it and throw the folder away. */
export const zeroXPage: Importer = {
  id: '0x',
  title: 'Flamegraph page of 0x',
  extensions: ['.html'],
  // 0x gives its page no title and no name; it begins with this style sheet, whatever the version.
  detect: ({ text }: FileHead) =>
    /^\s*<html>\s*<head>\s*<meta charset="utf-8">\s*<style>\s*\/\*! TACHYONS/.test(text),
  parse: readFlamegraphPage,
};

const treeStart = new TextEncoder().encode('visualizer({"merged":');
/** How much of `treeStart` is script and not JSON. */
const scriptBytes = 'visualizer('.length;

/** @throws ProfileFormatError */
export function readFlamegraphPage(source: ByteSource, { onProgress }: ParseOptions = {}): ImportedFile {
  const reader = new JsonReader(fromTree(source), {
    expected: 'a flamegraph of 0x',
    hint: 'Check that the page was saved completely, or run 0x again.',
    ...(onProgress && { onProgress }),
  });
  const builder = new ProfileBuilder('count');
  reader.enterObject();
  for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
    if (key === 'merged') readTree(reader, builder);
    else reader.skip();
  }
  if (builder.profile.samples.length === 0) throw reader.malformed('its tree has no samples', '');
  return {
    format: '0x',
    profiles: [{ name: source.name, profile: builder.profile }],
    notes: ['This format keeps no times: samples are counted, and there is no order of time.'],
  };
}

/** Trees are as deep as stacks, so this keeps its own stack. */
function readTree(reader: JsonReader, builder: ProfileBuilder): void {
  const nodes: number[] = [];
  const own: number[] = [];
  const enter = (): void => {
    reader.enterObject();
    nodes.push(-1);
    own.push(0);
  };
  enter();
  while (nodes.length > 0) {
    const top = nodes.length - 1;
    const key = reader.nextKey();
    if (key === null) {
      if (nodes[top] === -1) throw reader.malformed('expected a node with a name');
      if (own[top]! > 0) builder.addWeighted(nodes[top]!, own[top]!);
      nodes.pop();
      own.pop();
      if (nodes.length > 0 && reader.nextItem()) enter();
    } else if (key === 'name') {
      const name = reader.name();
      nodes[top] = top === 0 ? 0 : builder.addChild(nodes[top - 1]!, addFrame(builder, name));
    } else if (key === 'top') own[top] = countOf(reader);
    else if (key === 'children') {
      if (nodes[top] === -1) throw reader.malformed('expected the name of a node before its children');
      reader.enterArray();
      if (reader.nextItem()) enter();
    } else reader.skip();
  }
}

function countOf(reader: JsonReader): number {
  const count = reader.number();
  if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER))
    throw reader.malformed(`expected a count, found ${count}`);
  return count;
}

/** `fibonacci /app/a.js:3:19`, `memcpy [CPP]`, `(anonymous) node:internal/x:1:1 [INIT]`. */
function addFrame(builder: ProfileBuilder, name: string): number {
  const tag = / \[([A-Z_]+)(?::\w+)?\]$/.exec(name.slice(-60));
  const bare = tag ? name.slice(0, name.length - tag[0].length) : name;
  if (tag && tag[1] !== 'INIT') return builder.addFrame(bare, '', 0, 0);
  const { functionName, url, line, column } = splitName(bare);
  return builder.addFrame(functionName, url, line, column);
}

/** The page from the tree on; an empty source when there is none. */
function fromTree(source: ByteSource): ByteSource {
  let found = false;
  const seek = (): Uint8Array | null => {
    let kept = new Uint8Array();
    for (let piece = source.next(); piece; piece = source.next()) {
      const joined = new Uint8Array(kept.length + piece.length);
      joined.set(kept);
      joined.set(piece, kept.length);
      const at = indexOf(joined, treeStart);
      if (at !== -1) return joined.subarray(at + scriptBytes);
      kept = joined.slice(-(treeStart.length - 1));
    }
    return null;
  };
  return {
    name: source.name,
    next() {
      if (found) return source.next();
      found = true;
      return seek();
    },
    rewind() {
      found = false;
      source.rewind();
    },
    get share() {
      return source.share;
    },
  };
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = bytes.indexOf(wanted[0]!); at !== -1; at = bytes.indexOf(wanted[0]!, at + 1)) {
    let length = 1;
    while (length < wanted.length && bytes[at + length] === wanted[length]) length++;
    if (length === wanted.length) return at;
  }
  return -1;
}
