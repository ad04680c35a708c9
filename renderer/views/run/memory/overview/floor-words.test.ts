import { expect, it } from 'vitest';
import { collectionsWords, fewCollections } from './floor-words';

it('a chart counts full collections as the verdict does, and says which of them the trend rests on', () => {
  expect(collectionsWords(0, null)).toBe('0 full collections');
  expect(collectionsWords(1, null)).toBe('1 full collection');
  expect(collectionsWords(14, 14)).toBe('14 full collections');
  expect(collectionsWords(17, 14)).toBe('14 of 17 full collections counted');
});

it('every full collection asks for another verdict while there are few of its thread, later ones do not', () => {
  const floor = (count: number) => ({
    metric: 'heapFloor' as const,
    tUs: Array.from({ length: count }, (_none, i) => i),
  });
  const counts = [1, 2, 8, 9, 100].map((count) => fewCollections([floor(count)]));
  expect(counts).toEqual([1, 2, 8, 8, 8]);
  expect(fewCollections([floor(9), floor(1), { metric: 'heapUsed', tUs: [1, 2] }])).toBe(9);
});
