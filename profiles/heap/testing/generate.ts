/** Valid heap snapshots of any size, written piece by piece, so that one of gigabytes takes no memory here. */
import { DigitWriter } from './digit-writer';
import { edgeTypes, nodeTypes } from './type-names';

export interface GeneratedHeap {
  /** The root included. */
  nodes: number;
  /**
   * `graph`: a tree with references across it, as heaps are. `list`: each object refers to the next. `cycle`: a list whose end
   * refers to its beginning and where each also refers to the one before. Default `graph`.
   */
  shape?: 'graph' | 'list' | 'cycle';
  /** Of `graph`: the tree's references and at most this many across. Default 4. */
  across?: number;
  /** Of objects; default 1000. */
  constructors?: number;
  /** Distinct texts of string objects; default a quarter of the nodes. */
  texts?: number;
  /** Default 1. */
  seed?: number;
}

/** Bytes per node of a `graph` with the defaults, roughly; for files of a wanted size. */
export const bytesPerNode = 80;

const [hidden, array, string, object, closure, synthetic] = [
  'hidden',
  'array',
  'string',
  'object',
  'closure',
  'synthetic',
].map((name) => nodeTypes.findIndex((type) => type === name)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];
const [element, property, weak] = ['element', 'property', 'weak'].map((name) =>
  edgeTypes.findIndex((type) => type === name),
) as [number, number, number];
const childrenPerNode = 2;
const nodeFields = 7;
/** Texts 0 and 1; then those of properties, constructors, strings. */
const fixedTexts = ['', '(GC roots)'];
const properties = 64;

/** The bytes of a `.heapsnapshot`. The same options give the same bytes; a heap with more nodes has the smaller one's ids, too. */
export function* generateHeapSnapshot(options: GeneratedHeap): Generator<Uint8Array<ArrayBuffer>> {
  const heap = new Shape(options);
  const out = new DigitWriter();
  const encoder = new TextEncoder();
  const text = (written: string): Uint8Array<ArrayBuffer> => encoder.encode(written);
  yield text(head(heap.nodes, heap.countEdges()));
  yield text('"nodes":[');
  for (let node = 0; node < heap.nodes; node++) {
    if (node > 0) out.byte(0x2c);
    const type = heap.type(node);
    out.number(type);
    out.next(heap.name(node, type));
    out.next(node * 2 + 1);
    out.next(heap.size(node, type));
    out.next(heap.edges(node));
    out.next(0);
    out.next(0);
    out.byte(0x0a);
    if (out.full) yield out.take();
  }
  yield out.take();
  yield text('],\n"edges":[');
  let first = true;
  for (let node = 0; node < heap.nodes; node++) {
    const count = heap.edges(node);
    for (let k = 0; k < count; k++) {
      if (!first) out.byte(0x2c);
      first = false;
      const type = heap.edgeType(node, k);
      out.number(type);
      out.next(type === element ? k : fixedTexts.length + (heap.random(node, k, 5) % properties));
      out.next(heap.edgeTo(node, k) * nodeFields);
      out.byte(0x0a);
    }
    if (out.full) yield out.take();
  }
  yield out.take();
  yield text('],\n"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[');
  first = true;
  for (let node = 0; node < heap.nodes; node++) {
    if (heap.type(node) !== closure) continue;
    if (!first) out.byte(0x2c);
    first = false;
    out.number(node * nodeFields);
    out.next(1 + (heap.random(node, 0, 6) % 50));
    out.next(heap.random(node, 0, 7) % 2000);
    out.next(heap.random(node, 0, 8) % 80);
    if (out.full) yield out.take();
  }
  yield out.take();
  let part = `],\n"strings":[${JSON.stringify(fixedTexts).slice(1, -1)}`;
  for (let i = 0; i < properties; i++) part += `,\n"property${i}"`;
  for (let i = 0; i < heap.constructors; i++) part += `,\n"Class${i}"`;
  for (let i = 0; i < heap.texts; i++) {
    part += `,\n"text ${i} of a generated heap"`;
    if (part.length > 60_000) {
      yield text(part);
      part = '';
    }
  }
  yield text(`${part}]}`);
}

