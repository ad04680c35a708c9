import { describe, expect, test } from 'vitest';
import { scenarioSchema, type ScenarioInput } from '../../../../main/api';
import { draftOfFault, faultKinds, faultOf, leftOutWords, newFault, whyNot } from './fault-draft';
import { draftOf } from './from-scenario';
import { newScenario, newStep } from './scenario-draft';
import {
  readBytes,
  readDuration,
  readPairs,
  readPercent,
  readThink,
  readValue,
  writeBytes,
  writePairs,
  writeThink,
  writeValue,
} from './texts';
import { errorAt, toScenario } from './to-scenario';

const everything: ScenarioInput = {
  version: 1,
  name: 'Shop',
  baseUrl: 'https://127.0.0.1:8443',
  load: {
    model: 'open',
    stages: [
      { durationMs: 90_000, rate: 12.5, ramp: 'linear' },
      { durationMs: 500, rate: 60 },
    ],
    arrivals: 'poisson',
    maxInFlight: 300,
  },
  warmUpMs: 5000,
  headers: { accept: 'application/json', 'x-when': '{{ $now() }}' },
  variables: {
    account: { from: 'csv', file: 'accounts.csv', delimiter: ';', pick: 'per-user' },
    goods: { from: 'json', file: 'goods.json', pick: 'random' },
    term: { from: 'list', values: ['lamp', '42', 42, { id: 1 }, null, 'true'] },
  },
  setUp: [
    {
      kind: 'request',
      name: 'login',
      method: 'POST',
      url: '/login',
      body: { type: 'json', value: { user: '{{ account.name }}', tags: [1, null] } },
      capture: [
        { name: 'token', from: 'json', select: '$.token' },
        { name: 'id', from: 'regex', select: 'id=(\\d+)', required: false },
      ],
    },
  ],
  flows: [
    {
      name: 'look around',
      weight: 2.5,
      steps: [
        {
          kind: 'request',
          url: '/search?fixed=1',
          query: { q: '{{ term }}', page: '1' },
          headers: { authorization: 'Bearer {{ token }}' },
          checks: [
            { on: 'status', in: ['2xx', '304'] },
            { on: 'body', contains: 'lamp' },
            { on: 'body', matches: '^\\{' },
            { on: 'body', json: { select: '$.count', equals: 3 } },
            { on: 'body', json: { select: '$.items[0].id' } },
            { on: 'header', header: 'content-type', contains: 'json' },
            { on: 'latency', belowMs: 400 },
          ],
          timeoutMs: 1500,
          redirects: 3,
        },
        { kind: 'think', time: { minMs: 500, maxMs: 2000 } },
        { kind: 'think', time: { minMs: 0, maxMs: 0 } },
        {
          kind: 'websocket',
          url: '/updates',
          messages: [
            { send: 'hello', expect: 'welcome', thenWait: { minMs: 10, maxMs: 10 } },
            { send: 'bye' },
          ],
        },
      ],
    },
    {
      name: 'bodies',
      steps: [
        {
          kind: 'request',
          method: 'POST',
          url: '/form',
          body: { type: 'form', fields: { a: '1', b: 'two = 2' } },
        },
        {
          kind: 'request',
          method: 'PUT',
          url: '/upload',
          body: {
            type: 'multipart',
            parts: [
              { name: 'title', value: 'A lamp' },
              { name: 'picture', file: 'lamp.png', contentType: 'image/png', fileName: 'a.png' },
            ],
          },
        },
        {
          kind: 'request',
          method: 'POST',
          url: '/text',
          body: { type: 'text', text: 'plain\ntext', contentType: 'text/x' },
        },
        { kind: 'request', method: 'POST', url: '/file', body: { type: 'file', file: 'body.bin' } },
      ],
    },
  ],
  cookies: false,
  connection: {
    keepAlive: false,
    maxConnections: 40,
    http2: true,
    insecureTls: true,
    timeoutMs: 2000,
    connectTimeoutMs: 250,
  },
  thresholds: [{ expression: 'p95 < 500ms', abort: true, afterMs: 2000 }, { expression: 'errors < 1%' }],
  dependencies: [
    { name: 'db', port: 5432, env: { DATABASE_URL: 'postgres://me@{{host}}:{{port}}/shop?a=b' } },
  ],
  faults: [
    {
      atMs: 0,
      forMs: 1000,
      fault: { kind: 'latency', via: 'db', delayMs: 200, jitterMs: 50, direction: 'both' },
    },
    { atMs: 10_000, forMs: 1000, fault: { kind: 'bandwidth', bytesPerSecond: 100_000 } },
    { atMs: 20_000, forMs: 1000, fault: { kind: 'drop', ratio: 0.25 } },
    { atMs: 30_000, forMs: 1000, fault: { kind: 'cpu', processes: 2 } },
    { atMs: 40_000, forMs: 1000, fault: { kind: 'memory', limitBytes: 64e6 } },
    { atMs: 50_000, forMs: 1000, fault: { kind: 'block', blockMs: 300, everyMs: 1000 } },
    { atMs: 60_000, forMs: 1000, fault: { kind: 'pause' } },
    { atMs: 70_000, forMs: 1000, fault: { kind: 'kill', signal: 'SIGTERM' } },
  ],
};

