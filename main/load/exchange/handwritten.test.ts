/**
 * Two rich scenarios were written for k6, Artillery and Locust by hand, from those tools' documentation, without looking at
 * what is written here. What is written here does the same: the scripts are run, the YAML is compared by its meaning.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../scenario';
import { runK6, type K6Call, type K6Doings } from './testing/run-k6';
import { writeScenario } from './write';

const folder = path.join(import.meta.dirname, 'testing');
const fileText = (name: string): string => readFileSync(path.join(folder, name), 'utf8');
const scenarioOf = (name: string) => parseScenario(fileText(`${name}.yaml`));

const answers = {
  '/login': { status: 200, body: { token: 't1' } },
  '/products': { status: 200, body: { items: [{ id: 11 }] } },
  '/products/11': { status: 200, body: { id: 11 } },
  '/cart': { status: 201, body: {}, headers: { 'X-Order-Id': '42' } },
  '/payments': { status: 200, body: { state: 'paid' } },
};

describe('a k6 script', () => {
  it.each(['market', 'market-open'])('of the %s does what the one written by hand does', (name) => {
    const randoms = [0.1, 0.9, 0.5, 0.74, 0.75];
    const given = { folder, answers, randoms };
    const ours = runK6(writeScenario(scenarioOf(name), 'k6', folder).text, given);
    const theirs = runK6(fileText(`${name}.k6.golden`), given);
    expect(ours.iterations.flat().length).toBeGreaterThan(20);
    for (const [i] of randoms.entries()) {
      expect(requests(ours, i)).toEqual(requests(theirs, i));
      expect(waits(ours, i)).toEqual(waits(theirs, i));
    }
    expect(k6Load(ours)).toEqual(k6Load(theirs));
    expect(k6Thresholds(ours)).toEqual(k6Thresholds(theirs));
  });
});

function requests({ iterations }: K6Doings, iteration: number): (K6Call | string)[] {
  return iterations[iteration]!.filter((each) => typeof each !== 'string' || each.startsWith('check'));
}

function waits({ iterations }: K6Doings, iteration: number): number[] {
  return iterations[iteration]!.flatMap((each) =>
    typeof each === 'string' && each.startsWith('slept ') ? [Math.round(Number(each.slice(6)) * 1e6)] : [],
  );
}

/** How much and when. How long one waits for the last answers, and how many users are made beforehand, is left to each. */
function k6Load({ options }: K6Doings): unknown {
  const [scenario] = Object.values(options['scenarios'] as Record<string, Record<string, unknown>>);
  const stages: { duration: string; target: number }[] = [];
  for (const stage of scenario!['stages'] as typeof stages)
    if (stage.duration !== '0s' || stage.target !== stages.at(-1)?.target) stages.push(stage);
  const { gracefulStop: _stop, gracefulRampDown: _down, preAllocatedVUs: _users, ...rest } = scenario!;
  return { ...rest, stages };
}

/** Ours leave the set-up out by a tag, and count broken checks as errors, as the scenario does. */
function k6Thresholds({ options, nameOfTag }: K6Doings): unknown {
  return Object.fromEntries(
    Object.entries(options['thresholds'] as Record<string, unknown>).map(([key, value]) => {
      const [, metric = '', tags = ''] = /^(\w+)(?:\{(.*)\})?$/.exec(key) ?? [];
      const names = tags
        .split(',')
        .filter((tag) => tag !== '' && tag !== 'phase:load')
        .map((tag) => nameOfTag.get(tag));
      return [`${metric === 'errors' ? 'http_req_failed' : metric} ${names.join()}`, value];
    }),
  );
}

type Yaml = Record<string, unknown>;
const mapOf = (value: unknown): Yaml => (value ?? {}) as Yaml;
const listOf = (value: unknown): Yaml[] =>
  (value === undefined ? [] : Array.isArray(value) ? value : [value]) as Yaml[];

describe('an Artillery script', () => {
  it('of the open market says what the one written by hand says', () => {
    const ours = parse(writeScenario(scenarioOf('market-open'), 'artillery', folder).text) as Yaml;
    expect(meaning(ours)).toEqual(meaning(parse(fileText('market-open.artillery.golden')) as Yaml));
  });
});

/** Where Artillery has two ways to say the same, one of them. */
function meaning(script: Yaml): unknown {
  const { http, plugins, ensure, payload, phases, ...config } = mapOf(script['config']);
  const { defaults, ...httpRest } = mapOf(http);
  const { ensure: ensurePlugin, expect: expectPlugin, ...pluginsRest } = mapOf(plugins);
  const common = mapOf(mapOf(defaults)['headers']);
  const judged = [mapOf(ensure), mapOf(ensurePlugin)];
  return {
    ...config,
    http: httpRest,
    plugins: { ...pluginsRest, expect: expectPlugin !== undefined },
    payload: listOf(payload).map((each) => ({ ...each, path: path.basename(each['path'] as string) })),
    phases: listOf(phases).map(({ name: _name, ...phase }) => phase),
    checks: [
      ...judged.flatMap(({ thresholds }) =>
        listOf(thresholds).flatMap((each) =>
          Object.entries(each).map(([key, most]) => `${key} < ${String(most)}`),
        ),
      ),
      ...judged.flatMap(({ conditions }) =>
        listOf(conditions).map(({ expression }) => (expression as string).replace(/^\(([^()]*)\)/, '$1')),
      ),
    ].toSorted(),
    scenarios: listOf(script['scenarios']).map(({ flow, ...scenario }) => ({
      ...scenario,
      flow: listOf(flow).map((step) =>
        Object.fromEntries(
          Object.entries(step).map(([kind, given]) => {
            if (typeof given !== 'object') return [kind, given];
            // That redirects are not followed is our scenarios' default, and has to be said.
            const { headers, capture, followRedirect: _follow, ...request } = mapOf(given);
            return [
              kind,
              { ...request, headers: { ...common, ...mapOf(headers) }, capture: listOf(capture) },
            ];
          }),
        ),
      ),
    })),
  };
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.skipIf(!hasPython)('a Locust file', () => {
  const doingsOf = (scratch: string, text: string, mode: 'well' | 'ill') => {
    writeFileSync(path.join(scratch, 'market-users.csv'), fileText('market-users.csv'));
    writeFileSync(path.join(scratch, 'locustfile.py'), text);
    const { stdout, stderr, status } = spawnSync(
      'python3',
      [path.join(folder, 'locust_calls.py'), path.join(scratch, 'locustfile.py'), mode],
      // Vite has a BASE_URL of its own.
      { encoding: 'utf8', env: { ...process.env, BASE_URL: undefined } },
    );
    if (status !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as { calls: { name: string; failed: boolean }[]; failed: boolean[] };
  };

  it('of the market does what the one written by hand does, and counts as failed what the scenario does', () => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'locust-'));
    try {
      const text = writeScenario(scenarioOf('market'), 'locust', folder).text;
      const ours = doingsOf(scratch, text, 'well');
      // The set-up is told apart by its name: Locust counts it with the rest.
      for (const call of ours.calls) call.name = call.name.replace(/^set-up: /, '');
      expect(ours).toEqual(doingsOf(scratch, fileText('market.locust.golden'), 'well'));
      expect(ours.failed).toEqual([false, true, true, true, true]);
      expect(doingsOf(scratch, text, 'ill').calls.map(({ failed }) => failed)).toEqual([
        true,
        true,
        true,
        true,
        true,
      ]);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });
});
