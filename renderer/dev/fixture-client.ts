/** An engine made of recorded files, for working on the user interface. Not part of the product. */
import {
  runSpecSchema,
  type AnyEvent,
  type AppInfo,
  type Client,
  type Comparison,
  type Input,
  type LoadResult,
  type LoadTotals,
  type Mark,
  type Method,
  type OutputLine,
  type Results,
  type RunSpec,
  type RunState,
  type Series,
  type SessionDetail,
  type SessionMeta,
} from '../../main/api';
import { AppError } from '../../main/errors';
import { ProfileBuilder } from '../../profiles/builder';
import type { V8CpuProfile } from '../../profiles/types';
import { readHeapProfile } from '../../profiles/formats/heapprofile';

import {
  fixtureLoadMarks,
  fixtureLoadResult,
  fixtureLoadSeries,
  fixtureScenario,
  loadHandlers,
  loadSeconds,
} from './fixture-load';
import { fixtureFloor, fixtureSnapshots, memoryHandlers } from './fixture-memory';

export type Scene =
  | 'full'
  | 'empty'
  | 'live'
  | 'error'
  | 'long'
  | 'many'
  /** A load with everything in it; `limited`: the generator was the limit. */
  | 'load'
  | 'load-live'
  | 'load-limited';

interface Recorded {
  scene: Scene;
  cpu: Uint8Array;
  heap: Uint8Array;
}

const longName =
  'checkout-service after moving price calculation into a worker pool with eight threads and a shared cache';
