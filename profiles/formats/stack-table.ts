/**
 * Stacks as a tree while a file is read: many formats name frames by numbers whose meaning comes later in the file, so the tree is of
 * numbers first and becomes one of functions when all is known.
 */
import type { ProfileBuilder } from '../builder';
import { Int32Column } from '../columns';
import { PairTable } from '../pair-table';

export class StackTable {
  /** Node 0 is the empty stack; parents have smaller indices. */
  readonly parent = new Int32Column(16);
  /** What was called: the file's number of it, not negative. */
  readonly item = new Int32Column(16);
  private readonly ids = new PairTable();
  /** The last stack given to `nodeOf`, with its nodes: neighbouring samples have most of their stacks in common. */
  private readonly lastItem = new Int32Column(16);
  private readonly lastNode = new Int32Column(16);

  constructor() {
    this.parent.push(-1);
    this.item.push(-1);
  }

  get length(): number {
    return this.parent.length;
  }

  child(parent: number, item: number): number {
    const known = this.ids.get(parent, item);
    if (known !== -1) return known;
    const id = this.parent.length;
    this.parent.push(parent);
    this.item.push(item);
    this.ids.set(parent, item, id);
    return id;
  }

  /** The node of a whole stack, outermost first. */
  nodeOf(stack: Int32Array, length: number): number {
    const { lastItem, lastNode } = this;
    let same = 0;
    while (same < length && same < lastItem.length && lastItem.values[same] === stack[same]) same++;
    lastItem.length = lastNode.length = same;
    let node = same === 0 ? 0 : lastNode.values[same - 1]!;
    for (let at = same; at < length; at++) {
      node = this.child(node, stack[at]!);
      lastItem.push(stack[at]!);
      lastNode.push(node);
    }
    return node;
  }

  /**
   * Makes the builder's nodes of all stacks and gives the node of each. `addTo` adds what an item stands for below a
   * node and gives the innermost node of it; outermost items called `(root)` should give the root itself.
   */
  build(addTo: (parentNode: number, item: number) => number): Int32Array {
    const nodes = new Int32Array(this.length);
    for (let id = 1; id < this.length; id++)
      nodes[id] = addTo(nodes[this.parent.values[id]!]!, this.item.values[id]!);
    return nodes;
  }
}

/** A frame below a node; the outermost `(root)` without a file, which some tools write on every stack, is the root itself. */
export function addFrameTo(builder: ProfileBuilder, parentNode: number, frame: number): number {
  const isRoot = parentNode === 0 && frame === 0;
  return isRoot ? 0 : builder.addChild(parentNode, frame);
}
