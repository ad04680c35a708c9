import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from './builder';
import { aggregate, treeAsText } from './call-tree';
import { ProfileFormatError } from './errors';
import { functionTable } from './functions';
import type { Profile, ProfileDelta, V8CpuProfile } from './types';

/** Only the valid part of every column. */
function contents({ unit, frames, nodes, samples, startUs, endUs, lineTicks }: Profile) {
  return {
    unit,
    startUs,
    endUs,
    lineTicks: [...lineTicks].map(([node, lines]) => [node, [...lines].sort((a, b) => a[0] - b[0])]),
    frames: {
      name: frames.name.slice(0, frames.length),
      url: frames.url.slice(0, frames.length),
      packageName: frames.packageName.slice(0, frames.length),
      line: [...frames.line.subarray(0, frames.length)],
      column: [...frames.column.subarray(0, frames.length)],
      category: [...frames.category.subarray(0, frames.length)],
    },
    nodes: {
      frame: [...nodes.frame.subarray(0, nodes.length)],
      parent: [...nodes.parent.subarray(0, nodes.length)],
      depth: [...nodes.depth.subarray(0, nodes.length)],
    },
    samples: {
      node: [...samples.node.subarray(0, samples.length)],
      timeUs: [...samples.timeUs.subarray(0, samples.length)],
      weight: [...samples.weight.subarray(0, samples.length)],
    },
  };
}

const callFrame = (functionName: string, url = 'file:///app/a.js', lineNumber = 0, columnNumber = 0) => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber,
  columnNumber,
});

/** (root) → main → work, and (idle), with V8's ids shuffled by `idOffset`. */
function chunk(
  startTime: number,
  endTime: number,
  samples: [name: string, timeUs: number][],
  idOffset = 0,
): V8CpuProfile {
  const ids: Record<string, number> = { root: 1, main: 2, work: 3, idle: 4 };
  const id = (name: string) => ids[name]! + idOffset;
  let last = startTime;
  return {
    nodes: [
      { id: id('root'), callFrame: callFrame('(root)', '', -1, -1), children: [id('main'), id('idle')] },
      { id: id('main'), callFrame: callFrame('main', undefined, 9, 4), children: [id('work')] },
      {
        id: id('work'),
        callFrame: callFrame('work', undefined, 19, 0),
        positionTicks: [{ line: 21, ticks: 2 }],
      },
      { id: id('idle'), callFrame: callFrame('(idle)', '', -1, -1) },
    ],
    startTime,
    endTime,
    samples: samples.map(([name]) => id(name)),
    timeDeltas: samples.map(([, timeUs]) => {
      const delta = timeUs - last;
      last = timeUs;
      return delta;
    }),
  };
}

/** Prints the chunks of overlapping console profiles while it burns CPU time. */
const rotatingScript = (rounds: number) => `
  const { Session } = require('node:inspector');
  const session = new Session();
  session.connect();
  const chunks = [];
  session.on('Profiler.consoleProfileFinished', ({ params }) => chunks.push(params.profile));
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 500 });
  const evaluate = (expression) => session.post('Runtime.evaluate', { expression });
  function burnForTest(durationMs) {
    let x = 0;
    // CPU time, as what stands between two of them takes CPU time.
    for (const from = process.cpuUsage(); process.cpuUsage(from).user < durationMs * 1000; )
      for (let i = 0; i < 2e5; i++) x += Math.sqrt(i);
    return x;
  }
  evaluate("console.profile('join:0')");
  for (let round = 0; round < ${rounds}; round++) {
    burnForTest(30);
    const next = round + 1 < ${rounds} ? "console.profile('join:" + (round + 1) + "');" : '';
    evaluate(next + "console.profileEnd('join:" + round + "')");
  }
  process.stdout.write(JSON.stringify(chunks));`;

function timesOf({ startTime, timeDeltas = [] }: V8CpuProfile): number[] {
  let timeUs = startTime;
  return timeDeltas.map((delta) => (timeUs += delta));
}

