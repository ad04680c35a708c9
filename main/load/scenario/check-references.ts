/** What the schema cannot see: expressions that do not compile, and names that nothing has. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { parseThreshold } from '../../../profiles/load/threshold';
import { AppError } from '../../errors';
import type { Body, RequestStep, Scenario, Step, WebSocketStep } from '../../scenario';
import { parseJsonPath } from '../engine/json-path';
import { compileTemplate } from '../engine/template';
import { templateFunctionNames } from '../engine/template-functions';
import { nearest } from './nearest';
import type { Reading } from './reading';

type Path = (string | number)[];

/** The names are known when all of the scenario has been read: a value may be captured further down, in another flow. */
export function checkReferences(reading: Reading, full: object, scenario: Scenario): void {
  new References(reading, full, scenario).check();
}

class References {
  private readonly names: Set<string>;
  private readonly steps: { step: Step; path: Path }[];

  constructor(
    private readonly reading: Reading,
    private readonly full: object,
    private readonly scenario: Scenario,
  ) {
    this.steps = [
      ...scenario.setUp.map((step, i) => ({ step, path: ['setUp', i] })),
      ...scenario.flows.flatMap(({ steps }, i) =>
        steps.map((step, j) => ({ step, path: ['flows', i, 'steps', j] })),
      ),
    ];
    this.names = new Set(Object.keys(scenario.variables));
    for (const { step } of this.steps)
      if (step.kind === 'request') for (const { name } of step.capture) this.names.add(name);
  }

  check(): void {
    this.headers(this.scenario.headers, ['headers']);
    for (const { step, path } of this.steps) {
      if (step.kind === 'request') this.request(step, path);
      else if (step.kind === 'websocket') this.webSocket(step, path);
    }
    this.thresholds();
    this.faults();
  }

  private request(step: RequestStep, path: Path): void {
    this.template(step.url, [...path, 'url']);
    this.templates(step.query, [...path, 'query']);
    this.headers(step.headers, [...path, 'headers']);
    if (step.body) this.body(step.body, [...path, 'body']);
    step.capture.forEach(({ from, select }, i) => {
      const at = [...path, 'capture', i, 'select'];
      if (from === 'regex') this.expression(select, at);
      if (from === 'json') this.jsonPath(select, at);
    });
    step.checks.forEach((check, i) => {
      const at = [...path, 'checks', i];
      if (check.on === 'status' || check.on === 'latency') return;
      if (check.contains !== undefined) this.template(check.contains, [...at, 'contains']);
      if (check.on !== 'body') return;
      if (check.matches !== undefined) this.expression(check.matches, [...at, 'matches']);
      if (check.json !== undefined) this.jsonPath(check.json.select, [...at, 'json', 'select']);
    });
  }

  private webSocket(step: WebSocketStep, path: Path): void {
    this.template(step.url, [...path, 'url']);
    this.headers(step.headers, [...path, 'headers']);
    step.messages.forEach(({ send, expect }, i) => {
      this.template(send, [...path, 'messages', i, 'send']);
      if (expect !== undefined) this.template(expect, [...path, 'messages', i, 'expect']);
    });
  }

  private body(body: Body, path: Path): void {
    switch (body.type) {
      case 'json':
        this.json(body.value, [...path, 'value']);
        return;
      case 'form':
        this.templates(body.fields, [...path, 'fields']);
        return;
      case 'text':
        this.template(body.text, [...path, 'text']);
        return;
      case 'multipart':
        body.parts.forEach((part, i) => {
          const at = [...path, 'parts', i];
          this.template(part.name, [...at, 'name']);
          if ('value' in part) this.template(part.value, [...at, 'value']);
          else if (part.fileName !== undefined) this.template(part.fileName, [...at, 'fileName']);
        });
        return;
      case 'file':
    }
  }

  private json(root: unknown, path: Path): void {
    const left: { value: unknown; path: Path }[] = [{ value: root, path }];
    for (let next = left.pop(); next; next = left.pop()) {
      const { value, path: at } = next;
      if (typeof value === 'string') this.template(value, at);
      else if (typeof value === 'object' && value !== null)
        for (const [key, each] of Object.entries(value))
          left.push({ value: each, path: [...at, Array.isArray(value) ? Number(key) : key] });
    }
  }

  private headers(headers: Record<string, string>, path: Path): void {
    this.templates(headers, path);
    for (const [name, value] of Object.entries(headers)) {
      try {
        validateHeaderName(name);
        if (!value.includes('{{')) validateHeaderValue(name, value);
      } catch {
        this.tell(
          [...path, name],
          `the header “${name}” cannot be sent.`,
          'Header names are letters, digits and dashes; values are one line.',
        );
      }
    }
  }

  private templates(texts: Record<string, string>, path: Path): void {
    for (const [key, text] of Object.entries(texts)) this.template(text, [...path, key]);
  }

  private template(text: string, path: Path): void {
    try {
      compileTemplate(text, this.names);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const [, called] = /\{\{\s*\$?([\w-]+)/.exec(error.message) ?? [];
      const isFunction = error.message.includes('{{ $');
      const meant =
        called === undefined
          ? undefined
          : nearest(called, isFunction ? templateFunctionNames : [...this.names]);
      const known = meant === undefined || meant === called;
      this.tell(
        path,
        lowerFirst(error.message) + (known ? '' : ` Did you mean “${isFunction ? '$' : ''}${meant}”?`),
        error.hint,
      );
    }
  }

  private expression(source: string, path: Path): void {
    try {
      new RegExp(source);
    } catch (error) {
      this.tell(path, `this is no regular expression: ${(error as Error).message}.`);
    }
  }

  private jsonPath(select: string, path: Path): void {
    try {
      parseJsonPath(select);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.tell(path, lowerFirst(error.message), error.hint);
    }
  }

  private thresholds(): void {
    const endpoints = this.steps.flatMap(({ step }) => {
      if (step.kind === 'think') return [];
      const full = `${step.kind === 'websocket' ? 'WS' : step.method} ${step.url}`;
      return step.name === undefined ? [full] : [step.name, full];
    });
    this.scenario.thresholds.forEach(({ expression }, i) => {
      const { endpoint } = parseThreshold(expression);
      if (endpoint === undefined || endpoints.includes(endpoint)) return;
      const meant = nearest(endpoint, endpoints);
      this.tell(
        ['thresholds', i, 'expression'],
        `there is no request “${endpoint}”.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
        `Requests here: ${[...new Set(endpoints)].slice(0, 20).join(', ')}.`,
      );
    });
  }

  private faults(): void {
    const known = ['target', ...this.scenario.dependencies.map(({ name }) => name)];
    this.scenario.faults.forEach(({ fault }, i) => {
      if (!('via' in fault) || known.includes(fault.via)) return;
      const meant = nearest(fault.via, known);
      this.tell(
        ['faults', i, 'fault', 'via'],
        `there is no dependency “${fault.via}”.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
        'A network fault goes via target, or via the name of one of the dependencies.',
      );
    });
  }

  private tell(path: Path, what: string, hint?: string): void {
    const { at } = this.reading.originOf(this.full, path);
    if (at) this.reading.problem(at, what, hint);
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
