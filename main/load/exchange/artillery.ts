/** A scenario as an Artillery script: for `artillery run`, and for Artillery's cloud runners. */
import { Document, Scalar, visit } from 'yaml';
import type { Check, Flow, RequestStep, Scenario, Step, ThinkTime, WebSocketStep } from '../../api';
import { parseJsonPath, type JsonPath } from '../engine/json-path';
import { kneeUsers } from '../scenario-of-load';
import { ensureConditions } from './artillery-conditions';
import { allSteps, commonNotes, contentTypeOf, endpointName, hasHeader, headersOf } from './endpoints';
import { baseNameOf } from './file-name';
import { hasTemplate, templateParts } from './template-parts';
import type { WrittenScenario } from './write';

type Yaml = Record<string, unknown>;

/** What a request is taken to last where a number of repetitions has to stand for a time. */
const assumedRequestMs = 100;

/** @param columnsOf the names in the first line of a CSV file, where it can be read */
export function artilleryScript(
  scenario: Scenario,
  columnsOf: (file: string, delimiter: string) => readonly string[] | undefined = () => undefined,
): WrittenScenario {
  const { script, notes } = new ArtilleryWriter(scenario, columnsOf).write();
  const head = [
    `${scenario.name}: written by Scorchmark. Run it with: artillery run ${baseNameOf(scenario.name)}.yml`,
    'Another target: --target http://host:port',
  ].map((line) => `# ${line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')}`); // eslint-disable-line no-control-regex -- what would end a comment
  return {
    text: `${head.join('\n')}\n${yamlOf(script)}`,
    fileName: `${baseNameOf(scenario.name)}.yml`,
    notes: [...new Set(notes)],
  };
}