describe('a profile built from V8 chunks', () => {
  it('weighs each sample by the time until the next, and the last one until the end', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(
      chunk(1000, 1600, [
        ['main', 1100],
        ['work', 1200],
        ['idle', 1500],
      ]),
      1000,
    );
    builder.finish();
    expect([...builder.profile.samples.timeUs.subarray(0, 3)]).toEqual([100, 200, 500]);
    expect([...builder.profile.samples.weight.subarray(0, 3)]).toEqual([100, 300, 100]);
    expect(builder.profile).toMatchObject({ startUs: 0, endUs: 600 });
    expect(treeAsText(aggregate(builder.profile))).toBe('(root) 0/400\n  main 100/400\n    work 300/300');
  });

  it('turns V8’s 0-based positions into 1-based ones and unknown ones into 0', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(chunk(0, 10, [['main', 1]]), 0);
    const { frames } = builder.profile;
    expect(frames.name.slice(0, 3)).toEqual(['(root)', 'main', 'work']);
    expect([...frames.line.subarray(0, 3)]).toEqual([0, 10, 20]);
    expect([...frames.column.subarray(0, 3)]).toEqual([0, 5, 1]);
  });

  it('drops the samples that two overlapping chunks both saw', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(
      chunk(0, 1000, [
        ['main', 100],
        ['work', 990],
      ]),
      0,
    );
    builder.appendV8Chunk(
      chunk(
        940,
        2000,
        [
          ['main', 950],
          ['work', 990],
          ['work', 1500],
        ],
        100,
      ),
      0,
    );
    builder.finish();
    expect([...builder.profile.samples.timeUs.subarray(0, builder.profile.samples.length)]).toEqual([
      100, 990, 1500,
    ]);
    expect(builder.profile.nodes.length).toBe(4);
    expect(aggregate(builder.profile).totalWeight).toBe(1900);
  });

  it('puts samples in order that V8 wrote out of order', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(
      chunk(0, 500, [
        ['main', 300],
        ['work', 100],
        ['idle', 400],
        ['work', 400],
      ]),
      0,
    );
    const { samples } = builder.profile;
    expect([...samples.timeUs.subarray(0, samples.length)]).toEqual([100, 300, 400, 400]);
    expect(
      [...samples.node.subarray(0, samples.length)].map(
        (node) => builder.profile.frames.name[builder.profile.nodes.frame[node]!],
      ),
    ).toEqual(['work', 'main', '(idle)', 'work']);
  });

  it('neither loses nor invents time over a gap between chunks', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(chunk(0, 1000, [['work', 900]]), 0);
    builder.appendV8Chunk(chunk(5000, 6000, [['main', 5100]]), 0);
    builder.finish();
    expect([...builder.profile.samples.weight.subarray(0, 2)]).toEqual([4200, 900]);
  });

  it('builds trees whose nodes come children first', () => {
    const source = chunk(0, 100, [
      ['work', 10],
      ['main', 20],
    ]);
    source.nodes.reverse();
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(source, 0);
    builder.finish();
    expect(treeAsText(aggregate(builder.profile))).toBe('(root) 0/90\n  main 80/90\n    work 10/10');
  });

  it('adds up line ticks over chunks', () => {
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk(chunk(0, 100, [['work', 10]]), 0);
    builder.appendV8Chunk(chunk(90, 200, [['work', 110]], 7), 0);
    expect([...builder.profile.lineTicks.values()].map((lines) => [...lines])).toEqual([[[21, 4]]]);
  });

  it('joins the overlapping console profiles of a real Node process without a hole or a double', async () => {
    const rounds = 6;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', rotatingScript(rounds)], {
      env: { ...process.env, NODE_OPTIONS: '' },
      maxBuffer: 50_000_000,
    });
    const chunks = JSON.parse(stdout) as V8CpuProfile[];
    expect(chunks).toHaveLength(rounds);
    const builder = new ProfileBuilder('microseconds');
    for (const chunk of chunks) builder.appendV8Chunk(chunk, chunks[0]!.startTime);
    builder.finish();
    const { samples, endUs } = builder.profile;
    for (let i = 1; i < samples.length; i++)
      expect(samples.timeUs[i]).toBeGreaterThanOrEqual(samples.timeUs[i - 1]!);
    const { totalWeight } = aggregate(builder.profile, { includeIdle: true, includeProfiler: true });
    expect(totalWeight).toBeCloseTo(endUs - samples.timeUs[0]!, 3);
    expect(endUs).toBe(chunks.at(-1)!.endTime - chunks[0]!.startTime);
    const distinct = new Set(chunks.flatMap((chunk) => timesOf(chunk)));
    const kept = new Set(
      Array.from(samples.timeUs.subarray(0, samples.length), (t) => t + chunks[0]!.startTime),
    );
    for (const timeUs of kept) expect(distinct).toContain(timeUs);
    // At a seam, V8 may give a sample only to the newer profile although the older one has a later sample.
    expect(distinct.size - kept.size).toBeLessThanOrEqual(rounds);
    const burn = functionTable(aggregate(builder.profile)).find(({ name }) => name === 'burnForTest');
    expect(burn?.totalShare).toBeGreaterThan(0.5);
  });

  it('takes stacks a hundred thousand calls deep', () => {
    const depth = 100_000;
    const nodes: V8CpuProfile['nodes'] = [{ id: 1, callFrame: callFrame('(root)', ''), children: [2] }];
    for (let id = 2; id <= depth; id++)
      nodes.push({ id, callFrame: callFrame('recurse'), ...(id < depth && { children: [id + 1] }) });
    const builder = new ProfileBuilder('microseconds');
    builder.appendV8Chunk({ nodes, startTime: 0, endTime: 10, samples: [depth], timeDeltas: [0] }, 0);
    builder.finish();
    expect(builder.profile.nodes.depth[depth - 1]).toBe(depth - 1);
    expect(aggregate(builder.profile).total[1]).toBe(10);
  });
});

