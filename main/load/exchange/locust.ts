/** A scenario as a Locust file: for `locust --headless`, and for Locust's workers. */
import { parseThreshold, ThresholdSyntaxError, type ThresholdTerm } from '../../../profiles/load/threshold';
import type { Body, CaptureValue, Check, RequestStep, Scenario, Step, ThinkTime, Variable } from '../../api';
import { parseJsonPath } from '../engine/json-path';
import { kneeUsers } from '../scenario-of-load';
import { allSteps, commonNotes, contentTypeOf, endpointName, hasHeader, headersOf } from './endpoints';
import { baseNameOf } from './file-name';
import { locustHelpers } from './locust-helpers';
import { pyLiteral, pyText, pyValue } from './python-text';
import type { TemplatePart } from './template-parts';
import type { WrittenScenario } from './write';

export function locustFile(scenario: Scenario): WrittenScenario {
  return new LocustWriter(scenario).write();
}

/** Locust has none: what a user does at most in a second where a rate is asked for. */
const iterationsPerUser = 1;

class LocustWriter {
  private readonly notes: string[];

  constructor(private readonly scenario: Scenario) {
    this.notes = commonNotes(scenario, 'Locust');
  }

  write(): WrittenScenario {
    const { scenario } = this;
    const base = baseNameOf(scenario.name);
    const weights = wholeWeights(scenario.flows.map(({ weight }) => weight));
    const stages = this.stages();
    const variables = Object.entries(scenario.variables).map(
      ([name, variable]) => `${pyLiteral(name)}: ${this.variable(variable)},`,
    );
    const lines = [
      `# ${comment(scenario.name)}: written by Scorchmark.`,
      `# Run it with: locust -f ${base}_locust.py --headless`,
      '# Another target: BASE_URL=http://host:port',
      'import csv',
      'import json',
      'import os',
      'import random',
      'import re',
      'import time',
      'import uuid',
      'from urllib.parse import quote_plus',
      '',
      'import gevent',
      'from locust import HttpUser, LoadTestShape, between, constant, constant_throughput, events, task',
      '',
      `here = os.path.dirname(os.path.abspath(__file__))`,
      `warm_up_seconds = ${scenario.warmUpMs / 1000}`,
      `stages = [`,
      ...stages.map(
        ({ endSeconds, from, to, startSeconds }) =>
          `    {"start": ${startSeconds}, "end": ${endSeconds}, "from": ${from}, "to": ${to}},`,
      ),
      ']',
      '',
      locustHelpers,
      'variables = {',
      ...variables.map((line) => `    ${line}`),
      '}',
      '',
      '',
      'class Visitor(HttpUser):',
      `    host = os.environ.get("BASE_URL", ${pyLiteral(scenario.baseUrl ?? 'http://127.0.0.1:3000')})`,
      `    wait_time = ${this.waitTime()}`,
      '',
      '    def on_start(self):',
      '        self.values = {}',
      '        self.row = {}',
      '        self.number = next_number("user")',
      '        self.next_row()',
      ...(scenario.connection.insecureTls ? ['        self.client.verify = False'] : []),
      ...(scenario.connection.keepAlive ? [] : ['        self.client.headers["Connection"] = "close"']),
      '        self.set_up()',
      '',
      '    def set_up(self):',
      ...this.steps(scenario.setUp),
      '        return',
      '',
      ...scenario.flows.flatMap(({ name, steps }, i) => [
        `    # ${comment(name)}`,
        `    @task(${weights[i]})`,
        `    def flow_${i + 1}(self):`,
        '        self.next_row()',
        ...this.steps(steps),
        '        return',
        '',
      ]),
      locustUser,
      ...this.thresholds(),
    ];
    this.tellRest();
    return {
      text: `${lines.join('\n').trimEnd()}\n`,
      fileName: `${base}_locust.py`,
      notes: [...new Set(this.notes)],
    };
  }

  private tellRest(): void {
    const { connection, setUp } = this.scenario;
    if (connection.maxConnections !== undefined)
      this.notes.push('Locust opens connections per user: the limit of connections to a host is not said.');
    if (connection.http2) this.notes.push('Locust speaks HTTP/1.1 only.');
    if (setUp.length > 0)
      this.notes.push(
        'Locust counts the set-up’s requests with the rest; their names begin with “set-up: ”.',
      );
    if (this.scenario.thresholds.some(({ abort }) => abort))
      this.notes.push('Locust looks at thresholds when all is over: none ends the load.');
  }

