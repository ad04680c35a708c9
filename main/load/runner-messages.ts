/** What the engine and the load process say to each other over IPC. Times are µs on the host's monotonic clock. */
import { z } from 'zod';
import { httpRequestSchema, presetNames } from '../api';

export const toRunnerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('start'),
    plan: z.object({
      preset: z.enum(presetNames),
      users: z.number().int().positive(),
      durationMs: z.number().positive(),
      requests: z.array(httpRequestSchema).min(1),
    }),
  }),
  z.object({ type: z.literal('cancel') }),
]);
export type ToRunner = z.infer<typeof toRunnerSchema>;

const latencySchema = z.object({
  minMs: z.number(),
  meanMs: z.number(),
  p50Ms: z.number(),
  p90Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  maxMs: z.number(),
});

const totalsSchema = z.object({
  requests: z.number(),
  errors: z.number(),
  errorKinds: z.record(z.string(), z.number()).optional(),
  timeouts: z.number(),
  non2xx: z.number(),
  bytes: z.number(),
  meanRate: z.number(),
  latency: latencySchema.nullable(),
  statusClasses: z.record(z.string(), z.number()),
});

export const fromRunnerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('window'),
    endUs: z.number(),
    rate: z.number(),
    errorRate: z.number(),
    latency: latencySchema.pick({ p50Ms: true, p95Ms: true, p99Ms: true }).nullable(),
  }),
  z.object({
    type: z.literal('done'),
    startedUs: z.number(),
    endedUs: z.number(),
    cancelled: z.boolean(),
    totals: totalsSchema,
    perRequest: z.array(z.object({ method: z.string(), url: z.string(), totals: totalsSchema })),
  }),
]);
export type FromRunner = z.infer<typeof fromRunnerSchema>;
