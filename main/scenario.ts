/**
 * THE scenario format: what to send to a target, how much of it and when, and what to break meanwhile. Written as YAML or
 * JSON by hand, by the form, or by an importer; kept per target and in every session. `main/load/scenario` reads and writes
 * the files and knows the short forms; this is the full form that everything else works with.
 *
 * Lengths of time are ms in the full form; in files a text like `500ms`, `10s`, `1m30s` may stand instead. Every text of a step
 * may hold `{{ name }}` (a variable or captured value) and `{{ $function(…) }}`.
 */
import { z } from 'zod';

export const scenarioVersion = 1;

const durationMs = z.number().nonnegative().max(86_400_000);
const positiveMs = z.number().positive().max(86_400_000);
const name = z.string().trim().min(1).max(200);
const template = z.string();

export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;

/** Waiting between two steps or iterations: `min` equals `max` when it is fixed. */
export const thinkTimeSchema = z
  .object({ minMs: durationMs, maxMs: durationMs })
  .refine(({ minMs, maxMs }) => minMs <= maxMs, 'The shortest think time is longer than the longest.');
export type ThinkTime = z.infer<typeof thinkTimeSchema>;

const rampSchema = z
  .enum(['step', 'linear'])
  .describe('step: at once and held; linear: evenly from where the stage before ended');

/** Closed: so many users, each doing one thing after another. Users that wait do not send: see coordinated omission. */
const closedModelSchema = z.object({
  model: z.literal('closed'),
  stages: z
    .array(
      z.object({
        durationMs: positiveMs,
        users: z.number().int().nonnegative().max(5000),
        ramp: rampSchema.default('step'),
      }),
    )
    .min(1),
  /** Between two iterations of a user. */
  thinkTime: thinkTimeSchema.default({ minMs: 0, maxMs: 0 }),
});

/** Open: iterations begin when the schedule says so, whether or not earlier ones have been answered. */
const openModelSchema = z.object({
  model: z.literal('open'),
  stages: z
    .array(
      z.object({
        durationMs: positiveMs,
        /** Iterations begun per second at the end of the stage. */
        rate: z.number().nonnegative().max(1_000_000),
        ramp: rampSchema.default('step'),
      }),
    )
    .min(1),
  /** `even`: evenly spaced. `poisson`: independent arrivals (exponential gaps), as many strangers make. */
  arrivals: z.enum(['even', 'poisson']).default('even'),
  /** Iterations under way at once; beyond it starts are late and are reported as slip, measured from their due time. */
  maxInFlight: z.number().int().positive().max(20_000).default(2000),
});

/** Raises the users step by step until it breaks. */
const kneeModelSchema = z.object({
  model: z.literal('knee'),
  startUsers: z.number().int().positive().max(5000).default(1),
  maxUsers: z.number().int().positive().max(5000).default(1000),
  /** Each step has so many times the users of the last (at least one more). */
  factor: z.number().gt(1).max(10).default(1.5),
  stepMs: positiveMs.default(10_000),
  thinkTime: thinkTimeSchema.default({ minMs: 0, maxMs: 0 }),
  /** Ends when a whole step is beyond one of these. */
  until: z
    .object({
      p95Ms: z.number().positive().optional(),
      errorRatio: z.number().min(0).max(1).default(0.05),
      /** P95 against the first step's: 5 = five times as slow. Only a P95 of 20 ms and more ends the search by it. */
      slowdown: z.number().gt(1).default(5),
    })
    .prefault({}),
});

export const loadModelSchema = z.discriminatedUnion('model', [
  closedModelSchema,
  openModelSchema,
  kneeModelSchema,
]);
export type LoadModel = z.infer<typeof loadModelSchema>;
export type ClosedModel = Extract<LoadModel, { model: 'closed' }>;
export type OpenModel = Extract<LoadModel, { model: 'open' }>;
export type KneeModel = Extract<LoadModel, { model: 'knee' }>;

const pickSchema = z
  .enum(['sequence', 'random', 'per-user'])
  .default('sequence')
  .describe('per-user: each user keeps one row');

/** Rows of values: `{{ name.column }}`, or `{{ name }}` for a list of plain values. */
export const variableSchema = z.discriminatedUnion('from', [
  z.object({
    from: z.literal('csv'),
    file: z.string().min(1),
    delimiter: z.string().length(1).default(','),
    pick: pickSchema,
  }),
  z.object({ from: z.literal('json'), file: z.string().min(1), pick: pickSchema }),
  z.object({ from: z.literal('list'), values: z.array(z.json()).min(1), pick: pickSchema }),
]);
export type Variable = z.infer<typeof variableSchema>;

