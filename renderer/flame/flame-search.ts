/**
 * Going from match to match in whichever flame view is in use, for search fields that stand elsewhere:
 * `flameSearch.next()`, and `useSyncExternalStore(flameSearch.subscribe, flameSearch.get)` for "3 of 17".
 */
import { formatNumber, formatPercent } from '../../profiles/format';
import type { ProfileUnit } from '../../profiles/types';

export interface FlameMatches {
  /** Boxes that match. */
  count: number;
  /** 0-based number of the match gone to last; -1 before the first. */
  index: number;
  /** Matching functions that have any weight. */
  functions: number;
  /** Of the whole, 0..1, in which at least one match is on the stack. */
  share: number;
}

export interface SearchedView {
  matches(): FlameMatches | null;
  stepMatch(step: 1 | -1): void;
}

const views: SearchedView[] = [];
const listeners = new Set<() => void>();
let shown: FlameMatches | null = null;

function refresh(): void {
  const current = views[0]?.matches() ?? null;
  if (current === shown) return;
  shown = current;
  for (const listener of listeners) listener();
}

export const flameSearch = {
  /** Goes to the next match in the view used last; round at the end. */
  next(): void {
    views[0]?.stepMatch(1);
  },
  previous(): void {
    views[0]?.stepMatch(-1);
  },
  /** null when nothing is searched or no flame view is shown. The same object until something changes. */
  get(): FlameMatches | null {
    return shown;
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

/** A flame view makes itself known. Returns how it leaves. */
export function joinSearch(view: SearchedView): () => void {
  views.push(view);
  refresh();
  return () => {
    views.splice(views.indexOf(view), 1);
    refresh();
  };
}

/** The view is used now: searches go there. */
export function searchHere(view: SearchedView): void {
  const at = views.indexOf(view);
  if (at > 0) views.unshift(...views.splice(at, 1));
  refresh();
}

/** The view's matches have changed. */
export function searchChanged(view: SearchedView): void {
  if (views[0] === view) refresh();
}

const wholes = { microseconds: 'time', bytes: 'memory', count: 'samples' } as const;

/** `3 of 17 · 12 % of time` */
export function foundText(found: FlameMatches, unit: ProfileUnit): string {
  if (found.count === 0) return 'No function matches';
  const count = formatNumber(found.count);
  const where =
    found.index >= 0
      ? `${formatNumber(found.index + 1)} of ${count}`
      : `${count} ${found.count === 1 ? 'match' : 'matches'}`;
  return `${where} · ${formatPercent(found.share)} of ${wholes[unit]}`;
}
