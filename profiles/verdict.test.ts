import { describe, expect, it } from 'vitest';
import { aggregate } from './call-tree';
import { addStack } from './testing';
import { ProfileBuilder } from './builder';
import { heapGrowth, sentenceText, verdict } from './verdict';
import type { VerdictInput } from './verdict';

/** So many 1 ms samples of each stack. */
function treeOf(stacks: Record<string, number>) {
  const builder = new ProfileBuilder('microseconds');
  let timeUs = 0;
  for (const [stack, count] of Object.entries(stacks))
    for (let i = 0; i < count; i++) builder.addSample(addStack(builder, stack), (timeUs += 1000));
  builder.finish(timeUs + 1000);
  return aggregate(builder.profile);
}

const nothing: VerdictInput = { cpu: null, series: [], marks: [], load: null };
/** Spaces before units are narrow no-break ones. */
const say = (input: Partial<VerdictInput>) =>
  verdict({ ...nothing, ...input }).map(
    (sentence) => `${sentence.tone}: ${sentenceText(sentence).replaceAll('\u202F', ' ')}`,
  );

const times = (count: number) => Array.from({ length: count }, (_, i) => i * 250_000);

describe('a verdict', () => {
  it('says nothing about what was not measured', () => {
    expect(say({})).toEqual([]);
  });

  it('names the function that most CPU time went to, with its place in the project', () => {
    const cpu = treeOf({
      'main:/shop/app/a.js > renderCatalog:/shop/app/src/catalog.ts:41': 620,
      'main:/shop/app/a.js': 380,
    });
    expect(say({ cpu, cwd: '/shop/app' })).toEqual([
      'problem: 62 % of the CPU time went to `renderCatalog` (src/catalog.ts:41).',
    ]);
    const link = verdict({ ...nothing, cpu })[0]!.parts.find((part) => part.link)?.link;
    expect(link).toMatchObject({ kind: 'function', name: 'renderCatalog', line: 41 });
  });

  it('names the application’s function on whose behalf a library or Node works', () => {
    const cpu = treeOf({
      'handler:/shop/a.js:7 > send:/shop/node_modules/x/i.js:2 > write:node:net': 200,
      'other:/shop/a.js:9 > write:node:net': 50,
      'main:/shop/a.js': 750,
    });
    const quiet = treeOf({
      'handler:/shop/a.js:7 > write:node:net': 200,
      'other:/shop/a.js:9 > write:node:net': 50,
    });
    expect(say({ cpu })[0]).toContain('`main`');
    expect(say({ cpu: quiet })).toEqual([
      'problem: 100 % of the CPU time went to `write` (node:net:1), mostly on behalf of `handler` (/shop/a.js:7).',
    ]);
  });

  it('says so when no function dominates or there are too few samples', () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [`f${i}:a:${i + 1}`, i === 3 ? 55 : 50]),
    );
    expect(say({ cpu: treeOf(many) })).toEqual([
      'finding: No single function dominates the CPU time; the most, 5.47 %, went to `f3` (/app/a.js:4).',
    ]);
    expect(say({ cpu: treeOf({ 'main:a': 12 }) })).toEqual([
      'unknown: Only 12 CPU samples (12 ms of work): too few to say where time goes.',
    ]);
  });

  it('mentions heavy garbage collection', () => {
    expect(say({ cpu: treeOf({ 'main:a': 80, '(garbage collector)': 20 }) })).toContain(
      'problem: Garbage collection took 20 % of the CPU time.',
    );
  });

  it('counts blocks of the event loop and links to the longest', () => {
    const marks = [
      { kind: 'blocked', tUs: 1_000_000, durationMs: 80 },
      { kind: 'blocked', tUs: 5_000_000, durationMs: 212 },
      { kind: 'gc', tUs: 1, durationMs: 900 },
    ];
    expect(say({ marks })).toEqual(['problem: The event loop was blocked 2 times, longest 212 ms.']);
    expect(verdict({ ...nothing, marks })[0]!.parts[1]!.link).toEqual({
      kind: 'range',
      startUs: 5_000_000,
      endUs: 5_212_000,
    });
    expect(say({ marks: marks.slice(0, 1) })).toEqual([
      'problem: The event loop was blocked once, for 80 ms.',
    ]);
    expect(
      say({ series: [{ metric: 'loopDelayMax', scope: 'p1', tUs: [1, 2], values: [3, 11.5] }] }),
    ).toEqual(['fine: The event loop was never held up for longer than 11.5 ms.']);
  });

  it('tells growth of the heap from its saw-tooth', () => {
    const sawTooth = times(80).map((_, i) => 30e6 + (i % 10) * 4e6);
    const leak = sawTooth.map((value, i) => value + i * 1e6);
    const heap = (values: number[]) => [
      { metric: 'heapUsed', scope: 'p1', tUs: times(values.length), values },
    ];
    expect(say({ series: heap(sawTooth) })).toEqual([
      'fine: The heap did not grow notably; its peak was 66 MB.',
    ]);
    expect(say({ series: heap(leak) })).toEqual([
      'problem: The heap grew by 60 MB, from 30 MB to 90 MB at its low points.',
    ]);
    expect(say({ series: heap([1e6, 5e6]) })).toEqual(['finding: The heap’s peak was 5 MB.']);
    expect(heapGrowth({ tUs: [], values: [] })).toBeNull();
  });

  it('says plainly when the generator was the limit, and which thresholds were broken', () => {
    const totals = { requests: 10, errors: 0, timeouts: 0, non2xx: 0, meanRate: 1, latency: null };
    const load = {
      totals: { ...totals, badChecks: 1 },
      generator: { wasLimit: true, verdict: 'It used a whole core.' },
      thresholds: [
        { expression: 'p95 < 500ms', ok: true },
        { expression: 'errors < 1%', ok: false },
      ],
    };
    expect(say({ load })).toEqual([
      'problem: 10 requests at 1 /s; 10 % failed.',
      'problem: The load generator was the limit. It used a whole core.',
      'problem: 1 of 2 thresholds was broken: `errors < 1%`.',
    ]);
    expect(
      say({
        load: {
          ...load,
          generator: { wasLimit: false, verdict: '' },
          thresholds: load.thresholds.slice(0, 1),
        },
      }),
    ).toEqual(['problem: 10 requests at 1 /s; 10 % failed.', 'fine: All thresholds of the load held.']);
  });

  it('says how the load was answered', () => {
    const totals = {
      requests: 4812,
      errors: 0,
      timeouts: 0,
      non2xx: 0,
      meanRate: 481.2,
      latency: { p99Ms: 61 },
    };
    expect(say({ load: { totals } })).toEqual([
      'finding: 4,812 requests at 481 /s, 99 % answered within 61 ms; none failed.',
    ]);
    expect(say({ load: { totals: { ...totals, errors: 401, non2xx: 481, latency: null } } })[0]).toBe(
      'problem: 4,812 requests at 481 /s; 16.9 % failed.',
    );
    expect(say({ load: { totals: { ...totals, requests: 0, errors: 5 } } })[0]).toContain(
      'None of the load’s requests',
    );
  });
});
