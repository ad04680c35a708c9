import { expect, it } from 'vitest';
import { countOf, failuresOf } from './test-reports.mjs';

const failed = (fullName: string, message: string) => ({
  status: 'failed',
  fullName,
  failureMessages: [message],
});
const unit = {
  numPassedTests: 2,
  numFailedTests: 2,
  numPendingTests: 1,
  testResults: [
    {
      name: '/app/main/a.test.ts',
      status: 'failed',
      assertionResults: [
        { status: 'passed', fullName: 'a works' },
        failed('a counts', '\u001b[31mAssertionError\u001b[0m: expected 1 to be 2\n    at a.ts:1'),
        failed('a ends', 'Error: STACK_TRACE_ERROR\n    at task'),
      ],
    },
    { name: '/app/main/b.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] },
    {
      name: '/app/main/c.test.ts',
      status: 'passed',
      assertionResults: [{ status: 'passed', fullName: 'c' }],
    },
  ],
};
const run = (status: string, message?: string) => ({
  projectName: 'web',
  status,
  results: message === undefined ? [{}] : [{}, { error: { message } }],
});
const whole = {
  stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 0 },
  errors: [{ message: 'A worker has died' }],
  suites: [
    {
      title: 'x.spec.ts',
      specs: [{ title: 'opens', file: 'x.spec.ts', tests: [run('expected')] }],
      suites: [
        {
          title: 'a view',
          specs: [
            { title: 'draws', file: 'x.spec.ts', tests: [run('unexpected', 'It did not')] },
            { title: 'moves', file: 'x.spec.ts', tests: [run('flaky', 'At first not')] },
          ],
        },
      ],
    },
  ],
};

it('counts what passed and failed in both, files that did not load and tests that passed only at the second attempt too', () => {
  expect(countOf({ unit, whole })).toEqual({ passed: 3, failed: 5, skipped: 1 });
  expect(countOf({})).toEqual({ passed: 0, failed: 0, skipped: 0 });
});

it('names each failure with its file and what is wrong', () => {
  expect(failuresOf({ unit, whole }, '/app')).toEqual([
    'main/a.test.ts: a counts — AssertionError: expected 1 to be 2',
    'main/a.test.ts: a ends — it took longer than its limit',
    'main/b.test.ts: the whole file — Cannot find module',
    'e2e: outside of any test — A worker has died',
    'e2e/x.spec.ts: [web] a view draws — It did not',
    'e2e/x.spec.ts: [web] a view moves — At first not',
  ]);
  expect(failuresOf({}, '/app')).toEqual([]);
});