function head(nodes: number, edges: number): string {
  const snapshot = {
    meta: {
      node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'],
      node_types: [nodeTypes, 'string', 'number', 'number', 'number', 'number', 'number'],
      edge_fields: ['type', 'name_or_index', 'to_node'],
      edge_types: [edgeTypes, 'string_or_number', 'node'],
      trace_function_info_fields: ['function_id', 'name', 'script_name', 'script_id', 'line', 'column'],
      trace_node_fields: ['id', 'function_info_index', 'count', 'size', 'children'],
      sample_fields: ['timestamp_us', 'last_assigned_id'],
      location_fields: ['object_index', 'script_id', 'line', 'column'],
    },
    node_count: nodes,
    edge_count: edges,
    trace_function_count: 0,
    extra_native_bytes: 0,
  };
  return `{"snapshot":${JSON.stringify(snapshot)},\n`;
}

/** Everything about a node follows from its number, so nothing has to be kept. */
class Shape {
  readonly nodes: number;
  readonly constructors: number;
  readonly texts: number;
  readonly #shape: 'graph' | 'list' | 'cycle';
  readonly #across: number;
  readonly #seed: number;

  constructor({ nodes, shape = 'graph', across = 4, constructors = 1000, texts, seed = 1 }: GeneratedHeap) {
    this.nodes = nodes;
    this.constructors = constructors;
    this.texts = texts ?? Math.max(1, nodes >> 2);
    this.#shape = shape;
    this.#across = across;
    this.#seed = seed;
  }

  /** 32 bits that depend on all of its arguments (the finalizer of MurmurHash3). */
  random(node: number, k: number, purpose: number): number {
    let x = (Math.imul(node + 1, 0x9e3779b1) ^ Math.imul(k * 16 + purpose + 1, 0x85ebca77) ^ this.#seed) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }

  type(node: number): number {
    if (node === 0) return synthetic;
    if (this.#shape !== 'graph') return object;
    const share = this.random(node, 0, 1) % 100;
    if (share < 50) return object;
    if (share < 70) return string;
    if (share < 85) return array;
    return share < 95 ? closure : hidden;
  }

  name(node: number, type: number): number {
    if (node === 0) return 1;
    const random = this.random(node, 0, 2);
    const firstConstructor = fixedTexts.length + properties;
    if (type === object) return firstConstructor + (random % this.constructors);
    if (type === string) return firstConstructor + this.constructors + (random % this.texts);
    return type === closure ? fixedTexts.length + (random % properties) : 0;
  }

  size(node: number, type: number): number {
    if (node === 0) return 0;
    return type === array ? 16 + 8 * (this.random(node, 0, 3) % 64) : 16 + 8 * (this.random(node, 0, 3) % 8);
  }

  countEdges(): number {
    let edges = 0;
    for (let node = 0; node < this.nodes; node++) edges += this.edges(node);
    return edges;
  }

  edges(node: number): number {
    const { nodes } = this;
    if (this.#shape === 'list') return node + 1 < nodes ? 1 : 0;
    if (this.#shape === 'cycle') return node === 0 ? Math.min(1, nodes - 1) : 2;
    return this.#children(node) + (this.#across === 0 ? 0 : this.random(node, 0, 4) % (this.#across + 1));
  }

  edgeTo(node: number, k: number): number {
    const { nodes } = this;
    if (this.#shape !== 'graph') {
      if (k === 1) return node === 1 ? nodes - 1 : node - 1;
      return node + 1 < nodes ? node + 1 : 1;
    }
    if (k < this.#children(node)) return node * childrenPerNode + 1 + k;
    // Mostly to what lies near, as objects that belong together do; never to the root.
    const random = this.random(node, k, 9);
    const to = (random & 7) === 0 ? random >>> 3 : node + ((random >>> 3) % 2001) - 1000;
    return 1 + (((to % (nodes - 1)) + nodes - 1) % (nodes - 1));
  }

  edgeType(node: number, k: number): number {
    if (this.#shape !== 'graph' || k < this.#children(node)) return node % 3 === 0 ? element : property;
    return this.random(node, k, 10) % 50 === 0 ? weak : property;
  }

  #children(node: number): number {
    const first = node * childrenPerNode + 1;
    return Math.max(0, Math.min(childrenPerNode, this.nodes - first));
  }
}
