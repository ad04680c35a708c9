import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aggregate, treeAsText } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { functionTable } from '../functions';
import { profileOf } from '../testing';
import type { V8CpuProfile } from '../types';
import { cpuprofile, cpuProfileParts, parseCpuProfile, writeCpuProfile } from './cpuprofile';
import { detectImporter } from './index';
import { sourceOfBytes } from './source';

const callFrame = (functionName: string, lineNumber = -1) => ({
  functionName,
  scriptId: '0',
  url: lineNumber < 0 ? '' : 'file:///app/a.js',
  lineNumber,
  columnNumber: lineNumber < 0 ? -1 : 0,
});

const valid = (): V8CpuProfile => ({
  nodes: [
    { id: 1, callFrame: callFrame('(root)'), hitCount: 0, children: [2, 4] },
    { id: 2, callFrame: callFrame('main', 0), hitCount: 1, children: [3] },
    { id: 3, callFrame: callFrame('', 9), hitCount: 2, positionTicks: [{ line: 11, ticks: 2 }] },
    { id: 4, callFrame: callFrame('(idle)'), hitCount: 1 },
  ],
  startTime: 5000,
  endTime: 6000,
  samples: [2, 3, 3, 4],
  timeDeltas: [100, 200, 300, 100],
});

function problemOf(input: unknown): ProfileFormatError {
  try {
    parseCpuProfile(typeof input === 'string' ? input : JSON.stringify(input), { fileName: 'x.cpuprofile' });
  } catch (error) {
    if (error instanceof ProfileFormatError) return error;
    throw error;
  }
  throw new Error('it was read without complaint');
}