  private stages(): { startSeconds: number; endSeconds: number; from: number; to: number }[] {
    const { load } = this.scenario;
    const plan =
      load.model === 'knee'
        ? kneeUsers(load).map((users) => ({ durationMs: load.stepMs, amount: users, ramp: 'step' as const }))
        : load.model === 'closed'
          ? load.stages.map(({ durationMs, users, ramp }) => ({ durationMs, amount: users, ramp }))
          : load.stages.map(({ durationMs, rate, ramp }) => ({
              durationMs,
              amount: Math.min(load.maxInFlight, Math.ceil(rate / iterationsPerUser)),
              ramp,
            }));
    if (load.model === 'knee')
      this.notes.push('Locust searches no knee: the steps of users are there, what ends the search is not.');
    if (load.model === 'open') {
      this.notes.push(
        'Locust has no open model: as many users as iterations per second, each beginning one a second as long as it is answered within that. A slow target is asked less often, which hides how slow it is.',
      );
      if (load.stages.some(({ rate }) => !Number.isInteger(rate)))
        this.notes.push('Rates are rounded up to whole iterations per second.');
    }
    let startSeconds = 0;
    let before = 0;
    return plan.map(({ durationMs, amount, ramp }) => {
      const stage = {
        startSeconds,
        endSeconds: startSeconds + durationMs / 1000,
        from: ramp === 'linear' ? before : amount,
        to: amount,
      };
      startSeconds = stage.endSeconds;
      before = amount;
      return stage;
    });
  }

  private waitTime(): string {
    const { load } = this.scenario;
    if (load.model === 'open') return `constant_throughput(${iterationsPerUser})`;
    const { minMs, maxMs } = load.thinkTime;
    return minMs === maxMs ? `constant(${minMs / 1000})` : `between(${minMs / 1000}, ${maxMs / 1000})`;
  }

  private variable(variable: Variable): string {
    const rows =
      variable.from === 'list'
        ? pyValue(variable.values, () => '""')
        : variable.from === 'json'
          ? `json_rows(${pyLiteral(variable.file)})`
          : `csv_rows(${pyLiteral(variable.file)}, ${pyLiteral(variable.delimiter)})`;
    return `{"pick": ${pyLiteral(variable.pick)}, "rows": ${rows}}`;
  }

  private readonly one = (part: Exclude<TemplatePart, { kind: 'text' }>): string => {
    if (part.kind === 'value') return `self.value(${[part.name, ...part.path].map(pyLiteral).join(', ')})`;
    const numbers = part.args.filter((arg) => /^-?\d+$/.test(arg)).map(Number);
    switch (part.name) {
      case 'randomInt':
        return `random.randint(${numbers.length === 1 ? `0, ${numbers[0]}` : `${numbers[0] ?? 0}, ${numbers[1] ?? 0}`})`;
      case 'randomString':
        return `random_string(${numbers[0] ?? 8})`;
      case 'randomItem':
        return part.args.length === 0 ? '""' : `random.choice([${part.args.map(pyLiteral).join(', ')}])`;
      case 'uuid':
        return 'str(uuid.uuid4())';
      case 'timestamp':
        return 'int(time.time() * 1000)';
      case 'sequence':
        this.notes.push('$sequence counts per worker in Locust.');
        return 'next_number("sequence")';
      case 'env':
        return `os.environ.get(${pyLiteral(part.args[0] ?? '')}, "")`;
      default:
        this.notes.push(`The function $${part.name} is not known: it is left empty.`);
        return '""';
    }
  };

  private text(text: string): string {
    return pyText(text, this.one);
  }

  private steps(steps: readonly Step[]): string[] {
    return steps.flatMap((step) => {
      if (step.kind === 'think') return [`        time.sleep(${sleepSeconds(step.time)})`];
      if (step.kind === 'websocket') {
        this.notes.push('Locust has no WebSockets of its own: those steps are left out.');
        return [];
      }
      return this.request(step, this.scenario.setUp.includes(step));
    });
  }

