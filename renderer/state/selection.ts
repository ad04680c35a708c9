/**
 * What is selected, for the whole application: the view, and inside a run the threads, the time range, the
 * search, the function and the tab. It lives in the URL hash, so that a link reproduces it and the browser's
 * history is the back/forward list.
 */
import { create } from 'zustand';
import type { ThreadKey } from '../../main/api';
import { formatTransforms, parseTransforms } from '../../profiles/transforms/text';
import type { Transform } from '../../profiles/transforms/types';
import type { TimeRange } from '../../profiles/types';
import { emptyMemoryPlace, readMemoryPlace, writeMemoryPlace, type MemoryPlace } from './memory-place';

export const viewNames = ['home', 'new', 'run', 'sessions', 'compare', 'settings'] as const;
export type ViewName = (typeof viewNames)[number];

export const runTabs = ['summary', 'flame', 'functions', 'memory', 'load', 'processes', 'output'] as const;
export type RunTab = (typeof runTabs)[number];

/** How the Flame tab (and the allocations of the Memory tab) draws. */
export const flameModes = ['chart', 'left-heavy', 'sandwich', 'top-down', 'bottom-up'] as const;
export type FlameMode = (typeof flameModes)[number];

/** What the Functions tab adds up by. */
export const tableModes = ['functions', 'packages', 'categories', 'files'] as const;
export type TableMode = (typeof tableModes)[number];

export interface Selection {
  tab: RunTab;
  /** Threads to show; null means all. */
  threads: ThreadKey[] | null;
  range: TimeRange | null;
  search: string;
  /** `frameKey` of the selected function. */
  functionKey: string | null;
  transforms: Transform[];
  flameMode: FlameMode;
  tableMode: TableMode;
  /** What numbers count: time (or bytes), or samples. */
  weights: 'value' | 'samples';
  /** What percentages refer to. */
  percentOf: 'selection' | 'run';
  showIdle: boolean;
  /** Names and places of the sources that people wrote, where source maps are known. */
  mapped: boolean;
  /** Where one is on the Memory tab. */
  memory: MemoryPlace;
}

export interface Route {
  view: ViewName;
  /** The run's or session's id (view `run`). */
  id: string | null;
  /** Sessions to compare (view `compare`). */
  a: string | null;
  b: string | null;
  selection: Selection;
}

export const emptySelection: Selection = {
  tab: 'summary',
  threads: null,
  range: null,
  search: '',
  functionKey: null,
  transforms: [],
  flameMode: 'left-heavy',
  tableMode: 'functions',
  weights: 'value',
  percentOf: 'selection',
  showIdle: false,
  mapped: true,
  memory: emptyMemoryPlace,
};
export const homeRoute: Route = { view: 'home', id: null, a: null, b: null, selection: emptySelection };

/** The route a hash like `#/run/<id>/flame?range=1-2` means; anything unknown is the home view. */
export function parseHash(hash: string): Route {
  const [pathPart = '', queryPart = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view, ...rest] = pathPart.split('/').map(decodeSafely);
  if (!isOneOf(viewNames, view)) return homeRoute;
  const query = new URLSearchParams(queryPart);
  const [id, tab] = rest;
  const threads = query.get('threads');
  return {
    view: view === 'run' && !id ? 'home' : view,
    id: view === 'run' && id ? id : null,
    a: query.get('a'),
    b: query.get('b'),
    selection: {
      ...emptySelection,
      tab: isOneOf(runTabs, tab) ? tab : 'summary',
      threads: threads ? threads.split(',') : null,
      range: parseRange(query.get('range')),
      search: query.get('search') ?? '',
      functionKey: query.get('function'),
      transforms: parseTransforms(query.get('transforms') ?? ''),
      flameMode: oneOf(flameModes, query.get('mode'), emptySelection.flameMode),
      tableMode: oneOf(tableModes, query.get('by'), emptySelection.tableMode),
      weights: oneOf(['value', 'samples'], query.get('weights'), emptySelection.weights),
      percentOf: oneOf(['selection', 'run'], query.get('percent'), emptySelection.percentOf),
      showIdle: query.get('idle') === 'shown',
      mapped: query.get('names') !== 'generated',
      memory: tab === 'memory' ? readMemoryPlace(query) : emptyMemoryPlace,
    },
  };
}

/** The inverse of `parseHash`; leaves out what is default. */
export function formatHash(route: Route): string {
  const query = new URLSearchParams();
  const { selection } = route;
  if (route.view === 'run') {
    if (selection.threads) query.set('threads', selection.threads.join(','));
    if (selection.range)
      query.set('range', `${Math.round(selection.range.startUs)}-${Math.round(selection.range.endUs)}`);
    if (selection.search) query.set('search', selection.search);
    if (selection.functionKey !== null) query.set('function', selection.functionKey);
    if (selection.transforms.length > 0) query.set('transforms', formatTransforms(selection.transforms));
    const { flameMode, tableMode, weights, percentOf } = selection;
    if (flameMode !== emptySelection.flameMode) query.set('mode', flameMode);
    if (tableMode !== emptySelection.tableMode) query.set('by', tableMode);
    if (weights !== emptySelection.weights) query.set('weights', weights);
    if (percentOf !== emptySelection.percentOf) query.set('percent', percentOf);
    if (selection.showIdle) query.set('idle', 'shown');
    if (!selection.mapped) query.set('names', 'generated');
    if (selection.tab === 'memory') writeMemoryPlace(selection.memory, query);
  }
  if (route.view === 'compare') {
    if (route.a) query.set('a', route.a);
    if (route.b) query.set('b', route.b);
  }
  const path =
    route.view === 'run' ? `run/${encodeURIComponent(route.id ?? '')}/${selection.tab}` : route.view;
  const text = query.toString();
  return `#/${path}${text ? `?${text}` : ''}`;
}