export const bodySchema = z.discriminatedUnion('type', [
  /** Texts in it, at any depth, may hold templates; a text that is one whole template keeps the value's type. */
  z.object({ type: z.literal('json'), value: z.json() }),
  z.object({ type: z.literal('form'), fields: z.record(z.string(), template) }),
  z.object({
    type: z.literal('multipart'),
    parts: z
      .array(
        z.union([
          z.object({ name: template, value: template }),
          z.object({
            name: template,
            file: z.string().min(1),
            fileName: template.optional(),
            contentType: z.string().optional(),
          }),
        ]),
      )
      .min(1),
  }),
  z.object({ type: z.literal('text'), text: template, contentType: z.string().optional() }),
  /** Sent as it is. */
  z.object({ type: z.literal('file'), file: z.string().min(1), contentType: z.string().optional() }),
]);
export type Body = z.infer<typeof bodySchema>;

/** Keeps a value of an answer for later steps of the same user. */
export const captureValueSchema = z.object({
  name,
  from: z.enum(['json', 'header', 'cookie', 'regex']),
  /** `$.items[0].id`, a header's or cookie's name, or an expression whose first group is taken. */
  select: z.string().min(1),
  /** Without it the iteration goes on with the old value, or none. */
  required: z.boolean().default(true),
});
export type CaptureValue = z.infer<typeof captureValueSchema>;

/** What an answer must be; one that is not counts as an error of kind `check: …`. */
export const checkSchema = z.discriminatedUnion('on', [
  /** Codes and classes: `200`, `2xx`. */
  z.object({
    on: z.literal('status'),
    in: z
      .array(z.string().regex(/^[1-5](xx|\d\d)$/, 'a status is a number like 200 or a class like 2xx.'))
      .min(1),
  }),
  z.object({
    on: z.literal('body'),
    contains: template.optional(),
    matches: z.string().optional(),
    json: z.object({ select: z.string().min(1), equals: z.json().optional() }).optional(),
  }),
  z.object({ on: z.literal('header'), header: z.string().min(1), contains: template.optional() }),
  z.object({ on: z.literal('latency'), belowMs: z.number().positive() }),
]);
export type Check = z.infer<typeof checkSchema>;

const headersSchema = z.record(z.string(), template).default({});

export const requestStepSchema = z.object({
  kind: z.literal('request'),
  /** What it is counted as; `METHOD path-with-templates` when absent. */
  name: name.optional(),
  method: z.enum(httpMethods).default('GET'),
  /** Absolute, or a path on `baseUrl`. */
  url: template.min(1),
  query: z.record(z.string(), template).default({}),
  headers: headersSchema,
  body: bodySchema.optional(),
  capture: z.array(captureValueSchema).default([]),
  /** Without a status check, 4xx and 5xx count as errors. */
  checks: z.array(checkSchema).default([]),
  timeoutMs: positiveMs.optional(),
  /** How many redirects are followed; each is a request of its own. */
  redirects: z.number().int().min(0).max(20).default(0),
});
export type RequestStep = z.infer<typeof requestStepSchema>;

export const webSocketStepSchema = z.object({
  kind: z.literal('websocket'),
  name: name.optional(),
  url: template.min(1),
  headers: headersSchema,
  /** In turn; a message with `expect` is answered when a message that contains it has come, and that is its latency. */
  messages: z
    .array(z.object({ send: template, expect: template.optional(), thenWait: thinkTimeSchema.optional() }))
    .min(1),
  timeoutMs: positiveMs.optional(),
});
export type WebSocketStep = z.infer<typeof webSocketStepSchema>;

export const thinkStepSchema = z.object({ kind: z.literal('think'), time: thinkTimeSchema });

export const stepSchema = z.discriminatedUnion('kind', [
  requestStepSchema,
  webSocketStepSchema,
  thinkStepSchema,
]);
export type Step = z.infer<typeof stepSchema>;

export const flowSchema = z.object({
  name,
  /** How often it is chosen against the others. */
  weight: z.number().positive().default(1),
  steps: z.array(stepSchema).min(1),
});
export type Flow = z.infer<typeof flowSchema>;

