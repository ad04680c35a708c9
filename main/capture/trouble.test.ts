import { afterEach, describe, expect, it } from 'vitest';
import { AllocationCollector } from './allocations';
import { CpuCollector } from './cpu';
import { OwnGcs } from './own-gcs';
import { captureSpecSchema, type RunWarning } from '../api';
import { createClock } from '../target';
import type { InspectorSession, TargetThread } from '../target/types';
import { cleanUp, runSource } from './target-for-tests';
import { startAll } from './trouble';
import type { CaptureSink } from './types';

afterEach(cleanUp);

/** The real session, with one method that this Node pretends not to know. */
function without(session: InspectorSession, missing: string): InspectorSession {
  const send: InspectorSession['send'] = (method, ...params) =>
    method === missing
      ? Promise.reject(new Error(`'${method}' wasn't found`))
      : session.send(method, ...params);
  return {
    send,
    on: session.on.bind(session),
    closed: session.closed,
    get isClosed() {
      return session.isClosed;
    },
  };
}

describe('a collector that fails', () => {
  it('is a warning, and the others go on', async () => {
    const running = await runSource('setInterval(() => {}, 1000); console.log("ready");', {
      capture: { cpu: false, allocations: false },
    });
    await running.until(({ output }) => output.includes('ready'));
    const { thread: real } = running.threads.get(`p${running.target.pid}`)!;
    const thread: TargetThread = {
      info: real.info,
      session: without(real.session, 'HeapProfiler.startSampling'),
      onReport: real.onReport.bind(real),
    };
    const warnings: RunWarning[] = [];
    let chunks = 0;
    const sink: CaptureSink = {
      ...running.sink,
      cpuChunk: () => void chunks++,
      warning: (warning) => warnings.push(warning),
    };
    const clock = createClock();
    const options = { thread, spec: captureSpecSchema.parse({}), clock, sink };
    const cpu = new CpuCollector(options);
    const allocations = new AllocationCollector(options, new OwnGcs());
    await startAll([cpu, allocations], sink, clock);
    await cpu.flush();
    await Promise.all([cpu.stop(), allocations.stop()]);
    expect(chunks).toBeGreaterThanOrEqual(1);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ source: `allocations p${running.target.pid}` });
    expect(warnings[0]!.message).toMatch(/Allocations could not be sampled in .*wasn't found/);
    expect(warnings[0]!.hint).toBeDefined();
  });

  it('does not complain when the isolate has ended', async () => {
    const running = await runSource('setInterval(() => {}, 1000); console.log("ready");');
    await running.until(({ output }) => output.includes('ready'));
    process.kill(running.target.pid, 'SIGKILL');
    await running.ended;
    const { collectors } = running.threads.get(`p${running.target.pid}`)!;
    await Promise.all(collectors.map((collector) => collector.flush()));
    await Promise.all(collectors.map((collector) => collector.stop()));
    expect(running.warnings).toEqual([]);
  });
});
