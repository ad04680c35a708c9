/** A call tree laid out with the heaviest calls on the left, as the canvas sees it. */
import { matchNodes, rowOf, type FlameLayout } from '../../profiles/flame-layout';
import { matchedShare } from '../../profiles/search';
import { frameFacts, frameLabel, frameSentence, graphSummary, type FrameFacts } from './frame-text';
import type { Picture } from './picture';

export class LeftHeavyPicture implements Picture {
  readonly kind = 'left-heavy';
  readonly layout: FlameLayout;
  readonly unit;
  readonly frames;
  readonly rows: number;
  readonly rowStart: Int32Array;
  readonly x0: Float64Array;
  readonly x1: Float64Array;
  readonly perX = 1;
  readonly width: number;
  readonly origin = 0;
  readonly frame: Int32Array;
  readonly detail = null;
  readonly bands = [];
  private readonly runWeight: number;

  constructor(layout: FlameLayout, options: { skipRoot?: boolean; runWeight?: number } = {}) {
    const { tree } = layout;
    this.layout = layout;
    this.unit = tree.unit;
    this.frames = tree.frames;
    const skipped = options.skipRoot && layout.rows > 1 ? 1 : 0;
    this.rows = layout.rows - skipped;
    this.rowStart = layout.rowStart.subarray(skipped);
    this.x0 = layout.x0;
    this.x1 = layout.x1;
    this.width = layout.width;
    this.runWeight = options.runWeight ?? 0;
    this.frame = new Int32Array(layout.length);
    for (let position = 0; position < layout.length; position++)
      this.frame[position] = tree.nodes.frame[layout.node[position] ?? 0] ?? 0;
  }

  nodeOf(position: number): number {
    return this.layout.node[position] ?? 0;
  }

  labelOf(position: number): string {
    return frameLabel(this.layout.tree, this.nodeOf(position));
  }

  factsOf(position: number): FrameFacts {
    return frameFacts(this.layout.tree, this.nodeOf(position), this.runWeight);
  }

  sentenceOf(position: number): string {
    return frameSentence(this.layout.tree, this.nodeOf(position));
  }

  summary(): string {
    return graphSummary(this.layout.tree);
  }

  parentOf(position: number): number {
    const { layout } = this;
    const parent = layout.tree.nodes.parent[this.nodeOf(position)] ?? -1;
    const at = parent >= 0 ? (layout.positionOfNode[parent] ?? -1) : -1;
    return at >= (this.rowStart[0] ?? 0) ? at : -1;
  }

  /** The heaviest call from here. */
  calleeOf(position: number): number {
    const { layout } = this;
    const node = this.nodeOf(position);
    const row = rowOf(layout, position) + 1;
    if (row >= layout.rows) return -1;
    let best = -1;
    let bestTotal = 0;
    const left = layout.x0[position] ?? 0;
    for (let at = this.firstInRow(row, left); at < (layout.rowStart[row + 1] ?? 0); at++) {
      const candidate = layout.node[at] ?? 0;
      if (layout.tree.nodes.parent[candidate] !== node) break;
      const total = layout.tree.total[candidate] ?? 0;
      if (total <= bestTotal) continue;
      best = at;
      bestTotal = total;
    }
    return best;
  }

  /** The children of a node stand together, the first of them at its left edge. */
  private firstInRow(row: number, left: number): number {
    const { rowStart, x1 } = this.layout;
    let low = rowStart[row] ?? 0;
    let high = rowStart[row + 1] ?? low;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((x1[middle] ?? 0) > left) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  selfOf(position: number): number {
    return this.layout.tree.self[this.nodeOf(position)] ?? 0;
  }

  totalOf(position: number): number {
    return this.layout.tree.total[this.nodeOf(position)] ?? 0;
  }

  timeOf(): null {
    return null;
  }

  isRoot(position: number): boolean {
    return this.nodeOf(position) === 0;
  }

  selfByFrame(): Float64Array {
    const { nodes, self } = this.layout.tree;
    const sums = new Float64Array(this.frames.length);
    for (let node = 1; node < nodes.length; node++) {
      const frame = nodes.frame[node] ?? 0;
      sums[frame] = (sums[frame] ?? 0) + (self[node] ?? 0);
    }
    return sums;
  }

  searchShare(found: Uint8Array): number {
    return matchedShare(this.layout.tree, found);
  }

  following(previous: Picture): (position: number) => number {
    if (!(previous instanceof LeftHeavyPicture)) return () => -1;
    const before = this.layout.before ?? matchNodes(previous.layout, this.layout.tree);
    return (position) => {
      if (position < 0) return -1;
      const node = before.indexOf(previous.nodeOf(position));
      return node < 0 ? -1 : (this.layout.positionOfNode[node] ?? -1);
    };
  }
}
