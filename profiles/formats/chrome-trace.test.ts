import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { functionTable } from '../functions';
import type { Profile } from '../types';
import { chromeTrace } from './chrome-trace';
import { parseCpuProfile } from './cpuprofile';
import { headOf, sourceOfBytes } from './source';

const sample = (name: string): Uint8Array => readFileSync(join(import.meta.dirname, 'samples', name));
const encoder = new TextEncoder();
const parse = (content: string | Uint8Array) =>
  chromeTrace.parse(sourceOfBytes('t.json', typeof content === 'string' ? encoder.encode(content) : content));
const events = (...list: object[]) => JSON.stringify(list);

/** Self time by function name. */
function selfByName(profile: Profile): Map<string, number> {
  const self = new Map<string, number>();
  for (const row of functionTable(aggregate(profile, { includeIdle: true }))) {
    const name = profile.frames.name[row.frame]!;
    if (row.self > 0) self.set(name, (self.get(name) ?? 0) + row.self);
  }
  return self;
}

/** The stacks of a profile's samples in time order, `a>b @time +weight`. */
function samplesOf({ samples, nodes, frames }: Profile): string[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const names: string[] = [];
    for (let node = samples.node[i]!; node > 0; node = nodes.parent[node]!)
      names.unshift(frames.name[nodes.frame[node]!]!);
    return `${names.join('>')} @${samples.timeUs[i]} +${samples.weight[i]}`;
  });
}

interface RawEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  id?: string;
  args: {
    data?: {
      startTime?: number;
      timeDeltas?: number[];
      cpuProfile?: {
        nodes?: { id: number; callFrame: { functionName: string } }[];
        samples?: number[];
      };
    };
  };
}

/** As simply as can be: the time between two samples belongs to the function of the first. */
function naiveSelf(raw: RawEvent[], id: string): Map<string, number> {
  const chunks = raw.filter((event) => event.name === 'ProfileChunk' && event.id === id);
  chunks.sort((a, b) => a.ts - b.ts);
  const names = new Map<number, string>();
  const samples: { name: string; time: number }[] = [];
  let time = 0;
  for (const { args } of chunks) {
    for (const node of args.data!.cpuProfile!.nodes ?? []) names.set(node.id, node.callFrame.functionName);
    (args.data!.cpuProfile!.samples ?? []).forEach((node, i) => {
      time += args.data!.timeDeltas![i]!;
      samples.push({ name: names.get(node)! || '(anonymous)', time });
    });
  }
  samples.sort((a, b) => a.time - b.time); // V8 sends some late, with negative deltas.
  const self = new Map<string, number>();
  samples.forEach(({ name, time }, i) => {
    const weight = (samples[i + 1]?.time ?? time) - time;
    if (weight > 0) self.set(name, (self.get(name) ?? 0) + weight);
  });
  return self;
}

const callFrame = (functionName: string) => ({
  functionName,
  scriptId: 1,
  url: 'file:///a.js',
  lineNumber: 4,
});
const begin = (id: string, startTime: number, more: object = {}) => ({
  name: 'Profile',
  ph: 'P',
  pid: 1,
  tid: 2,
  ts: startTime,
  id,
  args: { data: { startTime } },
  ...more,
});
const chunk = (id: string, ts: number, nodes: object[], samples: number[], timeDeltas: number[]) => ({
  args: { data: { cpuProfile: { nodes, samples }, timeDeltas } },
  name: 'ProfileChunk',
  ph: 'P',
  pid: 1,
  tid: 9,
  ts,
  id,
});
const rootNode = { id: 1, callFrame: { functionName: '(root)', scriptId: 0 } };
const mainNode = { id: 2, parent: 1, callFrame: callFrame('main') };
const workNode = { id: 3, parent: 2, callFrame: callFrame('work') };