  private request(step: RequestStep, isSetUp: boolean): string[] {
    const { connection, cookies } = this.scenario;
    const headers = headersOf(this.scenario, step);
    const contentType = contentTypeOf(step);
    const written = headers.map(([name, value]) => `${pyLiteral(name)}: ${this.text(value)}`);
    if (contentType !== undefined && !hasHeader(headers, 'content-type'))
      written.push(`"Content-Type": ${pyLiteral(contentType)}`);
    const query = Object.entries(step.query).map(
      ([name, value]) => `(${pyLiteral(name)}, ${this.text(value)})`,
    );
    const name = `${isSetUp ? 'set-up: ' : ''}${endpointName(step)}`;
    const timeoutMs = step.timeoutMs ?? connection.timeoutMs;
    if (step.redirects > 0)
      this.notes.push('How many redirects are followed cannot be limited for each request in Locust.');
    const call = [
      `${pyLiteral(step.method)}, absolute(${this.text(step.url)})`,
      `name=${pyLiteral(name)}`,
      ...(query.length > 0 ? [`params=[${query.join(', ')}]`] : []),
      ...(written.length > 0 ? [`headers={${written.join(', ')}}`] : []),
      ...this.body(step.body),
      `timeout=(${connection.connectTimeoutMs / 1000}, ${timeoutMs / 1000})`,
      `allow_redirects=${step.redirects > 0 ? 'True' : 'False'}`,
      'catch_response=True',
    ];
    const status = step.checks.find((check) => check.on === 'status');
    const lines = [
      ...(cookies ? [] : ['self.client.cookies.clear()']),
      `with self.client.request(${call.join(', ')}) as response:`,
      '    failed = None',
      '    if not response.status_code:',
      '        return  # counted by Locust',
      ...(status
        ? []
        : ['    if response.status_code >= 400:', '        failed = "status %d" % response.status_code']),
      ...step.checks.flatMap((check) => {
        const { test, words } = this.check(check);
        return [
          `    if failed is None and not (${test}):`,
          `        failed = ${pyLiteral(`check: ${words}`)}`,
        ];
      }),
      ...step.capture.flatMap((capture) => this.capture(capture)),
      '    if failed is not None:',
      '        response.failure(failed)',
      '    else:',
      '        response.success()',
      ...(step.capture.some(({ required }) => required)
        ? ['if failed is not None and failed.startswith("not captured"):', '    return']
        : []),
    ];
    return lines.map((line) => `        ${line}`);
  }

  private body(body: Body | undefined): string[] {
    switch (body?.type) {
      case undefined:
        return [];
      case 'json':
        return [`data=json.dumps(${pyValue(body.value, this.one)}).encode("utf-8")`];
      case 'text':
        return [`data=(${this.text(body.text)}).encode("utf-8")`];
      case 'form':
        return [
          `data=form([${Object.entries(body.fields)
            .map(([name, value]) => `(${pyLiteral(name)}, ${this.text(value)})`)
            .join(', ')}])`,
        ];
      case 'file':
        return [`data=file_bytes(${pyLiteral(body.file)})`];
      case 'multipart': {
        const parts = body.parts.map((part) =>
          'value' in part
            ? `(${this.text(part.name)}, (None, ${this.text(part.value)}))`
            : `(${this.text(part.name)}, (${this.text(part.fileName ?? part.file.replace(/^.*[/\\]/, ''))}, file_bytes(${pyLiteral(part.file)}), ${pyLiteral(part.contentType ?? 'application/octet-stream')}))`,
        );
        return [`files=[${parts.join(', ')}]`];
      }
    }
  }

  private check(check: Check): { test: string; words: string } {
    switch (check.on) {
      case 'status': {
        const tests = check.in.map((code) =>
          code.endsWith('xx')
            ? `response.status_code // 100 == ${code[0]}`
            : `response.status_code == ${code}`,
        );
        return { test: tests.join(' or '), words: `status ${check.in.join(', ')}` };
      }
      case 'latency':
        return {
          test: `response.elapsed.total_seconds() * 1000 < ${check.belowMs}`,
          words: `latency < ${check.belowMs} ms`,
        };
      case 'header': {
        const header = `response.headers.get(${pyLiteral(check.header)})`;
        return check.contains === undefined
          ? { test: `${header} is not None`, words: `header ${check.header}` }
          : {
              test: `(${this.text(check.contains)}) in (${header} or "")`,
              words: `header ${check.header} contains “${check.contains}”`,
            };
      }
      case 'body': {
        const tests = [
          check.contains !== undefined && `(${this.text(check.contains)}) in response.text`,
          check.matches !== undefined && `re.search(${pyLiteral(check.matches)}, response.text) is not None`,
          check.json &&
            (check.json.equals === undefined
              ? `json_at(response, ${this.path(check.json.select)}) is not missing`
              : `json_at(response, ${this.path(check.json.select)}) == ${pyValue(check.json.equals, () => '""')}`),
        ].filter((test) => typeof test === 'string');
        return { test: tests.length > 0 ? tests.join(' and ') : 'response.content', words: 'body' };
      }
    }
  }

