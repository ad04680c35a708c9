import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runSource, seriesOf } from './target-for-tests';

afterEach(cleanUp);

const megabyte = 1024 * 1024;

describe('memory of a thread', () => {
  it('is told by space, with its limit, and with what each collection freed', async () => {
    const running = await runSource(
      `let keep = [];
      function makeGarbage() { for (let i = 0; i < 100000; i++) keep.push({ i, text: 'x' + i }); keep = []; }
      let turns = 0;
      const timer = setInterval(() => { makeGarbage(); if (++turns === 25) clearInterval(timer); }, 30);`,
      { capture: { allocations: false, metricsIntervalMs: 100 }, nodeFlags: ['--max-old-space-size=300'] },
    );
    await running.ended;
    expect(running.warnings).toEqual([]);
    // V8 adds room for the young generation.
    for (const { value } of seriesOf(running, 'heapLimit')) {
      expect(value).toBeGreaterThanOrEqual(300 * megabyte);
      expect(value).toBeLessThan(500 * megabyte);
    }
    expect(seriesOf(running, 'heapLimit').length).toBeGreaterThan(1);
    expect(Math.max(...seriesOf(running, 'newSpace').map(({ value }) => value))).toBeGreaterThan(100_000);
    for (const { value } of seriesOf(running, 'oldSpace')) expect(value).toBeGreaterThan(megabyte);

    const collections = running.marks.filter((mark) => mark.kind === 'gc');
    const measured = collections.filter((mark) => mark.afterBytes !== undefined);
    // Only as many as cost next to nothing.
    expect(measured.length).toBeGreaterThan(0);
    for (const { beforeBytes, afterBytes, durationMs } of measured) {
      expect(beforeBytes).toBeGreaterThan(megabyte);
      expect(afterBytes).toBeGreaterThan(megabyte);
      expect(durationMs).toBeGreaterThan(0);
    }
    expect(measured.some((mark) => mark.beforeBytes! - mark.afterBytes! > 100_000)).toBe(true);
    const freed = seriesOf(running, 'gcFreed').reduce((sum, { value }) => sum + value, 0);
    expect(freed).toBeGreaterThan(0);
  });

  it('has a floor after each full collection: of the heap, and of what is held outside of it', async () => {
    const running = await runSource(
      `const v8 = require('v8'), vm = require('vm');
      v8.setFlagsFromString('--expose-gc'); const gc = vm.runInNewContext('gc');
      const held = []; let turns = 0;
      const timer = setInterval(() => {
        // Kept: 2 MB outside and about 1.6 MB inside. Dropped: 20 MB outside.
        held.push(Buffer.alloc(2 * 1024 * 1024), new Array(200000).fill(1));
        for (let i = 0; i < 20; i++) Buffer.alloc(1024 * 1024);
        gc();
        if (++turns === 6) { clearInterval(timer); console.log('end ' + process.memoryUsage().heapUsed); setTimeout(() => {}, 400); }
      }, 150);`,
      { capture: { allocations: false, metricsIntervalMs: 100 } },
    );
    await running.ended;
    const majors = running.marks
      .filter((mark) => mark.kind === 'gc')
      .filter((mark) => mark.gcKind === 'major');
    // Measured in V8 as long as that costs next to nothing: not every one, on a busy machine.
    const heap = seriesOf(running, 'heapFloor');
    expect(heap.length).toBeGreaterThan(0);
    expect(majors.map(({ afterBytes }) => afterBytes)).toEqual(
      expect.arrayContaining(heap.map(({ value }) => value)),
    );
    // Each turn keeps 1.6 MB: nothing else is in the floor, and no garbage.
    for (const [at, { value, tUs }] of heap.slice(1).entries()) {
      const turns = Math.round((tUs - heap[at]!.tUs) / 150_000);
      if (turns > 0) expect((value - heap[at]!.value) / 1.6e6).toBeGreaterThan(0.5);
    }

    const outside = seriesOf(running, 'externalFloor').slice(-6);
    expect(outside).toHaveLength(6);
    const grown = outside[5]!.value - outside[0]!.value;
    expect(Math.abs(grown - 10 * megabyte)).toBeLessThan(2 * megabyte);
    for (const [at, { tUs }] of outside.slice(1).entries()) expect(tUs).toBeGreaterThan(outside[at]!.tUs);
  });
});
