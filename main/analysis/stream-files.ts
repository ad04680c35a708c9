/** `timeline.json` and `load.json` as they are read back: files are not trusted, whoever wrote them. */
import { z } from 'zod';
import type { LoadResult, Timeline } from '../api';

/** JSON writes a number that is none (NaN: nothing could be measured) as null. */
const measured = z
  .number()
  .nullable()
  .transform((value) => value ?? NaN);
const counted = z
  .number()
  .nullable()
  .transform((value) => value ?? 0);
const timelineSchema = z.object({
  series: z.array(
    z.looseObject({
      metric: z.string(),
      scope: z.string(),
      tUs: z.array(z.number()),
      values: z.array(measured),
    }),
  ),
  marks: z.array(
    z.looseObject({
      kind: z.string(),
      tUs: z.number(),
      text: z.string().optional(),
      durationMs: z.number().optional(),
    }),
  ),
});

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

/** Rejects what is not one with a SyntaxError or a ZodError. Names of metrics and marks are data to whoever shows them. */
export function parseTimeline(bytes: Uint8Array): Timeline {
  return timelineSchema.parse(jsonOf(bytes)) as unknown as Timeline;
}

/** Rejects what is not one with a SyntaxError or a ZodError. */
export function parseLoadResult(bytes: Uint8Array): LoadResult {
  return loadSchema.parse(jsonOf(bytes)) as unknown as LoadResult;
}

function jsonOf(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}
