/** Objects of a list, put together by what they have in common. */
import { dominatorOrder } from '../dominated';
import type { HeapGraph } from '../graph';
import { ascendingOrder } from '../order';
import type { HeapListRow } from '../questions';

/** A row of a list before its example is described. */
export interface HeapListGroup extends Omit<HeapListRow, 'example'> {
  /** Ordinal of the object that retains most. */
  example: number;
}

export interface GroupText {
  label: string;
  detail: string;
}

/** Collects the members of a list by keys; what a key means is described once per group. */
export class Grouping {
  private readonly keys = new Map<string | number, number>();
  private readonly texts: (() => GroupText)[] = [];
  private readonly sizes: number[] = [];
  private readonly ordinals: number[] = [];
  private readonly groupOf: number[] = [];

  constructor(private readonly graph: HeapGraph) {}

  add(ordinal: number, key: string | number, describe: () => GroupText, size?: number): void {
    let group = this.keys.get(key);
    if (group === undefined) {
      group = this.texts.length;
      this.keys.set(key, group);
      this.texts.push(describe);
      this.sizes.push(size === undefined ? Number.NaN : 0);
    }
    if (size !== undefined) this.sizes[group]! += size;
    this.ordinals.push(ordinal);
    this.groupOf.push(group);
  }

  /** An object below another of its group counts with that one's retained size. Groups that read the same become one. */
  rows(sort: 'retained' | 'count' | 'size'): HeapListGroup[] {
    const { snapshot, index } = this.graph;
    const order = dominatorOrder(this.graph);
    // Groups that people could not tell apart are one: the same function in two copies of a script.
    const byText = new Map<string, number>();
    const rows: HeapListGroup[] = [];
    const rowOf = this.texts.map((describe, group) => {
      const text = describe();
      const key = `${text.label}\n${text.detail}`;
      let row = byText.get(key);
      if (row === undefined) {
        row = rows.length;
        byText.set(key, row);
        rows.push({ ...text, count: 0, shallow: 0, retained: 0, example: -1 });
      }
      const size = this.sizes[group]!;
      if (!Number.isNaN(size)) rows[row]!.size = (rows[row]!.size ?? 0) + size;
      return row;
    });
    const covered = new Uint32Array(rows.length);
    const places = new Uint32Array(this.ordinals.length);
    for (let member = 0; member < places.length; member++) places[member] = member;
    for (const member of ascendingOrder(places, (at) => order.place[this.ordinals[at]!]!)) {
      const ordinal = this.ordinals[member]!;
      const at = rowOf[this.groupOf[member]!]!;
      const row = rows[at]!;
      row.count++;
      row.shallow += snapshot.shallow[ordinal]!;
      if (order.place[ordinal]! >= covered[at]!) {
        row.retained += index.retained[ordinal]!;
        covered[at] = order.end[ordinal]!;
      }
      if (row.example === -1 || index.retained[ordinal]! > index.retained[row.example]!)
        row.example = ordinal;
    }
    return rows.sort(
      (a, b) =>
        (b[sort] ?? 0) - (a[sort] ?? 0) ||
        b.retained - a.retained ||
        (a.label < b.label ? -1 : a.label > b.label ? 1 : 0),
    );
  }
}
