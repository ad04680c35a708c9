// @vitest-environment happy-dom
import { fireEvent } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { show, withLayout } from '../../../functions/testing';
import { aggregate } from '../../../../profiles/call-tree';
import { collapsed } from '../../../../profiles/formats/collapsed';
import { sourceOfBytes } from '../../../../profiles/formats/source';
import { emptySelection, useRoute } from '../../../state/selection';
import type { ViewedRun } from '../viewed-run';
import { isEmpty, NothingToShow } from './NothingToShow';
import type { ViewData } from './view-data';

withLayout();
const text = () => document.body.textContent ?? '';
const treeOf = (lines: string, weights: 'value' | 'samples' = 'value') =>
  aggregate(
    collapsed.parse(sourceOfBytes('x.collapsed', new TextEncoder().encode(lines))).profiles[0]!.profile,
    { weights },
  );
/** Only what the view reads of a run. */
function start(status: string, data: Partial<ViewData>): void {
  const model = {
    live: false,
    detail: { status },
    state: { snapshots: [] },
    cpu: new Map(),
    allocations: new Map(),
  };
  const run = { model, selection: emptySelection, error: null, pending: false } as unknown as ViewedRun;
  show(
    <NothingToShow
      run={run}
      data={{ source: 'cpu', tree: null, profiles: new Map(), ...data } as ViewData}
    />,
  );
}

beforeEach(() => useRoute.getState().go({ view: 'run', id: 'x', selection: emptySelection }));

test('an imported file without such a profile does not send anybody to the run form', () => {
  start('imported', {});
  expect(text()).toContain('The file this session was made of has no CPU profile in it.');
  expect(text()).not.toContain('run form');
});

test('a recording without allocations says how to record them', () => {
  start('complete', { source: 'allocations' });
  expect(text()).toContain('Turn on “Allocations” in the run form.');
});

test('samples without weight are named as the reason, and can be counted instead', () => {
  const tree = treeOf('a;b 0\na 0\n');
  expect(isEmpty({ tree })).toBe(true);
  expect(isEmpty({ tree: treeOf('a;b 0\na 0\n', 'samples') })).toBe(false);
  start('imported', { tree, profiles: new Map([['p0', { sampleCount: 2 }]]) as never });
  expect(text()).toContain('Its samples have no weight');
  fireEvent.click(
    [...document.querySelectorAll('button')].find((each) => each.textContent === 'Count samples')!,
  );
  expect(useRoute.getState().route.selection.weights).toBe('samples');
});
