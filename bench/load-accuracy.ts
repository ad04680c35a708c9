/**
 * Whether the latencies that are told are true: a server with a known distribution of delays stands still for a second
 * every ten, and writes down when it gave which answer. What independent users see is the time from when the schedule had each of
 * them ask until then. The open model must tell it; a closed model without correction (autocannon) is shown to miss it. And
 * whether arrival rates are held.
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
const rateSeconds = 6;

const logSchema = z.object({
  count: z.number(),
  /** Arrivals in each second since the first; null where there were none. */
  perSecond: z.array(z.number().nullable()),
  /** When the n-th answer was given, on the host's monotonic clock; n counts from 1. */
  endedMs: z.array(z.number().nullable()),
  /** From and to in µs. */
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
    const done = await sendLoad(open(`${origin}/delay?n={{ $sequence }}`, rate, seconds));
    const { endedMs, stalls } = await readLog(origin);
    if (stalls.length < seconds / 10) throw new Error('the server did not stand still as planned');
    const truth = trueLatenciesMs(done.startedUs, endedMs);
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
      `  truth P50/P90/P99 ${text(truths, round)} ms; ours ${text(told, round)} ms (service P99 ${done.totals.service!.p99Ms!.toFixed(1)} ms); ` +
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

/** What each arrival of the schedule had to wait until it was answered, sorted. */
function trueLatenciesMs(startedUs: number, endedMs: readonly (number | null)[]): number[] {
  const latencies: number[] = [];
  for (let n = 1; n <= rate * seconds; n++) {
    const answeredMs = endedMs[n];
    if (typeof answeredMs !== 'number') throw new Error(`request ${n} was not answered`);
    latencies.push(answeredMs - startedUs / 1000 - ((n - 1) * 1000) / rate);
  }
  return latencies.sort((a, b) => a - b);
}

async function arrivalRate(origin: string, perSecond: number, rounds: number): Promise<void> {
  const errors: number[] = [];
  let last = '';
  for (let round = 0; round < rounds; round++) {
    await fetch(`${origin}/start`);
    const done = await sendLoad(open(`${origin}/nothing`, perSecond, rateSeconds));
    const log = await readLog(origin);
    // As the server saw it, without the first second (a late first arrival would look like a higher rate) and the last.
    const whole = log.perSecond.slice(1, rateSeconds - 1);
    const seen = whole.reduce<number>((sum, count) => sum + (count ?? 0), 0) / whole.length;
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
    ok: slipP99Ms >= 2500 && wasLimit && begun < due && done.totals.latency!.p99Ms! >= 2500,
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
