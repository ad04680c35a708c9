/** Writes collapsed stacks, what flamegraph.pl and its relatives read: `main;work;parse 42`, one line a call path. */
import { aggregate, mergeCallTrees } from '../call-tree';
import type { CallTree } from '../call-tree';
import type { FrameTable } from '../types';
import { ByteParts } from './byte-parts';
import type { ExportSelection, NamedProfile } from './export-selection';

const lineBreak = 0x0a;
const semicolon = 0x3b;
const space = 0x20;

/**
 * Call paths of all profiles together (equal paths are one line) with their self weight as whole numbers: µs, bytes, or
 * samples. Frames are written `name (url:line:column)`. Paths that weigh nothing are left out.
 *
 * Fractions are carried on from line to line, so that the sum is right to the nearest whole and each line to 1.
 */
export function writeCollapsed(
  profiles: readonly NamedProfile[] | CallTree,
  selection: ExportSelection = {},
): Uint8Array[] {
  const tree = 'nodes' in profiles ? profiles : treeOf(profiles, selection);
  const { nodes, frames, self } = tree;
  const texts = Array.from({ length: frames.length }, (_, frame) => collapsedFrame(frames, frame));
  const out = new ByteParts();
  let deepestNode = 0;
  for (let node = 0; node < nodes.length; node++) deepestNode = Math.max(deepestNode, nodes.depth[node]!);
  const stack = new Int32Array(deepestNode);
  let exact = 0;
  let written = 0;
  for (let node = 0; node < nodes.length; node++) {
    exact += self[node]!;
    const weight = Math.round(exact) - written;
    if (self[node] === 0 || weight <= 0) continue;
    written += weight;
    const depth = nodes.depth[node]!;
    for (let at = depth - 1, step = node; at >= 0; at--, step = nodes.parent[step]!)
      stack[at] = nodes.frame[step]!;
    if (depth === 0) out.text(texts[nodes.frame[0]!]!);
    for (let i = 0; i < depth; i++) {
      if (i > 0) out.byte(semicolon);
      out.text(texts[stack[i]!]!);
    }
    out.byte(space);
    out.number(weight);
    out.byte(lineBreak);
  }
  return out.take();
}

function treeOf(profiles: readonly NamedProfile[], selection: ExportSelection): CallTree {
  const { range, ...rest } = selection;
  return mergeCallTrees(
    profiles.map(({ profile }) =>
      aggregate(profile, { ...rest, ...(range && profile.endUs > profile.startUs && { range }) }),
    ),
  );
}

/** One frame as text. What would end a frame or a line in it is replaced. */
function collapsedFrame(frames: FrameTable, frame: number): string {
  const url = frames.url[frame]!;
  const line = frames.line[frame]!;
  const column = frames.column[frame]!;
  const place = url === '' ? '' : ` (${url}${line > 0 ? `:${line}${column > 0 ? `:${column}` : ''}` : ''})`;
  return `${frames.name[frame]!.replaceAll(';', ':')}${place.replaceAll(';', '%3B')}`.replace(
    /[\r\n]+/g,
    ' ',
  );
}