describe('a DevTools trace of a page with a worker', () => {
  const bytes = sample('chrome-devtools-trace.json');
  const imported = parse(bytes);
  const raw = (JSON.parse(new TextDecoder().decode(bytes)) as { traceEvents: RawEvent[] }).traceEvents;

  it('is recognised', () => {
    const head = headOf(sourceOfBytes('trace', bytes));
    expect(chromeTrace.detect({ fileName: 'trace', bytes: head, text: new TextDecoder().decode(head) })).toBe(
      true,
    );
  });

  it('has the page and the worker as threads of the renderer, on one clock', () => {
    expect(imported.profiles.map(({ name, processName }) => `${processName}: ${name}`)).toEqual([
      'Renderer: CrRendererMain (http://127.0.0.1:42615/)',
      'Renderer: DedicatedWorker thread (http://127.0.0.1:42615/worker.js)',
    ]);
    expect(imported.profiles[0]!.pid).toBe(imported.profiles[1]!.pid);
    const starts = raw.filter(({ name }) => name === 'Profile').map(({ args }) => args.data!.startTime!);
    expect(imported.profiles[0]!.profile.startUs).toBe(0);
    expect(imported.profiles[1]!.profile.startUs).toBe(starts[1]! - starts[0]!);
  });

  it('gives every function the time that its samples stand for', () => {
    for (const [index, id] of ['0x1', '0x2'].entries()) {
      const self = selfByName(imported.profiles[index]!.profile);
      const naive = naiveSelf(raw, id);
      expect(naive.size).toBeGreaterThan(3);
      expect(self).toEqual(naive);
    }
    expect(selfByName(imported.profiles[0]!.profile).get('fibonacci')).toBe(58_283);
    expect(selfByName(imported.profiles[1]!.profile).get('sumSquares')).toBe(43_455);
  });

  it('knows file, line, and the lines that ran', () => {
    const { frames, lineTicks, nodes } = imported.profiles[0]!.profile;
    const fibonacci = frames.name.indexOf('fibonacci');
    expect([frames.url[fibonacci], frames.line[fibonacci], frames.column[fibonacci]]).toEqual([
      'http://127.0.0.1:42615/page.js',
      2,
      19,
    ]);
    const lines = new Set<number>();
    for (const [node, ticks] of lineTicks)
      if (nodes.frame[node] === fibonacci) for (const line of ticks.keys()) lines.add(line);
    expect([...lines]).toEqual([2]);
    expect(frames.url.some((url) => /^VM\d+$/.test(url))).toBe(true);
  });

  it('says what is not shown', () => {
    expect(imported.notes.join()).toMatch(/Besides CPU samples the trace has 8 events/);
  });

  it('is read up to where it breaks off, or refused with a reason', () => {
    let readable = 0;
    for (let percent = 1; percent < 100; percent++) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * percent) / 100));
      try {
        const { profiles, notes } = parse(cut);
        expect(profiles[0]!.profile.samples.length).toBeGreaterThan(0);
        expect(notes[0]).toMatch(/breaks off/);
        readable++;
      } catch (error) {
        expect(error).toBeInstanceOf(ProfileFormatError);
      }
    }
    expect(readable).toBeGreaterThan(50);
  });
});

describe('a trace of Node.js', () => {
  it('has the same times as the .cpuprofile of the same run', () => {
    const { profiles } = parse(gunzipSync(sample('node-trace-cpu.json.gz')));
    expect(profiles.map(({ name, processName }) => [name, processName])).toEqual([
      ['JavaScriptMainThread, profile 0x1', 'node'],
      ['JavaScriptMainThread, profile 0x2', 'node'],
    ]);
    const file = parseCpuProfile(sample('node-trace-cpu.cpuprofile'));
    const traced = profiles[0]!.profile;
    expect(traced.samples.length).toBe(file.samples.length);
    expect(selfByName(traced)).toEqual(selfByName(file));
    expect(traced.endUs).toBe(file.endUs);
  });

  it('without CPU samples shows its tasks', () => {
    const bytes = sample('node-trace-tasks.json');
    const { traceEvents } = JSON.parse(new TextDecoder().decode(bytes)) as { traceEvents: RawEvent[] };
    const { profiles, notes } = parse(bytes);
    expect(profiles.map(({ name }) => name)).toEqual(['JavaScriptMainThread']);
    const scavenges = traceEvents.filter(({ name }) => name === 'V8.GCScavenger');
    const spent = scavenges.reduce((sum, { dur }) => sum + dur!, 0);
    expect(spent).toBeGreaterThan(0);
    expect(selfByName(profiles[0]!.profile).get('V8.GCScavenger')).toBe(spent);
    expect(notes.join(' ')).toMatch(/no CPU samples.*asynchronous/);
  });
});