/** YAML 1.1 quotes more (`n`, `yes`), for readers of either version. */
function yamlOf(script: Yaml): string {
  const document = new Document(script, { aliasDuplicateObjects: false, version: '1.1' });
  visit(document, {
    Scalar(_key, node) {
      if (node.value === '<<') node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0 });
}

class ArtilleryWriter {
  private readonly notes: string[];
  /** The columns that are used, by variable. */
  private readonly columns = new Map<string, Set<string>>();

  private foundCount = 0;

  constructor(
    private readonly scenario: Scenario,
    private readonly columnsOf: (file: string, delimiter: string) => readonly string[] | undefined,
  ) {
    this.notes = commonNotes(scenario, 'Artillery');
  }

  write(): { script: Yaml; notes: string[] } {
    const { scenario, notes } = this;
    const { connection } = scenario;
    const setUp = this.steps(scenario.setUp);
    if (setUp.length > 0)
      notes.push('The set-up stands at the beginning of each flow; Artillery counts it with the rest.');
    const usesExpect = allSteps(scenario).some((step) => step.kind === 'request' && step.checks.length > 0);
    const scenarios = scenario.flows.map((flow) => this.flow(flow, setUp));
    const ensure = ensureConditions(scenario, notes);
    const config: Yaml = {
      target: scenario.baseUrl ?? 'http://127.0.0.1:3000',
      phases: this.phases(),
      http: {
        timeout: Math.max(1, Math.round(connection.timeoutMs / 1000)),
        ...(connection.maxConnections !== undefined && { pool: connection.maxConnections }),
      },
      ...(connection.insecureTls && { tls: { rejectUnauthorized: false } }),
      ...this.data(),
      plugins: {
        ...(usesExpect && { expect: { outputFormat: 'silent' } }),
        ...(ensure.length > 0 && { ensure: {} }),
        'metrics-by-endpoint': { useOnlyRequestNames: true },
      },
      ...(ensure.length > 0 && { ensure: { conditions: ensure } }),
    };
    this.tellRest();
    return { script: { config, scenarios }, notes };
  }

  private tellRest(): void {
    const { connection, cookies, warmUpMs } = this.scenario;
    if (warmUpMs > 0) this.notes.push('The warm-up is counted: Artillery leaves nothing out.');
    if (!cookies) this.notes.push('Artillery always keeps cookies for a user.');
    if (!connection.keepAlive)
      this.notes.push('Connections are kept alive: Artillery cannot be told otherwise.');
    if (connection.http2) this.notes.push('Artillery speaks HTTP/1.1 only.');
    this.notes.push(
      'Artillery counts requests without an answer as errors; answers of 4xx and 5xx are counted by their code.',
    );
    if (this.scenario.flows.some(({ steps }) => steps.filter(({ kind }) => kind === 'request').length > 1))
      this.notes.push('A request without an answer ends what this user of Artillery does; here it goes on.');
    if (
      connection.timeoutMs % 1000 !== 0 ||
      allSteps(this.scenario).some((step) => step.kind === 'request' && step.timeoutMs !== undefined)
    )
      this.notes.push('There is one timeout, in whole seconds, for all requests.');
  }

  private phases(): Yaml[] {
    const { load } = this.scenario;
    if (load.model === 'open') {
      if (load.arrivals === 'even')
        this.notes.push('Artillery begins the iterations of each second in turn, evenly.');
      else this.notes.push('Artillery spaces arrivals evenly; the independent (Poisson) ones are not said.');
      let before = 0;
      return load.stages.map(({ durationMs, rate, ramp }) => {
        const from = before;
        before = rate;
        const common = { duration: this.seconds(durationMs), maxVusers: load.maxInFlight };
        if (ramp === 'linear' && from !== rate) return { ...common, arrivalRate: from, rampTo: rate };
        return rate === 0 ? { pause: common.duration } : { ...common, arrivalRate: rate };
      });
    }
    const stages =
      load.model === 'knee'
        ? kneeUsers(load).map((users) => ({ durationMs: load.stepMs, users, ramp: 'step' as const }))
        : load.stages;
    this.notes.push(
      `Artillery has no fixed number of users: they arrive as the stages say and repeat their flow as often as fits into the rest of the time if a request takes ${assumedRequestMs} ms. Change the counts when yours are quicker or slower.`,
    );
    if (this.scenario.flows.length > 1)
      this.notes.push(
        'A user of Artillery stays with the flow it has begun; here each iteration chooses anew.',
      );
    if (load.model === 'knee')
      this.notes.push(
        'Artillery searches no knee: the steps of users are there, what ends the search is not.',
      );
    const phases: Yaml[] = [];
    let users = 0;
    for (const stage of stages) {
      const more = stage.users - users;
      if (more < 0)
        this.notes.push(
          'Artillery cannot send users away: stages with fewer users keep the ones that are there.',
        );
      users = Math.max(users, stage.users);
      const duration = this.seconds(stage.durationMs);
      if (more <= 0) phases.push({ pause: duration });
      else if (stage.ramp === 'linear') phases.push({ duration, arrivalCount: more });
      else {
        phases.push({ duration: 1, arrivalCount: more });
        if (duration > 1) phases.push({ pause: duration - 1 });
      }
    }
    return phases;
  }

  private seconds(durationMs: number): number {
    const seconds = Math.max(1, Math.round(durationMs / 1000));
    if (seconds * 1000 !== durationMs)
      this.notes.push('Artillery counts stages in whole seconds: lengths are rounded.');
    return seconds;
  }

  private flow({ name, weight, steps }: Flow, setUp: readonly Yaml[]): Yaml {
    const { load } = this.scenario;
    const sockets = steps.filter((step): step is WebSocketStep => step.kind === 'websocket');
    if (sockets.length > 0 && sockets.length === steps.filter(({ kind }) => kind !== 'think').length)
      return this.socketFlow(name, weight, steps);
    if (sockets.length > 0)
      this.notes.push(
        `The flow “${name}” has requests and WebSockets; Artillery has one kind in a flow: the WebSockets are left out.`,
      );
    const own = this.steps(steps);
    if (load.model === 'open') return { name, weight, flow: [...setUp, ...own] };
    const think = load.thinkTime.maxMs > 0 ? [this.think(load.thinkTime)] : [];
    const meanMs = (time: ThinkTime) => (time.minMs + time.maxMs) / 2;
    const iterationMs =
      meanMs(load.thinkTime) +
      steps.reduce(
        (sum, step) =>
          sum + (step.kind === 'think' ? meanMs(step.time) : step.kind === 'request' ? assumedRequestMs : 0),
        0,
      );
    const totalMs =
      load.model === 'knee'
        ? kneeUsers(load).length * load.stepMs
        : load.stages.reduce((sum, stage) => sum + stage.durationMs, 0);
    return {
      name,
      weight,
      flow: [...setUp, { loop: [...own, ...think], count: Math.max(1, Math.round(totalMs / iterationMs)) }],
    };
  }

  private socketFlow(name: string, weight: number, steps: readonly Step[]): Yaml {
    this.notes.push(
      'WebSockets: Artillery connects once to the target’s address; answers are not waited for.',
    );
    const first = steps.find((step) => step.kind === 'websocket');
    const flow = steps.flatMap((step): Yaml[] => {
      if (step.kind === 'think') return [this.think(step.time)];
      if (step.kind !== 'websocket') return [];
      return step.messages.flatMap(({ send, thenWait }) => [
        { send: this.text(send) },
        ...(thenWait ? [this.think(thenWait)] : []),
      ]);
    });
    const target = first?.url.replace(/^http/i, 'ws') ?? '';
    return {
      name,
      weight,
      engine: 'ws',
      flow: [
        { connect: { target: target.startsWith('/') ? `{{ target }}${target}` : this.text(target) } },
        ...flow,
      ],
    };
  }

  private steps(steps: readonly Step[]): Yaml[] {
    return steps.flatMap((step): Yaml[] => {
      if (step.kind === 'think') return [this.think(step.time)];
      return step.kind === 'request' ? [this.request(step)] : [];
    });
  }

  private think({ minMs, maxMs }: ThinkTime): Yaml {
    if (minMs === maxMs) return { think: `${Math.max(1, Math.round(minMs))}ms` };
    const spread = (maxMs - minMs) / 2;
    return { think: `${Math.max(1, Math.round((minMs + maxMs) / 2))}ms`, jitter: `${Math.round(spread)}ms` };
  }

  private request(step: RequestStep): Yaml {
    const headers = headersOf(this.scenario, step).map(([name, value]): [string, string] => [
      name,
      this.text(value),
    ]);
    const contentType = contentTypeOf(step);
    if (step.body?.type === 'text' && contentType !== undefined && !hasHeader(headers, 'content-type'))
      headers.push(['content-type', contentType]);
    const method = step.method.toLowerCase();
    if (step.redirects > 0)
      this.notes.push('How many redirects are followed cannot be limited in Artillery.');
    const found: Yaml[] = [];
    const expect = step.checks.flatMap((check) => this.expectation(check, found));
    const capture: Yaml[] = step.capture.map(({ name, from, select, required }) => {
      const common = { as: this.nameOf(name), ...(!required && { strict: false }) };
      switch (from) {
        case 'json':
          return { json: select, ...common };
        case 'header':
          return { header: select, ...common };
        case 'regex':
          return { regexp: select, group: 1, ...common };
        case 'cookie':
          return { header: 'set-cookie', ...common };
      }
    });
    capture.push(...found);
    if (step.capture.some(({ from }) => from === 'cookie'))
      this.notes.push('A captured cookie is the whole set-cookie header in Artillery.');
    const known = ['get', 'post', 'put', 'patch', 'delete', 'head'];
    if (!known.includes(method))
      this.notes.push(`Artillery does not send ${step.method}: GET stands in its place.`);
    return {
      [known.includes(method) ? method : 'get']: {
        url: this.text(step.url.startsWith('?') ? `/${step.url}` : step.url),
        name: endpointName(step),
        ...(Object.keys(step.query).length > 0 && { qs: this.texts(step.query) }),
        ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
        ...this.body(step),
        followRedirect: step.redirects > 0,
        ...(capture.length > 0 && { capture }),
        ...(expect.length > 0 && { expect }),
      },
    };
  }

  private body({ body }: RequestStep): Yaml {
    switch (body?.type) {
      case undefined:
        return {};
      case 'json':
        return { json: this.json(body.value) };
      case 'form':
        return { form: this.texts(body.fields) };
      case 'text':
        return { body: this.text(body.text) };
      case 'file':
        this.notes.push(`Artillery sends no file as a body: ${body.file} is left out.`);
        return {};
      case 'multipart':
        return {
          formData: Object.fromEntries(
            body.parts.map((part) => [
              this.text(part.name),
              'value' in part
                ? this.text(part.value)
                : {
                    fromFile: part.file,
                    ...(part.contentType !== undefined && { contentType: part.contentType }),
                  },
            ]),
          ),
        };
    }
  }

  private json(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((each) => this.json(each));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.json(each)]));
  }

  private texts(given: Record<string, string>): Yaml {
    return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, this.text(value)]));
  }

  /** Artillery's templates look alike; names of columns and functions are its own. */
  private text(text: string): string {
    return templateParts(text)
      .map((part) => {
        if (part.kind === 'text') return part.text;
        if (part.kind === 'value') return `{{ ${this.reference(part.name, part.path)} }}`;
        return this.call(part.name, part.args);
      })
      .join('');
  }

  private reference(name: string, path: readonly string[]): string {
    const variable = Object.hasOwn(this.scenario.variables, name) ? this.scenario.variables[name] : undefined;
    const [column, ...rest] = path;
    if (variable?.from !== 'csv' || column === undefined) return [this.nameOf(name), ...path].join('.');
    const used = this.columns.get(name) ?? new Set<string>();
    this.columns.set(name, used.add(column));
    return [this.nameOf(`${name}_${column}`), ...rest].join('.');
  }

  private nameOf(name: string): string {
    const plain = name.replace(/\W+/g, '_');
    if (plain !== name) this.notes.push(`The captured value “${name}” is called ${plain} here.`);
    return plain;
  }

  private call(name: string, args: readonly string[]): string {
    const whole = args.filter((arg) => /^-?\d+$/.test(arg));
    switch (name) {
      case 'randomInt':
        return `{{ $randomNumber(${whole.length === 1 ? `0, ${whole[0]}` : whole.join(', ')}) }}`;
      case 'randomString':
        return `{{ $randomString(${whole[0] ?? 8}) }}`;
      case 'uuid':
        this.notes.push('$uuid is the same throughout an iteration of a user in Artillery.');
        return '{{ $uuid }}';
      case 'env':
        return `{{ $env.${(args[0] ?? '').replace(/\W+/g, '_')} }}`;
      default:
        this.notes.push(`Artillery has no function $${name}: it is left empty.`);
        return '';
    }
  }

  private data(): Yaml {
    const payload: Yaml[] = [];
    const variables: Yaml = {};
    for (const [name, variable] of Object.entries(this.scenario.variables)) {
      if (variable.from === 'list') {
        variables[name] = variable.values;
        if (variable.pick !== 'random') this.notes.push(`Artillery picks from the list “${name}” at random.`);
      } else if (variable.from === 'json')
        this.notes.push(`Artillery reads no JSON file: ${variable.file} (“${name}”) is left out.`);
      else {
        const told = this.columnsOf(variable.file, variable.delimiter);
        const columns = told ?? [...(this.columns.get(name) ?? [])];
        payload.push({
          path: variable.file,
          fields: columns.map((column) => `${name}_${column}`.replace(/\W+/g, '_')),
          skipHeader: true,
          cast: false,
          order: variable.pick === 'random' ? 'random' : 'sequence',
          ...(variable.delimiter !== ',' && { delimiter: variable.delimiter }),
        });
        if (!told)
          this.notes.push(
            `Artillery takes the columns of ${variable.file} by their place, not by their names: put those in “fields” into the file’s order.`,
          );
      }
    }
    return {
      ...(payload.length > 0 && { payload }),
      ...(Object.keys(variables).length > 0 && { variables }),
    };
  }

  /** @param found captures that the expectations need */
  private expectation(check: Check, found: Yaml[]): Yaml[] {
    switch (check.on) {
      case 'status': {
        const codes = check.in.flatMap((code) =>
          code.endsWith('xx')
            ? Array.from({ length: code === '2xx' ? 27 : 32 }, (_, i) => Number(code[0]) * 100 + i)
            : [Number(code)],
        );
        return [{ statusCode: codes.length === 1 ? codes[0] : codes }];
      }
      case 'latency':
        this.notes.push('Artillery checks no latency of single answers: those checks are left out.');
        return [];
      case 'header':
        if (check.contains !== undefined)
          this.notes.push(
            'Artillery compares whole headers: that a header contains something is checked as that it is there.',
          );
        return [{ hasHeader: check.header }];
      case 'body':
        return [
          ...(check.contains === undefined ? [] : this.contained(check.contains, found)),
          ...(check.matches === undefined ? [] : this.matched(check.matches, found)),
          ...(check.json === undefined ? [] : this.jsonExpectation(check.json)),
        ];
    }
  }

  /** Its `matchesRegexp` sees JSON answers as “[object Object]”; captures see the text. */
  private contained(text: string, found: Yaml[]): Yaml[] {
    if (hasTemplate(text)) {
      this.notes.push(
        `That a body contains “${text}” is looked for in texts only: Artillery fills nothing in where it looks into JSON.`,
      );
      const pattern = text.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(?!\{)|(?<!\})\}/g, '\\$&');
      return [{ matchesRegexp: this.text(pattern) }];
    }
    const as = `found_${++this.foundCount}`;
    found.push({ regexp: text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), as, strict: false });
    return [{ equals: [`{{ ${as} }}`, text] }];
  }

  private matched(expression: string, found: Yaml[]): Yaml[] {
    this.notes.push(
      'A body that does not match its regular expression ends the user’s flow in Artillery, as “Failed capture or match”.',
    );
    found.push({ regexp: expression, as: `found_${++this.foundCount}` });
    return [];
  }

  private jsonExpectation({ select, equals }: { select: string; equals?: unknown }): Yaml[] {
    if (equals === undefined) return [{ hasProperty: select.replace(/^\$\.?/, '') }];
    const literal = JSON.stringify(equals);
    if (hasTemplate(literal)) {
      this.notes.push(`That ${select} equals ${literal} is not checked: Artillery fills nothing in there.`);
      return [];
    }
    return [{ jmespath: `${jmesPath(select)} == \`${literal.replaceAll('`', '\\`')}\`` }];
  }
}

/** `$.items[0]["a b"]` as `"items"[0]."a b"`. */
function jmesPath(select: string): string {
  let path: JsonPath;
  try {
    path = parseJsonPath(select);
  } catch {
    // The scenario itself says what is wrong with it.
    return select;
  }
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${JSON.stringify(key)}`))
    .join('')
    .replace(/^$/, '@');
}
