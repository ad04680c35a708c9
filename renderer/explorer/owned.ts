/** Answers leave the worker by handing their memory over: what the worker goes on using is copied first. */
import type { CallTree } from '../../profiles/call-tree';
import type { FrameTable } from '../../profiles/types';

/** A copy of a frame table without spare room. */
export function ownedFrames(frames: FrameTable): FrameTable {
  const { length } = frames;
  return {
    length,
    name: frames.name.slice(0, length),
    url: frames.url.slice(0, length),
    packageName: frames.packageName.slice(0, length),
    line: frames.line.slice(0, length),
    column: frames.column.slice(0, length),
    category: frames.category.slice(0, length),
  };
}

/** A copy of a tree that shares no memory with the profile it was made from. */
export function ownedTree(tree: CallTree): CallTree {
  const { length } = tree.nodes;
  return {
    ...tree,
    frames: ownedFrames(tree.frames),
    nodes: {
      length,
      frame: tree.nodes.frame.slice(0, length),
      parent: tree.nodes.parent.slice(0, length),
      depth: tree.nodes.depth.slice(0, length),
    },
    self: tree.self.slice(),
    total: tree.total.slice(),
    sampleCount: tree.sampleCount.slice(),
  };
}

/** The memory of all typed arrays inside a value of plain objects. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const seen = new Set<object>();
  const open: unknown[] = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (typeof each !== 'object' || each === null || seen.has(each)) continue;
    seen.add(each);
    if (ArrayBuffer.isView(each)) {
      if (each.buffer instanceof ArrayBuffer) found.add(each.buffer);
    } else if (Array.isArray(each)) {
      // Columns of strings can be long and hold no memory of their own to hand over.
      if (typeof each[0] === 'object') for (const item of each) open.push(item);
    } else for (const item of Object.values(each)) open.push(item);
  }
  return [...found];
}
