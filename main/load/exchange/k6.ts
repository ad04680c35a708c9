/** A scenario as a k6 script: ready for `k6 run` and, beyond one machine, for the k6-operator. */
import type {
  Body,
  CaptureValue,
  Check,
  RequestStep,
  Scenario,
  Step,
  ThinkTime,
  Variable,
  WebSocketStep,
} from '../../api';
import { parseJsonPath } from '../engine/json-path';
import { baseNameOf } from './file-name';
import { allSteps, commonNotes, contentTypeOf, endpointName, hasHeader, headersOf } from './endpoints';
import { jsComment, jsLiteral, jsText, jsValue } from './javascript-text';
import { k6Helpers } from './k6-helpers';
import { k6Scenario, k6Thresholds } from './k6-options';
import type { TemplatePart } from './template-parts';
import type { WrittenScenario } from './write';

export function k6Script(scenario: Scenario): WrittenScenario {
  return new K6Writer(scenario).write();
}

class K6Writer {
  private readonly notes: string[];
  private readonly files = new Map<string, string>();
  private readonly endpoints = new Map<string, string>();

  constructor(private readonly scenario: Scenario) {
    this.notes = commonNotes(scenario, 'k6');
    for (const step of allSteps(scenario))
      if (step.kind !== 'think' && !this.endpoints.has(endpointName(step)))
        this.endpoints.set(endpointName(step), `e${this.endpoints.size + 1}`);
  }

  write(): WrittenScenario {
    const { scenario } = this;
    const setUp = this.steps(scenario.setUp, 'setUp');
    const flows = scenario.flows.map(({ name, steps }, i) => [
      jsComment(name),
      `function flow${i + 1}() {`,
      ...this.steps(steps, 'load').map(indent),
      '}',
      '',
    ]);
    const variables = Object.entries(scenario.variables).map(([name, variable]) =>
      this.variable(name, variable),
    );
    const usesSockets = allSteps(scenario).some(({ kind }) => kind === 'websocket');
    const options = this.options();
    const lines = [
      jsComment(
        `${scenario.name}: written by Scorchmark. Run it with: k6 run ${baseNameOf(scenario.name)}.js`,
      ),
      jsComment('Another target: -e BASE_URL=http://host:port'),
      `import http from 'k6/http';`,
      ...(usesSockets ? [`import ws from 'k6/ws';`] : []),
      `import { check, sleep } from 'k6';`,
      ...(variables.length > 0 ? [`import { SharedArray } from 'k6/data';`] : []),
      `import exec from 'k6/execution';`,
      `import { Counter, Rate, Trend } from 'k6/metrics';`,
      '',
      `const baseUrl = (__ENV.BASE_URL || ${jsLiteral(scenario.baseUrl ?? 'http://127.0.0.1:3000')}).replace(/\\/+$/, '');`,
      '',
      `export const options = ${JSON.stringify(options, null, 2).replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)};`,
      '',
      `const warmUpMs = ${Math.round(scenario.warmUpMs)};`,
      `const flows = [${scenario.flows.map(({ weight }, i) => `{ weight: ${weight}, run: flow${i + 1} }`).join(', ')}];`,
      `const files = { ${[...this.files].map(([file, id]) => `${id}: open(${jsLiteral(file)}, 'b')`).join(', ')} };`,
      'const variables = {',
      ...variables.map(indent),
      '};',
      '',
      k6Helpers,
      '// Once per user, before its first iteration.',
      'function setUp() {',
      ...setUp.map(indent),
      '  return true;',
      '}',
      '',
      ...flows.flat(),
      'export default function () {',
      '  nextRow();',
      '  if (!isSetUp) {',
      '    if (setUp() !== true) return;',
      '    isSetUp = true;',
      '  }',
      '  chooseFlow().run();',
      ...this.think(),
      '}',
      '',
    ];
    this.tellRest();
    return {
      text: lines.join('\n'),
      fileName: `${baseNameOf(scenario.name)}.js`,
      notes: [...new Set(this.notes)],
    };
  }

