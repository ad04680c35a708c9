import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { cleanUp, runSource, selfSamples } from './target-for-tests';

afterEach(cleanUp);

/** So much CPU time, not time: on a busy machine none of that may be the program's. */
const burn = `function burn(ms) {
  const from = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(from).user < ms * 1000) for (let n = 0; n < 2e5; n++) sum += Math.sqrt(n);
  return sum;
}
`;
const mainKey = (running: { target: { pid: number } }): string => `p${running.target.pid}`;

describe('CPU capture', () => {
  it('names the hot function, live, while the event loop is blocked', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-cpu-'));
    const enough = path.join(folder, 'enough');
    const running = await runSource(
      `let turned = false; setImmediate(() => { turned = true; });
      const { existsSync } = require('fs');
      function hotFunction() { for (let n = 1; n % 4e6 > 0 || !existsSync(process.argv[2]); n++) Math.sqrt(n); }
      hotFunction(); console.log('block over', turned);`,
      { capture: { allocations: false }, args: [enough] },
    );
    await running.until(({ chunks }) => chunks.length >= 3);
    expect(running.output).toEqual([]);
    const live = selfSamples(running);
    expect(live.get('hotFunction')).toBeGreaterThan(50);
    await writeFile(enough, '');
    await running.ended;
    await rm(folder, { recursive: true });
    expect(running.output).toEqual(['block over false']);
  });

  it('covers the time without gaps, to the last work before process.exit', async () => {
    const running = await runSource(
      `${burn}
      function firstWork() { burn(1200); }
      function lastWork() { burn(100); }
      function inExitHandler() { burn(60); }
      process.on('exit', inExitHandler);
      firstWork(); lastWork(); process.exit(3);`,
      { capture: { allocations: false } },
    );
    expect(await running.ended).toMatchObject({ code: 3 });
    const names = running.chunks
      .map(({ chunk }) => chunk.nodes.map((node) => node.callFrame.functionName))
      .flat();
    expect(names).toContain('lastWork');
    expect(names).toContain('inExitHandler');
    expect(running.chunks.length).toBeGreaterThanOrEqual(2);
    for (let at = 1; at < running.chunks.length; at++) {
      const gapUs = running.chunks[at]!.chunk.startTime - running.chunks[at - 1]!.chunk.endTime;
      expect(gapUs).toBeLessThan(5 * 1000);
    }
    expect(selfSamples(running).get('burn')).toBeGreaterThan(100);
    expect(running.warnings).toEqual([]);
  });

  it('keeps the last work of a program that throws', async () => {
    const running = await runSource(
      `${burn} function beforeThrow() { burn(200); } beforeThrow(); throw new Error('end');`,
    );
    expect(await running.ended).toMatchObject({ code: 1 });
    expect(
      running.chunks.flatMap(({ chunk }) => chunk.nodes.map((node) => node.callFrame.functionName)),
    ).toContain('beforeThrow');
  });

  it('records worker threads to their end', async () => {
    const running = await runSource(
      `${burn}
      const { Worker, isMainThread } = require('worker_threads');
      function inWorker() { burn(700); }
      function lastInWorker() { burn(80); }
      if (isMainThread) new Worker(__filename); else { inWorker(); lastInWorker(); }`,
    );
    expect({ ...(await running.ended), output: running.output }).toMatchObject({ code: 0, output: [] });
    const workerKey = running.chunks.map(({ thread }) => thread).find((key) => key !== mainKey(running));
    expect(workerKey).toMatch(/-w\d+$/);
    const names = running.chunks
      .filter(({ thread }) => thread === workerKey)
      .flatMap(({ chunk }) => chunk.nodes.map((node) => node.callFrame.functionName));
    expect(names).toContain('inWorker');
    expect(names).toContain('lastInWorker');
  });

  it('does not run what the program has put off until its loop turns', async () => {
    const running = await runSource(
      `${burn}
      let early = false; Promise.resolve().then(() => { early = true; }); process.nextTick(() => { early = true; });
      burn(1300); console.log('early', early);`,
    );
    await running.ended;
    expect(running.output).toEqual(['early false']);
  });

  it("leaves the program's own console profiles alone and survives a nameless profileEnd", async () => {
    const running = await runSource(
      `${burn}
      console.profile('mine'); burn(700); console.profileEnd('mine');
      console.profileEnd();
      setTimeout(function later() { burn(600); }, 200);`,
      { capture: { allocations: false } },
    );
    await running.ended;
    expect(
      running.chunks.flatMap(({ chunk }) => chunk.nodes.map((node) => node.callFrame.functionName)),
    ).toContain('later');
    expect(running.warnings).toEqual([]);
  });

  it('does not mind a program that breaks its console', async () => {
    const running = await runSource(
      `${burn} console.profile = console.profileEnd = () => { throw new Error('no'); };
      function stillSeen() { burn(700); } stillSeen();`,
    );
    await running.ended;
    expect(selfSamples(running).get('burn')).toBeGreaterThan(30);
    expect(running.warnings).toEqual([]);
  });

  it('does not ask again while the target is stopped', async () => {
    const running = await runSource(`${burn} setInterval(() => burn(20), 25);`);
    await running.until(({ chunks }) => chunks.length >= 1);
    const main = running.threads.get(mainKey(running))!;
    const send = main.thread.session.send.bind(main.thread.session);
    let asked = 0;
    main.thread.session.send = (method, ...params) => {
      if (method === 'Runtime.callFunctionOn') asked++;
      return send(method, ...params);
    };
    process.kill(running.target.pid, 'SIGSTOP');
    const cpu = main.collectors.find((collector) => collector.name === 'cpu')!;
    // A flush gives up after three rotations' time.
    await cpu.flush();
    expect(asked).toBeLessThanOrEqual(1);
    const before = running.chunks.length;
    process.kill(running.target.pid, 'SIGCONT');
    await running.until(({ chunks }) => chunks.length > before);
    expect(running.warnings).toEqual([]);
  });

  it('brings out what it has on flush', async () => {
    const running = await runSource(
      `${burn} function busy() { burn(50); } setInterval(busy, 1); console.log('ready');`,
    );
    await running.until(({ output }) => output.includes('ready'));
    const cpu = running.threads
      .get(mainKey(running))!
      .collectors.find((collector) => collector.name === 'cpu')!;
    const before = running.chunks.length;
    await cpu.flush();
    expect(running.chunks.length).toBeGreaterThan(before);
  });
});
