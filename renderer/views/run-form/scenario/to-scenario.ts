/** What stands in the fields as a checked scenario, or what is wrong with which field. Pure. */
import { scenarioSchema, type Scenario } from '../../../../main/api';
import { parseThreshold, ThresholdSyntaxError } from '../../../../profiles/load/threshold';
import { faultInput } from './fault-draft';
import type {
  BodyDraft,
  CheckDraft,
  LoadDraft,
  ScenarioDraft,
  StepDraft,
  VariableDraft,
} from './scenario-draft';
import { readDuration, readNumber, readPairs, readPercent, readThink, readValue } from './texts';

/** By the place in the scenario, joined with dots: `flows.0.steps.1.url`. */
export type ScenarioErrors = Readonly<Record<string, string>>;

export type ScenarioOutcome =
  { scenario: Scenario; errors: null } | { scenario: null; errors: ScenarioErrors };

/** The scenario that the form stands for. */
export function toScenario(draft: ScenarioDraft): ScenarioOutcome {
  const errors: Record<string, string> = {};
  const pairs: Pairs = (path, text, separator) => {
    try {
      return readPairs(text, separator);
    } catch (thrown) {
      errors[path] = thrown instanceof Error ? thrown.message : String(thrown);
      return {};
    }
  };
  const input = {
    version: 1,
    name: draft.name.trim() || undefined,
    baseUrl: draft.baseUrl.trim() || undefined,
    load: loadInput(draft.load),
    warmUpMs: readDuration(draft.warmUp),
    headers: pairs('headers', draft.headers, ':'),
    variables: variablesInput(draft.variables, errors),
    setUp: draft.setUp.map((step, index) => stepInput(step, `setUp.${index}`, pairs, errors)),
    flows: draft.flows.map(({ name, weight, steps }, flow) => ({
      name,
      weight: readNumber(weight),
      steps: steps.map((step, index) => stepInput(step, `flows.${flow}.steps.${index}`, pairs, errors)),
    })),
    cookies: draft.cookies,
    connection: {
      keepAlive: draft.keepAlive,
      maxConnections: readNumber(draft.maxConnections),
      http2: draft.http2,
      insecureTls: draft.insecureTls,
      timeoutMs: readDuration(draft.timeout),
      connectTimeoutMs: readDuration(draft.connectTimeout),
    },
    thresholds: draft.thresholds.map(({ expression, abort, after }, index) => {
      const problem = thresholdProblem(expression);
      if (problem) errors[`thresholds.${index}.expression`] = problem;
      return { expression: expression.trim(), abort, afterMs: readDuration(after) };
    }),
    dependencies: draft.dependencies.map(({ name, host, port, env }, index) => ({
      name,
      host: host.trim() || undefined,
      port: readNumber(port),
      env: pairs(`dependencies.${index}.env`, env, '='),
    })),
    faults: draft.faults.map((fault) => ({
      atMs: readDuration(fault.at) ?? 0,
      forMs: readDuration(fault.lasts),
      fault: faultInput(fault),
    })),
  };
  const parsed = scenarioSchema.safeParse(input);
  if (!parsed.success)
    for (const issue of parsed.error.issues) {
      const path = issue.path.map(String).join('.');
      errors[path] ??= wordsFor(path, issue.code, issue.message);
    }
  return !parsed.success || Object.keys(errors).length > 0
    ? { scenario: null, errors }
    : { scenario: parsed.data, errors: null };
}

/** The error of a field, also when it is of something within it. */
export function errorAt(errors: ScenarioErrors | null, path: string): string | undefined {
  if (!errors) return undefined;
  if (errors[path] !== undefined) return errors[path];
  const within = Object.keys(errors).find((each) => each.startsWith(`${path}.`));
  return within === undefined ? undefined : errors[within];
}

type Pairs = (path: string, text: string, separator: ':' | '=') => Record<string, string>;

function loadInput(load: LoadDraft): unknown {
  const stage = ({ duration, ramp }: LoadDraft['stages'][number]) => ({
    durationMs: readDuration(duration),
    ramp,
  });
  if (load.model === 'closed')
    return {
      model: 'closed',
      stages: load.stages.map((each) => ({ ...stage(each), users: readNumber(each.amount) })),
      thinkTime: readThink(load.think),
    };
  if (load.model === 'open')
    return {
      model: 'open',
      stages: load.stages.map((each) => ({ ...stage(each), rate: readNumber(each.amount) })),
      arrivals: load.arrivals,
      maxInFlight: readNumber(load.maxInFlight),
    };
  return {
    model: 'knee',
    startUsers: readNumber(load.startUsers),
    maxUsers: readNumber(load.maxUsers),
    factor: readNumber(load.factor),
    stepMs: readDuration(load.step),
    thinkTime: readThink(load.think),
    until: {
      p95Ms: readDuration(load.p95),
      errorRatio: readPercent(load.errorPercent),
      slowdown: readNumber(load.slowdown),
    },
  };
}