describe('reading a .cpuprofile', () => {
  it('gives the numbers that arithmetic gives', () => {
    const profile = parseCpuProfile(new TextEncoder().encode(JSON.stringify(valid())));
    expect(treeAsText(aggregate(profile, { includeIdle: true }))).toBe(
      '(root) 0/900\n  main 200/600\n    (anonymous) 400/400\n  (idle) 300/300',
    );
    expect(profile).toMatchObject({ startUs: 0, endUs: 1000 });
    expect([...profile.samples.timeUs.subarray(0, 4)]).toEqual([100, 300, 600, 700]);
    expect(parseCpuProfile(JSON.stringify(valid()), { originUs: 4000 })).toMatchObject({
      startUs: 1000,
      endUs: 2000,
    });
  });

  it.each<[string, (profile: V8CpuProfile) => unknown, string, string]>([
    ['nodes are missing', ({ nodes: _nodes, ...rest }) => rest, 'nodes', 'expected an array, found nothing'],
    ['there are no nodes', (p) => ({ ...p, nodes: [] }), 'nodes', 'at least the root node'],
    ['a node is no object', (p) => ({ ...p, nodes: [1] }), 'nodes[0]', 'expected an object, found 1'],
    [
      'an id is a text',
      (p) => ({ ...p, nodes: [{ ...p.nodes[0], id: 'a' }] }),
      'nodes[0].id',
      'found the text "a"',
    ],
    [
      'a callFrame is missing',
      (p) => ({ ...p, nodes: [p.nodes[0], { id: 2 }, ...p.nodes.slice(2)] }),
      'nodes[1].callFrame',
      'expected an object',
    ],
    [
      'a name is a number',
      (p) => ({ ...p, nodes: [{ id: 1, callFrame: { functionName: 7 } }] }),
      'nodes[0].callFrame.functionName',
      'found 7',
    ],
    [
      'a child is unknown',
      (p) => ({ ...p, nodes: [{ ...p.nodes[0], children: [2, 9] }, ...p.nodes.slice(1)] }),
      'nodes[0].children[1]',
      'no node with the id 9',
    ],
    ['an id is used twice', (p) => ({ ...p, nodes: [...p.nodes, p.nodes[3]] }), 'nodes[3].id', 'used twice'],
    [
      'a node has two parents',
      (p) => ({ ...p, nodes: [...p.nodes.slice(0, 3), { ...p.nodes[3]!, children: [3] }] }),
      'nodes[3].children[0]',
      'two parents',
    ],
    [
      'nodes form a cycle',
      (p) => ({
        ...p,
        nodes: [{ ...p.nodes[0]!, children: [4] }, p.nodes[1], { ...p.nodes[2]!, children: [2] }, p.nodes[3]],
      }),
      'nodes[1]',
      'its own ancestor',
    ],
    [
      'a sample names an unknown node',
      (p) => ({ ...p, samples: [2, 3, 8, 4] }),
      'samples[2]',
      'no node with the id 8',
    ],
    [
      'samples and times differ in number',
      (p) => ({ ...p, timeDeltas: [1, 2] }),
      'timeDeltas',
      'expected 4 entries, as many as samples, found 2',
    ],
    ['a time is null', (p) => ({ ...p, timeDeltas: [1, 2, null, 4] }), 'timeDeltas[2]', 'found null'],
    ['there is no start', (p) => ({ ...p, startTime: undefined }), 'startTime', 'found nothing'],
    ['it is an array', () => [], 'the top level', 'found an array'],
  ])('says where and what when %s', (_case, damage, place, problem) => {
    const error = problemOf(damage(valid()));
    expect(error.code).toBe('PROFILE_MALFORMED');
    expect(error.where.replace(/, byte \d+$/, '')).toBe(`x.cpuprofile: ${place}`);
    expect(error.message).toContain(problem);
    expect(error.hint).toContain('record it again');
  });

  it('says that a file is cut off or empty', () => {
    const text = JSON.stringify(valid());
    expect(problemOf(text.slice(0, -20)).message).toContain('not complete JSON');
    expect(problemOf('').message).toContain('the file is empty');
  });

  it('makes something sensible of odd but readable files', () => {
    const weigh = (change: Partial<V8CpuProfile>) =>
      aggregate(parseCpuProfile(JSON.stringify({ ...valid(), ...change })), { includeIdle: true })
        .totalWeight;
    expect(weigh({ samples: [], timeDeltas: [] })).toBe(0);
    expect(weigh({ samples: [3], timeDeltas: [400] })).toBe(600);
    expect(weigh({ timeDeltas: [100, 200, -150, 100] })).toBe(900);
    expect(weigh({ samples: undefined, timeDeltas: undefined })).toBe(1000);
    expect(weigh({ timeDeltas: undefined })).toBe(1000);
    expect(weigh({ endTime: undefined })).toBe(600);
    expect(weigh({ endTime: 0 })).toBe(600);
  });

  it('takes keys in any order, and node ids however large or far apart', () => {
    const { nodes, startTime, endTime, samples, timeDeltas } = valid();
    const idOf = (id: number) => [0, 7, 9_007_199_254_740_991, 3_000_000_000, -4.5][id]!;
    const renamed = nodes.map(({ id, children, ...node }) => ({
      positionTicks: [],
      children: children?.map(idOf),
      ...node,
      id: idOf(id),
    }));
    const turned = {
      timeDeltas,
      samples: samples!.map(idOf),
      other: [{}],
      endTime,
      nodes: renamed,
      startTime,
    };
    const text = (source: unknown) =>
      treeAsText(aggregate(parseCpuProfile(JSON.stringify(source)), { includeIdle: true }));
    expect(text(turned)).toBe(text(valid()));
  });

  it('keeps why V8 threw away optimised code, here and in what it writes', () => {
    const source = valid();
    source.nodes[1]!.deoptReason = 'wrong map';
    source.nodes[2]!.deoptReason = '';
    source.nodes[3]!.deoptReason = 'no reason';
    const profile = parseCpuProfile(JSON.stringify(source));
    expect([...profile.deoptReasons!]).toEqual([[1, 'wrong map']]);
    const again = parseCpuProfile(writeCpuProfile(profile, { originUs: 0 }));
    expect([...again.deoptReasons!]).toEqual([[1, 'wrong map']]);
    expect(parseCpuProfile(JSON.stringify(valid())).deoptReasons).toBeUndefined();
  });

  it.each<[string, Partial<V8CpuProfile>, string]>([
    ['a start that is no time', { startTime: -1e300 }, 'startTime'],
    ['steps beyond any time', { timeDeltas: [1e20, 1e20, 1, 1] }, 'timeDeltas[1]'],
  ])('refuses %s', (_what, change, place) => {
    expect(problemOf({ ...valid(), ...change }).where).toContain(place);
  });

  it('tells Node’s processes and threads by the names that Node gives to files', () => {
    const imported = (name: string) =>
      cpuprofile.parse(sourceOfBytes(name, new TextEncoder().encode(JSON.stringify(valid())))).profiles[0];
    expect(imported('CPU.20260131.115959.4711.0.001.cpuprofile')).toMatchObject({
      name: 'main thread',
      pid: 4711,
    });
    expect(imported('CPU.20260131.115959.4711.3.002.cpuprofile')).toMatchObject({
      name: 'worker 3',
      pid: 4711,
    });
    expect(imported('shop.cpuprofile')).toMatchObject({ name: 'shop.cpuprofile' });
    expect(imported('shop.cpuprofile')).not.toHaveProperty('pid');
  });

  it('understands nodes that name their parent instead of their children', () => {
    const { nodes, ...rest } = valid();
    const parents = [undefined, 1, 2, 1];
    const turned = nodes.map(({ children: _children, ...node }, i) => ({ ...node, parent: parents[i] }));
    expect(treeAsText(aggregate(parseCpuProfile(JSON.stringify({ ...rest, nodes: turned }))))).toBe(
      treeAsText(aggregate(parseCpuProfile(JSON.stringify(valid())))),
    );
  });

  it('never hangs or crashes on damaged files: a profile or an error of ours', () => {
    const text = JSON.stringify(valid());
    const readable = (input: string) => {
      try {
        const { nodes, samples } = parseCpuProfile(input);
        for (let i = 1; i < nodes.length; i++) expect(nodes.parent[i]).toBeLessThan(i);
        for (let i = 1; i < samples.length; i++)
          expect(samples.timeUs[i]).toBeGreaterThanOrEqual(samples.timeUs[i - 1]!);
      } catch (error) {
        if (!(error instanceof ProfileFormatError)) throw error;
      }
    };
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ maxLength: 6 }), fc.nat(8), (at, junk, cut) =>
        readable(text.slice(0, at) + junk + text.slice(at + cut)),
      ),
      { numRuns: 2000 },
    );
    const anything = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.string({ maxLength: 5 }),
      fc.constant(null),
      fc.constant([]),
      fc.constant({}),
    );
    const id = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 1, max: 8 }) },
      { weight: 1, arbitrary: anything },
    );
    const node = fc.record(
      {
        id,
        callFrame: fc.record({
          functionName: fc.constant('f'),
          url: fc.constant(''),
          lineNumber: id,
          columnNumber: id,
        }),
        children: fc.array(id, { maxLength: 3 }),
        parent: id,
        hitCount: id,
      },
      { requiredKeys: ['id', 'callFrame'] },
    );
    const file = fc.record(
      {
        nodes: fc.array(node, { maxLength: 8 }),
        startTime: fc.nat(),
        endTime: fc.oneof(fc.nat(), anything),
        samples: fc.array(id),
        timeDeltas: fc.array(fc.oneof(fc.integer(), fc.double())),
      },
      { requiredKeys: ['nodes', 'startTime'] },
    );
    fc.assert(
      fc.property(file, (value) => readable(JSON.stringify(value))),
      { numRuns: 3000 },
    );
  });
});

