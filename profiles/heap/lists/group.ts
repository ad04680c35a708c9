/** Groups the objects of a list by what they have in common. */
import { dominatorOrder } from '../dominated';
import type { HeapGraph } from '../graph';
import { NumberStack } from '../number-stack';
import { ascendingOrder } from '../order';
import { PairTable } from '../pair-table';
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

/**
 * What a list is made of: called with each object, the pair of numbers that objects of a group share, and its size where the
 * list has sizes.
 */
export type Visit = (ordinal: number, first: number, second: number, size?: number) => void;

/** In a heap without any order every object has a group of its own: of so many the texts are made, the rest is summed up. */
const mostDescribed = 20_000;

/** Collects the objects of a list by pairs of numbers; what a pair means is described once per group. */
export class Grouping {
  readonly #keys = new PairTable();
  /** By group: an object of it, and its pair. */
  readonly #some = new NumberStack();
  readonly #first = new NumberStack();
  readonly #second = new NumberStack();
  readonly #sizes: number[] = [];
  #hasSizes = false;
  /** Parallel: the objects and their groups. */
  readonly #ordinals = new NumberStack();
  readonly #groupOf = new NumberStack();

  /** @param describe is given an object of the group and the group's pair */
  constructor(
    private readonly graph: HeapGraph,
    private readonly describe: (ordinal: number, first: number, second: number) => GroupText,
  ) {}

  /** Numbers below 2^32 - 1. */
  readonly add: Visit = (ordinal, first, second, size) => {
    let group = this.#keys.get(first, second);
    if (group === -1) {
      group = this.#some.length;
      this.#keys.set(first, second, group);
      this.#some.push(ordinal);
      this.#first.push(first);
      this.#second.push(second);
      this.#sizes.push(0);
    }
    if (size !== undefined) {
      this.#hasSizes = true;
      this.#sizes[group]! += size;
    }
    this.#ordinals.push(ordinal);
    this.#groupOf.push(group);
  };

  /** An object below another of its group counts with that one's retained size. Groups that read the same become one. */
  rows(sort: 'retained' | 'count' | 'size'): HeapListGroup[] {
    const { snapshot, index } = this.graph;
    const order = dominatorOrder(this.graph);
    const { rows, rowOf } = this.#described(sort);
    const covered = new Uint32Array(rows.length);
    const members = new Uint32Array(this.#ordinals.length);
    for (let member = 0; member < members.length; member++) members[member] = member;
    for (const member of ascendingOrder(members, (at) => order.place[this.#ordinals.at(at)]!)) {
      const ordinal = this.#ordinals.at(member);
      const at = rowOf[this.#groupOf.at(member)]!;
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

  /** Empty rows, and which row each group belongs to. */
  #described(sort: 'retained' | 'count' | 'size'): { rows: HeapListGroup[]; rowOf: Uint32Array } {
    const groups = this.#some.length;
    // Groups that people could not tell apart are one: the same function in two copies of a script.
    const byText = new Map<string, number>();
    const rows: HeapListGroup[] = [];
    const rowOf = new Uint32Array(groups);
    const largest = groups > mostDescribed ? this.#largest(sort) : undefined;
    for (let group = 0; group < groups; group++) {
      const text =
        largest?.[group] === 0
          ? { label: `${groups - mostDescribed} smaller groups`, detail: 'held in many different ways' }
          : this.describe(this.#some.at(group), this.#first.at(group), this.#second.at(group));
      const key = `${text.label}\n${text.detail}`;
      let row = byText.get(key);
      if (row === undefined) {
        row = rows.length;
        byText.set(key, row);
        rows.push({ ...text, count: 0, shallow: 0, retained: 0, example: -1 });
      }
      rowOf[group] = row;
      if (this.#hasSizes) rows[row]!.size = (rows[row]!.size ?? 0) + this.#sizes[group]!;
    }
    return { rows, rowOf };
  }

  /** 1 for the groups that are described: those with the largest sums. */
  #largest(sort: 'retained' | 'count' | 'size'): Uint8Array {
    const { retained } = this.graph.index;
    const groups = this.#some.length;
    const sums = new Float64Array(groups);
    for (let member = 0; member < this.#ordinals.length; member++)
      sums[this.#groupOf.at(member)]! += sort === 'retained' ? retained[this.#ordinals.at(member)]! : 1;
    if (sort === 'size') sums.set(this.#sizes);
    const all = new Uint32Array(groups);
    for (let group = 0; group < groups; group++) all[group] = group;
    const described = new Uint8Array(groups);
    for (const group of ascendingOrder(all, (at) => Math.round(sums[at]!)).subarray(-mostDescribed))
      described[group] = 1;
    return described;
  }
}