function variablesInput(
  variables: readonly VariableDraft[],
  errors: Record<string, string>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  variables.forEach(({ name, from, file, delimiter, values, pick }, index) => {
    const key = name.trim();
    if (!/^[A-Za-z_]\w*$/.test(key))
      errors[`variables.${index}.name`] = 'A name of letters, digits and _ that does not begin with a digit.';
    else if (key in input) errors[`variables.${index}.name`] = `There is already a variable ${key}.`;
    if (from !== 'list' && file.trim() === '') errors[`variables.${index}.file`] = 'Name the file.';
    const list = values.split('\n').filter((line) => line.trim() !== '');
    if (from === 'list' && list.length === 0) errors[`variables.${index}.values`] = 'At least one value.';
    input[key] =
      from === 'csv'
        ? { from, file: file.trim(), delimiter: delimiter || undefined, pick }
        : from === 'json'
          ? { from, file: file.trim(), pick }
          : { from, values: list.map((line) => readValue(line)), pick };
  });
  return input;
}

function stepInput(step: StepDraft, path: string, pairs: Pairs, errors: Record<string, string>): unknown {
  if (step.kind === 'think') return { kind: 'think', time: readThink(step.think) };
  const common = {
    kind: step.kind,
    name: step.name.trim() || undefined,
    url: step.url.trim(),
    headers: pairs(`${path}.headers`, step.headers, ':'),
    timeoutMs: readDuration(step.timeout),
  };
  if (step.kind === 'websocket')
    return {
      ...common,
      messages: step.messages.map(({ send, expect, thenWait }) => ({
        send,
        expect: expect || undefined,
        thenWait: thenWait.trim() === '' ? undefined : readThink(thenWait),
      })),
    };
  return {
    ...common,
    method: step.method,
    query: pairs(`${path}.query`, step.query, '='),
    body: bodyInput(step.body, `${path}.body`, pairs, errors),
    capture: step.captures.map(({ name, from, select, required }) => ({ name, from, select, required })),
    checks: step.checks.map(checkInput),
    redirects: readNumber(step.redirects),
  };
}

function bodyInput(body: BodyDraft, path: string, pairs: Pairs, errors: Record<string, string>): unknown {
  const contentType = body.contentType.trim() || undefined;
  if (body.type === 'none') return undefined;
  if (body.type === 'file') return { type: 'file', file: body.file.trim(), contentType };
  if (body.type === 'text') return { type: 'text', text: body.text, contentType };
  if (body.type === 'form') return { type: 'form', fields: pairs(path, body.text, '=') };
  if (body.type === 'multipart')
    return {
      type: 'multipart',
      parts: Object.entries(pairs(path, body.text, '=')).map(([name, value]) => partInput(name, value)),
    };
  try {
    return { type: 'json', value: JSON.parse(body.text) as unknown };
  } catch (thrown) {
    errors[path] = `This is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    return { type: 'json', value: null };
  }
}

/** `@file;type=image/png;filename=a.png`, as curl writes it, or a plain value. */
function partInput(name: string, value: string): unknown {
  if (!value.startsWith('@')) return { name, value };
  const [file = '', ...options] = value.slice(1).split(';');
  const option = (key: string): string | undefined =>
    options
      .find((each) => each.trim().startsWith(`${key}=`))
      ?.trim()
      .slice(key.length + 1);
  return { name, file: file.trim(), contentType: option('type'), fileName: option('filename') };
}

function checkInput({ on, name, value }: CheckDraft): unknown {
  if (on === 'status')
    return {
      on: 'status',
      in: value
        .split(/[\s,]+/)
        .filter((each) => each !== '')
        .map((each) => each.toLowerCase()),
    };
  if (on === 'latency') return { on: 'latency', belowMs: readDuration(value) };
  if (on === 'header') return { on: 'header', header: name.trim(), contains: value || undefined };
  if (on === 'json')
    return {
      on: 'body',
      json: { select: name.trim(), ...(value.trim() !== '' && { equals: readValue(value) }) },
    };
  return { on: 'body', [on]: value };
}

function thresholdProblem(expression: string): string | null {
  try {
    parseThreshold(expression.trim());
    return null;
  } catch (thrown) {
    if (thrown instanceof ThresholdSyntaxError) return `${thrown.message} ${thrown.hint}`;
    throw thrown;
  }
}

/** Words of a person for what zod says of a field. */
function wordsFor(path: string, code: string, message: string): string {
  const leaf = path.split('.').at(-1) ?? '';
  if (code === 'invalid_type' || code === 'invalid_union') {
    if (/Ms$/.test(leaf)) return 'A length of time like 500ms, 10s or 1m30s.';
    if (/^\d+$/.test(leaf) && path.includes('.in.')) return 'Codes and classes like 200 or 2xx.';
    return message.includes('number') ? 'A number.' : 'This is needed.';
  }
  if (code === 'too_small') {
    if (/Ms$/.test(leaf)) return 'Longer than nothing.';
    if (leaf === 'flows' || leaf === 'steps' || leaf === 'stages' || leaf === 'messages' || leaf === 'in')
      return leaf === 'in' ? 'Codes and classes like 200 or 2xx.' : `At least one ${leaf.replace(/s$/, '')}.`;
    return message.includes('string') ? 'This is needed.' : message;
  }
  if (code === 'invalid_format') return 'Codes and classes like 200 or 2xx.';
  return message;
}
