/** Finding functions by name, package or file. */
import type { CallTree } from './call-tree';
import { childLists } from './grouping';
import { pathOf, projectPath } from './location';
import { categoryIndex } from './categories';
import type { FrameTable } from './types';

export interface SearchOptions {
  /** The project's folder. Default: the innermost folder that all of the person's own files lie in. */
  cwd?: string;
}

/**
 * One byte per frame: 1 when the function's name, its package or its file matches. `query` is a substring, or a regular
 * expression between slashes (`/^render/`); both ignore case. An invalid expression is searched for as text; an empty query
 * matches nothing.
 *
 * A file matches by its path as people see it: from the project's folder on, or from `node_modules` on (`src/catalog.ts`,
 * `node_modules/express/lib/router.js`, `node:fs`). The folders that the project lies in are in every path and would match
 * everything; only a query with a slash in it is looked for in the whole path, so that a copied path finds its file.
 */
export function matchFrames(frames: FrameTable, query: string, options: SearchOptions = {}): Uint8Array {
  const matches = new Uint8Array(frames.length);
  const test = matcher(query);
  if (!test) return matches;
  const cwd = options.cwd ?? projectFolder(frames);
  const expression = expressionOf(query);
  const whole = expression ? expression.source.includes('/') : /[/\\]/.test(query);
  const inName = remembered(test);
  const inPath = expression ? test : matcher(query.replaceAll('\\', '/'))!;
  const inFile = remembered((url) => inPath(projectPath(url, cwd)) || (whole && inPath(pathOf(url))));
  for (let frame = 0; frame < frames.length; frame++)
    if (
      inName(frames.name[frame]!) ||
      inName(frames.packageName[frame]!) ||
      (frames.url[frame] !== '' && inFile(frames.url[frame]!))
    )
      matches[frame] = 1;
  return matches;
}

/** Names and files repeat in thousands of frames. */
function remembered(test: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    let result = known.get(text);
    if (result === undefined) {
      result = test(text);
      known.set(text, result);
    }
    return result;
  };
}

/** The innermost folder that all files of the person's own code lie in; undefined when they have nothing in common. */
export function projectFolder(frames: FrameTable): string | undefined {
  const app = categoryIndex('app');
  const urls = new Set<string>();
  for (let frame = 0; frame < frames.length; frame++)
    if (frames.category[frame] === app && frames.url[frame] !== '') urls.add(frames.url[frame]!);
  let common: string[] | null = null;
  for (const url of urls) {
    const folders = pathOf(url).split('/').slice(0, -1);
    // What is not a file (an evaluated expression, code of the browser) says nothing about folders.
    if (folders.length < 2 || (folders[0] !== '' && !/^[A-Za-z]:$/.test(folders[0]!))) continue;
    if (!common) common = folders;
    let same = 0;
    while (same < common.length && common[same] === folders[same]) same++;
    common = common.slice(0, same);
  }
  return common && common.length > 1 ? common.join('/') : undefined;
}

/**
 * The boxes of a search: nodes with weight whose function matches. `weight` puts the heaviest first; `position` goes
 * through them as a left-heavy flamegraph shows them, a caller before what it calls and heavier siblings first.
 */
export function matchingNodes(
  tree: CallTree,
  matches: Uint8Array,
  order: 'weight' | 'position' = 'weight',
): Int32Array {
  const { nodes, total } = tree;
  const found = new Int32Array(nodes.length);
  let count = 0;
  for (let node = 1; node < nodes.length; node++)
    if (matches[nodes.frame[node]!] === 1 && total[node]! > 0) found[count++] = node;
  const result = found.slice(0, count);
  if (order === 'weight') return result.sort((a, b) => total[b]! - total[a]! || a - b);
  const rank = positions(tree);
  return result.sort((a, b) => rank[a]! - rank[b]!);
}

/** For each node when a walk over the tree that takes heavier children first meets it. */
function positions(tree: CallTree): Int32Array {
  const { nodes, total } = tree;
  const { firstChild, nextSibling } = childLists(tree);
  const rank = new Int32Array(nodes.length);
  const waiting = [0];
  let next = 0;
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    rank[node] = next++;
    const children: number[] = [];
    for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!) children.push(child);
    children.sort((a, b) => total[a]! - total[b]! || b - a);
    for (const child of children) waiting.push(child);
  }
  return rank;
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
  const expression = expressionOf(text);
  if (expression) return (candidate) => expression.test(candidate);
  const needle = text.toLowerCase();
  return (candidate) => candidate.toLowerCase().includes(needle);
}

/** A query between slashes as an expression; null when it is text, or not an expression (yet: it may be being typed). */
function expressionOf(query: string): RegExp | null {
  const parts = /^\/(.+)\/([a-z]*)$/s.exec(query.trim());
  if (!parts) return null;
  try {
    const flags = new Set(`i${parts[2]!.replace(/[gy]/g, '')}`);
    return new RegExp(parts[1]!, [...flags].join(''));
  } catch {
    return null;
  }
}
