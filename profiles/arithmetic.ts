/**
 * A profile made by hand whose right numbers are known by arithmetic, to check views, transforms, exports and imports
 * against (tests only).
 *
 * Thread `a`: sample i weighs 2^i µs, so that every sum tells which samples are in it. A shop's server that calls itself
 * directly (`walk` > `walk`) and indirectly (`walk` > `visit` > `walk`), two npm packages, Node's own code, a builtin,
 * garbage collection, idle and other time, functions with several callers, and one sample that weighs nothing.
 *
 *     sample  weight  stack                                                           starts at µs
 *          0       1  main                                                                       0
 *          1       2  main > next > layer > handle                                               1
 *          2       4  main > next > layer > handle > render                                      3
 *          3       8  main > next > layer > handle > render > walk                               7
 *          4      16  main > next > layer > handle > render > walk > walk                       15
 *          5      32  main > next > layer > handle > render > walk > visit > walk               31
 *          6      64  main > next > layer > handle > render > walk > visit > walk > stringify   63
 *          7     128  main > next > layer > handle > query > readFileSync > open               127
 *          8     256  main > next > layer > handle > query > readFileSync                      255
 *          -       0  main > render                                                            511
 *          9     512  main > render > walk                                                     511
 *         10    1024  main > query                                                            1023
 *         11    2048  (garbage collector)                                                     2047
 *         12    4096  (idle)                                                                  4095
 *         13    8192  (program)                                                     8191 … 16,383
 *
 * Thread `b`: a worker with some of the same functions, in hundreds of milliseconds, so that in sums over both threads
 * the digits tell what comes from which.
 *
 *          0  100,000  main > query                                                          5,000
 *          1  200,000  main > render > visit > walk                                        105,000
 *          2  400,000  (idle)                                                              305,000
 *          3  800,000  main > next > handle                                    705,000 … 1,505,000
 */
import { ProfileBuilder } from './builder';
import type { Profile } from './types';

export type ArithmeticThread = 'a' | 'b';

/** The folder that the made-up program lies in. */
export const arithmeticCwd = '/srv/shop';
const src = 'file:///srv/shop/src';
const modules = 'file:///srv/shop/node_modules';

/** Name → URL, line, column. */
const functions = {
  main: [`${src}/server.js`, 1, 1],
  handle: [`${src}/server.js`, 10, 3],
  render: [`${src}/catalog.js`, 5, 1],
  walk: [`${src}/catalog.js`, 20, 1],
  visit: [`${src}/catalog.js`, 30, 1],
  next: [`${modules}/express/lib/router.js`, 100, 5],
  layer: [`${modules}/express/lib/layer.js`, 50, 5],
  query: [`${modules}/@db/client/index.js`, 7, 9],
  readFileSync: ['node:fs', 400, 20],
  open: ['node:internal/fs/utils', 80, 1],
  stringify: ['', 0, 0],
  '(garbage collector)': ['', 0, 0],
  '(program)': ['', 0, 0],
  '(idle)': ['', 0, 0],
} as const satisfies Record<string, readonly [url: string, line: number, column: number]>;
export type ArithmeticFunction = keyof typeof functions;

const inHandle = 'main > next > layer > handle';
const samples: Record<ArithmeticThread, readonly [stack: string, weight: number][]> = {
  a: [
    ['main', 1],
    [inHandle, 2],
    [`${inHandle} > render`, 4],
    [`${inHandle} > render > walk`, 8],
    [`${inHandle} > render > walk > walk`, 16],
    [`${inHandle} > render > walk > visit > walk`, 32],
    [`${inHandle} > render > walk > visit > walk > stringify`, 64],
    [`${inHandle} > query > readFileSync > open`, 128],
    [`${inHandle} > query > readFileSync`, 256],
    ['main > render', 0],
    ['main > render > walk', 512],
    ['main > query', 1024],
    ['(garbage collector)', 2048],
    ['(idle)', 4096],
    ['(program)', 8192],
  ],
  b: [
    ['main > query', 100_000],
    ['main > render > visit > walk', 200_000],
    ['(idle)', 400_000],
    ['main > next > handle', 800_000],
  ],
};
const startUs: Record<ArithmeticThread, number> = { a: 0, b: 5000 };

/** Ticks of lines: [stack, line, ticks]. */
const ticks: Record<ArithmeticThread, readonly [stack: string, line: number, ticks: number][]> = {
  a: [
    [`${inHandle} > render > walk`, 21, 1],
    ['main > render > walk', 21, 1],
    ['main > render > walk', 23, 1],
    ['main > query', 8, 3],
    ['main > query', 9, 1],
  ],
  b: [['main > query', 8, 1]],
};
/** V8's reasons for throwing optimised code away. */
const deopts: Record<ArithmeticThread, readonly [stack: string, reason: string][]> = {
  a: [
    [`${inHandle}`, 'wrong map'],
    [`${inHandle} > render > walk > visit > walk`, 'not a Smi'],
  ],
  b: [],
};

