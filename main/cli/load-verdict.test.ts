import { expect, test } from 'vitest';
import type { LoadResult } from '../api';
import { emptyTotals } from '../load/results/common';
import { verdictOf } from './load-verdict';

const unanswered = (errorKinds: Record<string, number>): LoadResult => ({
  preset: 'custom',
  users: 1,
  plannedDurationMs: 1000,
  startedUs: 0,
  endedUs: 1e6,
  cancelled: false,
  totals: { ...emptyTotals(), errors: 3, errorKinds },
  perRequest: [],
});

test('a certificate that nobody vouches for is told with the way to accept it', () => {
  const { exitCode, error } = verdictOf(unanswered({ DEPTH_ZERO_SELF_SIGNED_CERT: 3 }));
  expect(exitCode).toBe(3);
  expect(error?.message).toContain('DEPTH_ZERO_SELF_SIGNED_CERT (3)');
  expect(error?.hint).toContain('insecureTls: true');
  expect(verdictOf(unanswered({ ECONNREFUSED: 3 })).error?.hint).toContain('server running');
});