describe('the form and the scenario', () => {
  test('everything a scenario can say comes back from the form as it was', () => {
    const scenario = scenarioSchema.parse(everything);
    expect(toScenario(draftOf(scenario))).toEqual({ scenario, errors: null });
  });

  test.each<ScenarioInput['load']>([
    {
      model: 'closed',
      stages: [
        { durationMs: 1000, users: 0 },
        { durationMs: 60_000, users: 50, ramp: 'linear' },
      ],
      thinkTime: { minMs: 1000, maxMs: 3000 },
    },
    {
      model: 'knee',
      startUsers: 2,
      maxUsers: 400,
      factor: 2,
      stepMs: 5000,
      until: { p95Ms: 800, errorRatio: 0.02, slowdown: 3 },
    },
  ])('so do the other models of load', (load) => {
    const scenario = scenarioSchema.parse({ ...everything, load });
    expect(toScenario(draftOf(scenario)).scenario).toEqual(scenario);
  });

  test('a new one can be run as it is', () => {
    expect(toScenario(newScenario()).scenario).toMatchObject({
      load: { model: 'closed', stages: [{ durationMs: 30_000, users: 10 }] },
      flows: [{ name: 'main', steps: [{ method: 'GET', url: '/' }] }],
    });
  });

  test('what is wrong is said at its field, in words', () => {
    const draft = newScenario();
    draft.load.stages = [{ duration: 'soon', amount: 'many', ramp: 'step' }];
    draft.headers = 'no colon';
    draft.thresholds = [{ expression: 'p95 <', abort: false, after: '10s' }];
    draft.variables = [{ name: '1st', from: 'csv', file: '', delimiter: ',', values: '', pick: 'random' }];
    draft.flows[0]!.steps = [
      {
        ...newStep(),
        url: '',
        body: { type: 'json', text: '{', file: '', contentType: '' },
        checks: [{ on: 'status', name: '', value: 'ok' }],
      },
    ];
    const { errors } = toScenario(draft);
    expect(errorAt(errors, 'load.stages.0.durationMs')).toBe('A length of time like 500ms, 10s or 1m30s.');
    expect(errorAt(errors, 'load.stages.0.users')).toBe('A number.');
    expect(errorAt(errors, 'headers')).toContain('no colon');
    expect(errorAt(errors, 'thresholds.0.expression')).toContain('no length of time');
    expect(errorAt(errors, 'variables.0.name')).toContain('letters');
    expect(errorAt(errors, 'variables.0.file')).toBe('Name the file.');
    expect(errorAt(errors, 'flows.0.steps.0.url')).toBe('This is needed.');
    expect(errorAt(errors, 'flows.0.steps.0.body')).toContain('not JSON');
    expect(errorAt(errors, 'flows.0.steps.0.checks.0')).toBe('Codes and classes like 200 or 2xx.');
  });

  test('a body check of several things is a row for each', () => {
    const scenario = scenarioSchema.parse({
      ...everything,
      flows: [
        {
          name: 'a',
          steps: [{ kind: 'request', url: '/', checks: [{ on: 'body', contains: 'x', matches: 'y' }] }],
        },
      ],
    });
    expect(draftOf(scenario).flows[0]?.steps[0]?.checks.map(({ on }) => on)).toEqual(['contains', 'matches']);
  });
});

