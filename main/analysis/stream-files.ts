/** `load.json` as it is read back: files are not trusted, whoever wrote them. */
import { z } from 'zod';
import type { LoadResult } from '../api';

const counted = z
  .number()
  .nullable()
  .transform((value) => value ?? 0);
const totals = z.looseObject({
  requests: counted,
  errors: counted,
  timeouts: counted,
  non2xx: counted,
  bytes: counted,
  meanRate: counted,
  latency: z.record(z.string(), counted).nullable(),
  statusClasses: z.record(z.string(), counted),
});
const loadSchema = z.looseObject({
  preset: z.string(),
  users: counted,
  plannedDurationMs: counted,
  startedUs: counted,
  endedUs: counted,
  cancelled: z.boolean(),
  totals,
  perRequest: z.array(z.looseObject({ method: z.string(), url: z.string(), totals })),
});

/** Rejects what is not one with a SyntaxError or a ZodError. */
export function parseLoadResult(bytes: Uint8Array): LoadResult {
  return loadSchema.parse(jsonOf(bytes));
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
