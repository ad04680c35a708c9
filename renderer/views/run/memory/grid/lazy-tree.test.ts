import { describe, expect, it } from 'vitest';
import { LazyTree, type RowSource } from './lazy-tree';

/** Rows are texts; `a` of the first list has as many below it as its number says. */
function numbers(
  total: number,
  below: (row: string) => number,
): { source: RowSource<string>; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    source: {
      load(parent, offset, limit) {
        asked.push(`${parent ?? 'top'} ${offset}`);
        const count = parent === null ? total : below(parent);
        if (count < 0) return Promise.reject(new Error('no heap'));
        const rows = Array.from({ length: Math.max(0, Math.min(limit, count - offset)) }, (_, index) =>
          parent === null ? String(offset + index) : `${parent}.${offset + index}`,
        );
        return Promise.resolve({ rows, total: count });
      },
      canOpen: (row) => below(row) !== 0,
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const texts = (tree: LazyTree<string>, from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const line = tree.at(from + index);
    return line ? (line.row ?? line.state) : 'end';
  });

describe('rows fetched as they come into sight', () => {
  it('know how many there are after the first page, and fetch only pages that are seen', async () => {
    const { source, asked } = numbers(1_000_000, () => 0);
    const tree = new LazyTree(source);
    await tree.start();
    expect(tree.length).toBe(1_000_000);
    expect(texts(tree, 99, 2)).toEqual(['99', 'loading']);
    tree.need(500_050, 500_060);
    await settled();
    expect(texts(tree, 500_050, 1)).toEqual(['500050']);
    expect(asked).toEqual(['top 0', 'top 500000']);
  });

  it('open in place, below one another, and close again', async () => {
    const { source } = numbers(5, (row) => (row.length < 5 ? 3 : 0));
    const tree = new LazyTree(source);
    await tree.start();
    tree.toggle(tree.at(1)!);
    expect(texts(tree, 0, 4)).toEqual(['0', '1', 'loading', '2']);
    await settled();
    tree.toggle(tree.at(3)!);
    await settled();
    expect(texts(tree, 0, 12)).toEqual([
      '0',
      '1',
      '1.0',
      '1.1',
      '1.1.0',
      '1.1.1',
      '1.1.2',
      '1.2',
      '2',
      '3',
      '4',
      'end',
    ]);
    expect(tree.at(5)!.level).toBe(2);
    const { branch, index } = tree.at(6)!;
    expect(tree.lineIn(branch, index)).toBe(6);
    tree.toggle(tree.at(1)!);
    expect(tree.length).toBe(5);
    expect(tree.lineIn(branch, index)).toBe(-1);
  });

  it('say when there is nothing below, and when it could not be had', async () => {
    const { source } = numbers(2, (row) => (row === '0' ? 0 : -1));
    const tree = new LazyTree({ ...source, canOpen: () => true });
    await tree.start();
    tree.toggle(tree.at(0)!);
    tree.toggle(tree.at(2)!);
    await settled();
    expect(texts(tree, 0, 5)).toEqual(['0', 'nothing', '1', 'failed', 'end']);
    expect(tree.at(3)!.branch.error?.details ?? tree.at(3)!.branch.error?.message).toContain('no heap');
  });

  it('are found by what they are, page after page', async () => {
    const { source, asked } = numbers(350, () => 0);
    const tree = new LazyTree(source);
    await tree.start();
    expect(await tree.find((row) => row === '205')).toBe(205);
    expect(asked).toEqual(['top 0', 'top 100', 'top 200']);
    expect(await tree.find((row) => row === 'x')).toBe(-1);
  });
});