describe('CPU profiles in traces', () => {
  it('come together whatever the order of their events', () => {
    const { profiles } = parse(
      events(
        chunk('0x1', 300, [workNode], [3, 2], [10, 10]),
        chunk('0x1', 200, [rootNode, mainNode], [2], [5]),
        begin('0x1', 100),
        { name: 'thread_name', ph: 'M', pid: 1, tid: 2, args: { name: 'main thread' } },
      ),
    );
    expect(profiles[0]).toMatchObject({ name: 'main thread', pid: 1 });
    expect(samplesOf(profiles[0]!.profile)).toEqual(['main @5 +10', 'main>work @15 +10', 'main @25 +0']);
  });

  it('are told apart by process and id, and an id may be used again', () => {
    const { profiles } = parse(
      events(
        begin('0x1', 100),
        chunk('0x1', 110, [rootNode, mainNode], [2, 2], [1, 1]),
        begin('0x1', 500),
        chunk('0x1', 510, [rootNode, { ...mainNode, callFrame: callFrame('again') }], [2, 2], [1, 2]),
        { ...begin('0x1', 100), pid: 'other' },
        { ...chunk('0x1', 110, [rootNode, mainNode], [2, 2], [1, 7]), pid: 'other' },
      ),
    );
    expect(profiles.map(({ name, processName, profile }) => [name, processName, profile.endUs])).toEqual([
      ['Thread 2, profile 0x1', undefined, 2],
      ['Thread 2, profile 0x1', undefined, 403],
      ['Thread 2', 'other', 8],
    ]);
  });

  it('may be whole ones of old versions, with children', () => {
    const { profiles } = parse(
      events({
        name: 'CpuProfile',
        ph: 'I',
        pid: 1,
        tid: 2,
        ts: 900,
        args: {
          data: {
            cpuProfile: {
              nodes: [
                { id: 3, callFrame: callFrame('work'), positionTicks: [{ line: 7, ticks: 2 }] },
                { ...rootNode, children: [2] },
                { id: 2, callFrame: callFrame('main'), children: [3] },
              ],
              startTime: 100,
              endTime: 130,
              samples: [3, 2],
              timeDeltas: [10, 10],
            },
          },
        },
      }),
    );
    const { profile } = profiles[0]!;
    expect(samplesOf(profile)).toEqual(['main>work @10 +10', 'main @20 +10']);
    expect([...profile.lineTicks.values()]).toEqual([new Map([[7, 2]])]);
  });

  it('sort samples that V8 wrote out of order', () => {
    const { profiles } = parse(
      events(begin('1', 0), chunk('1', 9, [rootNode, mainNode, workNode], [2, 3, 2], [10, -5, 15])),
    );
    expect(samplesOf(profiles[0]!.profile)).toEqual(['main>work @5 +5', 'main @10 +10', 'main @20 +0']);
  });

  it('lose nothing when the trace buffer has dropped parts of them, and say so', () => {
    const { profiles, notes } = parse(
      events(chunk('1', 100, [{ ...workNode, parent: 77 }], [3, 99, 3], [10, 10, 10])),
    );
    expect(samplesOf(profiles[0]!.profile)).toEqual(['work @10 +10', '(unknown) @20 +10', 'work @30 +0']);
    expect(notes.join(' ')).toMatch(/beginning of 1 CPU profile.* 1 call stand.* 1 sample /);
  });

  it.each<[string, object[], RegExp]>([
    [
      'a circle of callers',
      [begin('1', 0), chunk('1', 1, [{ ...mainNode, parent: 3 }, workNode], [2], [1])],
      /own ancestor/,
    ],
    [
      'fewer times than samples',
      [begin('1', 0), chunk('1', 1, [mainNode], [2, 2], [1])],
      /as many timeDeltas/,
    ],
    [
      'an id used twice',
      [begin('1', 0), chunk('1', 1, [mainNode, { ...workNode, id: 2 }], [2], [1])],
      /\[1\].*used twice/,
    ],
    ['a node without id', [chunk('1', 1, [{ callFrame: {} }], [], [])], /nodes\[0\].*"id"/],
    [
      'a text as sample',
      [chunk('1', 1, [], ['x'] as unknown as number[], [1])],
      /samples\[0\].*found the text "x"/,
    ],
    ['times beyond measure', [begin('1', 0), chunk('1', 1, [mainNode], [2], [1e300])], /beyond measure/],
    ['no samples', [begin('1', 0), chunk('1', 1, [mainNode], [], [])], /no samples/],
    ['nothing that takes time', [{ name: 'x', ph: 'i', ts: 1, pid: 1, tid: 1 }], /neither CPU samples/],
  ])('are refused with %s', (_, list, message) => {
    expect(() => parse(events(...list))).toThrow(ProfileFormatError);
    expect(() => parse(events(...list))).toThrow(message);
  });
});