describe('a fault as its fields', () => {
  test.each(faultKinds)('%s can be fired with what its fields begin with', (kind) => {
    const { fault } = faultOf(newFault(kind));
    expect(fault?.kind).toBe(kind);
    expect(fault && faultOf(draftOfFault(fault)).fault).toEqual(fault);
  });

  test('says which field is wrong', () => {
    const draft = newFault('latency');
    draft.values['delayMs'] = 'a while';
    expect(faultOf(draft).error).toBe('Delay: a length of time like 200ms or 5s.');
  });
});

describe('texts', () => {
  test('lengths of time, with seconds where no unit stands', () => {
    expect([readDuration('1m30s'), readDuration('5'), readDuration(''), readDuration('soon')]).toEqual([
      90_000,
      5000,
      undefined,
      Number.NaN,
    ]);
  });

  test('think time, fixed or between two', () => {
    expect(readThink('1s - 3s')).toEqual({ minMs: 1000, maxMs: 3000 });
    expect(readThink('500ms')).toEqual({ minMs: 500, maxMs: 500 });
    expect(readThink('')).toEqual({ minMs: 0, maxMs: 0 });
    expect(writeThink({ minMs: 1000, maxMs: 3000 })).toBe('1s - 3s');
  });

  test('sizes and shares', () => {
    expect([readBytes('64 MB'), readBytes('8kB/s'), readBytes('12'), readBytes('much')]).toEqual([
      64e6,
      8000,
      12,
      Number.NaN,
    ]);
    expect(writeBytes(1.5e9)).toBe('1.5 GB');
    expect([readPercent('5'), readPercent('0.1 %'), readPercent('')]).toEqual([0.05, 0.001, undefined]);
  });

  test('pairs keep separators in their values', () => {
    expect(readPairs('a=1=2\n\nb = c', '=')).toEqual({ a: '1=2', b: 'c' });
    const lines = { text: 'one\ntwo', pattern: '\\nothing' };
    expect(readPairs(writePairs(lines, '='), '=')).toEqual(lines);
    expect(() => readPairs('what', ':')).toThrow('“what” is not of the form name: value.');
  });

  test('values keep their type', () => {
    for (const value of ['lamp', '42', 42, true, null, { a: [1] }])
      expect(readValue(writeValue(value))).toEqual(value);
  });
});

describe('faults that the run cannot make', () => {
  const launched = { isAttached: false, hasLoad: true, platform: 'linux' };
  const attached = { ...launched, isAttached: true };

  test('are told before it starts, with what happens then', () => {
    const plan = [newFault('latency'), newFault('kill')];
    expect(leftOutWords(plan, launched)).toBeNull();
    expect(leftOutWords(plan, attached)).toBe(
      'A fault of the scenario cannot be made here. Kill and restart: A program that was attached to cannot be started again. The run goes on without it.',
    );
    expect(leftOutWords([...plan, newFault('kill')], attached)).toMatch(
      /^2 faults of the scenario cannot be made here\. Kill and restart: [^:]+ The run goes on without them\.$/,
    );
  });

  test('include those before a service that a program attached to does not know', () => {
    const fault = newFault('drop');
    expect(whyNot(fault, attached)).toBeNull();
    expect(whyNot({ ...fault, values: { ...fault.values, via: 'postgres' } }, attached)).toContain(
      'postgres',
    );
  });
});
