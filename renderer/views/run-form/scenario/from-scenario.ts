/** A scenario as the form's fields. Pure. */
import type { Body, Check, LoadModel, Scenario, Step } from '../../../../main/api';
import { draftOfFault } from './fault-draft';
import {
  newLoad,
  newStep,
  type BodyDraft,
  type CheckDraft,
  type LoadDraft,
  type ScenarioDraft,
  type StepDraft,
} from './scenario-draft';
import { writeDuration, writeNumber, writePairs, writePercent, writeThink, writeValue } from './texts';

/** The fields that stand for a scenario: `toScenario` of them is the same scenario. */
export function draftOf(scenario: Scenario): ScenarioDraft {
  const { connection } = scenario;
  return {
    name: scenario.name,
    baseUrl: scenario.baseUrl ?? '',
    load: loadDraft(scenario.load),
    warmUp: scenario.warmUpMs === 0 ? '' : writeDuration(scenario.warmUpMs),
    headers: writePairs(scenario.headers, ':'),
    variables: Object.entries(scenario.variables).map(([name, variable]) => ({
      name,
      from: variable.from,
      file: variable.from === 'list' ? '' : variable.file,
      delimiter: variable.from === 'csv' ? variable.delimiter : ',',
      values: variable.from === 'list' ? variable.values.map((value) => writeValue(value)).join('\n') : '',
      pick: variable.pick,
    })),
    setUp: scenario.setUp.map(stepDraft),
    flows: scenario.flows.map(({ name, weight, steps }) => ({
      name,
      weight: writeNumber(weight),
      steps: steps.map(stepDraft),
    })),
    cookies: scenario.cookies,
    keepAlive: connection.keepAlive,
    maxConnections: writeNumber(connection.maxConnections),
    http2: connection.http2,
    insecureTls: connection.insecureTls,
    timeout: writeDuration(connection.timeoutMs),
    connectTimeout: writeDuration(connection.connectTimeoutMs),
    thresholds: scenario.thresholds.map(({ expression, abort, afterMs }) => ({
      expression,
      abort,
      after: writeDuration(afterMs),
    })),
    dependencies: scenario.dependencies.map(({ name, host, port, env }) => ({
      name,
      host,
      port: String(port),
      env: writePairs(env, '='),
    })),
    faults: scenario.faults.map(({ atMs, forMs, fault }) => ({
      ...draftOfFault(fault),
      at: writeDuration(atMs),
      lasts: writeDuration(forMs),
    })),
  };
}

function loadDraft(load: LoadModel): LoadDraft {
  const draft = newLoad();
  if (load.model === 'knee')
    return {
      ...draft,
      model: 'knee',
      startUsers: writeNumber(load.startUsers),
      maxUsers: writeNumber(load.maxUsers),
      factor: writeNumber(load.factor),
      step: writeDuration(load.stepMs),
      think: writeThink(load.thinkTime),
      p95: writeDuration(load.until.p95Ms),
      errorPercent: writePercent(load.until.errorRatio),
      slowdown: writeNumber(load.until.slowdown),
    };
  if (load.model === 'open')
    return {
      ...draft,
      model: 'open',
      stages: load.stages.map(({ durationMs, rate, ramp }) => ({
        duration: writeDuration(durationMs),
        amount: writeNumber(rate),
        ramp,
      })),
      arrivals: load.arrivals,
      maxInFlight: writeNumber(load.maxInFlight),
    };
  return {
    ...draft,
    model: 'closed',
    stages: load.stages.map(({ durationMs, users, ramp }) => ({
      duration: writeDuration(durationMs),
      amount: writeNumber(users),
      ramp,
    })),
    think: writeThink(load.thinkTime),
  };
}

function stepDraft(step: Step): StepDraft {
  if (step.kind === 'think') return { ...newStep('think'), think: writeThink(step.time) || '0s' };
  const common = {
    ...newStep(step.kind, step.url),
    name: step.name ?? '',
    headers: writePairs(step.headers, ':'),
    timeout: writeDuration(step.timeoutMs),
  };
  if (step.kind === 'websocket')
    return {
      ...common,
      messages: step.messages.map(({ send, expect, thenWait }) => ({
        send,
        expect: expect ?? '',
        thenWait: thenWait ? writeThink(thenWait) || '0s' : '',
      })),
    };
  return {
    ...common,
    method: step.method,
    query: writePairs(step.query, '='),
    body: bodyDraft(step.body),
    captures: step.capture.map((each) => ({ ...each })),
    checks: step.checks.flatMap(checkDrafts),
    redirects: step.redirects === 0 ? '' : String(step.redirects),
  };
}

function bodyDraft(body: Body | undefined): BodyDraft {
  const draft: BodyDraft = { type: body?.type ?? 'none', text: '', file: '', contentType: '' };
  if (!body) return draft;
  if (body.type === 'json') return { ...draft, text: JSON.stringify(body.value, null, 2) };
  if (body.type === 'form') return { ...draft, text: writePairs(body.fields, '=') };
  if (body.type === 'text') return { ...draft, text: body.text, contentType: body.contentType ?? '' };
  if (body.type === 'file') return { ...draft, file: body.file, contentType: body.contentType ?? '' };
  return {
    ...draft,
    text: body.parts
      .map((part) =>
        'value' in part
          ? `${part.name}=${part.value}`
          : `${part.name}=@${part.file}${part.contentType ? `;type=${part.contentType}` : ''}${part.fileName ? `;filename=${part.fileName}` : ''}`,
      )
      .join('\n'),
  };
}

/** One of a body may ask for several things: each is a row of its own, which asks for the same together. */
function checkDrafts(check: Check): CheckDraft[] {
  if (check.on === 'status') return [{ on: 'status', name: '', value: check.in.join(', ') }];
  if (check.on === 'latency') return [{ on: 'latency', name: '', value: writeDuration(check.belowMs) }];
  if (check.on === 'header') return [{ on: 'header', name: check.header, value: check.contains ?? '' }];
  const { contains, matches, json } = check;
  return [
    ...(contains === undefined ? [] : [{ on: 'contains' as const, name: '', value: contains }]),
    ...(matches === undefined ? [] : [{ on: 'matches' as const, name: '', value: matches }]),
    ...(json === undefined
      ? []
      : [
          {
            on: 'json' as const,
            name: json.select,
            value: json.equals === undefined ? '' : writeValue(json.equals),
          },
        ]),
  ];
}
