import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { Point, RunWarning } from '../api';
import { createClock } from '../target';
import { cpuPercent } from './cpu-percent';
import { processMetrics } from './index';
import { startAll } from './trouble';
import type { CaptureSink, Collector } from './types';

const children: ChildProcess[] = [];
const collectors: Collector[] = [];

afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.stop();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
});

function start(source: string): ChildProcess {
  const child = spawn(process.execPath, ['-e', source], { stdio: 'ignore' });
  children.push(child);
  return child;
}

/** Collects until the condition holds. */
async function measure(
  pids: () => Promise<number[]>,
  enough: (points: Point[], warnings: RunWarning[]) => boolean,
): Promise<{ points: Point[]; warnings: RunWarning[] }> {
  const points: Point[] = [];
  const warnings: RunWarning[] = [];
  let done!: () => void;
  const satisfied = new Promise<void>((resolve) => (done = resolve));
  const look = (): void => (enough(points, warnings) ? done() : undefined);
  const sink: CaptureSink = {
    cpuChunk: () => undefined,
    allocations: () => undefined,
    points: (more) => (points.push(...more), look()),
    marks: () => undefined,
    source: () => undefined,
    warning: (warning) => (warnings.push(warning), look()),
  };
  const clock = createClock();
  const collector = processMetrics({ pids, intervalMs: 200, clock, sink });
  collectors.push(collector);
  await startAll([collector], sink, clock);
  await satisfied;
  await collector.stop();
  return { points, warnings };
}

const of = (points: Point[], metric: string, scope: string): Point[] =>
  points.filter((point) => point.metric === metric && point.scope === scope);

describe('process metrics', () => {
  it('show a busy process as busy, an idle one as idle, and the sum', async () => {
    const busy = start('for (;;);');
    const idle = start('setInterval(() => {}, 10000);');
    const lastIn = (all: Point[], pid: number | undefined): number =>
      of(all, 'cpu', `p${pid}`).at(-1)?.value ?? 0;
    // A busy machine may leave the busy process a fraction of a core, and none of it for a while.
    const { points } = await measure(
      () => Promise.resolve([busy.pid!, idle.pid!]),
      (all) =>
        of(all, 'cpu', 'tree').length >= 3 &&
        lastIn(all, busy.pid) > 5 &&
        lastIn(all, busy.pid) > 2 * lastIn(all, idle.pid),
    );
    const lastOf = (metric: string, scope: string): number => of(points, metric, scope).at(-1)!.value;
    expect(lastOf('cpu', 'tree')).toBeCloseTo(lastOf('cpu', `p${busy.pid}`) + lastOf('cpu', `p${idle.pid}`));
    expect(lastOf('rss', `p${idle.pid}`)).toBeGreaterThan(5e6);
    expect(lastOf('rss', 'tree')).toBe(lastOf('rss', `p${busy.pid}`) + lastOf('rss', `p${idle.pid}`));
  });

  it('drop a process that has vanished, without a word', async () => {
    const stays = start('setInterval(() => {}, 10000);');
    const goes = start('setInterval(() => {}, 10000);');
    let listed = 0;
    const { points, warnings } = await measure(
      async () => {
        if (++listed === 3) {
          const gone = once(goes, 'exit');
          goes.kill('SIGKILL');
          await gone;
        }
        return [stays.pid!, goes.pid!];
      },
      (all) => of(all, 'rss', `p${stays.pid}`).length >= 5,
    );
    expect(of(points, 'rss', `p${goes.pid}`)).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  it('warn once, and go on, when the tree cannot be listed', async () => {
    let listed = 0;
    const { warnings, points } = await measure(
      () => (++listed <= 2 ? Promise.reject(new Error('no table')) : Promise.resolve([process.pid])),
      (all) => all.length > 0,
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!.message).toMatch(/cannot be read: no table/);
    expect(points.length).toBeGreaterThan(0);
  });
});

describe('cpuPercent', () => {
  const usage = (cpuUs: number, atUs: number, startedUs = -1e9) => ({ cpuUs, atUs, startedUs, rssBytes: 1 });

  it('is the share of one core between two readings', () => {
    expect(cpuPercent(usage(150_000, 1_250_000), usage(50_000, 1_000_000), 1_000_000)).toBeCloseTo(40);
  });

  it('counts all that a process used which began since the last sample', () => {
    expect(cpuPercent(usage(100_000, 1_250_000, 1_100_000), undefined, 1_000_000)).toBeCloseTo(40);
  });

  it('says nothing of two readings that are closer together than the ticks of the system can tell', () => {
    expect(cpuPercent(usage(160_000, 1_002_000), usage(150_000, 1_000_000), 1_000_000)).toBeUndefined();
    expect(cpuPercent(usage(10_000, 1_002_000, 1_000_000), undefined, 1_000_000)).toBeUndefined();
  });

  it('leaves out what an older process used before it was first seen', () => {
    expect(cpuPercent(usage(9_000_000, 1_250_000), undefined, 1_000_000)).toBeUndefined();
  });
});
