/** Finding functions by name or file. */
import type { CallTree } from './call-tree';
import type { FrameTable } from './types';

/**
 * One byte per frame: 1 when its name or its file matches. `query` is a substring, or a regular expression between
 * slashes (`/^render/`); both ignore case. An invalid expression is searched for as text; an empty query matches nothing.
 */
export function matchFrames(frames: FrameTable, query: string): Uint8Array {
  const matches = new Uint8Array(frames.length);
  const test = matcher(query);
  if (!test) return matches;
  // Names and files repeat in thousands of frames.
  const known = new Map<string, boolean>();
  const check = (text: string) => {
    let result = known.get(text);
    if (result === undefined) {
      result = test(text);
      known.set(text, result);
    }
    return result;
  };
  for (let frame = 0; frame < frames.length; frame++)
    if (check(frames.name[frame]!) || check(frames.url[frame]!)) matches[frame] = 1;
  return matches;
}

/** Share (0..1) of the tree's total weight whose stack has at least one matching frame. */
export function matchedShare(tree: CallTree, matches: Uint8Array): number {
  const { nodes, self, totalWeight } = tree;
  if (totalWeight <= 0) return 0;
  const covered = new Uint8Array(nodes.length);
  let weight = 0;
  for (let node = 0; node < nodes.length; node++) {
    const parent = nodes.parent[node]!;
    if (matches[nodes.frame[node]!] || (parent !== -1 && covered[parent])) {
      covered[node] = 1;
      weight += self[node]!;
    }
  }
  return weight / totalWeight;
}

function matcher(query: string): ((text: string) => boolean) | null {
  const text = query.trim();
  if (text === '') return null;
  const expression = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (expression) {
    try {
      const flags = new Set(`i${expression[2]!.replace(/[gy]/g, '')}`);
      const regex = new RegExp(expression[1]!, [...flags].join(''));
      return (candidate) => regex.test(candidate);
    } catch {
      // Not a valid expression (yet: the person may be typing it), so it is text.
    }
  }
  const needle = text.toLowerCase();
  return (candidate) => candidate.toLowerCase().includes(needle);
}
