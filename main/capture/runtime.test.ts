import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runSource, seriesOf } from './target-for-tests';

afterEach(cleanUp);

const burn = 'function burn(ms) { const end = Date.now() + ms; while (Date.now() < end); }\n';

describe('runtime metrics', () => {
  it('tell a blocked event loop with its beginning and length, and its delay in the series', async () => {
    const running = await runSource(
      `${burn}
      setTimeout(() => { const [s, n] = process.hrtime(); console.log('from', s * 1e6 + n / 1e3); burn(400); }, 300);
      setTimeout(() => {}, 1200);`,
    );
    await running.ended;
    const fromUs =
      Number(running.output.find((line) => line.startsWith('from'))!.slice(5)) - running.originUs;
    // The machine may hold the program up for a moment elsewhere, too, or just before: it lies where the block was.
    const middleUs = fromUs + 200_000;
    const block = running.marks
      .filter((mark) => mark.kind === 'blocked')
      .filter((mark) => mark.text.includes('loop blocked'))
      .find(({ tUs, durationMs }) => tUs <= middleUs && middleUs <= tUs + durationMs * 1000);
    expect(block).toBeDefined();
    expect(block!.durationMs).toBeGreaterThan(350);
    expect(Math.max(...seriesOf(running, 'loopDelayMax').map((point) => point.value))).toBeGreaterThan(350);
    expect(running.warnings).toEqual([]);
  });

  it('do not count against the program what is late because we stopped it', async () => {
    const running = await runSource(
      `${burn} setTimeout(() => {
        const { runtime } = globalThis[Symbol.for('scorchmark.agent')];
        runtime.pauseBegins();
        burn(1500); // As a heap snapshot would: longer than what follows takes on a busy machine.
        runtime.pauseEnds();
        burn(200); // All that has gathered meanwhile.
        console.log('both done');
        setTimeout(() => {}, 300);
      }, 300);`,
      { capture: { cpu: false, allocations: false, metricsIntervalMs: 100 } },
    );
    await running.ended;
    const blocks = running.marks.flatMap((mark) => (mark.kind === 'blocked' ? [mark] : []));
    // A loaded machine may hold the program up elsewhere.
    const echo = blocks.filter(({ text }) => text.endsWith('just after Scorchmark had stopped the program'));
    expect(echo.length).toBeGreaterThan(0);
    expect(echo.every(({ ours }) => ours === true)).toBe(true);
    expect(echo[0]!.durationMs).toBeGreaterThan(190);
    expect(running.warnings).toEqual([]);
  });

  it('tell a program that never lets its loop turn', async () => {
    const running = await runSource(`${burn} burn(600); process.exit(0);`);
    await running.ended;
    const blocks = running.marks.filter((mark) => mark.kind === 'blocked');
    expect({ blocks, warnings: running.warnings, output: running.output }).toMatchObject({
      blocks: [{ kind: 'blocked' }],
      warnings: [],
    });
    expect(blocks[0]!.durationMs).toBeGreaterThan(500);
    expect(blocks[0]!.text).toMatch(/first code ran for/);
  });

  it.each([true, false])('know waiting from work, whether CPU samples are taken (%s) or not', async (cpu) => {
    const running = await runSource(`${burn} setTimeout(() => {}, 900);`, {
      capture: { cpu, metricsIntervalMs: 100 },
    });
    expect(await running.ended).toMatchObject({ code: 0 });
    // A busy machine may hold it up for a part of that time.
    expect(running.marks.filter((mark) => mark.kind === 'blocked' && mark.durationMs > 850)).toEqual([]);
    const utilization = seriesOf(running, 'loopUtilization').map((point) => point.value);
    expect(Math.min(...utilization)).toBeLessThan(0.5);
    for (const value of utilization) expect(value).toBeLessThanOrEqual(1);
    for (const point of seriesOf(running, 'loopDelayP50')) expect(point.value).toBeGreaterThanOrEqual(0);
  });

  it('count garbage collections with their pauses', async () => {
    const running = await runSource(
      `let keep = [];
      function makeGarbage() { for (let i = 0; i < 200000; i++) keep.push({ i, text: 'x' + i }); keep = []; }
      const timer = setInterval(makeGarbage, 20); setTimeout(() => clearInterval(timer), 1000);`,
      { capture: { allocations: false } },
    );
    await running.ended;
    const count = seriesOf(running, 'gcCount').reduce((sum, point) => sum + point.value, 0);
    const pauseMs = seriesOf(running, 'gcPause').reduce((sum, point) => sum + point.value, 0);
    expect(count).toBeGreaterThan(3);
    expect(pauseMs).toBeGreaterThan(0);
    const collections = running.marks.filter((mark) => mark.kind === 'gc');
    expect(collections.map((mark) => mark.gcKind)).toContain('minor');
    expect(collections.every((mark) => !mark.ours)).toBe(true);
    const lastUs = Math.max(...running.points.map((point) => point.tUs));
    for (const mark of collections) {
      expect(mark.tUs).toBeGreaterThan(0);
      expect(mark.tUs).toBeLessThan(lastUs + 1e6);
    }
  });

  it('report worker threads under their own name', async () => {
    const running = await runSource(
      `const { Worker, isMainThread } = require('worker_threads');
      if (isMainThread) new Worker(__filename); else setTimeout(() => {}, 800);`,
      { capture: { metricsIntervalMs: 100 } },
    );
    await running.ended;
    const scopes = new Set(seriesOf(running, 'loopUtilization').map((point) => point.scope));
    expect([...scopes].some((scope) => /-w\d+$/.test(scope))).toBe(true);
    expect(scopes).toContain(`p${running.target.pid}`);
  });

  it('survive a program with fake timers and a broken clock', async () => {
    const running = await runSource(
      `const real = setTimeout; global.setTimeout = global.setInterval = () => { throw new Error('fake'); };
      require('timers').setInterval = global.setInterval;
      process.hrtime = () => { throw new Error('fake'); };
      real(() => {}, 700);`,
      { capture: { metricsIntervalMs: 100 } },
    );
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(seriesOf(running, 'loopUtilization').length).toBeGreaterThan(1);
  });
});