/** `p95 < 500ms`, `errors < 1%`, `rps >= 100`, `checks > 99%`; of one endpoint: `p95{GET /a} < 500ms`. */
export const thresholdSchema = z.object({
  expression: z.string().min(1),
  /** Ends the load when it has been broken for `afterMs`. */
  abort: z.boolean().default(false),
  afterMs: durationMs.default(10_000),
});
export type Threshold = z.infer<typeof thresholdSchema>;

export const connectionSchema = z.object({
  keepAlive: z.boolean().default(true),
  /** All users together per host; absent: one per user or iteration under way. */
  maxConnections: z.number().int().positive().max(20_000).optional(),
  http2: z.boolean().default(false),
  /** Accept certificates that nobody vouches for. */
  insecureTls: z.boolean().default(false),
  /** From the intended sending to the last byte, unless a step has its own. */
  timeoutMs: positiveMs.default(10_000),
  connectTimeoutMs: positiveMs.default(5000),
});
export type Connection = z.infer<typeof connectionSchema>;

/** Something that is broken on purpose. Network faults act in a local proxy: before the target, or before a dependency. */
export const faultSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('latency'),
    via: z.string().default('target'),
    /** Added to every piece of data in each direction asked for. */
    delayMs: durationMs,
    jitterMs: durationMs.default(0),
    direction: z.enum(['request', 'answer', 'both']).default('answer'),
  }),
  z.object({
    kind: z.literal('bandwidth'),
    via: z.string().default('target'),
    bytesPerSecond: z.number().positive(),
  }),
  z.object({
    kind: z.literal('drop'),
    via: z.string().default('target'),
    /** Share of connections that are reset: open ones at the fault's start, new ones while it lasts. */
    ratio: z.number().min(0).max(1).default(1),
  }),
  /** So many spinning processes beside the target. */
  z.object({ kind: z.literal('cpu'), processes: z.number().int().positive().max(64).default(1) }),
  /** The target may use at most so much; the result says by what means it was capped. */
  z.object({ kind: z.literal('memory'), limitBytes: z.number().positive() }),
  /** Its event loop is kept busy for `blockMs`, again every `everyMs`. */
  z.object({
    kind: z.literal('block'),
    blockMs: positiveMs.max(60_000),
    everyMs: positiveMs.optional(),
  }),
  /** Stopped by the system (SIGSTOP), and let go on at the end. */
  z.object({ kind: z.literal('pause') }),
  /** Killed at the start; started again after the fault's time (`forMs`). */
  z.object({ kind: z.literal('kill'), signal: z.enum(['SIGKILL', 'SIGTERM']).default('SIGKILL') }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];

export const plannedFaultSchema = z.object({
  /** After the load's start. */
  atMs: durationMs,
  forMs: positiveMs,
  fault: faultSchema,
});
export type PlannedFault = z.infer<typeof plannedFaultSchema>;

/** A service the target talks to: a proxy stands before it, and the target is told its address through `env`. */
export const dependencySchema = z.object({
  name,
  host: z.string().default('127.0.0.1'),
  port: z.number().int().min(1).max(65_535),
  /** `{{host}}` and `{{port}}` are the proxy's, for example `DATABASE_URL: postgres://me@{{host}}:{{port}}/shop`. */
  env: z.record(z.string(), z.string()),
});
export type Dependency = z.infer<typeof dependencySchema>;

export const scenarioSchema = z.object({
  version: z.literal(scenarioVersion),
  name: name.default('Scenario'),
  /** Absent: the address the target listens on. */
  baseUrl: z.string().optional(),
  load: loadModelSchema,
  /** At the start, by the load's own clock; measured and drawn, and not counted. */
  warmUpMs: durationMs.default(0),
  headers: headersSchema,
  variables: z.record(z.string().regex(/^[A-Za-z_]\w*$/), variableSchema).default({}),
  /** Once per user, before its first iteration; not counted. In the open model each slot for an iteration under way is a user. */
  setUp: z.array(stepSchema).default([]),
  flows: z.array(flowSchema).min(1),
  /** Each user keeps its own. */
  cookies: z.boolean().default(true),
  connection: connectionSchema.prefault({}),
  thresholds: z.array(thresholdSchema).default([]),
  dependencies: z.array(dependencySchema).default([]),
  faults: z.array(plannedFaultSchema).default([]),
});
export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioInput = z.input<typeof scenarioSchema>;