  private path(select: string): string {
    try {
      return `[${parseJsonPath(select)
        .map((key) => (typeof key === 'number' ? String(key) : pyLiteral(key)))
        .join(', ')}]`;
    } catch {
      this.notes.push(`“${select}” is no place in JSON that can be said here; nothing is found there.`);
      return '[""]';
    }
  }

  private capture({ name, from, select, required }: CaptureValue): string[] {
    if (from === 'regex')
      this.notes.push('Regular expressions are read by Python, whose rules differ in places.');
    const found =
      from === 'json'
        ? `json_at(response, ${this.path(select)})`
        : from === 'header'
          ? `response.headers.get(${pyLiteral(select)}, missing)`
          : from === 'cookie'
            ? `response.cookies.get(${pyLiteral(select)}, self.client.cookies.get(${pyLiteral(select)}, missing))`
            : `matched(response, ${pyLiteral(select)})`;
    return [
      `    if not self.keep(${pyLiteral(name)}, ${found})${required ? '' : ' and False'}:`,
      `        failed = ${pyLiteral(`not captured: ${name}`)}`,
    ];
  }

  private thresholds(): string[] {
    const tests = this.scenario.thresholds.flatMap(({ expression }) => {
      try {
        const term = parseThreshold(expression);
        const value = this.measured(term, expression);
        return value === undefined
          ? []
          : [`    (${pyLiteral(expression)}, lambda env: ${value} ${term.comparison} ${term.value}),`];
      } catch (error) {
        if (!(error instanceof ThresholdSyntaxError)) throw error;
        this.notes.push(`The threshold “${expression}” is left out: ${error.message}`);
        return [];
      }
    });
    if (tests.length === 0) return [];
    return ['', '', 'thresholds = [', ...tests, ']', '', '', locustThresholds];
  }

  private measured(
    { metric, percentile, unit, endpoint }: ThresholdTerm,
    expression: string,
  ): string | undefined {
    const step = allSteps(this.scenario).find(
      (each) => each.kind === 'request' && endpointName(each) === endpoint,
    );
    if (endpoint !== undefined && step?.kind !== 'request') {
      this.notes.push(`The threshold “${expression}” is left out: no endpoint is called “${endpoint}”.`);
      return undefined;
    }
    const stats =
      step?.kind === 'request'
        ? `env.stats.get(${pyLiteral(endpointName(step))}, ${pyLiteral(step.method)})`
        : 'env.stats.total';
    switch (metric) {
      case 'percentile':
        return `(${stats}.get_response_time_percentile(${(percentile ?? 50) / 100}) or 0)`;
      case 'mean':
        return `${stats}.avg_response_time`;
      case 'min':
        return `(${stats}.min_response_time or 0)`;
      case 'max':
        return `${stats}.max_response_time`;
      case 'rps':
        return `${stats}.total_rps`;
      case 'requests':
        return `${stats}.num_requests`;
      case 'errors':
        return unit === 'ratio' ? `${stats}.fail_ratio` : `${stats}.num_failures`;
      default:
        this.notes.push(`The threshold “${expression}” is left out: Locust does not count that.`);
        return undefined;
    }
  }
}

function comment(text: string): string {
  return text.replace(/[^\u0020-\u007e]+/g, ' ');
}

function sleepSeconds({ minMs, maxMs }: ThinkTime): string {
  return minMs === maxMs ? String(minMs / 1000) : `random.uniform(${minMs / 1000}, ${maxMs / 1000})`;
}

/** Locust takes whole numbers. */
function wholeWeights(weights: readonly number[]): number[] {
  const factor =
    [1, 2, 3, 4, 5, 10, 100].find((each) =>
      weights.every((weight) => Number.isInteger(Number((weight * each).toPrecision(9)))),
    ) ?? 1000;
  return weights.map((weight) => Math.max(1, Math.round(weight * factor)));
}

const locustUser = `    def next_row(self):
        self.row = {}
        for name, variable in variables.items():
            rows = variable["rows"]
            if variable["pick"] == "random":
                self.row[name] = random.choice(rows)
            elif variable["pick"] == "per-user":
                self.row[name] = rows[self.number % len(rows)]
            else:
                self.row[name] = rows[next_number("row of " + name) % len(rows)]

    def value(self, name, *path):
        found = self.values[name] if name in self.values else self.row.get(name)
        for key in path:
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                found = found.get(key) if isinstance(found, dict) else None
        return found

    def keep(self, name, found):
        if found is missing or found is None:
            return False
        self.values[name] = found
        return True`;

const locustThresholds = `@events.quitting.add_listener
def judge(environment, **_):
    for expression, holds in thresholds:
        if not holds(environment):
            print("threshold broken: " + expression)
            environment.process_exit_code = 99`;