describe('deltas', () => {
  it('hold the newest sample back until its weight is final', () => {
    const builder = new ProfileBuilder('microseconds');
    const cursor = builder.newCursor();
    expect(builder.takeDelta(cursor)).toBeNull();
    const node = builder.addChild(0, builder.addFrame('main', '', 1, 1));
    builder.addSample(node, 100);
    expect(builder.takeDelta(cursor)?.samples.node).toEqual([]);
    builder.addSample(node, 250);
    expect(builder.takeDelta(cursor)?.samples).toEqual({ node: [node], timeUs: [100], weight: [150] });
    expect(builder.takeDelta(cursor)).toBeNull();
    builder.finish(300);
    expect(builder.takeDelta(cursor)).toMatchObject({
      firstSample: 1,
      samples: { weight: [50] },
      endUs: 300,
    });
    expect(builder.takeDelta(cursor)).toBeNull();
  });

  type Step =
    { kind: 'sample'; path: number[]; gapUs: number } | { kind: 'ticks'; line: number } | { kind: 'delta' };
  const steps = fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('sample' as const),
          path: fc.array(fc.nat(4), { maxLength: 6 }),
          gapUs: fc.nat(5000),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('ticks' as const), line: fc.integer({ min: 1, max: 5 }) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('delta' as const) }) },
    ),
    { maxLength: 80 },
  );

  it('reproduce the profile exactly, wherever they are cut and whenever a follower joins', () => {
    fc.assert(
      fc.property(steps, fc.nat(80), (history: Step[], joinAt) => {
        const source = new ProfileBuilder('microseconds');
        const follower = new ProfileBuilder('microseconds');
        const late = new ProfileBuilder('microseconds');
        const cursor = source.newCursor();
        let joined = false;
        let timeUs = 0;
        let node = 0;
        const follow = () => {
          const delta = source.takeDelta(cursor);
          // Deltas travel as JSON in the journal.
          const sent = delta && (JSON.parse(JSON.stringify(delta)) as ProfileDelta);
          if (sent) follower.applyDelta(sent);
          if (sent && joined) late.applyDelta(sent);
        };
        history.forEach((step, index) => {
          if (step.kind === 'delta') follow();
          else if (step.kind === 'ticks') source.addTicks(node, step.line, 1);
          else {
            node = 0;
            for (const frame of step.path)
              node = source.addChild(node, source.addFrame(`f${frame}`, 'file:///x.js', frame, 1));
            timeUs += step.gapUs;
            source.addSample(node, timeUs);
          }
          if (index === joinAt) {
            follow();
            late.applyDelta(follower.wholeAsDelta());
            joined = true;
          }
        });
        source.finish(timeUs + 10);
        follow();
        const normal = (profile: Profile) => {
          const all = contents(profile);
          return { ...all, lineTicks: all.lineTicks.sort((a, b) => Number(a[0]) - Number(b[0])) };
        };
        expect(normal(follower.profile)).toEqual(normal(source.profile));
        if (joined) expect(normal(late.profile)).toEqual(normal(source.profile));
      }),
      { numRuns: 300 },
    );
  });

  it('are refused when one is lost, repeated or of another unit, and change nothing then', () => {
    const source = new ProfileBuilder('microseconds');
    const cursor = source.newCursor();
    const node = source.addChild(0, source.addFrame('main', '', 1, 1));
    source.addSample(node, 1);
    source.addSample(node, 2);
    const first = source.takeDelta(cursor)!;
    source.addSample(node, 3);
    const second = source.takeDelta(cursor)!;
    const follower = new ProfileBuilder('microseconds');
    expect(() => follower.applyDelta(second)).toThrow('firstFrame is 2, the profile ends at 1');
    follower.applyDelta(first);
    const before = contents(follower.profile);
    expect(() => follower.applyDelta(first)).toThrow(ProfileFormatError);
    expect(() =>
      follower.applyDelta({ ...second, samples: { node: [99], timeUs: [3], weight: [1] } }),
    ).toThrow('there is no node 99');
    expect(() => follower.applyDelta({ ...second, nodes: { frame: [1], parent: [2] } })).toThrow(
      '2 is not an earlier node',
    );
    expect(() => new ProfileBuilder('bytes').applyDelta(first)).toThrow('the profile in bytes');
    expect(contents(follower.profile)).toEqual(before);
    follower.applyDelta(second);
    expect(follower.profile.samples.length).toBe(2);
  });

  it('carry why V8 threw away optimised code, each reason once; older deltas without it still apply', () => {
    const source = new ProfileBuilder('microseconds');
    const cursor = source.newCursor();
    const deoptimised = (reason: string, from: number) => {
      const raw = chunk(from, from + 10, [['work', from + 5]]);
      raw.nodes[2]!.deoptReason = reason;
      return raw;
    };
    const follower = new ProfileBuilder('microseconds');
    const work = 2;
    for (const [index, reason] of ['wrong map', 'wrong map', 'overflow', '', 'no reason'].entries()) {
      source.appendV8Chunk(deoptimised(reason, 100 * (index + 1)), 0);
      const delta = source.takeDelta(cursor)!;
      expect(delta.deoptReasons).toEqual([[[work, 'wrong map']], undefined, [[work, 'overflow']]][index]);
      follower.applyDelta(JSON.parse(JSON.stringify(delta)) as typeof delta);
    }
    expect([...follower.profile.deoptReasons!]).toEqual([[work, 'wrong map; overflow']]);
    const late = new ProfileBuilder('microseconds');
    late.applyDelta(source.wholeAsDelta());
    expect(late.profile.deoptReasons!.get(work)).toBe('wrong map; overflow');
    expect(() =>
      new ProfileBuilder('microseconds').applyDelta({ ...source.wholeAsDelta(), deoptReasons: [[99, 'x']] }),
    ).toThrow('there is no node 99');
  });
});
