import { expect, it, onTestFinished, vi } from 'vitest';
import { scenarioSchema, type RunWarning } from '../api';
import { createClock } from '../target';
import type { Target } from '../target/types';
import { RunFaults } from './run-faults';

it('a planned fault that this run cannot make is told when the program is attached to, and once', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const warnings: RunWarning[] = [];
  const scenario = scenarioSchema.parse({
    version: 1,
    name: 'any',
    load: { model: 'closed', stages: [{ durationMs: 60_000, users: 1 }] },
    flows: [{ name: 'main', steps: [{ kind: 'request', url: '/' }] }],
    faults: [
      { atMs: 30_000, forMs: 1000, fault: { kind: 'kill' } },
      { atMs: 0, forMs: 1000, fault: { kind: 'kill', signal: 'SIGTERM' } },
    ],
  });
  const faults = new RunFaults({
    scenario,
    clock: createClock(),
    threads: () => [],
    processes: () => [],
    onRoutes: () => undefined,
    onTurn: () => undefined,
    onMarks: () => undefined,
    onWarning: (warning) => warnings.push(warning),
    onChange: () => undefined,
    report: () => [],
  });
  const attached = { pid: process.pid, ended: new Promise(() => undefined), pids: () => Promise.resolve([]) };
  faults.attached(attached as unknown as Target);
  const told = () => warnings.map(({ source, message }) => `${source}: ${message}`);
  const both = [
    'fault: killed (SIGKILL) is left out: A program that was attached to cannot be started again.',
    'fault: killed (SIGTERM) is left out: A program that was attached to cannot be started again.',
  ];
  expect(told()).toEqual(both);
  // The one that is due at once fails, the other never comes: neither is news.
  faults.loadStarted();
  await vi.advanceTimersByTimeAsync(1);
  await faults.loadFailed();
  await faults.close();
  expect(told()).toEqual(both);
});
