import { expect, test } from 'vitest';
import { LoadStatistics } from './statistics';

const requests = [
  { method: 'GET', url: 'http://x.test/a' },
  { method: 'POST', url: 'http://x.test/a' },
  { method: 'GET', url: 'http://x.test/a' },
];

test('requests with the same method and URL are one row, and the totals are the sum of the rows', () => {
  const statistics = new LoadStatistics(requests);
  for (let ms = 1; ms <= 100; ms++) statistics.answered(ms % 2 === 0 ? 0 : 2, 200, 10, ms);
  statistics.answered(1, 503, 7, 900);
  statistics.failed(1, 'ECONNRESET');
  statistics.timedOut(2);
  const { totals, perRequest } = statistics.results(10_000);

  expect(perRequest.map(({ method, totals: { requests: count } }) => [method, count])).toEqual([
    ['GET', 100],
    ['POST', 1],
  ]);
  expect(totals).toMatchObject({
    requests: 101,
    errors: 1,
    errorKinds: { ECONNRESET: 1 },
    timeouts: 1,
    non2xx: 1,
    bytes: 1007,
    meanRate: 10.1,
    statusClasses: { '2xx': 100, '5xx': 1 },
  });
  expect(totals.latency).toMatchObject({ minMs: 1, maxMs: 900 });
  expect(totals.latency?.meanMs).toBeCloseTo((5050 + 900) / 101, 6);
  // Three significant digits.
  expect(perRequest[0]?.totals.latency?.p50Ms).toBeCloseTo(50, 1);
  expect(perRequest[0]?.totals.latency?.p99Ms).toBeCloseTo(99, 1);
});

test('a window knows only what came since the last one', () => {
  const statistics = new LoadStatistics(requests);
  statistics.answered(0, 200, 1, 40);
  statistics.answered(0, 404, 1, 40);
  statistics.timedOut(0);
  const first = statistics.takeWindow(500);
  expect(first).toMatchObject({ rate: 4, errorRate: 4 });
  expect(first.latency?.p50Ms).toBeCloseTo(40, 1);
  expect(statistics.takeWindow(500)).toEqual({ rate: 0, errorRate: 0, latency: null });
});
