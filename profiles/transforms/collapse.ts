/** Many frames of a stack become one. Nothing is lost: every sample stays, with its weight. */
import { categoryIndex } from '../categories';
import { findFrame } from '../frame-key';
import { GroupFrames } from '../group-frames';
import { pathOf } from '../location';
import { categories } from '../types';
import { PathTree } from './node-map';
import type { NodeMap, Stage } from './node-map';

/** Repetitions of a function on a stack become its outermost call; null: of every function. null when nothing changes. */
export function collapseRecursion(stage: Stage, functionKey: string | null): NodeMap | null {
  const { frames, nodes } = stage;
  if (functionKey === null) return collapseEveryRecursion(stage);
  const focus = findFrame(frames, functionKey);
  if (focus === -1) return null;
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const to = new Int32Array(nodes.length);
  /** New node → the function's call on its path (itself included), or -1. */
  const outermost = new Int32Array(nodes.length).fill(-1);
  for (let node = 1; node < nodes.length; node++) {
    const parent = to[nodes.parent[node]!]!;
    const frame = nodes.frame[node]!;
    if (frame === focus && outermost[parent] !== -1) to[node] = outermost[parent]!;
    else {
      const id = tree.child(parent, frame);
      outermost[id] = frame === focus ? id : outermost[parent]!;
      to[node] = id;
    }
  }
  return { frames, nodes: tree.nodes, to };
}

function collapseEveryRecursion({ frames, nodes }: Stage): NodeMap {
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const { frame: frameOf, parent: parentOf } = tree.nodes;
  const to = new Int32Array(nodes.length);
  for (let node = 1; node < nodes.length; node++) {
    const parent = to[nodes.parent[node]!]!;
    const frame = nodes.frame[node]!;
    // New paths have every function at most once, so this walk is no longer than there are functions.
    let earlier = parent;
    while (earlier > 0 && frameOf[earlier] !== frame) earlier = parentOf[earlier]!;
    to[node] = earlier > 0 ? earlier : tree.child(parent, frame);
  }
  return { frames, nodes: tree.nodes, to };
}

/** What the function calls is charged to the function itself. null when nothing changes. */
export function collapseFunction({ frames, nodes }: Stage, functionKey: string): NodeMap | null {
  const focus = findFrame(frames, functionKey);
  if (focus === -1) return null;
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const to = new Int32Array(nodes.length);
  for (let node = 1; node < nodes.length; node++) {
    const parent = to[nodes.parent[node]!]!;
    to[node] = tree.nodes.frame[parent] === focus ? parent : tree.child(parent, nodes.frame[node]!);
  }
  return { frames, nodes: tree.nodes, to };
}

/** Neighbouring frames of one script become one frame that is called like the file. null when nothing changes. */
export function collapseFile(stage: Stage, url: string): NodeMap | null {
  const { frames } = stage;
  const inFile = url === '' ? -1 : frames.url.indexOf(url);
  if (inFile === -1 || inFile >= frames.length) return null;
  const groups = new GroupFrames(frames);
  const group = groups.add({
    name: fileName(url),
    url,
    category: categories[frames.category[inFile]!]!,
    packageName: frames.packageName[inFile]!,
  });
  const groupOf = new Int32Array(frames.length).fill(-1);
  for (let frame = 0; frame < groupOf.length; frame++) if (frames.url[frame] === url) groupOf[frame] = group;
  return collapseNeighbours(stage, groups, groupOf);
}

/** Neighbouring frames of one package become one frame named after it; null: of each package. null when nothing changes. */
export function collapsePackages(stage: Stage, packageName: string | null): NodeMap | null {
  const groups = new GroupFrames(stage.frames);
  const ids = new Map<string, number>();
  const { length, packageName: packages } = stage.frames;
  const groupOf = new Int32Array(length).fill(-1);
  for (let frame = 0; frame < length; frame++) {
    const name = packages[frame]!;
    if (name === '' || (packageName !== null && name !== packageName)) continue;
    let id = ids.get(name);
    if (id === undefined) {
      // A URL by which the frame is recognised as the package's again after a round trip through a file.
      id = groups.add({ name, url: `node_modules/${name}`, category: 'dependency', packageName: name });
      ids.set(name, id);
    }
    groupOf[frame] = id;
  }
  return ids.size === 0 ? null : collapseNeighbours(stage, groups, groupOf);
}

/** Neighbouring frames of Node's own JavaScript become one. null when nothing changes. */
export function collapseNode(stage: Stage): NodeMap | null {
  const { frames } = stage;
  const node = categoryIndex('node');
  const groups = new GroupFrames(frames);
  const groupOf = new Int32Array(frames.length).fill(-1);
  let group = -1;
  for (let frame = 0; frame < frames.length; frame++) {
    if (frames.category[frame] !== node) continue;
    if (group === -1)
      group = groups.add({ name: 'node internals', url: 'node:', category: 'node', packageName: '' });
    groupOf[frame] = group;
  }
  return group === -1 ? null : collapseNeighbours(stage, groups, groupOf);
}

function collapseNeighbours({ nodes }: Stage, groups: GroupFrames, groupOf: Int32Array): NodeMap {
  const tree = new PathTree(nodes.frame[0]!, nodes.length);
  const to = new Int32Array(nodes.length);
  for (let node = 1; node < nodes.length; node++) {
    const parent = to[nodes.parent[node]!]!;
    const frame = nodes.frame[node]!;
    const group = groupOf[frame]!;
    if (group === -1) to[node] = tree.child(parent, frame);
    else to[node] = tree.nodes.frame[parent] === group ? parent : tree.child(parent, group);
  }
  return { frames: groups.frames, nodes: tree.nodes, to };
}

/** The last part of a script's path; the URL itself where there is none. */
export function fileName(url: string): string {
  const path = pathOf(url);
  return path.slice(path.lastIndexOf('/') + 1) || path;
}
