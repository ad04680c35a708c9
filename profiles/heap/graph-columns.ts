/** Rows of nodes, edges and locations as they stand in the file, taken apart into columns that grow when the head lied. */
import type { SnapshotLayout } from './meta';
import { ascendingOrder } from './order';

type Column = Uint8Array | Uint32Array;

function grown<T extends Column>(column: T, capacity: number): T {
  const larger = new (column.constructor as new (length: number) => T)(capacity);
  larger.set(column);
  return larger;
}

/** Without a copy when it fits exactly. */
function cut<T extends Column>(column: T, length: number): T {
  return column.length === length ? column : (column.slice(0, length) as T);
}

export class NodeColumns {
  rows = 0;
  type: Uint8Array;
  name: Uint32Array;
  id: Uint32Array;
  shallow: Uint32Array;
  /** One more than there are nodes: node i's edges begin at firstEdge[i]. */
  firstEdge: Uint32Array;
  #edges = 0;
  highestType = 0;
  highestName = 0;
  readonly #at: SnapshotLayout['node'];

  constructor(layout: SnapshotLayout['node'], capacity: number) {
    this.#at = layout;
    this.type = new Uint8Array(capacity);
    this.name = new Uint32Array(capacity);
    this.id = new Uint32Array(capacity);
    this.shallow = new Uint32Array(capacity);
    this.firstEdge = new Uint32Array(capacity + 1);
  }

  /** Sum of all nodes' edges. */
  get edges(): number {
    return this.#edges;
  }

  add(block: Uint32Array, rows: number): void {
    const first = this.rows;
    if (first + rows > this.type.length) this.#grow(first + rows);
    const { type, name, id, shallow, firstEdge } = this;
    const at = this.#at;
    let edges = this.#edges;
    let { highestType, highestName } = this;
    for (let row = 0, from = 0; row < rows; row++, from += at.fields) {
      const node = first + row;
      const typeHere = block[from + at.type]!;
      const nameHere = block[from + at.name]!;
      if (typeHere > highestType) highestType = typeHere;
      if (nameHere > highestName) highestName = nameHere;
      type[node] = typeHere;
      name[node] = nameHere;
      id[node] = block[from + at.id]!;
      shallow[node] = block[from + at.selfSize]!;
      edges += block[from + at.edgeCount]!;
      firstEdge[node + 1] = edges;
    }
    this.#edges = edges;
    this.highestType = highestType;
    this.highestName = highestName;
    this.rows = first + rows;
  }

  finish(): void {
    const { rows } = this;
    this.type = cut(this.type, rows);
    this.name = cut(this.name, rows);
    this.id = cut(this.id, rows);
    this.shallow = cut(this.shallow, rows);
    this.firstEdge = cut(this.firstEdge, rows + 1);
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, Math.ceil(this.type.length * 1.5));
    this.type = grown(this.type, capacity);
    this.name = grown(this.name, capacity);
    this.id = grown(this.id, capacity);
    this.shallow = grown(this.shallow, capacity);
    this.firstEdge = grown(this.firstEdge, capacity + 1);
  }
}

export class EdgeColumns {
  rows = 0;
  type: Uint8Array;
  name: Uint32Array;
  /** Ordinal of the node referred to. */
  to: Uint32Array;
  highestType = 0;
  /** Of the edges whose name is a text. */
  highestName = 0;
  highestTo = 0;
  /** The first edge that points between two nodes; -1 when there is none. */
  crooked = -1;
  readonly #at: SnapshotLayout['edge'];
  readonly #nodeFields: number;
  /** Whether edges of a type have a text for a name (`element` and `hidden` have numbers). */
  readonly #named: Uint8Array;

  constructor(layout: SnapshotLayout, capacity: number) {
    this.#at = layout.edge;
    this.#nodeFields = layout.node.fields;
    this.#named = new Uint8Array(256);
    layout.edgeTypes.forEach((name, type) => {
      if (name !== 'element' && name !== 'hidden') this.#named[type] = 1;
    });
    this.type = new Uint8Array(capacity);
    this.name = new Uint32Array(capacity);
    this.to = new Uint32Array(capacity);
  }

  add(block: Uint32Array, rows: number): void {
    const first = this.rows;
    if (first + rows > this.type.length) this.#grow(first + rows);
    const { type, name, to } = this;
    const at = this.#at;
    const nodeFields = this.#nodeFields;
    const named = this.#named;
    let { highestType, highestName, highestTo } = this;
    for (let row = 0, from = 0; row < rows; row++, from += at.fields) {
      const edge = first + row;
      const typeHere = block[from + at.type]!;
      const nameHere = block[from + at.name]!;
      const place = block[from + at.to]!;
      const ordinal = (place / nodeFields) >>> 0;
      if (ordinal * nodeFields !== place && this.crooked === -1) this.crooked = edge;
      if (typeHere > highestType) highestType = typeHere;
      if (nameHere > highestName && named[typeHere] === 1) highestName = nameHere;
      if (ordinal > highestTo) highestTo = ordinal;
      type[edge] = typeHere;
      name[edge] = nameHere;
      to[edge] = ordinal;
    }
    this.highestType = highestType;
    this.highestName = highestName;
    this.highestTo = highestTo;
    this.rows = first + rows;
  }

  finish(): void {
    const { rows } = this;
    this.type = cut(this.type, rows);
    this.name = cut(this.name, rows);
    this.to = cut(this.to, rows);
  }

  #grow(needed: number): void {
    const capacity = Math.max(needed, Math.ceil(this.type.length * 1.5));
    this.type = grown(this.type, capacity);
    this.name = grown(this.name, capacity);
    this.to = grown(this.to, capacity);
  }
}

export class LocationColumns {
  #rows = 0;
  /** Ordinal, script, line, column of each. */
  #values = new Uint32Array(4096);
  readonly #at: SnapshotLayout['location'];
  readonly #nodeFields: number;

  constructor(layout: SnapshotLayout) {
    this.#at = layout.location;
    this.#nodeFields = layout.node.fields;
  }

  add(block: Uint32Array, rows: number): void {
    const at = this.#at;
    const needed = (this.#rows + rows) * 4;
    if (needed > this.#values.length)
      this.#values = grown(this.#values, Math.max(needed, this.#values.length * 2));
    const values = this.#values;
    for (let row = 0; row < rows; row++) {
      const from = row * at.fields;
      const to = (this.#rows + row) * 4;
      values[to] = block[from + at.node]! / this.#nodeFields;
      values[to + 1] = block[from + at.script]!;
      values[to + 2] = block[from + at.line]!;
      values[to + 3] = block[from + at.column]!;
    }
    this.#rows += rows;
  }

  /** In the nodes' order; those of nodes that do not exist are left out. */
  finish(nodeCount: number): { node: Uint32Array; place: Uint32Array } {
    const rows = this.#rows;
    const values = this.#values;
    const order = ascendingOrder(
      new Uint32Array(rows).map((_, row) => row),
      (row) => values[row * 4]!,
    );
    let kept = 0;
    const node = new Uint32Array(rows);
    const place = new Uint32Array(rows * 3);
    for (let i = 0; i < rows; i++) {
      const from = order[i]! * 4;
      const ordinal = values[from]!;
      if (ordinal >= nodeCount) break;
      node[kept] = ordinal;
      place[kept * 3] = values[from + 1]!;
      place[kept * 3 + 1] = values[from + 2]!;
      place[kept * 3 + 2] = values[from + 3]!;
      kept++;
    }
    return { node: cut(node, kept), place: cut(place, kept * 3) };
  }
}
