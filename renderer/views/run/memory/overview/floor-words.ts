/** How many full collections a chart shows, in the words of the verdict beside it. Pure. */
import type { Series } from '../../../../../main/api';
import { formatNumber } from '../../../../../profiles/format';

/** @param counted those that the trend rests on; null without a trend: the verdict's sentence tells them apart then */
export function collectionsWords(seen: number, counted: number | null): string {
  const noun = seen === 1 ? 'full collection' : 'full collections';
  return counted === null || counted === seen
    ? `${formatNumber(seen)} ${noun}`
    : `${formatNumber(counted)} of ${formatNumber(seen)} ${noun} counted`;
}

/** As long as there are so few of a thread, the verdict tells their number, and each one makes another. */
const fewOfAThread = 8;

/** Changes with each full collection as long as there are few. */
export function fewCollections(series: readonly Pick<Series, 'metric' | 'tUs'>[]): number {
  let sum = 0;
  for (const { metric, tUs } of series) if (metric === 'heapFloor') sum += Math.min(fewOfAThread, tUs.length);
  return sum;
}
