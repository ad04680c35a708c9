/**
 * Whether the latencies that are told are true: a server with a known distribution of delays stands still for a second
 * every ten. What independent users see is worked out from the schedule, the delays and the instants at which the server says it
 * stood still. The open model must tell it; a closed model without correction (autocannon) is shown to miss it. And whether
 * arrival rates are held.
 */
import { z } from 'zod';
import type { ScenarioInput } from '../main/api';
import { autocannonVersion, runAutocannon, sendLoad, startTarget } from './load-process';
import { median, note, print } from './print';

const rate = 200;
/** Whole cycles of the server's standing still. */
const seconds = 30;
const shares = { p50: 0.5, p90: 0.9, p99: 0.99 };
const budget = 0.05;
const closedConnections = 20;

const logSchema = z.object({
  count: z.number(),
  firstMs: z.number(),
  lastMs: z.number(),
  /** µs on the host's monotonic clock. */
  stalls: z.array(z.tuple([z.number(), z.number()])),
});

export async function loadAccuracy(rounds: number): Promise<void> {
  const target = await startTarget('known-delay-server.mjs');
  try {
    await percentiles(target.origin, Math.min(rounds, 3));
    for (const perSecond of [100, 500, 1000]) await arrivalRate(target.origin, perSecond, rounds);
    await shownSlip(target.origin);
  } finally {
    await target.end();
  }
}

async function percentiles(origin: string, rounds: number): Promise<void> {
  note(
    `load-accuracy: ${rate} requests per second for ${seconds} s against a server that stands still 1 s in 10`,
  );
  const errors: Record<string, number[]> = { p50: [], p90: [], p99: [] };
  const told: Record<string, number[]> = { p50: [], p90: [], p99: [] };
  const truths: Record<string, number[]> = { p50: [], p90: [], p99: [] };
  const missed: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await fetch(`${origin}/start?stalls=1`);
    const done = await sendLoad(open(`${origin}/delay`, rate, seconds));
    const { stalls } = await readLog(origin);
    const truth = trueLatenciesMs(done.startedUs, stalls);
    const latency = done.totals.latency!;
    for (const [name, share] of Object.entries(shares)) {
      const exact = truth[Math.ceil(share * truth.length) - 1]!;
      const ours = { p50: latency.p50Ms, p90: latency.p90Ms, p99: latency.p99Ms }[name]!;
      told[name]!.push(ours);
      truths[name]!.push(exact);
      errors[name]!.push(Math.abs(ours - exact) / exact);
    }
    await fetch(`${origin}/start?stalls=1`);
    const closed = await runAutocannon(`${origin}/delay`, closedConnections, seconds);
    missed.push(closed.p99Ms);
    note(
      `  truth P50/P90/P99 ${text(truths, round)} ms; ours ${text(told, round)} ms (service P99 ${done.totals.service!.p99Ms.toFixed(1)} ms); ` +
        `closed, uncorrected: ${closed.p50Ms}/${closed.p90Ms}/${closed.p99Ms} ms. ${done.generator.verdict}`,
    );
  }
  for (const name of Object.keys(shares)) {
    const error = median(errors[name]!);
    print({
      bench: 'load-accuracy',
      metric: `${name}Error`,
      unit: 'share of the truth',
      ours: error,
      peer: null,
      peerValue: null,
      ratio: null,
      budget,
      ok: error <= budget,
      runs: rounds,
    });
  }
  const exact = median(truths['p99']!);
  print({
    bench: 'load-accuracy',
    metric: 'p99UnderStalls',
    unit: 'ms',
    ours: median(told['p99']!),
    peer: `${autocannonVersion}, closed, uncorrected`,
    peerValue: median(missed),
    // How much of the truth the other one tells.
    ratio: median(missed) / exact,
    budget: exact,
    ok: median(missed) < exact / 2,
    runs: rounds,
  });
}

/** As in targets/known-delay-server.mjs. */
function delayMs(n: number): number {
  return 20 - 15 * Math.log(1 - ((n * 0.6180339887498949) % 1) * 0.9999);
}

/** What each arrival of the schedule has to wait, sorted: a server that stands still neither begins nor ends anything. */
function trueLatenciesMs(startedUs: number, stalls: readonly (readonly [number, number])[]): number[] {
  const afterStall = (us: number) => stalls.find(([from, to]) => us >= from && us < to)?.[1] ?? us;
  const latencies: number[] = [];
  for (let n = 0; n < rate * seconds; n++) {
    const dueUs = startedUs + (n * 1e6) / rate;
    const doneUs = afterStall(afterStall(dueUs) + delayMs(n) * 1000);
    latencies.push((doneUs - dueUs) / 1000);
  }
  return latencies.sort((a, b) => a - b);
}

async function arrivalRate(origin: string, perSecond: number, rounds: number): Promise<void> {
  const errors: number[] = [];
  let last = '';
  for (let round = 0; round < rounds; round++) {
    await fetch(`${origin}/start`);
    const done = await sendLoad(open(`${origin}/nothing`, perSecond, 5));
    const { count, firstMs, lastMs } = await readLog(origin);
    // As the server saw it.
    const seen = (count - 1) / ((lastMs - firstMs) / 1000);
    errors.push(Math.abs(seen - perSecond) / perSecond);
    const { due, begun, slipP99Ms } = done.generator;
    last = `${seen.toFixed(2)}/s seen, ${begun} of ${due} begun, slip P99 ${slipP99Ms.toFixed(2)} ms`;
  }
  note(`load-accuracy: ${perSecond} per second: ${last}`);
  const error = median(errors);
  print({
    bench: 'load-accuracy',
    metric: `arrivalRate${perSecond}Error`,
    unit: 'share of the rate',
    ours: error,
    peer: null,
    peerValue: null,
    ratio: null,
    budget: 0.01,
    ok: error <= 0.01,
    runs: rounds,
  });
}

/** A rate that cannot be held with so few under way: the slip must be told, and counted. */
async function shownSlip(origin: string): Promise<void> {
  await fetch(`${origin}/start`);
  const done = await sendLoad(open(`${origin}/delay`, 500, 5, 5));
  const { due, begun, slipP99Ms, verdict, wasLimit } = done.generator;
  note(`load-accuracy: 500 per second with 5 under way at most: ${verdict}`);
  print({
    bench: 'load-accuracy',
    metric: 'slipThatIsTold',
    unit: 'ms',
    ours: slipP99Ms,
    peer: null,
    peerValue: null,
    ratio: null,
    // 5 under way, 35 ms each: 143 per second; after 5 s the last to begin is 3.6 s late.
    budget: 2500,
    ok: slipP99Ms >= 2500 && wasLimit && begun < due && done.totals.latency!.p99Ms >= 2500,
    runs: 1,
  });
}

function open(url: string, perSecond: number, durationSeconds: number, maxInFlight = 2000): ScenarioInput {
  return {
    version: 1,
    load: { model: 'open', stages: [{ durationMs: durationSeconds * 1000, rate: perSecond }], maxInFlight },
    connection: { timeoutMs: 30_000 },
    flows: [{ name: 'known', steps: [{ kind: 'request', url }] }],
  };
}

async function readLog(origin: string): Promise<z.infer<typeof logSchema>> {
  return logSchema.parse(await (await fetch(`${origin}/log`)).json());
}

function text(values: Record<string, number[]>, round: number): string {
  return Object.values(values)
    .map((each) => each[round]!.toFixed(1))
    .join('/');
}