describe('writing a .cpuprofile', () => {
  it('gives the same totals when read again, on the recording’s clock', () => {
    const profile = profileOf(['main:a > work:a:7', 100], ['(idle)', 350], ['main:a', 700], ['', 900]);
    const text = writeCpuProfile(profile, { originUs: 1_000_000 });
    const raw = JSON.parse(text) as V8CpuProfile;
    expect(raw).toMatchObject({
      startTime: 1_000_100,
      endTime: 1_000_900,
      samples: [3, 4, 2],
      timeDeltas: [0, 250, 350],
    });
    expect(raw.nodes[2]).toMatchObject({
      id: 3,
      callFrame: { functionName: 'work', lineNumber: 6, columnNumber: 0 },
      hitCount: 1,
    });
    const again = parseCpuProfile(text, { originUs: 1_000_000 });
    expect(treeAsText(aggregate(again))).toBe(treeAsText(aggregate(profile)));
    expect(again).toMatchObject({ startUs: profile.startUs, endUs: profile.endUs });
  });

  it('writes the same file again after reading it', () => {
    const text = writeCpuProfile(parseCpuProfile(JSON.stringify(valid()), { originUs: 0 }), { originUs: 0 });
    expect(writeCpuProfile(parseCpuProfile(text, { originUs: 0 }), { originUs: 0 })).toBe(text);
    const raw = JSON.parse(text) as V8CpuProfile;
    expect(raw.nodes.map(({ hitCount }) => hitCount)).toEqual([0, 1, 2, 1]);
    expect(raw.nodes[2]!.positionTicks).toEqual([{ line: 11, ticks: 2 }]);
    expect(raw.nodes[2]!.callFrame.functionName).toBe('');
  });

  it('leaves out ticks whose line is not known', () => {
    const profile = parseCpuProfile(JSON.stringify(valid()), { originUs: 0 });
    profile.lineTicks.clear();
    profile.lineTicks.set(1, new Map([[0, 4]]));
    profile.lineTicks.set(
      2,
      new Map([
        [0, 1],
        [11, 2],
      ]),
    );
    const { nodes } = JSON.parse(writeCpuProfile(profile, { originUs: 0 })) as V8CpuProfile;
    expect(nodes[1]).not.toHaveProperty('positionTicks');
    expect(nodes[2]!.positionTicks).toEqual([{ line: 11, ticks: 2 }]);
  });

  it('comes in parts of moderate length, whatever the profile has', () => {
    const samples = Array.from({ length: 100_000 }, (_, i) => 2 + (i % 3));
    const profile = parseCpuProfile(
      JSON.stringify({ ...valid(), samples, timeDeltas: samples.map(() => 1) }),
    );
    const parts = [...cpuProfileParts(profile)];
    expect(parts.length).toBeGreaterThan(20);
    expect(parts.every((part) => part.length < 200_000)).toBe(true);
    expect(parts.join('')).toBe(writeCpuProfile(profile, { originUs: 0 }));
  });

  it('keeps a stack of thousands of calls and many samples', () => {
    const nodes: V8CpuProfile['nodes'] = Array.from({ length: 5000 }, (_, i) => ({
      id: i + 1,
      callFrame: i === 0 ? callFrame('(root)') : callFrame('recurse', 3),
      ...(i < 4999 && { children: [i + 2] }),
    }));
    const samples = Array.from({ length: 50_000 }, (_, i) => 1 + (i % 5000));
    const source = { nodes, startTime: 0, endTime: 50_000, samples, timeDeltas: samples.map(() => 1) };
    const profile = parseCpuProfile(JSON.stringify(source));
    const tree = aggregate(parseCpuProfile(writeCpuProfile(profile, { originUs: 7 })));
    expect(tree.totalWeight).toBe(49_999);
    expect(functionTable(tree).find(({ name }) => name === 'recurse')?.total).toBe(
      aggregate(profile).total[1],
    );
  });
});

