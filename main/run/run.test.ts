import { describe, expect, it } from 'vitest';
import { runSpecSchema, type AnyEvent, type SessionMeta, type TargetExit } from '../api';
import type { Collector } from '../capture/types';
import { resolvePlan } from '../load';
import { createClock } from '../target';
import type { Recording } from './recording';
import { Run, type ResolvedRunSpec, type RunDependencies } from './run';

const saved = { id: 'saved' } as SessionMeta;

/** A run whose target is ended by the test, with collectors of the test's making. */
function setUp(processCollector: Partial<Collector> = {}) {
  const events: AnyEvent[] = [];
  const launched: string[] = [];
  let recording: Recording | undefined;
  let end!: (exit: TargetExit) => void;
  const ended = new Promise<TargetExit>((resolve) => (end = resolve));
  const exit: TargetExit = { code: 0, signal: null, stoppedByUs: false };
  const dependencies: RunDependencies = {
    createClock,
    launchTarget: ({ spec }) => {
      launched.push(spec.argv.join(' '));
      return Promise.resolve({
        pid: 1,
        commandLine: spec.argv.join(' '),
        cwd: process.cwd(),
        ended,
        pids: () => Promise.resolve([]),
        stop: () => Promise.resolve(end({ ...exit, stoppedByUs: true })),
      });
    },
    attachTarget: () => Promise.reject(new Error('not used here')),
    threadCollectors: () => [],
    processMetrics: () => ({
      name: 'process',
      source: 'process metrics',
      start: () => Promise.resolve(),
      flush: () => Promise.resolve(),
      stop: () => Promise.resolve(),
      ...processCollector,
    }),
    snapshots: {
      takeSnapshot: () => Promise.reject(new Error('not used here')),
      armAtEnd: () => Promise.resolve(false),
      armNearLimit: () => Promise.resolve(false),
    },
    startAll: (collectors) => Promise.all(collectors.map((each) => each.start())).then(() => undefined),
    load: {
      startLoad: () => {
        throw new Error('not used here');
      },
      resolvePlan,
      waitUntilReachable: () => new Promise(() => undefined),
    },
    reportFaults: () => [],
    recorders: {
      begin: () =>
        Promise.resolve({
          append: () => undefined,
          snapshotFile: () => '/nowhere',
          finish: (all) => {
            recording = all;
            return Promise.resolve(saved);
          },
        }),
    },
    newSessionId: () => 'run',
    emit: (event) => events.push(event),
  };
  return { dependencies, launched, end: () => end(exit), warnings: () => recording?.warnings ?? [] };
}

function specOf(load?: object): ResolvedRunSpec {
  const parsed = runSpecSchema.parse({ target: { kind: 'launch', argv: ['app'] }, ...(load && { load }) });
  return parsed as ResolvedRunSpec;
}

describe('a run', () => {
  it('saves its session even when a collector fails at the end, and tells of it', async () => {
    const { dependencies, end, warnings } = setUp({ stop: () => Promise.reject(new Error('it broke')) });
    const run = await Run.start(specOf(), dependencies);
    end();
    expect(await run.done).toBe(saved);
    expect(run.state.phase).toBe('done');
    expect(warnings()).toMatchObject([{ source: 'process metrics' }]);
    expect(warnings()[0]?.message).toMatch(/it broke/);
  });

  it('starts nothing when its requests can never be sent', async () => {
    const { dependencies, launched } = setUp();
    const load = { preset: 'smoke', requests: [{ url: 'products' }] };
    await expect(Run.start(specOf(load), dependencies)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(launched).toEqual([]);
  });

  it('says that no load was sent when it is stopped before there was anything to send it to', async () => {
    const { dependencies, warnings } = setUp();
    const run = await Run.start(specOf({ preset: 'smoke' }), dependencies);
    await Promise.all([run.stop(), run.stop()]);
    expect(run.state.load?.phase).toBe('cancelled');
    expect(warnings().map(({ message }) => message)).toEqual([
      'No load was sent: until the stop, the target did not listen on an HTTP address.',
    ]);
  });
});
