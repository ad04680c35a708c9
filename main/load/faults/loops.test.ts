import { expect, it } from 'vitest';
import type { ProcessInfo } from '../../api';
import type { TargetThread } from '../../target/types';
import { programLoops } from './loops';

const processOf = (pid: number, ppid: number, endedUs?: number): ProcessInfo => ({
  pid,
  ppid,
  title: '',
  argv: [],
  nodeVersion: '',
  startedUs: 0,
  threads: [],
  ...(endedUs !== undefined && { endedUs }),
});
const threadOf = (pid: number, workerId = 0): TargetThread =>
  ({ info: { key: `p${pid}`, pid, workerId, title: '', startedUs: 0 } }) as TargetThread;
const chosen = (processes: ProcessInfo[], listening: number[]): number[] =>
  programLoops(
    [...processes.map(({ pid }) => threadOf(pid)), threadOf(processes[0]!.pid, 1)],
    processes,
    new Set(listening),
  ).map(({ info }) => info.pid);

it('takes the server below npm and its shell, not npm', () => {
  expect(chosen([processOf(1, 0), processOf(3, 2)], [3])).toEqual([3]);
});

it('takes all workers of a cluster, of which one has told the address, not the primary', () => {
  expect(chosen([processOf(1, 0), processOf(2, 1), processOf(3, 1)], [2])).toEqual([2, 3]);
});

it('takes programs that do not listen, not what started them, nor what has ended', () => {
  expect(chosen([processOf(1, 0), processOf(2, 1), processOf(3, 1, 5)], [])).toEqual([2]);
});