const spec: RunSpec = runSpecSchema.parse({
  target: {
    kind: 'launch',
    argv: ['node', 'server.js', '--port', '3000'],
    cwd: '/home/kim/shop-api',
    env: { NODE_ENV: 'production' },
  },
  load: {
    preset: 'smoke',
    requests: [
      { url: '/products' },
      { url: '/orders', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' },
    ],
  },
});
const seconds = 6;

export function createFixtureClient(recorded: Recorded): Client {
  const { scene } = recorded;
  const listeners = new Set<(event: AnyEvent) => void>();
  const emit = (event: AnyEvent): void => listeners.forEach((listener) => listener(event));
  const heap = readHeapProfile(recorded.heap);
  let sessions = scene === 'empty' ? [] : makeSessions(scene);
  let trashed: SessionMeta[] = [];
  const originUs = (JSON.parse(new TextDecoder().decode(recorded.cpu)) as { startTime: number }).startTime;
  const state = makeState(scene);
  const whole = wholeDelta();
  let sent =
    scene === 'live' || scene === 'load-live'
      ? Math.floor(whole.samples.node.length / 4)
      : whole.samples.node.length;

  function wholeDelta() {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(JSON.parse(new TextDecoder().decode(recorded.cpu)) as V8CpuProfile, originUs);
    return builder.wholeAsDelta();
  }

  const slice = (from: number, to: number) => ({
    ...whole,
    firstFrame: from === 0 ? 1 : 1 + whole.frames.name.length,
    firstNode: from === 0 ? 1 : 1 + whole.nodes.frame.length,
    firstSample: from,
    frames: from === 0 ? whole.frames : { name: [], url: [], line: [], column: [] },
    nodes: from === 0 ? whole.nodes : { frame: [], parent: [] },
    samples: {
      node: whole.samples.node.slice(from, to),
      timeUs: whole.samples.timeUs.slice(from, to),
      weight: whole.samples.weight.slice(from, to),
    },
    lineTicks: [],
    endUs: whole.samples.timeUs[to - 1] ?? 0,
  });
  const hasLoad = scene.startsWith('load');
  const isLive = scene === 'live' || scene === 'load-live';
  const timeline = hasLoad
    ? {
        series: [...makeSeries().filter(({ scope }) => scope !== 'load'), ...fixtureLoadSeries()],
        marks: [...makeMarks().filter(({ kind }) => kind !== 'load-start'), ...fixtureLoadMarks(isLive)],
      }
    : { series: makeSeries(), marks: makeMarks() };

  function detail(id: string): SessionDetail {
    const meta = [...sessions, ...trashed].find((session) => session.id === id);
    if (!meta)
      throw new AppError('NOT_FOUND', `There is no session ${id}.`, {
        hint: 'It may have been deleted. The session list shows what there is.',
      });
    return {
      ...meta,
      formatVersion: 1,
      originUs,
      spec,
      environment: {
        nodeVersion: 'v20.20.0',
        scorchmarkVersion: '0.1.0',
        os: 'linux',
        arch: 'x64',
        cpuModel: 'AMD EPYC 9R14',
        cpuCount: 2,
        memoryBytes: 8e9,
        gitRevision: '4f1c2ab93d7e',
        gitDirty: true,
      },
      processes: state.processes,
      listening: state.listening,
      warnings: scene === 'long' ? state.warnings : [],
      exit: { code: 0, signal: null, stoppedByUs: true },
      snapshots: state.snapshots,
      files: [
        { name: 'cpu-4711.cpuprofile', kind: 'cpu', thread: 'p4711', sizeBytes: recorded.cpu.length },
        {
          name: 'allocations-4711.heapprofile',
          kind: 'allocations',
          thread: 'p4711',
          sizeBytes: recorded.heap.length,
        },
        { name: 'timeline.json', kind: 'timeline', sizeBytes: 5000 },
        { name: 'load.json', kind: 'load', sizeBytes: 500 },
        { name: 'output.log', kind: 'output', sizeBytes: 500 },
      ],
    };
  }

  const handlers: { [M in Method]?: (input: Input<M>) => unknown } = {
    'app.info': (): AppInfo => ({
      version: '0.1.0',
      shell: 'web',
      platform: 'linux',
      nodeVersion: 'v20.20.0',
      cwd: '/home/kim/shop-api',
      dataFolder: '/home/kim/.local/share/scorchmark',
      samples: ['shop', 'worker-threads', 'cluster', 'script'].map((name) => ({
        name,
        title:
          {
            shop: 'Shop API under smoke load',
            'worker-threads': 'Worker threads',
            cluster: 'Cluster of two',
            script: 'A script that ends by itself',
          }[name] ?? name,
        description:
          'An HTTP server with honest problems: a hot function, a slow route, a leak and an event-loop blocker.',
        spec,
      })),
      presets: (
        [
          ['smoke', 5, 2],
          ['light', 20, 5],
          ['medium', 50, 10],
          ['heavy', 100, 15],
          ['stress', 200, 10],
          ['spike', 150, 5],
          ['volume', 50, 240],
          ['knee', 1000, 3],
        ] as const
      ).map(([name, users, minutes]) => ({
        name,
        users,
        durationMs: minutes * 60_000,
        description: `${users} users at once for ${minutes} minutes: does it work at all, and what does it cost when nearly nothing happens?`,
      })),
      notices:
        scene === 'long'
          ? [
              'A recording was cut off when the workbench ended unexpectedly; it was saved as “shop-api” with what had been recorded.',
            ]
          : [],
    }),
    'run.current': () => (isLive || scene === 'error' ? state : null),
    'run.snapshot': () => ({
      state,
      cpu: { p4711: slice(0, sent) },
      allocations: { p4711: heap },
      ...timeline,
      output: makeOutput(),
      loadResult: hasLoad ? fixtureLoadResult() : null,
    }),
    'run.start': () => {
      throw new AppError('COMMAND_NOT_FOUND', 'The command "nodee" was not found.', {
        hint: 'Check the spelling, or give the full path. PATH was searched in the target’s environment.',
        details: 'PATH=/usr/local/bin:/usr/bin:/bin',
      });
    },
    ...memoryHandlers(
      state,
      emit,
      scene === 'live' ? 'not-enough-data' : scene === 'long' ? 'not-leaking' : 'leaking',
    ),
    'load.between': () => null,
    ...(hasLoad && loadHandlers),
    'timeline.read': () => timeline,
    'allocations.history': () => [],
    'allocations.between': () => [],
    'run.stop': () => null,
    'run.cancelLoad': () => null,
    'run.refreshAllocations': () => null,
    'targets.list': () =>
      scene === 'empty'
        ? []
        : [
            {
              id: '1',
              label: 'node server.js --port 3000',
              spec: hasLoad ? { ...spec, load: { ...spec.load!, scenario: fixtureScenario } } : spec,
              lastUsedAt: new Date().toISOString(),
            },
            {
              id: '2',
              label: 'npm run start:production -- --config config/very-long-name.production.json',
              spec,
              lastUsedAt: '2026-03-01T10:00:00Z',
            },
          ],
    'targets.processes': () => [
      { pid: 4711, title: 'node server.js', nodeVersion: '20.20.0' },
      {
        pid: 99120,
        title: '/usr/bin/node /home/kim/.npm/_npx/f1e2/node_modules/.bin/vite --host 127.0.0.1',
        nodeVersion: '24.1.0',
      },
    ],
    'sessions.list': (input) => {
      const list = input?.trash ? trashed : sessions;
      const needle = (input?.search ?? '').toLowerCase();
      return {
        sessions: list.filter((session) =>
          `${session.name} ${session.commandLine} ${session.tags.join(' ')}`.toLowerCase().includes(needle),
        ),
        allTags: ['before', 'after', 'main'],
        total: sessions.length,
        trashed: trashed.length,
      };
    },
    'sessions.get': ({ id }) => detail(id),
    'sessions.readFile': ({ file, offset = 0, lengthBytes = Infinity }) => {
      const part = (bytes: Uint8Array) => bytes.slice(offset, offset + lengthBytes);
      if (file.endsWith('.cpuprofile')) return part(recorded.cpu);
      if (file.endsWith('.heapprofile')) return part(recorded.heap);
      const text =
        file === 'timeline.json'
          ? JSON.stringify(timeline)
          : file === 'load.json'
            ? JSON.stringify(hasLoad ? fixtureLoadResult(scene === 'load-limited') : loadResult())
            : makeOutput()
                .map((line) => `${(line.tUs / 1e6).toFixed(6)} ${line.stream} ${line.text}`)
                .join('\n');
      return new TextEncoder().encode(text);
    },
    'sessions.update': ({ id, ...change }) => {
      sessions = sessions.map((session) => (session.id === id ? { ...session, ...change } : session));
      emit({ event: 'sessions.changed', payload: { ids: [id] } });
      return sessions.find((session) => session.id === id);
    },
    'sessions.trash': ({ ids }) => {
      trashed = [
        ...trashed,
        ...sessions
          .filter((session) => ids.includes(session.id))
          .map((session) => ({ ...session, trashedAt: new Date().toISOString() })),
      ];
      sessions = sessions.filter((session) => !ids.includes(session.id));
      emit({ event: 'sessions.changed', payload: { ids } });
      return null;
    },
    'sessions.restore': ({ ids }) => {
      sessions = [
        ...sessions,
        ...trashed
          .filter((session) => ids.includes(session.id))
          .map((session) => ({ ...session, trashedAt: undefined })),
      ];
      trashed = trashed.filter((session) => !ids.includes(session.id));
      emit({ event: 'sessions.changed', payload: { ids } });
      return null;
    },
    'sessions.emptyTrash': () => {
      trashed = [];
      emit({ event: 'sessions.changed', payload: { ids: [] } });
      return null;
    },
    'tasks.cancel': () => null,
    'sources.list': () => [],
    'sources.packages': () => [],
    'sources.resolve': ({ positions }) => {
      const count = positions.length / 3;
      const zeros = Array.from({ length: count }, () => 0);
      return { urls: [], url: zeros.map(() => -1), line: zeros, column: zeros, name: zeros.map(() => '') };
    },
    'sources.read': ({ url }) => {
      throw new AppError('NOT_FOUND', `The recorded data has no source of ${url}.`);
    },
    compare: ({ a, b }): Comparison => comparison(detail(a), detail(b)),
    'report.html': () => ({ fileName: 'report.html', html: '<p>Report</p>' }),
  };

  if (isLive)
    setInterval(() => {
      const to = Math.min(whole.samples.node.length, sent + 60);
      if (to === sent) return;
      const delta = slice(sent, to);
      sent = to;
      emit({ event: 'run.cpu', payload: { runId: state.runId, thread: 'p4711', delta } });
    }, 500);

  return {
    async call<M extends Method>(method: M, input: Input<M>): Promise<Results[M]> {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const handler = handlers[method] as ((value: unknown) => unknown) | undefined;
      if (!handler) throw new AppError('INTERNAL', `${method} is not part of the recorded data.`);
      return handler(input ?? {}) as Results[M];
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function makeState(of: Scene): RunState {
    const thread = (key: string, workerId: number) => ({
      key,
      pid: 4711,
      workerId,
      title: workerId ? 'price-worker.js' : 'server.js',
      startedUs: 120_000,
    });
    return {
      runId: '20260307-run',
      name: of === 'long' ? longName : 'shop-api',
      phase: of === 'live' || of === 'load-live' ? 'running' : of === 'error' ? 'failed' : 'done',
      commandLine: 'node server.js --port 3000',
      cwd: '/tmp/uifix',
      startedAt: new Date(Date.now() - 42_000).toISOString(),
      durationMs: of.startsWith('load') ? loadSeconds * 1000 : 42_000,
      processes: [
        {
          pid: 4711,
          ppid: 4700,
          title: 'server.js',
          argv: ['node', 'server.js', '--port', '3000'],
          nodeVersion: 'v20.20.0',
          startedUs: 120_000,
          threads: [thread('p4711', 0), thread('p4711-w1', 1), thread('p4711-w2', 2)],
        },
      ],
      listening: [{ pid: 4711, url: 'http://127.0.0.1:3000', port: 3000, protocol: 'http', atUs: 300_000 }],
      load: of.startsWith('load')
        ? {
            phase: 'running',
            preset: 'custom',
            name: 'Shoppers who look, search and sometimes order',
            users: 40,
            plannedDurationMs: 118_000,
            startedUs: 2_000_000,
            stage: 'stage 2 of 3: 60 iterations per second',
            faults: [{ id: 'f2', text: 'killed with SIGKILL', byHand: true, startedUs: 82e6 }],
            generatorLimit: 'The generator cannot keep up: 212 ms late, a whole core used.',
          }
        : { phase: 'running', preset: 'smoke', users: 5, plannedDurationMs: 120_000, startedUs: 400_000 },
      warnings:
        of === 'live' || of === 'long'
          ? [
              {
                tUs: 2_100_000,
                source: 'allocations p4711-w2',
                message: 'The allocation profile of worker 2 stopped: the inspector session was closed.',
                hint: 'The CPU profile goes on.',
              },
            ]
          : [],
      sampleCount: 6000,
      snapshots: of === 'empty' ? [] : fixtureSnapshots(of === 'live'),
      ...(of === 'error' && {
        error: {
          code: 'TARGET_DIED_EARLY' as const,
          message: 'The target ended after 0.4 s with exit code 1.',
          hint: 'Its last output says why. Does the command work in a terminal, in the same folder?',
        },
      }),
    };
  }
}

function makeSessions(scene: Scene): SessionMeta[] {
  const count = scene === 'many' ? 2000 : 9;
  return Array.from({ length: count }, (_, index) => ({
    id: `session-${index}`,
    name:
      scene === 'long' && index % 2 === 0
        ? longName
        : ['shop-api', 'shop-api, cached prices', 'worker pool', 'import script', 'cluster'][index % 5]!,
    createdAt: new Date(Date.now() - index * 5_400_000).toISOString(),
    durationMs: scene.startsWith('load') ? loadSeconds * 1000 : 6000 + index * 7350,
    status: (['complete', 'complete', 'recovered', 'failed', 'imported'] as const)[index % 5]!,
    commandLine:
      scene === 'long'
        ? 'npm run start:production -- --config config/very-long-name.production.json --workers 8'
        : 'node server.js --port 3000',
    cwd: '/home/kim/shop-api',
    tags: index % 3 === 0 ? ['before', 'main'] : index % 3 === 1 ? ['after'] : [],
    note: index === 0 ? 'Before the price cache.' : '',
    nodeVersion: 'v20.20.0',
    sizeBytes: 1_400_000,
    summary:
      index % 5 === 4
        ? { cpuSamples: 100 }
        : {
            cpuSamples: 42_118,
            cpuMeanPercent: 92.4 - index,
            latencyP99Ms: 61.2 + index * 3,
            requestRate: 4812 - index * 100,
            heapMaxBytes: 182e6 + index * 1e6,
          },
  }));
}

function makeSeries(): Series[] {
  const tUs = Array.from({ length: seconds * 4 }, (_, index) => (index + 1) * 250_000);
  const make = (metric: Series['metric'], scope: string, value: (index: number) => number): Series => ({
    metric,
    scope,
    tUs,
    values: tUs.map((_t, index) => value(index)),
  });
  const wave = (index: number): number => Math.sin(index / 2) * 0.5 + 0.5;
  return [
    make('cpu', 'tree', (index) => 60 + wave(index) * 35),
    make('cpu', 'p4711', (index) => 60 + wave(index) * 35),
    make('rss', 'tree', (index) => 9e7 + index * 1e6),
    make('rss', 'p4711', (index) => 9e7 + index * 1e6),
    make('heapUsed', 'p4711', (index) => 3e7 + index * 8e5 + wave(index) * 6e6),
    make('heapTotal', 'p4711', (index) => 5e7 + index * 8e5),
    make('external', 'p4711', () => 2.4e6),
    make('arrayBuffers', 'p4711', () => 2.1e5),
    make('loopDelayP50', 'p4711', () => 1.1),
    make('loopDelayP99', 'p4711', (index) => 4 + (index % 9 === 0 ? 120 : 0)),
    make('loopDelayMax', 'p4711', (index) => 6 + (index % 9 === 0 ? 212 : 0)),
    make('loopUtilization', 'p4711', (index) => 0.5 + wave(index) * 0.4),
    make('gcPause', 'p4711', (index) => wave(index) * 8),
    make('gcCount', 'p4711', (index) => Math.round(wave(index) * 6)),
    make('requestRate', 'load', (index) => (index < 2 ? 0 : 4300 + wave(index) * 600)),
    make('latencyP50', 'load', () => 3.2),
    make('latencyP95', 'load', (index) => 18 + wave(index) * 9),
    make('latencyP99', 'load', (index) => 40 + (index % 9 === 0 ? 90 : 0)),
    make('errorRate', 'load', (index) => (index === 12 ? 3 : 0)),
    ...fixtureFloor(),
  ];
}

function makeMarks(): Mark[] {
  return [
    { kind: 'process-start', tUs: 120_000, text: 'server.js', pid: 4711 },
    { kind: 'listen', tUs: 300_000, text: 'listens on http://127.0.0.1:3000', pid: 4711 },
    { kind: 'load-start', tUs: 400_000, text: 'smoke: 5 users' },
    { kind: 'blocked', tUs: 2_250_000, durationMs: 212, text: 'event loop blocked', thread: 'p4711' },
    { kind: 'gc', tUs: 3_100_000, durationMs: 14, gcKind: 'major', thread: 'p4711', ours: true },
  ];
}

function makeOutput(): OutputLine[] {
  return Array.from({ length: 400 }, (_, index) => ({
    tUs: 300_000 + index * 14_000,
    stream: index % 23 === 0 ? 'err' : 'out',
    text:
      index === 0
        ? 'listening on http://127.0.0.1:3000'
        : index % 23 === 0
          ? '\u001b[31mError:\u001b[39m price of item 17 is \u001b[1mundefined\u001b[22m, using 0'
          : `\u001b[2m${index}\u001b[22m GET /products/${index} \u001b[32m200\u001b[39m ${(3 + (index % 7)).toFixed(1)} ms`,
  }));
}

function loadResult(): LoadResult {
  const totals = (share: number): LoadTotals => ({
    requests: Math.round(28_412 * share),
    errors: 0,
    timeouts: share === 1 ? 2 : 1,
    non2xx: 14,
    bytes: 41e6 * share,
    meanRate: 4735 * share,
    latency: { minMs: 0.41, meanMs: 4.02, p50Ms: 3.2, p90Ms: 9.8, p95Ms: 18.4, p99Ms: 61.2, maxMs: 244 },
    statusClasses: { '2xx': Math.round(28_398 * share), '5xx': 14 },
  });
  return {
    preset: 'smoke',
    users: 5,
    plannedDurationMs: 6000,
    startedUs: 400_000,
    endedUs: 6_000_000,
    cancelled: false,
    totals: totals(1),
    perRequest: [
      { method: 'GET', url: 'http://127.0.0.1:3000/products', totals: totals(0.6) },
      {
        method: 'POST',
        url: 'http://127.0.0.1:3000/orders?with=a-very-long-query-string&and=more-of-it&page=1',
        totals: totals(0.4),
      },
    ],
  };
}

function comparison(a: SessionDetail, b: SessionDetail): Comparison {
  const metric = (
    key: string,
    label: string,
    unit: Comparison['metrics'][number]['unit'],
    one: number | null,
    other: number | null,
    better: 'lower' | 'higher' | 'neutral',
  ) => ({
    key,
    label,
    unit,
    a: one,
    b: other,
    change: one && other !== null ? (other - one) / one : null,
    better,
  });
  return {
    a,
    b,
    caveats: ['The Node versions differ: 20.20.0 and 22.23.1.'],
    metrics: [
      metric('latencyP99', 'Latency P99', 'ms', 61.2, 84.9, 'lower'),
      metric('latencyP50', 'Latency P50', 'ms', 3.2, 3.21, 'lower'),
      metric('requestRate', 'Requests', 'perSecond', 4735, 5811, 'higher'),
      metric('cpu', 'CPU, mean', 'percent', 92.4, 81, 'neutral'),
      metric('heapMax', 'Heap, max', 'bytes', 182e6, 121e6, 'lower'),
      metric('gc', 'GC pauses', 'ms', null, 38, 'lower'),
    ],
    functions: ['formatPrice', 'renderCatalog', 'digest', 'remember'].map((name, index) => ({
      name,
      url: 'file:///tmp/uifix/app.mjs',
      lineA: 5 + index,
      lineB: 5 + index,
      selfMsA: 3200 / (index + 1),
      selfMsB: index === 2 ? 0 : 1100 * (index + 1),
      totalMsA: 4000,
      totalMsB: 2000,
      selfShareA: 0.62 / (index + 1),
      selfShareB: 0.11 * (index + 1),
    })),
  };
}
