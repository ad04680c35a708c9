/** A scenario, worked out once into what users go through: everything that can be known before the load begins, is. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { RequestStep, Scenario, Step, ThinkTime, WebSocketStep } from '../../api';
import { AppError } from '../../errors';
import { absoluteUrl, addressOf, safePath, type Address } from './address';
import { compileCapture, compileCheck, type CompiledCapture, type CompiledCheck } from './answer-rules';
import { compileBody, encodeForm, type CompiledBody } from './body';
import { checkColumns } from './check-columns';
import { openData, type DataSource } from './data';
import { wireOf } from './http1-connection';
import type { EndpointName } from './statistics';
import { compileTemplate, fill, Template, type TemplateValues } from './template';
import type { OutgoingRequest } from './transport';

export interface CompiledRequest {
  readonly kind: 'request';
  /** Position in `Compiled.endpoints`. */
  readonly endpoint: number;
  readonly timeoutUs: number;
  /** The same each time; null when something has to be filled in. */
  readonly fixed: BuiltRequest | null;
  /** @throws TypeError or AppError when what was filled in cannot be sent */
  build(values: TemplateValues): BuiltRequest;
  readonly checks: readonly CompiledCheck[];
  /** Positions of the checks among the endpoint's. */
  readonly checkPlaces: readonly number[];
  readonly captures: readonly CompiledCapture[];
  readonly wantsBody: boolean;
  /** A check says which statuses are right; else 4xx and 5xx are wrong. */
  readonly judgesStatus: boolean;
  readonly redirects: number;
}

export interface BuiltRequest {
  readonly address: Address;
  readonly request: OutgoingRequest;
  readonly sizeBytes: number;
}

export interface CompiledWebSocket {
  readonly kind: 'websocket';
  /** Of the opening, and of the messages. */
  readonly endpoint: number;
  readonly messageEndpoint: number;
  readonly timeoutUs: number;
  readonly url: (values: TemplateValues) => string;
  readonly headers: readonly (readonly [string, string | Template])[];
  readonly messages: readonly {
    readonly send: string | Template;
    readonly expect: string | Template | null;
    readonly thenWait: ThinkTime | null;
  }[];
}

export interface CompiledThink {
  readonly kind: 'think';
  readonly time: ThinkTime;
}

export type CompiledStep = CompiledRequest | CompiledWebSocket | CompiledThink;

export interface Compiled {
  readonly endpoints: readonly EndpointName[];
  readonly setUp: readonly CompiledStep[];
  readonly flows: readonly (readonly CompiledStep[])[];
  /** Flows in the order in which they are chosen, again and again: the mix is right at every moment. */
  readonly cycle: Uint16Array;
  readonly data: readonly DataSource[];
}

/** Steps beyond so many are counted together. */
const mostEndpoints = 500;

/**
 * @param baseUrl where paths go; null when there is none @param folder that files are relative to
 * @throws AppError BAD_INPUT naming what cannot be used, LOAD_NO_URL for a path that has nowhere to go
 */
export async function compileScenario(
  scenario: Scenario,
  baseUrl: string | null,
  folder: string,
): Promise<Compiled> {
  const steps = [...scenario.setUp, ...scenario.flows.flatMap(({ steps: each }) => each)];
  const known = new Set(Object.keys(scenario.variables));
  for (const step of steps) if (step.kind === 'request') for (const { name } of step.capture) known.add(name);
  const endpoints = new Endpoints();
  const context: Context = { scenario, baseUrl, folder, known, endpoints };
  // One after the other: endpoints stand in the order of the scenario, those of the set-up last.
  const flows: CompiledStep[][] = [];
  for (const { steps: each } of scenario.flows) flows.push(await compileSteps(each, context));
  const setUp = await compileSteps(scenario.setUp, { ...context, endpoints: new Endpoints() });
  const data: DataSource[] = [];
  for (const [name, variable] of Object.entries(scenario.variables))
    data.push(await openData(name, variable, folder));
  checkColumns(scenario, data);
  return {
    endpoints: endpoints.all,
    setUp,
    flows,
    cycle: cycleOf(scenario.flows.map(({ weight }) => weight)),
    data,
  };
}

interface Context {
  scenario: Scenario;
  baseUrl: string | null;
  folder: string;
  known: ReadonlySet<string>;
  endpoints: Endpoints;
}

async function compileSteps(steps: readonly Step[], context: Context): Promise<CompiledStep[]> {
  const compiled: CompiledStep[] = [];
  for (const step of steps) {
    if (step.kind === 'think') compiled.push({ kind: 'think', time: step.time });
    else if (step.kind === 'websocket') compiled.push(compileWebSocket(step, context));
    else compiled.push(await compileRequest(step, context));
  }
  return compiled;
}

