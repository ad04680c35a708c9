import { expect, it } from 'vitest';
import { loadSpecSchema, type LoadResult, type LoadState } from '../api';
import { resolvePlan, scenarioOfLoad } from '../load';
import { emptyTotals } from '../load/results/common';
import type { LoadHandle } from '../load/types';
import { RunLoad } from './run-load';

const spec = loadSpecSchema.parse({
  preset: 'smoke',
  scenario: {
    version: 1,
    name: 'Ramp',
    baseUrl: 'http://127.0.0.1:1/',
    load: { model: 'closed', stages: [{ durationMs: 1000, users: 20, ramp: 'linear' }] },
    flows: [{ name: 'main', steps: [{ kind: 'request', url: '/' }] }],
  },
});

/** As far as a run looks at it. */
const resultWith = (users: number): LoadResult => ({
  preset: 'custom',
  users,
  plannedDurationMs: 1000,
  startedUs: 0,
  endedUs: 1e6,
  cancelled: false,
  totals: emptyTotals(),
  perRequest: [],
  scenario: scenarioOfLoad(spec),
});

it('a load that has ended is told with as many users as its result, not with those of the last moment that was told', async () => {
  const states: LoadState[] = [];
  const handle: LoadHandle = {
    done: Promise.resolve(resultWith(20)),
    cancel: () => undefined,
    cut: () => undefined,
    route: () => undefined,
  };
  const load = new RunLoad({
    spec,
    nowUs: () => 0,
    resolvePlan,
    waitUntilReachable: () => Promise.resolve(),
    startLoad: ({ onState }) => {
      queueMicrotask(() => onState?.({ users: 19, stage: '19 users' }));
      return handle;
    },
    onPoints: () => undefined,
    onState: (state) => states.push(state),
    onResult: () => undefined,
  });
  load.targetStarted();
  await expect.poll(() => states.at(-1)?.phase).toBe('done');
  expect(states.map(({ phase, users }) => `${phase} ${users}`)).toEqual([
    'running 20',
    'running 19',
    'done 20',
  ]);
});
