/** What the details panel says of a function; pure. */
import type { CallTree } from '../../../../profiles/call-tree';
import { callees, callers, findFrame, functionInfo } from '../../../../profiles/functions';
import type { FunctionInfo, FunctionRow, RelatedFunction } from '../../../../profiles/functions';
import { keyOf } from '../../../../profiles/call-tree';
import { functionRows } from '../../../state/trees';

export interface FunctionFacts {
  info: FunctionInfo;
  row: FunctionRow | undefined;
  callers: RelatedFunction[];
  callees: RelatedFunction[];
}

/** null when the function is not in the tree. */
export function factsOf(tree: CallTree, functionKey: string): FunctionFacts | null {
  const frame = findFrame(tree.frames, functionKey);
  if (frame === -1) return null;
  return {
    info: functionInfo(tree.frames, frame),
    row: functionRows(tree).find((each) => each.frame === frame),
    callers: callers(tree, functionKey),
    callees: callees(tree, functionKey),
  };
}

/** The call path to the function that cost most, keys from the outermost call inwards. */
export function heaviestPath(tree: CallTree, functionKey: string): string[] {
  const frame = findFrame(tree.frames, functionKey);
  const { nodes, total, frames } = tree;
  let best = -1;
  for (let node = 1; node < nodes.length; node++)
    if (nodes.frame[node] === frame && (best === -1 || total[node]! > total[best]!)) best = node;
  const path: string[] = [];
  for (let node = best; node > 0; node = nodes.parent[node]!) path.push(keyOf(frames, nodes.frame[node]!));
  return path.reverse();
}

/** The version of the innermost package folder that the file lies in. */
export function packageOf<P extends { folder: string }>(path: string, packages: readonly P[]): P | undefined {
  let found: P | undefined;
  for (const each of packages) {
    const folder = each.folder.replaceAll('\\', '/').replace(/\/+$/, '');
    if (path.startsWith(`${folder}/`) && folder.length > (found?.folder.length ?? -1)) found = each;
  }
  return found;
}