  private options(): Record<string, unknown> {
    const { scenario } = this;
    const { connection } = scenario;
    return {
      scenarios: { load: k6Scenario(scenario.load, connection.timeoutMs, this.notes) },
      thresholds: k6Thresholds(scenario, this.endpoints, this.notes),
      // Cookies are a user's, not an iteration's.
      noCookiesReset: true,
      ...(connection.insecureTls && { insecureSkipTLSVerify: true }),
      ...(!connection.keepAlive && { noConnectionReuse: true }),
      summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)', 'p(99.9)'],
    };
  }

  private tellRest(): void {
    const { connection, warmUpMs } = this.scenario;
    if (connection.maxConnections !== undefined)
      this.notes.push('k6 opens connections per user: the limit of connections to a host is not said.');
    if (connection.http2)
      this.notes.push(
        'k6 speaks HTTP/2 by itself where a server offers it over TLS; it cannot be asked for.',
      );
    if (this.scenario.setUp.length > 0)
      this.notes.push(
        'Set-up and warm-up requests are tagged phase:setUp and phase:warmUp; k6 counts them in its totals, not in the thresholds.',
      );
    else if (warmUpMs > 0)
      this.notes.push(
        'Requests of the warm-up are tagged phase:warmUp; k6 counts them in its totals, not in the thresholds.',
      );
  }

  private think(): string[] {
    const { load } = this.scenario;
    if (load.model === 'open' || load.thinkTime.maxMs === 0) return [];
    return [`  ${sleep(load.thinkTime)}`];
  }

  private variable(name: string, variable: Variable): string {
    const source =
      variable.from === 'list'
        ? jsLiteral(variable.values)
        : variable.from === 'json'
          ? `JSON.parse(open(${jsLiteral(variable.file)}))`
          : `csv(open(${jsLiteral(variable.file)}), ${jsLiteral(variable.delimiter)})`;
    return `${jsLiteral(name)}: { pick: ${jsLiteral(variable.pick)}, rows: new SharedArray(${jsLiteral(name)}, () => ${source}) },`;
  }

  private readonly one = (part: Exclude<TemplatePart, { kind: 'text' }>): string => {
    if (part.kind === 'value') return `value(${[part.name, ...part.path].map(jsLiteral).join(', ')})`;
    const known = ['randomInt', 'uuid', 'sequence', 'timestamp', 'randomString', 'randomItem', 'env'];
    if (!known.includes(part.name)) {
      this.notes.push(`The function $${part.name} is not known: it is left empty.`);
      return `''`;
    }
    if (part.name === 'sequence')
      this.notes.push('$sequence counts per user in k6: its numbers are unique, but not consecutive.');
    const numbers = part.name === 'randomInt' || part.name === 'randomString';
    const args = part.args.map((arg) =>
      numbers && Number.isInteger(Number(arg)) && arg !== '' ? String(Number(arg)) : jsLiteral(arg),
    );
    return `functions.${part.name}(${args.join(', ')})`;
  };

  private text(text: string): string {
    return jsText(text, this.one);
  }

  private steps(steps: readonly Step[], phase: 'setUp' | 'load'): string[] {
    return steps.flatMap((step) => {
      if (step.kind === 'think') return [sleep(step.time)];
      return step.kind === 'websocket' ? this.webSocket(step, phase) : this.request(step, phase);
    });
  }

  private tags(step: RequestStep | WebSocketStep, phase: string): string {
    const name = endpointName(step);
    return `tags(${jsLiteral(name)}, ${jsLiteral(this.endpoints.get(name))}${phase === 'setUp' ? `, 'setUp'` : ''})`;
  }

  private request(step: RequestStep, phase: 'setUp' | 'load'): string[] {
    const headers = headersOf(this.scenario, step);
    const body = this.body(step);
    const contentType = body.contentType ?? contentTypeOf(step);
    const status = step.checks.find((check) => check.on === 'status');
    const params = [
      `headers: { ${[...headers.map(([name, value]) => `[${jsLiteral(name)}]: ${this.text(value)}`), ...(contentType !== undefined && !hasHeader(headers, 'content-type') ? [`'Content-Type': ${jsLiteral(contentType)}`] : [])].join(', ')} }`,
      `timeout: ${Math.round(step.timeoutMs ?? this.scenario.connection.timeoutMs)}`,
      `redirects: ${step.redirects}`,
      `tags: ${this.tags(step, phase)}`,
      ...(status ? [`responseCallback: http.expectedStatuses(${statusArguments(status.in)})`] : []),
      ...(this.scenario.cookies ? [] : ['jar: new http.CookieJar()']),
    ];
    const query = Object.entries(step.query).map(
      ([name, value]) => `[${jsLiteral(name)}, ${this.text(value)}]`,
    );
    const url =
      query.length > 0 ? `withQuery(${this.text(step.url)}, [${query.join(', ')}])` : this.text(step.url);
    const lines = [
      '{',
      `  const response = http.request(${jsLiteral(step.method)}, absolute(${url}), ${body.text}, {`,
      ...params.map((line) => `    ${line},`),
      '  });',
      `  judge(response, {${step.checks.length === 0 ? '}' : ''}`,
      ...step.checks.map((check) => `    ${this.check(check)},`),
      `  ${step.checks.length === 0 ? '' : '}'}, ${this.tags(step, phase)}, ${status ? 'true' : 'false'});`,
      ...step.capture.map((capture) => `  ${this.capture(capture)}`),
      '}',
    ];
    // An empty map of checks stands on one line.
    return step.checks.length === 0
      ? lines
          .map((line) =>
            line.startsWith('  judge(') ? `  judge(response, {}, ${this.tags(step, phase)}, false);` : line,
          )
          .filter((line) => !line.startsWith('  , '))
      : lines;
  }

  private body(step: RequestStep): { text: string; contentType?: string } {
    const { body } = step;
    if (!body) return { text: 'null' };
    switch (body.type) {
      case 'json':
        return { text: `JSON.stringify(${jsValue(body.value, this.one)})` };
      case 'text':
        return { text: this.text(body.text) };
      case 'form':
        return {
          text: `form([${Object.entries(body.fields)
            .map(([name, value]) => `[${jsLiteral(name)}, ${this.text(value)}]`)
            .join(', ')}])`,
        };
      case 'file':
        return { text: this.file(body.file) };
      case 'multipart':
        return this.multipart(body);
    }
  }

  private multipart({ parts }: Extract<Body, { type: 'multipart' }>): { text: string; contentType?: string } {
    if (!parts.some((part) => 'file' in part)) {
      const fields = parts.map(
        (part) => `[${this.text(part.name)}, ${'value' in part ? this.text(part.value) : `''`}]`,
      );
      return {
        text: `multipart([${fields.join(', ')}])`,
        contentType: 'multipart/form-data; boundary=scorchmark-part',
      };
    }
    const names = parts.map(({ name }) => name);
    if (new Set(names).size < names.length)
      this.notes.push(
        'In k6, parts of a form with files have different names: of those with the same one the last is sent.',
      );
    const fields = parts.map((part) =>
      'value' in part
        ? `[${this.text(part.name)}]: ${this.text(part.value)}`
        : `[${this.text(part.name)}]: http.file(${this.file(part.file)}, ${this.text(part.fileName ?? part.file.replace(/^.*[/\\]/, ''))}, ${jsLiteral(part.contentType ?? 'application/octet-stream')})`,
    );
    return { text: `{ ${fields.join(', ')} }` };
  }

  private file(file: string): string {
    let id = this.files.get(file);
    if (id === undefined) this.files.set(file, (id = `f${this.files.size + 1}`));
    return `files.${id}`;
  }

  private check(check: Check): string {
    switch (check.on) {
      case 'status': {
        const tests = check.in.map((code) =>
          code.endsWith('xx') ? `Math.floor(r.status / 100) === ${code[0]}` : `r.status === ${code}`,
        );
        return `${jsLiteral(`status ${check.in.join(', ')}`)}: (r) => ${tests.join(' || ')}`;
      }
      case 'latency':
        return `${jsLiteral(`latency < ${check.belowMs} ms`)}: (r) => r.timings.duration < ${check.belowMs}`;
      case 'header': {
        const contains = check.contains === undefined ? '' : `.includes(${this.text(check.contains)})`;
        const words = `header ${check.header}${check.contains === undefined ? '' : ` contains “${check.contains}”`}`;
        return `${jsLiteral(words)}: (r) => header(r, ${jsLiteral(check.header)}) !== undefined${contains === '' ? '' : ` && header(r, ${jsLiteral(check.header)})${contains}`}`;
      }
      case 'body': {
        const tests = [
          check.contains !== undefined && `String(r.body).includes(${this.text(check.contains)})`,
          check.matches !== undefined && `new RegExp(${jsLiteral(check.matches)}).test(String(r.body))`,
          check.json && this.jsonTest(check.json),
        ].filter((test) => typeof test === 'string');
        const words = [
          check.contains !== undefined && `contains “${check.contains}”`,
          check.matches !== undefined && `matches ${check.matches}`,
          check.json &&
            `${check.json.select}${check.json.equals === undefined ? ' exists' : ` = ${JSON.stringify(check.json.equals)}`}`,
        ].filter((each) => typeof each === 'string');
        return `${jsLiteral(`body ${words.length > 0 ? words.join(' and ') : 'is there'}`)}: (r) => ${tests.length > 0 ? tests.join(' && ') : `Boolean(r.body)`}`;
      }
    }
  }

  private jsonTest({ select, equals }: { select: string; equals?: unknown }): string {
    const found = `jsonAt(r, ${this.jsonPath(select)})`;
    return equals === undefined
      ? `${found} !== undefined`
      : `JSON.stringify(${found}) === ${jsLiteral(JSON.stringify(equals))}`;
  }

  private jsonPath(select: string): string {
    try {
      return jsLiteral(parseJsonPath(select));
    } catch {
      this.notes.push(`“${select}” is no place in JSON that can be said here; nothing is found there.`);
      return `['']`;
    }
  }

  private capture({ name, from, select, required }: CaptureValue): string {
    const found =
      from === 'json'
        ? `jsonAt(response, ${this.jsonPath(select)})`
        : from === 'header'
          ? `header(response, ${jsLiteral(select)})`
          : from === 'cookie'
            ? `cookie(response, ${jsLiteral(select)})`
            : `matched(response, ${jsLiteral(select)})`;
    const keep = `keep(${jsLiteral(name)}, ${found}, ${required})`;
    return required ? `if (!${keep}) return;` : `${keep};`;
  }

  private webSocket(step: WebSocketStep, phase: 'setUp' | 'load'): string[] {
    const headers = headersOf(this.scenario, step).map(
      ([name, value]) => `[${jsLiteral(name)}]: ${this.text(value)}`,
    );
    const messages = step.messages.map(({ send, expect, thenWait }) => {
      const wait = thenWait ? `random(${thenWait.minMs}, ${thenWait.maxMs})` : '0';
      return `    { send: ${this.text(send)}, expect: ${expect === undefined ? 'null' : this.text(expect)}, waitMs: ${wait} },`;
    });
    return [
      `webSocket(ws, absolute(${this.text(step.url)}), { headers: { ${headers.join(', ')} }, tags: ${this.tags(step, phase)} }, [`,
      ...messages,
      `], ${Math.round(step.timeoutMs ?? this.scenario.connection.timeoutMs)});`,
    ];
  }
}

function indent(line: string): string {
  return line === '' ? '' : `  ${line}`;
}

function sleep({ minMs, maxMs }: ThinkTime): string {
  return `sleep(${minMs === maxMs ? minMs / 1000 : `random(${minMs}, ${maxMs}) / 1000`});`;
}

function statusArguments(codes: readonly string[]): string {
  return codes
    .map((code) => (code.endsWith('xx') ? `{ min: ${code[0]}00, max: ${code[0]}99 }` : code))
    .join(', ');
}