/** The selection without its innermost part: object of a snapshot, function, then search, then the last transform, then range, then threads. */
export function withoutInnermost(selection: Selection): Selection {
  const { memory } = selection;
  if (selection.tab === 'memory' && memory.view === 'snapshots' && memory.object !== null)
    return { ...selection, memory: { ...memory, object: null } };
  if (selection.functionKey !== null) return { ...selection, functionKey: null };
  if (selection.search) return { ...selection, search: '' };
  if (selection.transforms.length > 0) return { ...selection, transforms: selection.transforms.slice(0, -1) };
  if (selection.range) return { ...selection, range: null };
  if (selection.threads) return { ...selection, threads: null };
  return selection;
}

/** Range changes closer together than this belong to one drag: one step in the history. */
const dragPauseMs = 300;

interface RouteState {
  route: Route;
  /** Ranges visited, for `[` and `]`; the first is "everything". */
  ranges: (TimeRange | null)[];
  rangeIndex: number;
  /** `replace` keeps the history short while somebody types. */
  go: (route: Partial<Route> & { view: ViewName }, options?: { replace?: boolean }) => void;
  select: (change: Partial<Selection>, options?: { replace?: boolean }) => void;
  /** Goes somewhere on the Memory tab. A search belongs to one list: it ends when another view is shown. */
  goInMemory: (change: Partial<MemoryPlace>, options?: { replace?: boolean }) => void;
  clearInnermost: () => void;
  /** One more step, on top of those there are. */
  addTransform: (transform: Transform) => void;
  stepRange: (by: 1 | -1) => void;
  /** After the browser moved in its history. */
  syncFromLocation: () => void;
}

export const useRoute = create<RouteState>((set, get) => {
  let lastRangeMs = -Infinity;
  const show = (route: Route, replace: boolean): void => {
    const hash = formatHash(route);
    if (typeof history !== 'undefined' && hash !== location.hash) {
      if (replace) history.replaceState(null, '', hash);
      else history.pushState(null, '', hash);
    }
    set({ route });
  };
  return {
    route: typeof location === 'undefined' ? homeRoute : parseHash(location.hash),
    ranges: [null],
    rangeIndex: 0,
    go(route, options) {
      set({ ranges: [route.selection?.range ?? null], rangeIndex: 0 });
      show({ ...homeRoute, ...route }, options?.replace ?? false);
    },
    select(change, options) {
      const { route, ranges, rangeIndex } = get();
      const selection = { ...route.selection, ...change };
      let replace = options?.replace ?? false;
      if (change.range !== undefined && !sameRange(change.range, route.selection.range)) {
        const nowMs = performance.now();
        // Clearing is a step of its own, however soon it comes.
        const moved = change.range !== null && route.selection.range !== null;
        const dragging = moved && nowMs - lastRangeMs < dragPauseMs && rangeIndex > 0;
        lastRangeMs = nowMs;
        replace ||= dragging;
        const visited = [...ranges.slice(0, dragging ? rangeIndex : rangeIndex + 1), change.range].slice(-50);
        set({ ranges: visited, rangeIndex: visited.length - 1 });
      }
      show({ ...route, selection }, replace);
    },
    goInMemory(change, options) {
      const { selection } = get().route;
      const memory = { ...selection.memory, ...change };
      const isSameList = (['view', 'file', 'part', 'list'] as const).every(
        (key) => memory[key] === selection.memory[key],
      );
      get().select({ tab: 'memory', memory, ...(!isSameList && { search: '' }) }, options);
    },
    clearInnermost() {
      const { route } = get();
      const selection = withoutInnermost(route.selection);
      if (selection !== route.selection) get().select(selection);
    },
    addTransform(transform) {
      const { transforms } = get().route.selection;
      get().select({ transforms: [...transforms, transform] });
    },
    stepRange(by) {
      const { route, ranges, rangeIndex } = get();
      const next = rangeIndex + by;
      if (next < 0 || next >= ranges.length) return;
      set({ rangeIndex: next });
      lastRangeMs = -Infinity;
      show({ ...route, selection: { ...route.selection, range: ranges[next] ?? null } }, false);
    },
    syncFromLocation() {
      const route = parseHash(location.hash);
      const before = get().route;
      // Ranges belong to one recording.
      if (route.view !== before.view || route.id !== before.id)
        set({ ranges: [route.selection.range], rangeIndex: 0 });
      set({ route });
    },
  };
});

export function sameRange(one: TimeRange | null, other: TimeRange | null): boolean {
  return one === other || (one?.startUs === other?.startUs && one?.endUs === other?.endUs);
}

function parseRange(text: string | null): TimeRange | null {
  const match = text && /^(\d+)-(\d+)$/.exec(text);
  if (!match) return null;
  const [startUs, endUs] = [Number(match[1]), Number(match[2])];
  return endUs > startUs ? { startUs, endUs } : null;
}

function oneOf<T extends string>(list: readonly T[], value: string | null, otherwise: T): T {
  return isOneOf(list, value ?? undefined) ? (value as T) : otherwise;
}

function isOneOf<T extends string>(list: readonly T[], value: string | undefined): value is T {
  return value !== undefined && (list as readonly string[]).includes(value);
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
