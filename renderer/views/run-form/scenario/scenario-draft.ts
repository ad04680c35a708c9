/** A scenario as what stands in the form's fields. Pure; `to-scenario.ts` and `from-scenario.ts` go both ways. */
import type { CaptureValue, LoadModel, RequestStep, Variable } from '../../../../main/api';
import type { FaultDraft } from './fault-draft';

export type Ramp = 'step' | 'linear';

/** `amount`: users, or iterations per second in the open model. */
export interface StageDraft {
  duration: string;
  amount: string;
  ramp: Ramp;
}

export interface LoadDraft {
  model: LoadModel['model'];
  stages: StageDraft[];
  /** Of the closed model and the knee: `1s`, or `1s - 3s`. */
  think: string;
  arrivals: 'even' | 'poisson';
  maxInFlight: string;
  startUsers: string;
  maxUsers: string;
  factor: string;
  step: string;
  p95: string;
  errorPercent: string;
  slowdown: string;
}

export interface CheckDraft {
  on: 'status' | 'contains' | 'matches' | 'json' | 'header' | 'latency';
  /** Of `json` where to look, of `header` its name. */
  name: string;
  value: string;
}

export interface CaptureDraft {
  name: string;
  from: CaptureValue['from'];
  select: string;
  required: boolean;
}

export interface BodyDraft {
  type: 'none' | 'json' | 'form' | 'multipart' | 'text' | 'file';
  /** JSON, text, `name=value` lines; in multipart `name=@file;type=…;filename=…` is a file. */
  text: string;
  file: string;
  contentType: string;
}

export interface MessageDraft {
  send: string;
  expect: string;
  thenWait: string;
}

/** One for all kinds, so that what was typed stays when the kind is changed. */
export interface StepDraft {
  kind: 'request' | 'websocket' | 'think';
  name: string;
  method: RequestStep['method'];
  url: string;
  /** `name=value` lines. */
  query: string;
  /** `Name: value` lines. */
  headers: string;
  body: BodyDraft;
  captures: CaptureDraft[];
  checks: CheckDraft[];
  timeout: string;
  redirects: string;
  think: string;
  messages: MessageDraft[];
}

export interface FlowDraft {
  name: string;
  weight: string;
  steps: StepDraft[];
}

export interface VariableDraft {
  name: string;
  from: Variable['from'];
  file: string;
  delimiter: string;
  /** One per line: a text, or JSON. */
  values: string;
  pick: Variable['pick'];
}

export interface ThresholdDraft {
  expression: string;
  abort: boolean;
  after: string;
}

export interface DependencyDraft {
  name: string;
  host: string;
  port: string;
  /** `NAME=value` lines. */
  env: string;
}

export interface PlannedFaultDraft extends FaultDraft {
  at: string;
  lasts: string;
}

export interface ScenarioDraft {
  name: string;
  baseUrl: string;
  load: LoadDraft;
  warmUp: string;
  headers: string;
  variables: VariableDraft[];
  setUp: StepDraft[];
  flows: FlowDraft[];
  cookies: boolean;
  keepAlive: boolean;
  maxConnections: string;
  http2: boolean;
  insecureTls: boolean;
  timeout: string;
  connectTimeout: string;
  thresholds: ThresholdDraft[];
  dependencies: DependencyDraft[];
  faults: PlannedFaultDraft[];
}

export function newLoad(): LoadDraft {
  return {
    model: 'closed',
    stages: [{ duration: '30s', amount: '10', ramp: 'step' }],
    think: '',
    arrivals: 'even',
    maxInFlight: '2000',
    startUsers: '1',
    maxUsers: '1000',
    factor: '1.5',
    step: '10s',
    p95: '',
    errorPercent: '5',
    slowdown: '5',
  };
}

export function newStep(kind: StepDraft['kind'] = 'request', url = '/'): StepDraft {
  return {
    kind,
    name: '',
    method: 'GET',
    url,
    query: '',
    headers: '',
    body: { type: 'none', text: '', file: '', contentType: '' },
    captures: [],
    checks: [],
    timeout: '',
    redirects: '',
    think: kind === 'think' ? '1s' : '',
    messages: kind === 'websocket' ? [{ send: '', expect: '', thenWait: '' }] : [],
  };
}

export function newFlow(number: number): FlowDraft {
  return { name: number === 1 ? 'main' : `flow ${number}`, weight: '1', steps: [newStep()] };
}

export function newScenario(): ScenarioDraft {
  return {
    name: 'Scenario',
    baseUrl: '',
    load: newLoad(),
    warmUp: '',
    headers: '',
    variables: [],
    setUp: [],
    flows: [newFlow(1)],
    cookies: true,
    keepAlive: true,
    maxConnections: '',
    http2: false,
    insecureTls: false,
    timeout: '10s',
    connectTimeout: '5s',
    thresholds: [],
    dependencies: [],
    faults: [],
  };
}
