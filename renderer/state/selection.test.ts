// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest';
import {
  emptySelection,
  formatHash,
  homeRoute,
  parseHash,
  useRoute,
  withoutInnermost,
  type Route,
} from './selection';
import { emptyMemoryPlace } from './memory-place';

const run: Route = {
  ...homeRoute,
  view: 'run',
  id: 'a/b c',
  selection: {
    tab: 'flame',
    threads: ['p1', 'p1-w2'],
    range: { startUs: 12_400_000, endUs: 13_100_000 },
    search: 'a&b=c',
    functionKey: 'render\nfile:///x y.js\n4\n2',
    transforms: [
      { kind: 'collapse-dependencies' },
      { kind: 'focus-function', functionKey: 'a&b (c), d\nfile:///x y.js\n4\n2' },
      { kind: 'drop-below', share: 0.01 },
    ],
    flameMode: 'bottom-up',
    tableMode: 'packages',
    weights: 'samples',
    percentOf: 'run',
    showIdle: true,
    mapped: false,
    memory: emptyMemoryPlace,
  },
};

describe('a link', () => {
  it('reproduces the whole selection', () => {
    expect(parseHash(formatHash(run))).toEqual(run);
  });

  it('reproduces the place in a snapshot and in a comparison', () => {
    const memory = {
      ...emptyMemoryPlace,
      view: 'snapshots' as const,
      file: 'heap-4711-2.heapsnapshot',
      base: { id: '20260307-x', file: 'heap-1-1.heapsnapshot' },
      part: 'lists' as const,
      list: 'timers' as const,
      group: 12,
      object: 3456,
      facet: 'path' as const,
    };
    const there = { ...run, selection: { ...run.selection, tab: 'memory' as const, memory } };
    expect(parseHash(formatHash(there))).toEqual(there);
    const sameSession = { ...memory, base: { id: '', file: 'heap-1-1.heapsnapshot' } };
    const here = { ...there, selection: { ...there.selection, memory: sameSession } };
    expect(parseHash(formatHash(here))).toEqual(here);
  });

  it('to an allocation view of before still leads there', () => {
    expect(parseHash('#/run/x/memory?mode=top-down').selection.memory.view).toBe('allocations');
    expect(parseHash('#/run/x/memory').selection.memory.view).toBe('overview');
    const overview = { ...run, selection: { ...run.selection, tab: 'memory' as const } };
    expect(parseHash(formatHash(overview)).selection.memory.view).toBe('overview');
  });

  it('is short when nothing is selected', () => {
    expect(formatHash({ ...homeRoute, view: 'sessions' })).toBe('#/sessions');
    expect(formatHash({ ...homeRoute, view: 'compare', a: '1', b: '2' })).toBe('#/compare?a=1&b=2');
    expect(formatHash({ ...homeRoute, view: 'run', id: 'x' })).toBe('#/run/x/summary');
  });

  it('leads home when it makes no sense', () => {
    for (const hash of ['', '#/nonsense', '#/run', '#%E0%A4%A']) expect(parseHash(hash).view).toBe('home');
    expect(parseHash('#/run/x/flame?range=9-3').selection.range).toBeNull();
    expect(parseHash('#/run/x?mode=pie&by=colour&weights=1&percent=2&transforms=%7B').selection).toEqual(
      emptySelection,
    );
  });
});

describe('Escape', () => {
  it('clears function, search, each transform, range and threads, one at a time', () => {
    let selection = run.selection;
    const left: string[] = [];
    for (let i = 0; i < 7; i++) {
      selection = withoutInnermost(selection);
      const { functionKey, search, range, threads, transforms } = selection;
      const parts = Object.entries({ functionKey, search, range, threads }).filter(([, value]) => !!value);
      left.push([...parts.map(([name]) => name), transforms.length].join(' '));
    }
    expect(left).toEqual([
      'search range threads 3',
      'range threads 3',
      'range threads 2',
      'range threads 1',
      'range threads 0',
      'threads 0',
      '0',
    ]);
    expect(withoutInnermost(emptySelection)).toBe(emptySelection);
  });
});

describe('the selection', () => {
  beforeEach(() => useRoute.getState().go({ view: 'run', id: 'x' }));

  it('stands in the address', () => {
    useRoute.getState().select({ tab: 'output', search: 'error' });
    expect(parseHash(location.hash).selection).toMatchObject({ tab: 'output', search: 'error' });
  });

  it('takes one step in the history for each transform, and keeps none when the recording changes', () => {
    const { addTransform, go, syncFromLocation } = useRoute.getState();
    const transforms = () => useRoute.getState().route.selection.transforms.map(({ kind }) => kind);
    const before = history.length;
    addTransform({ kind: 'collapse-node' });
    const one = location.hash;
    addTransform({ kind: 'collapse-dependencies' });
    expect(history.length - before).toBe(2);
    expect(transforms()).toEqual(['collapse-node', 'collapse-dependencies']);
    history.replaceState(null, '', one);
    syncFromLocation();
    expect(transforms()).toEqual(['collapse-node']);
    go({ view: 'run', id: 'y' });
    expect(useRoute.getState().route.selection).toEqual(emptySelection);
    expect(useRoute.getState().ranges).toEqual([null]);
  });

  it('steps through the ranges, with one step per drag', () => {
    const { select, stepRange } = useRoute.getState();
    for (const endUs of [10, 20, 30]) select({ range: { startUs: 0, endUs } });
    const current = () => useRoute.getState().route.selection.range?.endUs;
    expect(current()).toBe(30);
    stepRange(-1);
    expect(current()).toBeUndefined();
    stepRange(1);
    expect(current()).toBe(30);
    stepRange(1);
    expect(current()).toBe(30);
  });
});
