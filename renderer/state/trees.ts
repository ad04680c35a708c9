/** The call tree of what is selected, kept until something changes that matters to it. */
import { aggregate, keyOf, mergeCallTrees, type CallTree } from '../../profiles/call-tree';
import { functionTable, type FunctionRow } from '../../profiles/functions';
import type { Profile, TimeRange } from '../../profiles/types';
import type { ThreadKey } from '../../main/api';
import { sameRange } from './selection';

interface Wanted {
  profiles: ReadonlyMap<ThreadKey, Profile>;
  threads: readonly ThreadKey[] | null;
  range: TimeRange | null;
  /** Data still arrives: an older tree is good enough while adding up costs too much. */
  live: boolean;
}

interface Part {
  profile: Profile;
  sampleCount: number;
  range: TimeRange | null;
  tree: CallTree;
  newestUs: number;
}

/** Share of the main thread that adding up may take while data arrives. */
const liveShare = 0.12;

export class TreeCache {
  private parts = new Map<ThreadKey, Part>();
  private shown: { key: string; range: TimeRange | null; tree: CallTree } | null = null;
  private lastCostMs = 0;
  private lastEndMs = -Infinity;
  private count = 0;

  /** Changes whenever `get` gave another tree than before. */
  get version(): number {
    return this.count;
  }

  /** When the newest sample in the tree was taken, µs since the run's start; 0 when there is none. */
  get newestUs(): number {
    let newest = 0;
    for (const { newestUs } of this.parts.values()) newest = Math.max(newest, newestUs);
    return newest;
  }

  /** null when there is nothing to add up. */
  get({ profiles, threads, range, live }: Wanted): CallTree | null {
    const keys = [...profiles.keys()].filter((key) => threads === null || threads.includes(key));
    const key = keys.join();
    const now = performance.now();
    const sameQuestion = this.shown?.key === key && sameRange(this.shown.range, range);
    if (live && sameQuestion && this.shown && now - this.lastEndMs < this.lastCostMs / liveShare)
      return this.shown.tree;

    let changed = !sameQuestion;
    const parts = new Map<ThreadKey, Part>();
    for (const thread of keys) {
      const profile = profiles.get(thread)!;
      const known = this.parts.get(thread);
      const sampleCount = profile.samples.length;
      const fresh =
        known?.profile === profile && known.sampleCount === sampleCount && sameRange(known.range, range);
      if (!fresh) changed = true;
      const newestUs = profile.samples.timeUs[sampleCount - 1] ?? 0;
      parts.set(
        thread,
        fresh
          ? known
          : { profile, sampleCount, range, newestUs, tree: aggregate(profile, range ? { range } : {}) },
      );
    }
    this.parts = parts;
    if (!changed && this.shown) return this.shown.tree;
    this.count++;
    if (parts.size === 0) {
      this.shown = null;
      return null;
    }
    const tree = mergeCallTrees([...parts.values()].map((part) => part.tree));
    this.shown = { key, range, tree };
    this.lastEndMs = performance.now();
    this.lastCostMs = this.lastEndMs - now;
    return tree;
  }
}

const rowsOf = new WeakMap<CallTree, FunctionRow[]>();

/** `functionTable`, once per tree. */
export function functionRows(tree: CallTree): FunctionRow[] {
  let rows = rowsOf.get(tree);
  if (!rows) {
    rows = functionTable(tree);
    rowsOf.set(tree, rows);
  }
  return rows;
}

/**
 * The full key of a function that a link names by name, URL and line only (`keyOf` without the column), or the key
 * itself. Links from a comparison name a function as the other session knew it: where nothing fits exactly, the function
 * of that name whose path ends most alike, and of those the one on the nearest line.
 */
export function resolveKey(tree: CallTree, key: string): string {
  const [name, url = '', line = '0', column] = key.split('\n');
  if (column !== undefined) return key;
  const { frames } = tree;
  let best = { frame: -1, alike: 0, distance: Infinity };
  for (let frame = 0; frame < frames.length; frame++) {
    if (frames.name[frame] !== name) continue;
    const alike = commonEnd(frames.url[frame] ?? '', url);
    const distance = Math.abs((frames.line[frame] ?? 0) - Number(line));
    if (alike > best.alike || (alike === best.alike && alike > 0 && distance < best.distance))
      best = { frame, alike, distance };
  }
  return best.frame === -1 ? key : keyOf(frames, best.frame);
}

/** Path segments that two URLs have in common at their ends; equal ones count most. */
function commonEnd(one: string, other: string): number {
  if (one === other) return Infinity;
  const a = one.split(/[\\/]/).reverse();
  const b = other.split(/[\\/]/).reverse();
  let same = 0;
  while (same < a.length && same < b.length && a[same] !== '' && a[same] === b[same]) same++;
  return same;
}
