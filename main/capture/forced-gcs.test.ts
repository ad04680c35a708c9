import { afterEach, describe, expect, it } from 'vitest';
import { forcedGcPauseMs } from './forced-gcs';
import { cleanUp, runSource, seriesOf, type Recorded } from './target-for-tests';

afterEach(cleanUp);

const megabyte = 1024 * 1024;
/** Holds 20 MB outside and 8 MB inside the heap; drops as much outside all the time. */
const dropping = `
  globalThis.held = [Buffer.alloc(20 * 1024 * 1024, 1), new Array(1e6).fill(1)];

  setInterval(() => { Buffer.alloc(1024 * 1024, 1); const a = []; for (let i = 0; i < 2000; i++) a.push({ i }); }, 10);`;

function forced(recorded: Recorded) {
  return recorded.marks.filter((mark) => mark.kind === 'gc').filter((mark) => mark.ours);
}

describe('forced collections', () => {
  it('give a floor without what was dropped, inside and outside of the heap, and are marked as ours', async () => {
    const running = await runSource(dropping, {
      capture: { allocations: false, cpu: false, metricsIntervalMs: 100 },
      leaks: { forceGc: true, forceGcEveryMs: 1000 },
    });
    const isForced = ({ tUs }: { tUs: number }): boolean =>
      forced(running).some((mark) => mark.tUs <= tUs && tUs <= mark.tUs + mark.durationMs * 1000 + 1000);
    const floors = (metric: 'heapFloor' | 'externalFloor') => seriesOf(running, metric).filter(isForced);
    await running.until(() => floors('heapFloor').length >= 2 && floors('externalFloor').length >= 2);
    await running.target.stop({ graceMs: 500 });
    // A busy machine makes them slow: that alone may be said.
    expect(running.warnings.filter(({ message }) => !message.includes('now come less often'))).toEqual([]);
    const ours = forced(running);
    expect(ours.length).toBeGreaterThanOrEqual(2);
    for (const mark of ours) {
      expect(mark).toMatchObject({ gcKind: 'major' });
      expect(mark.durationMs).toBeGreaterThan(0);
    }
    const heap = floors('heapFloor');
    const outside = floors('externalFloor');
    // One floor for each time, though V8 collects more than once.
    for (const [at, { tUs }] of heap.slice(1).entries()) expect(tUs - heap[at]!.tUs).toBeGreaterThan(500_000);
    for (const { value } of heap) {
      expect(value).toBeGreaterThan(8e6);
      expect(value).toBeLessThan(20e6);
    }
    for (const { value } of outside) {
      expect(value).toBeGreaterThan(20 * megabyte);
      // The program's own 20 MB, what Node itself has, and what was allocated while freeing took its time.
      expect(value).toBeLessThan(32 * megabyte);
    }
  });

  it('are told from those that the program makes itself, each of them', async () => {
    const running = await runSource(
      `const v8 = require('v8'), vm = require('vm');
      v8.setFlagsFromString('--expose-gc'); const gc = vm.runInNewContext('gc');
      const nowUs = () => { const [s, n] = process.hrtime(); return s * 1e6 + n / 1e3; };
      setInterval(() => { const from = nowUs(); gc(); console.log('own', from, nowUs()); }, 40);`,
      {
        capture: { allocations: false, cpu: false, metricsIntervalMs: 100 },
        leaks: { forceGc: true, forceGcEveryMs: 1000 },
      },
    );
    const isJustAfterOurs = ({ tUs }: { tUs: number }): boolean =>
      forced(running).some((mark) => Math.abs(tUs - mark.tUs - mark.durationMs * 1000) < 20_000);
    const floorsOfOurs = () => seriesOf(running, 'heapFloor').filter(isJustAfterOurs);
    // V8 collects at least twice each time; a floor each, which a busy machine may tell later than just after.
    await running.until(() => forced(running).length >= 6 && floorsOfOurs().length >= 3);
    await running.target.stop({ graceMs: 500 });
    const own = running.output.flatMap((line) => {
      const [what, from, to] = line.split(' ');
      return what === 'own'
        ? [{ fromUs: Number(from) - running.originUs, toUs: Number(to) - running.originUs }]
        : [];
    });
    const majors = running.marks
      .filter((mark) => mark.kind === 'gc')
      .filter(({ gcKind }) => gcKind === 'major');
    for (const { tUs, durationMs, ours } of majors) {
      const middleUs = tUs + durationMs * 500;
      expect(ours).toBe(!own.some(({ fromUs, toUs }) => fromUs <= middleUs && middleUs <= toUs));
    }
    // Its own have floors, too.
    expect(seriesOf(running, 'heapFloor').length).toBeGreaterThan(floorsOfOurs().length);
  });

  it('are not forced unless asked for', async () => {
    const running = await runSource(`setTimeout(() => {}, 1500);`, {
      capture: { allocations: false, cpu: false, metricsIntervalMs: 100 },
      leaks: { forceGcEveryMs: 1000 },
    });
    await running.ended;
    expect(forced(running)).toEqual([]);
  });

  it('come less often when one takes long', () => {
    expect(forcedGcPauseMs(5000, 40, 5000)).toBe(5000);
    expect(forcedGcPauseMs(5000, 100, 5000)).toBe(5000);
    expect(forcedGcPauseMs(5000, 400, 5000)).toBe(10_000);
    expect(forcedGcPauseMs(5000, 400, 10_000)).toBe(20_000);
    expect(forcedGcPauseMs(5000, 400, 20_000)).toBe(20_000);
  });
});
