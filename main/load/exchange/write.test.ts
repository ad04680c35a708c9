import { readFileSync } from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import fc from 'fast-check';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { anyScenario } from '../scenario/arbitrary-scenario';
import { parseScenario } from '../scenario';
import { writeScenario } from './write';

const folder = path.join(import.meta.dirname, 'testing');
const shop = parseScenario(readFileSync(path.join(folder, 'shop.yaml'), 'utf8'));

/** The script with k6's modules replaced; returns what it sent. */
function runK6(text: string, iterations: number) {
  const sent: { method: string; url: string; body: unknown; headers: Record<string, string> }[] = [];
  const answers: Record<string, unknown> = {
    '/login': { token: 't1' },
    '/products': { items: [{ id: 1 }] },
    '/orders': { id: 42 },
  };
  const failed: string[] = [];
  class Metric {
    add(): void {
      // Only its being called matters.
    }
  }
  const modules: Record<string, Record<string, unknown>> = {
    'k6/http': {
      default: {
        request: (
          method: string,
          url: string,
          body: unknown,
          { headers }: { headers: Record<string, string> },
        ) => {
          sent.push({ method, url, body, headers });
          const place = new URL(url).pathname;
          return {
            status: place === '/missing' ? 404 : 200,
            body: JSON.stringify(answers[place] ?? {}),
            headers: {},
            cookies: {},
            timings: { duration: 1 },
          };
        },
        expectedStatuses: () => undefined,
        file: (data: unknown, name: string) => ({ data, name }),
      },
    },
    'k6/ws': { default: {} },
    k6: {
      sleep: () => undefined,
      check: (response: unknown, checks: Record<string, (response: unknown) => boolean>) =>
        Object.entries(checks).every(([name, test]) => test(response) || !failed.push(name)),
    },
    'k6/data': {
      SharedArray: class {
        constructor(_name: string, rows: () => unknown[]) {
          return rows();
        }
      },
    },
    'k6/execution': { default: { vu: { idInTest: 1 }, scenario: { iterationInTest: 0, startTime: 0 } } },
    'k6/metrics': { Counter: Metric, Rate: Metric, Trend: Metric },
  };
  const { code } = transformSync(text, { format: 'cjs' });
  const module = { exports: {} as { default: () => void; options: Record<string, unknown> } };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- it is what we wrote, and running it is the test
  new Function('require', 'module', 'exports', 'open', '__ENV', code)(
    (name: string) => ({ ...modules[name], __esModule: true }),
    module,
    module.exports,
    (file: string) => readFileSync(path.join(folder, file), 'utf8'),
    {},
  );
  for (let i = 0; i < iterations; i++) module.exports.default();
  return { sent, failed, options: module.exports.options };
}

describe('a scenario for k6', () => {
  it('is the script one would write', async () => {
    await expect(writeScenario(shop, 'k6').text).toMatchFileSnapshot('testing/shop.js.golden');
  });

  it('logs in once, captures, and sends what the scenario says', () => {
    const { sent, failed, options } = runK6(writeScenario(shop, 'k6').text, 50);
    expect(failed).toEqual([]);
    expect(sent.filter(({ url }) => url.endsWith('/login'))).toHaveLength(1);
    const order = sent.find(({ method, url }) => method === 'POST' && url.endsWith('/orders'))!;
    expect(order.headers).toMatchObject({
      'x-app': 'shop',
      authorization: 'Bearer t1',
      'Content-Type': 'application/json',
    });
    expect(JSON.parse(order.body as string)).toMatchObject({
      item: 7,
      note: `it's "quoted" \${x} \\ \u2028 </script> ann`,
    });
    expect(sent.some(({ url }) => url.endsWith('/orders/42'))).toBe(true);
    expect(sent.some(({ body }) => body === 'a=b%20%26%20c&d=42')).toBe(true);
    expect(options).toMatchObject({
      scenarios: { load: { executor: 'ramping-vus', startVUs: 3 } },
      thresholds: { 'http_req_duration{phase:load}': ['p(95)<500'], 'errors{phase:load}': ['rate<0.01'] },
    });
  });

  it.each([
    ['users: 5\nduration: 30s', { executor: 'constant-vus', vus: 5, duration: '30s' }],
    [
      'rate: 0.5\nduration: 1m',
      { executor: 'constant-arrival-rate', rate: 5, timeUnit: '10s', duration: '1m' },
    ],
    [
      'stages: [{ duration: 10s, rate: 10 }, { duration: 20s, rate: 50, ramp: linear }, { duration: 5s, rate: 1 }]',
      {
        executor: 'ramping-arrival-rate',
        startRate: 10,
        stages: [
          { duration: '10s', target: 10 },
          { duration: '20s', target: 50 },
          { duration: '0s', target: 1 },
          { duration: '5s', target: 1 },
        ],
      },
    ],
  ])('has the executor for %s', (load, expected) => {
    const { options } = runK6(writeScenario(parseScenario(`${load}\nsteps: [/a]`), 'k6').text, 1);
    expect(options).toMatchObject({ scenarios: { load: expected } });
  });
});

describe('a scenario for Artillery', () => {
  it('is the script one would write', async () => {
    await expect(writeScenario(shop, 'artillery').text).toMatchFileSnapshot('testing/shop.artillery.golden');
  });
});

describe('a scenario for Locust', () => {
  it('is the file one would write', async () => {
    await expect(writeScenario(shop, 'locust').text).toMatchFileSnapshot('testing/shop.locust.golden');
  });
});

describe('whatever a scenario says', () => {
  it('does not break out of strings and comments of any format', () => {
    fc.assert(
      fc.property(anyScenario, (scenario) => {
        const k6 = writeScenario(scenario, 'k6').text;
        transformSync(k6, { format: 'esm' });
        expect(k6).not.toContain('</script>');
        const yaml = parse(writeScenario(scenario, 'artillery').text) as {
          scenarios: unknown[];
        };
        expect(yaml.scenarios).toHaveLength(scenario.flows.length);
        expect(unbalancedPython(writeScenario(scenario, 'locust').text)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('is told when it cannot be said', () => {
    const hard = parseScenario(`
rate: 10
duration: 10s
arrivals: poisson
connection: { http2: true, maxConnections: 5 }
steps: [{ websocket: /live, messages: [a] }, /a]
faults: [{ at: 1s, for: 1s, pause: true }]
thresholds: [{ expression: p95 < 1s, abort: true }]`);
    for (const [format, notes] of [
      [
        'k6',
        [/breaks nothing/, /Poisson/, /from when a request was sent/, /HTTP\/2/, /limit of connections/],
      ],
      [
        'artillery',
        [/breaks nothing/, /Poisson/, /WebSockets are left out/, /HTTP\/1.1 only/, /none ends the load/],
      ],
      [
        'locust',
        [/breaks nothing/, /no open model/, /no WebSockets/, /HTTP\/1.1 only/, /none ends the load/],
      ],
    ] as const)
      for (const note of notes) expect(writeScenario(hard, format).notes.join('\n')).toMatch(note);
  });
});

/** A line of our Python that ends within a string: what stands in it has broken out, or a line was broken. */
function unbalancedPython(text: string): string | undefined {
  return text
    .split('\n')
    .filter((line) => /^\s+(with|failed =|\("|"|if failed is None)/.test(line))
    .find((line) => (line.replace(/\\./g, '').match(/"/g) ?? []).length % 2 === 1);
}
