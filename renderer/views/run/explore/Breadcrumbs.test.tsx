// @vitest-environment happy-dom
import { fireEvent } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { show, withLayout } from '../../../functions/testing';
import { emptySelection, useRoute, type Selection } from '../../../state/selection';
import type { ViewedRun } from '../viewed-run';
import { Breadcrumbs } from './Breadcrumbs';

withLayout();
const thread = (key: string, title: string) => ({ key, pid: 7, workerId: 0, title, startedUs: 0 });
const processes = [{ threads: [thread('p7', 'server.js'), thread('p8', 'other.js')] }];
const selection = (): Selection => useRoute.getState().route.selection;
// Only what breadcrumbs read of a run.
const run = () =>
  ({
    model: { state: { processes }, cpu: new Map(), allocations: new Map() },
    selection: selection(),
  }) as unknown as ViewedRun;
const texts = (selector: string) =>
  [...document.querySelectorAll(selector)].map((each) => (each.textContent ?? '').replaceAll('\u202f', ' '));
const press = (name: string) =>
  fireEvent.click(
    [...document.querySelectorAll('button')].find(
      (each) => each.textContent === name || each.getAttribute('aria-label') === name,
    )!,
  );
/** Selects, and draws what is selected. */
function start(change: Partial<Selection>): void {
  useRoute.getState().select(change);
  show(<Breadcrumbs run={run()} />);
}
const kinds = () => selection().transforms.map(({ kind }) => kind);
const three: Selection['transforms'] = [
  { kind: 'focus-function', functionKey: 'renderCatalog\nfile:///srv/catalog.js\n4\n2' },
  { kind: 'collapse-dependencies' },
  { kind: 'collapse-node' },
];

beforeEach(() => useRoute.getState().go({ view: 'run', id: 'x', selection: emptySelection }));

test('nothing selected, nothing shown', () => {
  start({});
  expect(document.querySelector('[aria-label="What is shown"]')).toBeNull();
});

test('every step is a crumb in the order it was taken', () => {
  start({ transforms: three });
  expect(texts('[data-crumb]')).toEqual([
    'Focus on renderCatalog',
    'Packages collapsed',
    'Node internals collapsed',
  ]);
});

test('a click on a step goes back to it; its cross removes only it', () => {
  start({ transforms: three });
  press('Packages collapsed');
  expect(kinds()).toEqual(['focus-function', 'collapse-dependencies']);
  press('Remove step: Focus on renderCatalog');
  expect(kinds()).toEqual(['collapse-dependencies']);
});

test('range, threads and function stand beside the steps, each with its own cross', () => {
  start({
    transforms: three,
    range: { startUs: 1_000_000, endUs: 2_000_000 },
    threads: ['p7'],
    functionKey: 'walk\nfile:///srv/catalog.js\n20\n1',
  });
  expect(texts('.chip')).toEqual(['Range1.0–2.0 s', 'Threadsserver.js 7', 'Functionwalk']);
  press('Remove range filter');
  expect(selection().range).toBeNull();
  press('Remove function filter');
  expect(selection().functionKey).toBeNull();
  expect(selection().threads).toEqual(['p7']);
});

test('everything goes at once, and the mode stays', () => {
  start({ transforms: three, threads: ['p7'], weights: 'samples', showIdle: true, flameMode: 'bottom-up' });
  press('Clear all');
  expect(selection()).toEqual({ ...emptySelection, flameMode: 'bottom-up' });
});
