/**
 * `load-seconds.ndjson`: what each second of a load came to, one endpoint and second a line, in order of time, behind lines
 * that name the endpoints. It is written while the load goes on and is read in parts, so that hours of load need no memory.
 */
import { z } from 'zod';
import type { LoadSecond } from '../api';
import type { LoadEndpoint } from './types';

const counts = z.record(z.string(), z.number());

const secondSchema = z.object({
  tUs: z.number(),
  durationUs: z.number(),
  endpoint: z.number().int().nonnegative(),
  answered: z.number(),
  errors: z.number(),
  timeouts: z.number(),
  non2xx: z.number(),
  badChecks: z.number(),
  bytes: z.number(),
  bytesSent: z.number().optional(),
  checksHeld: z.array(z.number()).optional(),
  checksFailed: z.array(z.number()).optional(),
  errorKinds: counts.optional(),
  statusClasses: counts.optional(),
  response: z.string(),
  service: z.string(),
  warmUp: z.boolean().optional(),
});
const endpointSchema = z.object({
  endpoint: z.number().int().nonnegative(),
  method: z.string(),
  url: z.string(),
  name: z.string().optional(),
  checks: z.array(z.string()).optional(),
});

export function endpointLines(endpoints: readonly LoadEndpoint[]): string {
  return endpoints.map((each, endpoint) => `${JSON.stringify({ endpoint, ...each })}\n`).join('');
}

export function secondLines(seconds: readonly LoadSecond[]): string {
  // Time first: `startOf` finds it without reading the rest.
  return seconds.map(({ tUs, ...rest }) => `${JSON.stringify({ tUs, ...rest })}\n`).join('');
}

/** The second's start that a line tells; undefined when it is another line, or torn. */
export function startOf(line: string): number | undefined {
  const found = /^\{"tUs":(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?),/.exec(line);
  return found ? Number(found[1]) : undefined;
}

/** Undefined when the line is none (a torn last one, for example). */
export function readSecond(line: string): LoadSecond | undefined {
  return secondSchema.safeParse(jsonOf(line)).data;
}

/** Undefined when the line is none. */
export function readEndpoint(line: string): (LoadEndpoint & { endpoint: number }) | undefined {
  return endpointSchema.safeParse(jsonOf(line)).data;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
