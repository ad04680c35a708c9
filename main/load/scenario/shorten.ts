/**
 * The short form of a scenario, as a person would write it: what `expandScenario` makes the same scenario of. Whatever is at its
 * default is left out.
 */
import { durationText } from '../../../profiles/load/duration';
import {
  connectionSchema,
  scenarioVersion,
  type Connection,
  type Dependency,
  type Fault,
  type LoadModel,
  type PlannedFault,
  type Scenario,
  type Threshold,
  type Variable,
} from '../../scenario';
import { shortStep, shortThink } from './shorten-steps';

/** Keys without a value are left out when it is written. */
export type Short = Record<string, unknown>;

export function shortScenario(scenario: Scenario): Short {
  const { flows } = scenario;
  const only =
    flows.length === 1 && flows[0]?.name === 'main' && flows[0].weight === 1 ? flows[0] : undefined;
  return compact({
    version: scenarioVersion,
    name: scenario.name,
    baseUrl: scenario.baseUrl,
    ...shortModel(scenario.load),
    warmUp: unless(0, scenario.warmUpMs, durationText),
    headers: filled(scenario.headers),
    variables: filled(mapValues(scenario.variables, shortVariable)),
    setUp: filledList(scenario.setUp.map(shortStep)),
    ...(only
      ? { steps: only.steps.map(shortStep) }
      : {
          flows: flows.map(({ name, weight, steps }) =>
            compact({ name, weight: unless(1, weight), steps: steps.map(shortStep) }),
          ),
        }),
    cookies: unless(true, scenario.cookies),
    connection: filled(shortConnection(scenario.connection)),
    thresholds: filledList(scenario.thresholds.map(shortThreshold)),
    dependencies: filledList(scenario.dependencies.map(shortDependency)),
    faults: filledList(scenario.faults.map(shortFault)),
  });
}

function shortModel(load: LoadModel): Short {
  if (load.model === 'knee') {
    const { startUsers, maxUsers, factor, stepMs, thinkTime, until } = load;
    return {
      knee: compact({
        start: startUsers,
        max: maxUsers,
        factor: unless(1.5, factor),
        step: durationText(stepMs),
        think: shortThink(thinkTime),
        until: filled(
          compact({
            p95: until.p95Ms === undefined ? undefined : durationText(until.p95Ms),
            errors: unless(0.05, until.errorRatio, shareText),
            slowdown: unless(5, until.slowdown),
          }),
        ),
      }),
    };
  }
  if (load.model === 'closed') {
    const [only, ...more] = load.stages;
    const stages = load.stages.map(({ durationMs, users, ramp }) =>
      compact({ duration: durationText(durationMs), users, ramp: unless('step', ramp) }),
    );
    const isPlain = more.length === 0 && only?.ramp === 'step';
    return { ...(isPlain ? stages[0] : { stages }), think: shortThink(load.thinkTime) };
  }
  const [only, ...more] = load.stages;
  const stages = load.stages.map(({ durationMs, rate, ramp }) =>
    compact({ duration: durationText(durationMs), rate, ramp: unless('step', ramp) }),
  );
  return {
    ...(more.length === 0 && only?.ramp === 'step' ? stages[0] : { stages }),
    arrivals: unless('even', load.arrivals),
    maxInFlight: unless(2000, load.maxInFlight),
  };
}

function shortVariable(variable: Variable): unknown {
  if (variable.from === 'list') {
    const { values, pick } = variable;
    return pick === 'sequence' ? values : { list: values, pick };
  }
  const { file, pick } = variable;
  const delimiter = variable.from === 'csv' ? unless(',', variable.delimiter) : undefined;
  const saysItself = file.toLowerCase().endsWith(`.${variable.from}`);
  if (pick === 'sequence' && delimiter === undefined && saysItself) return file;
  return compact({ [variable.from]: file, delimiter, pick: unless('sequence', pick) });
}

const plainConnection = connectionSchema.parse({});

function shortConnection(connection: Connection): Short {
  return compact({
    keepAlive: unless(plainConnection.keepAlive, connection.keepAlive),
    maxConnections: connection.maxConnections,
    http2: unless(plainConnection.http2, connection.http2),
    insecureTls: unless(plainConnection.insecureTls, connection.insecureTls),
    timeout: unless(plainConnection.timeoutMs, connection.timeoutMs, durationText),
    connectTimeout: unless(plainConnection.connectTimeoutMs, connection.connectTimeoutMs, durationText),
  });
}

function shortThreshold({ expression, abort, afterMs }: Threshold): unknown {
  if (!abort && afterMs === 10_000) return expression;
  return compact({ expression, abort: unless(false, abort), after: unless(10_000, afterMs, durationText) });
}

function shortDependency({ name, host, port, env }: Dependency): Short {
  return compact({ name, host: unless('127.0.0.1', host), port, env });
}

function shortFault({ atMs, forMs, fault }: PlannedFault): Short {
  return compact({ at: durationText(atMs), for: durationText(forMs), ...faultWords(fault) });
}

function faultWords(fault: Fault): Short {
  switch (fault.kind) {
    case 'latency':
      return {
        latency: durationText(fault.delayMs),
        jitter: unless(0, fault.jitterMs, durationText),
        direction: unless('answer', fault.direction),
        via: unless('target', fault.via),
      };
    case 'bandwidth':
      return { bandwidth: fault.bytesPerSecond, via: unless('target', fault.via) };
    case 'drop':
      return { drop: shareText(fault.ratio), via: unless('target', fault.via) };
    case 'cpu':
      return { cpu: fault.processes };
    case 'memory':
      return { memory: sizeText(fault.limitBytes) };
    case 'block':
      return {
        block: durationText(fault.blockMs),
        every: fault.everyMs === undefined ? undefined : durationText(fault.everyMs),
      };
    case 'pause':
      return { pause: true };
    case 'kill':
      return { kill: fault.signal };
  }
}

function shareText(ratio: number): string | number {
  const percent = Number((ratio * 100).toPrecision(12));
  // Only what is read back as the same.
  return Number((percent / 100).toPrecision(12)) === ratio && !String(percent).includes('e')
    ? `${percent}%`
    : ratio;
}

function sizeText(sizeBytes: number): string | number {
  return sizeBytes % 1e6 === 0 && sizeBytes < 1e15 ? `${sizeBytes / 1e6}MB` : sizeBytes;
}

export function compact(given: Short): Short {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

export function unless<T, U = T>(plain: T, value: T, write?: (value: T) => U): T | U | undefined {
  if (value === plain) return undefined;
  return write ? write(value) : value;
}

export function filled(given: Short): Short | undefined {
  return Object.keys(given).length > 0 ? given : undefined;
}

export function filledList(list: unknown[]): unknown[] | undefined {
  return list.length > 0 ? list : undefined;
}

function mapValues<T>(given: Record<string, T>, write: (value: T) => unknown): Short {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, write(value)]));
}