async function compileRequest(step: RequestStep, context: Context): Promise<CompiledRequest> {
  const { scenario, known, folder, endpoints } = context;
  const { connection } = scenario;
  const url = urlOf(step.url, context);
  const query = Object.entries(step.query).map(
    ([name, value]) => [encodeForm(name), compileTemplate(value, known)] as const,
  );
  const body = step.body ? await compileBody(step.body, known, folder) : null;
  const headers = compileHeaders(
    { ...step, headers: mergeHeaders(scenario.headers, step.headers) },
    known,
    body,
  );
  const checks = step.checks.map((check) => compileCheck(check, known));
  const captures = step.capture.map(compileCapture);
  const { endpoint, checkPlaces } = endpoints.add(step.method, step.url, step.name, checks);

  const queryText = (values: TemplateValues) =>
    query.map(([name, value]) => `${name}=${encodeForm(fill(value, values))}`).join('&');
  const build = (values: TemplateValues): BuiltRequest => {
    const filled = fill(url, values);
    const address = addressOf(query.length === 0 ? filled : withQuery(filled, queryText(values)));
    return buildRequest(
      { method: step.method, address, keepAlive: connection.keepAlive, http2: connection.http2 },
      headers.map(([name, value]) => [name, fill(value, values)]),
      body ? (Buffer.isBuffer(body.content) ? body.content : body.content(values)) : null,
    );
  };
  const isFixed =
    typeof url === 'string' &&
    query.every(([, value]) => typeof value === 'string') &&
    headers.every(([, value]) => typeof value === 'string') &&
    (!body || Buffer.isBuffer(body.content));
  return {
    kind: 'request',
    endpoint,
    checkPlaces,
    timeoutUs: (step.timeoutMs ?? connection.timeoutMs) * 1000,
    fixed: isFixed ? build({ value: () => undefined }) : null,
    build,
    checks,
    captures,
    wantsBody:
      step.checks.some(({ on }) => on === 'body') ||
      step.capture.some(({ from }) => from === 'json' || from === 'regex'),
    judgesStatus: step.checks.some(({ on }) => on === 'status'),
    redirects: step.redirects,
  };
}

/** @throws TypeError when a header cannot be sent */
export function buildRequest(
  {
    method,
    address,
    keepAlive,
    http2,
  }: { method: string; address: Address; keepAlive: boolean; http2: boolean },
  headers: readonly (readonly [string, string])[],
  body: Buffer | null,
): BuiltRequest {
  const flat: string[] = [];
  for (const [name, value] of headers) {
    validateHeaderValue(name, value);
    flat.push(name, value);
  }
  if (address.origin.authorization && !headers.some(([name]) => name.toLowerCase() === 'authorization'))
    flat.push('Authorization', address.origin.authorization);
  const parts = { method, path: safePath(address.path), headers: flat, body };
  // What undici writes is so long, or a little shorter.
  const wire = wireOf(parts, address.origin.authority, keepAlive);
  const isPlain = !address.origin.isSecure && !http2;
  return { address, request: { ...parts, wire: isPlain ? wire : null }, sizeBytes: wire.length };
}

function compileWebSocket(step: WebSocketStep, context: Context): CompiledWebSocket {
  const { scenario, known, endpoints } = context;
  const url = urlOf(step.url, context);
  const { endpoint } = endpoints.add('WS', step.url, step.name, []);
  const { endpoint: messageEndpoint } = endpoints.add(
    'WS',
    step.url,
    `${step.name ?? step.url} · message`,
    [],
  );
  return {
    kind: 'websocket',
    endpoint,
    messageEndpoint,
    timeoutUs: (step.timeoutMs ?? scenario.connection.timeoutMs) * 1000,
    url: (values) => fill(url, values).replace(/^http/i, 'ws'),
    headers: compileHeaders({ ...step, headers: mergeHeaders(scenario.headers, step.headers) }, known, null),
    messages: step.messages.map(({ send, expect, thenWait }) => ({
      send: compileTemplate(send, known),
      expect: expect === undefined ? null : compileTemplate(expect, known),
      thenWait: thenWait ?? null,
    })),
  };
}

