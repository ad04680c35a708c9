import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ProfileFormatError } from '../errors';
import { parseHeapSnapshot } from './parse';
import { generateHeapSnapshot } from './testing/generate';

const meta = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
  node_types: [
    ['hidden', 'object', 'string', 'closure'],
    'string',
    'number',
    'number',
    'number',
    'number',
    'number',
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [['element', 'property', 'weak'], 'string_or_number', 'node'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
};
/** root → Shop → "café 🛒", and from the root by an index, too. */
const file = {
  snapshot: { meta, node_count: 3, edge_count: 3 },
  nodes: [0, 0, 1, 0, 2, 0, 0, 1, 1, 3, 40, 1, 0, 0, 2, 2, 4294967295, 24, 0, 0, 0],
  edges: [1, 3, 7, 0, 900, 14, 1, 3, 14],
  trace_function_infos: [],
  trace_tree: [1, 2, [3, '}]"\\']],
  samples: [],
  locations: [14, 9, 3, 4, 7, 5, 11, 2],
  strings: ['', 'Shop', 'café 🛒', 'name'],
};

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length)
    yield await Promise.resolve(bytes.subarray(at, at + length));
}

function parse(text: string | Uint8Array, length = 1 << 16, sizeBytes?: number) {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return parseHeapSnapshot(pieces(bytes, length), { fileName: 'shop.heapsnapshot', sizeBytes });
}

async function failure(text: string, sizeBytes?: number): Promise<string> {
  const error = await parse(text, 1 << 16, sizeBytes).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ProfileFormatError);
  const { message, where, hint } = error as ProfileFormatError;
  expect(hint).not.toBe('');
  return `${message} | ${where}`;
}

const written = (changes: object = {}): string => JSON.stringify({ ...file, ...changes });