describe('tasks in traces', () => {
  const task = (ph: string, name: string, ts: number, dur?: number) => ({
    ph,
    name,
    ts,
    dur,
    pid: 1,
    tid: 1,
  });

  it('nest by time, and time between them counts nowhere', () => {
    const { profiles } = parse(
      events(
        task('X', 'inner', 10, 5),
        task('X', 'outer', 10, 20),
        task('B', 'later', 50),
        task('B', 'deep', 55),
        task('E', 'deep', 58),
        task('E', '', 60),
      ),
    );
    expect(samplesOf(profiles[0]!.profile)).toEqual([
      'outer>inner @0 +5',
      'outer @5 +15',
      'later @40 +5',
      'later>deep @45 +3',
      'later @48 +2',
    ]);
  });

  it('that overlap or have no end are cut, and it says so', () => {
    const { profiles, notes } = parse(
      events(
        task('X', 'a', 0, 10),
        task('X', 'b', 5, 10),
        task('E', 'never begun', 20),
        task('B', 'never ended', 30),
        task('X', 'last', 35, 5),
      ),
    );
    expect(samplesOf(profiles[0]!.profile)).toEqual([
      'a @0 +5',
      'a>b @5 +5',
      'never ended @30 +5',
      'never ended>last @35 +5',
    ]);
    expect(notes.join(' ')).toMatch(/1 task reach.*2 tasks have a beginning without end/);
  });

  it('by the hundred thousand without end or beginning are read in one pass', () => {
    const many = Array.from({ length: 100_000 }, (_, i) =>
      task(i < 50_000 ? 'B' : 'E', `t${i % 50_000 < 49_999 ? i : 0}`, i),
    );
    expect(parse(events(...many)).profiles[0]!.profile.nodes.length).toBeGreaterThan(49_000);
  });
});

describe('odd traces', () => {
  it('without the closing bracket, with unknown keys and values, are read', () => {
    const text = `{"metadata":{"x":[1,{"y":null}]},"traceEvents":[null,{"ph":"X","name":"a","ts":"5","dur":2,"args":{"data":"text","name":7},"id2":3},`;
    const { profiles, notes } = parse(text);
    expect(samplesOf(profiles[0]!.profile)).toEqual(['a @0 +2']);
    expect(notes[0]).toMatch(/breaks off/);
  });

  it('that are damaged in the middle are refused with the place', () => {
    const text = events(begin('1', 0), chunk('1', 9, [mainNode], [2], [1])).replace('"ph":"P"', '"ph":P');
    expect(() => parse(text)).toThrow(/^t\.json is not a performance trace.*at \[0\]\.ph/);
  });

  it('keep their place on the clock of the caller', () => {
    const bytes = encoder.encode(events(begin('1', 5000), chunk('1', 9, [mainNode], [2], [1])));
    const { profiles } = chromeTrace.parse(sourceOfBytes('t', bytes), { originUs: 4000 });
    expect(profiles[0]!.profile.samples.timeUs[0]).toBe(1001);
  });
});