/** The profile of a thread. A new one each time. */
export function arithmeticProfile(thread: ArithmeticThread): Profile {
  const builder = new ProfileBuilder('microseconds');
  let timeUs = startUs[thread];
  for (const [stack, weight] of samples[thread]) {
    builder.addSample(nodeOf(builder, stack), timeUs);
    timeUs += weight;
  }
  builder.finish(timeUs);
  for (const [stack, line, count] of ticks[thread]) builder.addTicks(nodeOf(builder, stack), line, count);
  builder.profile.deoptReasons = new Map(
    deopts[thread].map(([stack, reason]) => [nodeOf(builder, stack), reason]),
  );
  return builder.profile;
}

/** The `frameKey` of one of its functions. */
export function arithmeticKey(name: ArithmeticFunction): string {
  return [name, ...functions[name]].join('\n');
}

function nodeOf(builder: ProfileBuilder, stack: string): number {
  let node = 0;
  for (const name of stack.split(' > ') as ArithmeticFunction[]) {
    const [url, line, column] = functions[name];
    node = builder.addChild(node, builder.addFrame(name, url, line, column));
  }
  return node;
}

/** Weights in µs and numbers of samples; `busy` is without idle time. */
export const arithmeticTotals = {
  a: { samples: 15, all: 16_383, idle: 4096, busy: 12_287, startUs: 0, endUs: 16_383 },
  b: { samples: 4, all: 1_500_000, idle: 400_000, busy: 1_100_000, startUs: 5000, endUs: 1_505_000 },
  merged: { samples: 19, all: 1_516_383, idle: 404_096, busy: 1_112_287, startUs: 0, endUs: 1_505_000 },
} as const;

/** `treeAsText` of the aggregated threads, without idle time. */
export const arithmeticTrees = {
  a: `(root) 0/12287
  (program) 8192/8192
  (garbage collector) 2048/2048
  main 1/2047
    query 1024/1024
    render 0/512
      walk 512/512
    next 0/510
      layer 0/510
        handle 2/510
          query 0/384
            readFileSync 256/384
              open 128/128
          render 4/124
            walk 8/120
              visit 0/96
                walk 32/96
                  stringify 64/64
              walk 16/16`,
  b: `(root) 0/1100000
  main 0/1100000
    next 0/800000
      handle 800000/800000
    render 0/200000
      visit 0/200000
        walk 200000/200000
    query 100000/100000`,
  merged: `(root) 0/1112287
  main 1/1102047
    next 0/800510
      handle 800000/800000
      layer 0/510
        handle 2/510
          query 0/384
            readFileSync 256/384
              open 128/128
          render 4/124
            walk 8/120
              visit 0/96
                walk 32/96
                  stringify 64/64
              walk 16/16
    render 0/200512
      visit 0/200000
        walk 200000/200000
      walk 512/512
    query 101024/101024
  (program) 8192/8192
  (garbage collector) 2048/2048`,
} as const;

/** Function → [self, total, samples], without idle time, heaviest self weight first. */
export const arithmeticFunctions: Record<
  ArithmeticThread | 'merged',
  readonly [name: ArithmeticFunction, self: number, total: number, sampleCount: number][]
> = {
  a: [
    ['(program)', 8192, 8192, 1],
    ['(garbage collector)', 2048, 2048, 1],
    ['query', 1024, 1408, 1],
    ['walk', 568, 632, 4],
    ['readFileSync', 256, 384, 1],
    ['open', 128, 128, 1],
    ['stringify', 64, 64, 1],
    ['render', 4, 636, 2],
    ['handle', 2, 510, 1],
    ['main', 1, 2047, 1],
    ['next', 0, 510, 0],
    ['layer', 0, 510, 0],
    ['visit', 0, 96, 0],
  ],
  b: [
    ['handle', 800_000, 800_000, 1],
    ['walk', 200_000, 200_000, 1],
    ['query', 100_000, 100_000, 1],
    ['main', 0, 1_100_000, 0],
    ['next', 0, 800_000, 0],
    ['render', 0, 200_000, 0],
    ['visit', 0, 200_000, 0],
  ],
  merged: [
    ['handle', 800_002, 800_510, 2],
    ['walk', 200_568, 200_632, 5],
    ['query', 101_024, 101_408, 2],
    ['(program)', 8192, 8192, 1],
    ['(garbage collector)', 2048, 2048, 1],
    ['readFileSync', 256, 384, 1],
    ['open', 128, 128, 1],
    ['stringify', 64, 64, 1],
    ['render', 4, 200_636, 2],
    ['main', 1, 1_102_047, 1],
    ['next', 0, 800_510, 0],
    ['visit', 0, 200_096, 0],
    ['layer', 0, 510, 0],
  ],
};