describe('a profile written by Node itself', () => {
  let folder = '';
  let bytes: Uint8Array;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-cpuprofile-'));
    const script = path.join(folder, 'burn.cjs');
    await writeFile(
      script,
      // CPU time: on a busy machine little of the time may be the program's.
      `function burnHard(ms) { let x = 0; const from = process.cpuUsage(); while (process.cpuUsage(from).user < ms * 1000) for (let i = 0; i < 2e5; i++) x += Math.sqrt(i); return x; }
       function recurse(depth, ms) { return depth === 0 ? burnHard(ms) : recurse(depth - 1, ms) + 1; }
       burnHard(200); recurse(2500, 200);`,
    );
    await promisify(execFile)(process.execPath, ['--cpu-prof', `--cpu-prof-dir=${folder}`, script], {
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    const file = (await readdir(folder)).find((name) => name.endsWith('.cpuprofile'))!;
    bytes = await readFile(path.join(folder, file));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is recognised, and names the function that burned', () => {
    expect(detectImporter(sourceOfBytes('anything.json', bytes))).toBe(cpuprofile);
    const tree = aggregate(parseCpuProfile(bytes));
    const [top] = functionTable(tree);
    expect(top).toMatchObject({ name: 'burnHard', line: 1, category: 'app' });
    expect(top!.selfShare).toBeGreaterThan(0.5);
    // V8 keeps the innermost 255 frames of a stack (`TickSample::kMaxFramesCount`).
    expect(Math.max(...tree.nodes.depth)).toBeGreaterThan(200);
  });

  it('accounts for all the time between its first sample and its end', () => {
    const raw = JSON.parse(new TextDecoder().decode(bytes)) as V8CpuProfile;
    const profile = parseCpuProfile(bytes);
    const first = profile.samples.timeUs[0]!;
    const { totalWeight } = aggregate(profile, { includeIdle: true, includeProfiler: true });
    expect(totalWeight).toBeCloseTo(raw.endTime - raw.startTime - first, 3);
    expect(profile.samples.length).toBe(raw.samples!.length);
  });

  it('has the same totals after writing and reading', () => {
    const profile = parseCpuProfile(bytes, { originUs: 0 });
    const again = parseCpuProfile(writeCpuProfile(profile, { originUs: 0 }), { originUs: 0 });
    const table = (source: typeof profile) =>
      functionTable(aggregate(source)).map(({ name, line, self, total }) => [name, line, self, total]);
    expect(table(again)).toEqual(table(profile));
  });
});
