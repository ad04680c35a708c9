/** What only the profiles know of one function; their call trees do not carry it. */
import type { CallTree } from '../../profiles/call-tree';
import { findFrame } from '../../profiles/frame-key';
import { addLineTotals, lineTotals } from '../../profiles/lines';
import type { Profile } from '../../profiles/types';
import type { Questions } from './types';

/** @param parts each profile with its call tree in the scope (they share their nodes) */
export function functionDetails(
  parts: readonly { profile: Profile; tree: CallTree }[],
  functionKey: string,
): Questions['details']['output'] {
  const reasons = new Set<string>();
  const lines = [];
  for (const { profile, tree } of parts) {
    const frame = findFrame(tree.frames, functionKey);
    if (frame === -1) continue;
    lines.push(lineTotals(profile, tree, tree.frames.url[frame]!, frame));
    for (const [node, reason] of profile.deoptReasons ?? [])
      if (tree.nodes.frame[node] === frame) for (const each of reason.split('; ')) reasons.add(each);
  }
  return { deoptReasons: [...reasons], lines: addLineTotals(lines) };
}
