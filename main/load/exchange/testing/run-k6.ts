/** Runs a k6 script without k6: its modules are replaced, time stands still, and what it does is written down. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';

export interface K6Call {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  timeoutMs: number;
  name: string;
}
export interface K6Doings {
  options: Record<string, unknown>;
  /** What each iteration did, in order: requests, `slept <s>`, `check held|broken`. */
  iterations: (K6Call | string)[][];
  /** Names of requests by their other tags, as thresholds say them. */
  nameOfTag: Map<string, string>;
}

interface Answer {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}
interface Params {
  headers: Record<string, string>;
  timeout: string | number;
  tags: Record<string, string>;
}

/** @param randoms what `Math.random` gives in each iteration */
export function runK6(
  script: string,
  { folder, answers, randoms }: { folder: string; answers: Record<string, Answer>; randoms: number[] },
): K6Doings {
  const nameOfTag = new Map<string, string>();
  let doings: (K6Call | string)[] = [];
  let random = 0;
  const request = (method: string, url: string, body: unknown, params: Params) => {
    const { tags, timeout } = params;
    for (const [tag, value] of Object.entries(tags))
      if (tag !== 'phase') nameOfTag.set(`${tag}:${value}`, tags['name']!);
    const headers = Object.fromEntries(
      Object.entries(params.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    if (typeof body === 'object' && body !== null)
      headers['content-type'] = 'application/x-www-form-urlencoded';
    const timeoutMs = typeof timeout === 'number' ? timeout : parseFloat(timeout) * 1000;
    doings.push({
      method,
      url,
      headers,
      body: plainBody(body, headers['content-type']),
      timeoutMs,
      name: tags['name']!,
    });
    const answer = answers[new URL(url).pathname];
    if (!answer) throw new Error(`no answer for ${url}`);
    const text = JSON.stringify(answer.body);
    return {
      status: answer.status,
      body: text,
      headers: answer.headers ?? {},
      cookies: {},
      timings: { duration: 10 },
      json: (place: string) => at(JSON.parse(text), place.split('.')),
    };
  };
  class Metric {
    add(): void {
      // Nothing is counted here.
    }
  }
  const modules: Record<string, Record<string, unknown>> = {
    'k6/http': {
      default: {
        request,
        get: (url: string, params: Params) => request('GET', url, null, params),
        post: (url: string, body: unknown, params: Params) => request('POST', url, body, params),
        expectedStatuses: () => undefined,
      },
    },
    k6: {
      sleep: (seconds: number) => doings.push(`slept ${seconds}`),
      check: (response: unknown, checks: Record<string, (response: unknown) => boolean>) => {
        const held = Object.values(checks).map((test) => test(response));
        doings.push(...held.map((each) => `check ${each ? 'held' : 'broken'}`));
        return held.every(Boolean);
      },
    },
    'k6/data': {
      SharedArray: class {
        constructor(_name: string, rows: () => unknown[]) {
          return rows();
        }
      },
    },
    'k6/execution': { default: { vu: { idInTest: 2 }, scenario: { iterationInTest: 0, startTime: 0 } } },
    'k6/metrics': { Counter: Metric, Rate: Metric, Trend: Metric },
  };
  const { code } = transformSync(script, { format: 'cjs' });
  const module = { exports: {} as { default: () => void; options: Record<string, unknown> } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- running the script is the test
  new Function('require', 'module', 'exports', 'open', '__ENV', 'Math', code)(
    (name: string) => ({ ...modules[name], __esModule: true }),
    module,
    module.exports,
    (file: string) => readFileSync(path.join(folder, file), 'utf8'),
    {},
    new Proxy(Math, {
      get: (target, key) => (key === 'random' ? () => random : (Reflect.get(target, key) as unknown)),
    }),
  );
  const iterations = randoms.map((each) => {
    random = each;
    doings = [];
    module.exports.default();
    return doings;
  });
  return { options: module.exports.options, iterations, nameOfTag };
}

function plainBody(body: unknown, contentType: string | undefined): unknown {
  if (typeof body !== 'string') return body;
  if (contentType === 'application/json') return JSON.parse(body);
  return Object.fromEntries(new URLSearchParams(body));
}

function at(value: unknown, place: readonly string[]): unknown {
  let found = value;
  for (const key of place) found = (found as Record<string, unknown> | undefined)?.[key];
  return found;
}
