/** What the engine and the load process say to each other over IPC. Times are µs on the host's monotonic clock. */
import { z } from 'zod';
import { scenarioSchema } from '../api';
import type { AppErrorJson } from '../errors';
import type { FineWindow } from './faults/fine-windows';
import type {
  EndpointResult,
  GeneratorHealth,
  KneeReport,
  LoadSecond,
  LoadTotals,
  ThresholdResult,
} from '../api';

export const toRunnerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    scenario: scenarioSchema,
    baseUrl: z.string().nullable(),
    folder: z.string(),
  }),
  z.object({ type: z.literal('cancel') }),
  /** A fault begins or ends: the second ends here. */
  z.object({ type: z.literal('cut') }),
  /** Where connections are to go from now on: before the start or at any time. */
  z.object({
    type: z.literal('routes'),
    routes: z.array(z.object({ from: z.string(), host: z.string(), port: z.number().int() })),
  }),
]);
export type ToRunner = z.infer<typeof toRunnerSchema>;

const number = z.number();
const counts = z.record(z.string(), number);

/** The load process is ours: what it says is looked at as far as the run depends on it, and taken over whole. */
export const fromRunnerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('endpoints'),
    endpoints: z.array(
      z.object({
        method: z.string(),
        url: z.string(),
        name: z.string().optional(),
        checks: z.array(z.string()).optional(),
      }),
    ),
  }),
  z.object({
    type: z.literal('window'),
    endUs: number,
    rate: number,
    errorRate: number,
    latency: z.object({ p50Ms: number, p95Ms: number, p99Ms: number }).nullable(),
    users: number,
    slipMs: number.nullable(),
  }),
  z.object({
    type: z.literal('seconds'),
    seconds: z.array(z.custom<LoadSecond>(isObject)),
  }),
  z.object({ type: z.literal('fine'), windows: z.array(z.custom<FineWindow>(isObject)) }),
  z.object({
    type: z.literal('state'),
    warmingUp: z.boolean(),
    stage: z.string(),
    generatorLimit: z.string().nullable(),
    users: number,
  }),
  z.object({
    type: z.literal('done'),
    startedUs: number,
    endedUs: number,
    cancelled: z.boolean(),
    users: number,
    totals: z.custom<LoadTotals>(isObject),
    perRequest: z.array(z.custom<EndpointResult>(isObject)),
    countedFromUs: number,
    iterations: number,
    setUpFailures: counts,
    generator: z.custom<GeneratorHealth>(isObject),
    thresholds: z.array(z.custom<ThresholdResult>(isObject)),
    knee: z.custom<KneeReport>(isObject).optional(),
    notes: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('failed'), error: z.custom<AppErrorJson>(isObject) }),
  /** Everything has been said. */
  z.object({ type: z.literal('bye') }),
]);
export type FromRunner = z.infer<typeof fromRunnerSchema>;

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