/** Absolute as far as it can be said now. */
function urlOf(url: string, { scenario, baseUrl, known }: Context): string | Template {
  const isAbsolute = /^(https?|wss?):\/\//i.test(url);
  const startsWithValue = url.trimStart().startsWith('{{');
  const base = baseUrl ?? scenario.baseUrl ?? null;
  if (!isAbsolute && !startsWithValue && base === null)
    throw new AppError(
      'LOAD_NO_URL',
      `There is no address to send ${url} to: the target listens on no HTTP port.`,
      {
        hint: 'Give the load a full URL like http://127.0.0.1:3000/ (baseUrl of a scenario), or a program that listens.',
      },
    );
  const compiled = compileTemplate(url, known);
  if (typeof compiled === 'string') {
    const absolute = absoluteUrl(compiled, base ?? '');
    if (!URL.canParse(absolute))
      throw new AppError('BAD_INPUT', `“${url}” is not a valid URL.`, {
        hint: 'Check the host, the port (1 to 65535) and the characters in it.',
      });
    return absolute;
  }
  return isAbsolute ? compiled : new Template([(values) => absoluteUrl(compiled.text(values), base ?? '')]);
}

function withQuery(url: string, query: string): string {
  const hash = url.indexOf('#');
  const whole = hash < 0 ? url : url.slice(0, hash);
  return `${whole}${whole.includes('?') ? '&' : '?'}${query}`;
}

function mergeHeaders(common: Record<string, string>, own: Record<string, string>): Record<string, string> {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return {
    ...Object.fromEntries(Object.entries(common).filter(([name]) => !names.has(name.toLowerCase()))),
    ...own,
  };
}

/** These describe the message as it goes over the wire, which the transport writes. */
const wireHeaders = new Set(['content-length', 'transfer-encoding', 'connection']);

function compileHeaders(
  step: { url: string; headers: Record<string, string> },
  known: ReadonlySet<string>,
  body: CompiledBody | null,
): (readonly [string, string | Template])[] {
  const headers = Object.entries(step.headers)
    .filter(([name]) => !wireHeaders.has(name.toLowerCase()))
    .map(([name, value]) => [name, checkedHeader(name, compileTemplate(value, known), step.url)] as const);
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  if (body?.contentType && !hasType) headers.push(['Content-Type', body.contentType]);
  return headers;
}

/** @throws AppError BAD_INPUT when it cannot be sent */
export function checkedHeader<T>(name: string, value: T, url: string): T {
  try {
    validateHeaderName(name);
    if (typeof value === 'string') validateHeaderValue(name, value);
  } catch (error) {
    throw new AppError('BAD_INPUT', `The header “${name}” of ${url} cannot be sent.`, {
      hint: 'Header names are letters, digits and dashes; values are one line.',
      cause: error,
    });
  }
  return value;
}

/** The endpoints that are counted: one for each method, URL and name of the scenario. */
class Endpoints {
  readonly all: { method: string; url: string; name?: string; checks: string[] }[] = [];
  readonly #places = new Map<string, number>();

  add(method: string, url: string, name: string | undefined, checks: readonly CompiledCheck[]) {
    let key = `${method} ${url} ${name ?? ''}`;
    let entry = { method, url, ...(name !== undefined && { name }), checks: [] as string[] };
    if (!this.#places.has(key) && this.all.length >= mostEndpoints) {
      key = 'other';
      entry = { method: '', url: '', name: 'other', checks: [] };
    }
    let endpoint = this.#places.get(key);
    if (endpoint === undefined) {
      endpoint = this.all.push(entry) - 1;
      this.#places.set(key, endpoint);
    }
    const { checks: words } = this.all[endpoint]!;
    const checkPlaces = checks.map(({ words: word }) => {
      const place = words.indexOf(word);
      return place >= 0 ? place : words.push(word) - 1;
    });
    return { endpoint, checkPlaces };
  }
}

/** How finely weights are kept when they are no small whole numbers. */
const longestCycle = 1000;

/**
 * The order in which flows are chosen: each as often as its weight says and as evenly spread as can be (smooth weighted
 * round robin, as in nginx), so that short stretches have the right mix, too.
 */
export function cycleOf(weights: readonly number[]): Uint16Array {
  const counts = wholeWeights(weights);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const cycle = new Uint16Array(total);
  const current = counts.map(() => 0);
  for (let at = 0; at < total; at++) {
    let best = 0;
    for (let flow = 0; flow < counts.length; flow++) {
      current[flow]! += counts[flow]!;
      if (current[flow]! > current[best]!) best = flow;
    }
    current[best]! -= total;
    cycle[at] = best;
  }
  return cycle;
}

function wholeWeights(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (weights.every(Number.isInteger) && sum <= longestCycle) {
    const divisor = weights.reduce(greatestCommonDivisor);
    return weights.map((weight) => weight / divisor);
  }
  const steps = Math.max(longestCycle, weights.length);
  return weights.map((weight) => Math.max(1, Math.round((weight / sum) * steps)));
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