describe('parseHeapSnapshot', () => {
  it('yields nodes, edges, names and places as columns', async () => {
    const snapshot = await parse(written());
    expect(snapshot).toMatchObject({ nodeCount: 3, edgeCount: 3 });
    expect(snapshot.nodeTypes[snapshot.nodeType[1]!]).toBe('object');
    expect(snapshot.strings.get(snapshot.nodeName[1]!)).toBe('Shop');
    expect([...snapshot.nodeId]).toEqual([1, 3, 4294967295]);
    expect([...snapshot.shallow]).toEqual([0, 40, 24]);
    expect([...snapshot.firstEdge]).toEqual([0, 2, 3, 3]);
    expect([...snapshot.edgeTo]).toEqual([1, 2, 2]);
    expect([...snapshot.edgeName]).toEqual([3, 900, 3]);
    expect([...snapshot.locationNode]).toEqual([1, 2]);
    expect([...snapshot.locationPlace]).toEqual([5, 11, 2, 9, 3, 4]);
  });

  it.each([1, 2, 3, 7, 64])('reads the same however the file is cut: pieces of %i bytes', async (length) => {
    const [whole, cut] = [await parse(written()), await parse(written(), length)];
    expect(cut).toEqual(whole);
    expect(cut.strings.get(2)).toBe('café 🛒');
  });

  it('takes white space and keys in other places, and unknown keys, as JSON allows', async () => {
    const snapshot = await parse(
      JSON.stringify({ strange: { a: ['"]'] }, ...file, more: null, n: -1.5e3 }, null, 2),
      5,
    );
    expect(snapshot).toMatchObject({ nodeCount: 3, edgeCount: 3 });
  });

  it('goes by the fields that the head lists, whatever else V8 writes between them', async () => {
    const fields = ['id', 'something_new', 'edge_count', 'self_size', 'name', 'type'];
    const snapshot = await parse(
      written({
        snapshot: {
          meta: { ...meta, node_fields: fields, node_types: [0, 0, 0, 0, 0, meta.node_types[0]] },
        },
        nodes: [1, 0, 1, 0, 0, 0, 3, 77, 0, 40, 1, 1],
        edges: [1, 3, 6],
        locations: [],
      }),
    );
    expect([...snapshot.shallow]).toEqual([0, 40]);
    expect([...snapshot.nodeId]).toEqual([1, 3]);
    expect([...snapshot.edgeTo]).toEqual([1]);
  });

  it('resolves escapes: pairs of surrogates, lone halves, control characters', async () => {
    const strings = String.raw`["","Shop","","name","\ud83d\uded2!","\ud83dx","\udc00","\ud800","\ud83d\n","\"\\\/\b\f\n\r\t\u0000\u00e9\u20ac"]`;
    const text = written().replace(/"strings":.*\]/, `"strings":${strings}`);
    for (const length of [1, 3, 1 << 16]) {
      const table = (await parse(text, length)).strings;
      expect(table.get(4)).toBe('🛒!');
      expect(table.get(5)).toBe('\ufffdx');
      expect(table.get(6)).toBe('\ufffd');
      expect(table.get(7)).toBe('\ufffd');
      expect(table.get(8)).toBe('\ufffd\n');
      expect(table.get(9)).toBe('"\\/\b\f\n\r\t\0é€');
      expect(table.start(9, 3)).toBe('"\\/');
      expect(table.start(4, 2)).toBe('🛒');
      expect(table.bytes(9)).toBe(14);
      expect([table.get(-1), table.get(10), table.start(99, 5)]).toEqual(['', '', '']);
    }
  });

  it('unpacks gzip, and says when it is damaged', async () => {
    const packed = gzipSync(written());
    expect(await parse(packed, 10)).toMatchObject({ nodeCount: 3 });
    await expect(parse(packed.subarray(0, packed.length - 20), 10)).rejects.toThrow(
      /^shop\.heapsnapshot cannot be unpacked/,
    );
  });

  it('tells how far it is, and stops when told to', async () => {
    const seen: number[] = [];
    const bytes = new TextEncoder().encode(written());
    const options = { fileName: 'a', onProgress: (read: number) => seen.push(read) };
    await parseHeapSnapshot(pieces(bytes, 500), options);
    expect(seen.at(-1)).toBe(bytes.length);
    const stopped = new AbortController();
    stopped.abort(new Error('enough'));
    await expect(
      parseHeapSnapshot(pieces(bytes, 500), { fileName: 'a', signal: stopped.signal }),
    ).rejects.toThrow('enough');
  });

  it('says of a file cut off anywhere that it is cut off, never that it is a good one', async () => {
    const text = written();
    for (let length = 1; length < text.length; length += 7)
      expect(await failure(text.slice(0, length))).toMatch(/^shop\.heapsnapshot is cut off.* \| .*byte \d+$/);
  });

  it('says of other things that they are no snapshots', async () => {
    expect(await failure('')).toContain('shop.heapsnapshot is empty: it is not a heap snapshot');
    expect(await failure(' \n'.repeat(50_000))).toContain('holds nothing but white space');
    expect(await failure('MZ\0\0')).toContain('begins with "M" instead of "{"');
    expect(await failure('{"nodes":[],"startTime":1}')).toContain('has "nodes" before "snapshot"');
    expect(await failure('{"head":{}}')).toContain('has no "snapshot", "nodes", "edges", "strings"');
    expect(await failure(written({ snapshot: { meta: {} } }))).toContain('node_fields');
  });

  it('names the place of what is malformed', async () => {
    expect(await failure(written().replace('[0,0,1,', '[0,0,-1,'))).toMatch(
      /has "-" where a number .*nodes\[2\], byte/,
    );
    expect(await failure(written().replace('[0,0,1,', '[0,,1,'))).toMatch(/has "," where a number/);
    expect(await failure(written().replace('[0,0,1,', '[0 0,1,'))).toMatch(/has "0" where a number/);
    expect(await failure(written({ nodes: file.nodes.slice(1) }))).toContain(
      'the last row of "nodes" is not whole',
    );
    expect(await failure(`${written()}{`)).toContain('goes on with "{" after its end');
    expect(await failure(written().replace('"Shop"', '"\\x"'))).toContain('strings[1]');
    expect(await failure(written({ strings: ['', 1] }))).toContain('in its list of texts');
  });

  it('does not believe counts and references that cannot be', async () => {
    const counts = (node_count: number, edge_count: number) => ({
      snapshot: { meta, node_count, edge_count },
    });
    expect(await failure(written(counts(4, 3)))).toContain('counts 4 objects, but 3 are listed');
    expect(await failure(written(counts(3, 2)))).toContain('counts 2 references, but 3 are listed');
    expect(await failure(written(counts(4e9, 3)), 1000)).toContain('do not fit into its 1000 bytes');
    expect(await failure(written({ edges: [1, 3, 8, 0, 900, 14, 1, 3, 14] }))).toContain('edges[0].to_node');
    expect(await failure(written({ edges: [1, 3, 7, 0, 900, 21, 1, 3, 14] }))).toMatch(
      /object 3 of 3.*edges\[1\]/,
    );
    expect(await failure(written({ edges: [9, 3, 7, 0, 900, 14, 1, 3, 14] }))).toContain('of kind 9 of 3');
    expect(await failure(written({ strings: ['', 'Shop', 'x'] }))).toContain('a name is text 3 of 3');
    expect(await failure(written({ nodes: file.nodes.with(4, 1) }))).toContain(
      'its objects have 2 references',
    );
  });

  it('reads generated snapshots of every shape', async () => {
    for (const shape of ['graph', 'list', 'cycle'] as const) {
      const parts = [...generateHeapSnapshot({ nodes: 5000, shape })];
      const bytes = Buffer.concat(parts);
      const json = JSON.parse(bytes.toString()) as typeof file;
      const snapshot = await parse(bytes, 1000, bytes.length);
      expect(snapshot.nodeCount).toBe(5000);
      expect(snapshot.edgeCount).toBe(json.snapshot.edge_count);
      expect([...snapshot.edgeTo]).toEqual(json.edges.filter((_, i) => i % 3 === 2).map((to) => to / 7));
      expect(snapshot.strings.length).toBe(json.strings.length);
      expect(snapshot.strings.get(400)).toBe(json.strings[400]);
    }
  });
});
