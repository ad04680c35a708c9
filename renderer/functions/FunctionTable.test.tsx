// @vitest-environment happy-dom
import { fireEvent, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { arithmeticFunctions, arithmeticKey, arithmeticProfile } from '../../profiles/arithmetic';
import { exactDurationUs } from '../../profiles/format';
import { FunctionTable, type FunctionTableProps } from './FunctionTable';
import { rowElements, rowTexts, show, withLayout } from './testing';
import { TotalsTable } from './TotalsTable';

withLayout();
const tree = aggregate(arithmeticProfile('a'));
const props: FunctionTableProps = {
  tree,
  version: 1,
  search: '',
  selectedKey: null,
  onSelect: () => undefined,
};

test('every function has its self, total and samples, heaviest first', () => {
  show(<FunctionTable {...props} />);
  const exact = rowElements().map((row) => {
    const cells = [...row.querySelectorAll('[role="gridcell"]')];
    return [
      cells[5]!.textContent,
      cells[0]!.getAttribute('title'),
      cells[2]!.getAttribute('title'),
      cells[4]!.textContent,
    ];
  });
  expect(exact).toEqual(
    arithmeticFunctions.a.map(([name, self, total, samples]) => [
      name,
      exactDurationUs(self),
      exactDurationUs(total),
      String(samples),
    ]),
  );
});

test('counts of samples have no unit of time', () => {
  const counted = aggregate(arithmeticProfile('a'), { weights: 'samples' });
  show(<FunctionTable {...props} tree={counted} />);
  const walk = rowTexts().find((cells) => cells[5] === 'walk');
  // 4 of 14 busy samples end in walk, one more below it.
  expect(walk?.slice(0, 5)).toEqual(['4', '28.6 %', '5', '35.7 %', '4']);
});

test('a search shows what matches and selects one after the other', () => {
  const onSelect = vi.fn();
  const onHits = vi.fn();
  show(<FunctionTable {...props} search="catalog" onSelect={onSelect} onHits={onHits} />);
  expect(rowTexts().map((cells) => cells[5])).toEqual(['walk', 'render', 'visit']);
  const hits = onHits.mock.lastCall![0] as { count: number; share: number; next: () => void };
  expect(hits.count).toBe(3);
  expect(hits.share).toBeCloseTo(636 / 12_287);
  hits.next();
  expect(onSelect).toHaveBeenLastCalledWith(arithmeticKey('walk'));
});

test('the rows that can be seen are told, for their sparklines', () => {
  const onVisible = vi.fn();
  const rows = new Map([[arithmeticKey('walk'), Float32Array.of(0, 2, 1)]]);
  show(<FunctionTable {...props} onVisible={onVisible} activity={{ rows, most: null }} />);
  expect((onVisible.mock.lastCall![0] as string[]).slice(2, 4)).toEqual([
    arithmeticKey('query'),
    arithmeticKey('walk'),
  ]);
  const path = screen.getByLabelText('walk: self over time').querySelector('path')!.getAttribute('d')!;
  expect(path).toBe('M0 16V16.0H29.3V1.0H58.7V8.5H88.0V16Z');
});

test('a package opens to its functions, and can be collapsed', () => {
  const onTransform = vi.fn();
  show(
    <TotalsTable
      tree={tree}
      version={1}
      grouping="packages"
      wholeWeight={tree.totalWeight}
      search=""
      selectedKey={null}
      onSelect={() => undefined}
      onMenu={() => undefined}
      onTransform={onTransform}
      emptyText="Nothing"
    />,
  );
  expect(
    rowTexts()
      .find((cells) => cells[5] === 'express')
      ?.slice(0, 5),
  ).toEqual(['0 ms', '0 %', '510 µs', '4.15 %', '0']);
  fireEvent.click(screen.getByText('Your code'));
  expect(rowTexts().map((cells) => cells[5])).toContain('walk');
  fireEvent.click(screen.getByLabelText('Collapse package express'));
  expect(onTransform).toHaveBeenCalledWith({ kind: 'collapse-package', packageName: 'express' });
});
