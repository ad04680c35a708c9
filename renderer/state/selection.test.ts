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
  },
};

describe('a link', () => {
  it('reproduces the whole selection', () => {
    expect(parseHash(formatHash(run))).toEqual(run);
  });

  it('is short when nothing is selected', () => {
    expect(formatHash({ ...homeRoute, view: 'sessions' })).toBe('#/sessions');
    expect(formatHash({ ...homeRoute, view: 'compare', a: '1', b: '2' })).toBe('#/compare?a=1&b=2');
  });

  it('leads home when it makes no sense', () => {
    for (const hash of ['', '#/nonsense', '#/run', '#%E0%A4%A']) expect(parseHash(hash).view).toBe('home');
    expect(parseHash('#/run/x/flame?range=9-3').selection.range).toBeNull();
  });
});

describe('Escape', () => {
  it('clears function, search, range and threads, one at a time', () => {
    let selection = run.selection;
    const left: (keyof typeof selection)[][] = [];
    for (let i = 0; i < 4; i++) {
      selection = withoutInnermost(selection);
      left.push((['functionKey', 'search', 'range', 'threads'] as const).filter((key) => !!selection[key]));
    }
    expect(left).toEqual([['search', 'range', 'threads'], ['range', 'threads'], ['threads'], []]);
    expect(withoutInnermost(emptySelection)).toBe(emptySelection);
  });
});

describe('the selection', () => {
  beforeEach(() => useRoute.getState().go({ view: 'run', id: 'x' }));

  it('stands in the address', () => {
    useRoute.getState().select({ tab: 'output', search: 'error' });
    expect(parseHash(location.hash).selection).toMatchObject({ tab: 'output', search: 'error' });
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
