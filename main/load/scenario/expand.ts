/** From a file in the short form, the full form or anything between to the full form, which the schema then judges. */
import { parseThreshold, ThresholdSyntaxError } from '../../../profiles/load/threshold';
import { scenarioVersion } from '../../scenario';
import { expandDependencies, expandFaults } from './expand-faults';
import { expandModel, modelKeys } from './expand-model';
import { expandSteps } from './expand-steps';
import type { Located } from './located';
import { described, type Built, type MapReader, type Reading } from './reading';

/** The full form, or undefined when there is nothing to judge; problems stand in `reading`. */
export function expandScenario(reading: Reading, root: Located): Record<string, unknown> | undefined {
  const map = reading.map(root, 'a scenario (a map with users, duration, steps …)');
  if (!map) return undefined;
  const out = reading.built(root);
  const version = map.take('version');
  if (version && !isOurVersion(reading, version)) return undefined;
  out.set('version', scenarioVersion, version ?? root);
  for (const key of ['name', 'baseUrl']) setText(reading, map, out, key);
  setModel(reading, map, out);
  const warmUp = map.durationMs('warmUp');
  if (warmUp) out.set('warmUpMs', warmUp.value, warmUp.at);
  const headers = map.take('headers');
  if (headers) out.set('headers', reading.texts(headers), headers);
  const variables = map.take('variables');
  if (variables) out.set('variables', expandVariables(reading, variables), variables);
  const setUp = map.take('setUp');
  if (setUp) out.set('setUp', expandSteps(reading, setUp), setUp);
  setFlows(reading, map, out);
  const cookies = map.take('cookies');
  if (cookies) out.set('cookies', reading.plain(cookies), cookies);
  const connection = map.take('connection');
  if (connection) out.set('connection', expandConnection(reading, connection), connection);
  const thresholds = map.take('thresholds');
  if (thresholds) out.set('thresholds', expandThresholds(reading, thresholds), thresholds);
  const dependencies = map.take('dependencies');
  if (dependencies) out.set('dependencies', expandDependencies(reading, dependencies), dependencies);
  const faults = map.take('faults');
  if (faults) out.set('faults', expandFaults(reading, faults), faults);
  map.finish('a scenario');
  return out.value;
}

function isOurVersion(reading: Reading, version: Located): boolean {
  const value = version.kind === 'scalar' ? Number(version.value) : NaN;
  if (value === scenarioVersion) return true;
  if (value > scenarioVersion)
    reading.problem(
      version,
      `this scenario is of version ${value}, which is newer than what this Scorchmark reads (version ${scenarioVersion}).`,
      'Use a newer Scorchmark, or write the scenario in the older version.',
    );
  else reading.problem(version, `expected version ${scenarioVersion}, not ${described(version)}.`);
  return false;
}

function setText(reading: Reading, map: MapReader, out: Built, key: string): void {
  const at = map.take(key);
  if (at) out.set(key, reading.text(at), at);
}

function setModel(reading: Reading, map: MapReader, out: Built): void {
  const load = map.take('load');
  if (!load) {
    out.set('load', expandModel(reading, map), map.at);
    return;
  }
  for (const key of modelKeys)
    if (map.has(key)) {
      map.take(key);
      reading.problem(map.keyOf(key), `“${key}” stands beside load, and belongs into it.`);
    }
  const inner = reading.map(load, 'how much load to make');
  if (!inner) return;
  out.set('load', expandModel(reading, inner), load);
  inner.finish('a load');
}

function setFlows(reading: Reading, map: MapReader, out: Built): void {
  const steps = map.take('steps');
  const flows = map.take('flows');
  if (steps && flows)
    reading.problem(
      flows,
      'a scenario has steps, or flows with steps of their own, not both.',
      'Move the steps into a flow.',
    );
  if (steps) {
    const flow = reading
      .built(steps)
      .set('name', 'main', steps)
      .set('steps', expandSteps(reading, steps), steps);
    out.set('flows', [flow.value], steps);
  } else if (flows) out.set('flows', expandFlows(reading, flows), flows);
  else
    reading.problem(
      map.at,
      'this file does not say what to send.',
      'Write steps: with a list of requests, for example “- get: /products”.',
    );
}

/** A list, or a map by name: `{ browse: { weight: 3, steps: […] }, buy: […] }`. */
function expandFlows(reading: Reading, at: Located): unknown[] {
  if (at.kind === 'map') {
    const names = new Map([...at.entries].map(([name, { value }]) => [value, name]));
    return reading.list(at, [...names.keys()], (item) => {
      if (item.kind === 'map') return flowOf(reading, item, names.get(item));
      return reading
        .built(item)
        .set('name', names.get(item), item)
        .set('steps', expandSteps(reading, item), item).value;
    });
  }
  return reading.list(at, reading.items(at, 'flows'), (item) => flowOf(reading, item, undefined));
}

function flowOf(reading: Reading, at: Located, name: string | undefined): unknown {
  const map = reading.map(at, 'a flow');
  if (!map) return undefined;
  const out = reading.built(at);
  if (name === undefined) setText(reading, map, out, 'name');
  else out.set('name', name, at);
  const weight = map.take('weight');
  if (weight) out.set('weight', reading.plain(weight), weight);
  const steps = map.take('steps');
  if (steps) out.set('steps', expandSteps(reading, steps), steps);
  map.finish('a flow');
  return out.value;
}

const variableHint = 'Write name: users.csv, name: [a, b, c], or name: { csv: users.csv, pick: random }.';

function expandVariables(reading: Reading, at: Located): unknown {
  const map = reading.map(at, 'a map of names and where their values come from');
  if (!map) return undefined;
  const out = reading.built(at);
  for (const [name, value] of map.rest()) out.set(name, variableOf(reading, value), value);
  return out.value;
}

function variableOf(reading: Reading, at: Located): unknown {
  if (at.kind === 'list')
    return reading.built(at).set('from', 'list', at).set('values', reading.plain(at), at).value;
  if (at.kind === 'scalar') {
    const [, extension] = /\.(csv|json)$/i.exec(String(at.value)) ?? [];
    if (extension === undefined)
      return reading.problem(
        at,
        `expected a CSV or JSON file or a list of values, not ${described(at)}.`,
        variableHint,
      );
    return reading.built(at).set('from', extension.toLowerCase(), at).set('file', at.value, at).value;
  }
  const map = reading.map(at, 'where the values come from')!;
  const out = reading.built(at);
  const from = map.take('from');
  const short = ['csv', 'json', 'list'].find((key) => (map.take(key), map.has(key)));
  if (from) out.set('from', reading.plain(from), from);
  else if (short !== undefined) out.set('from', short, map.take(short)!);
  else return reading.problem(at, 'this variable does not say where its values come from.', variableHint);
  const kind = String(out.value['from']);
  if (kind === 'list') {
    const values = map.takeOne('list', 'values');
    if (values) out.set('values', reading.plain(values), values);
  } else {
    const file = map.takeOne(kind, 'file');
    if (file) out.set('file', reading.text(file), file);
    if (kind === 'csv') setText(reading, map, out, 'delimiter');
  }
  const pick = map.take('pick');
  if (pick) out.set('pick', reading.plain(pick), pick);
  map.finish('a variable');
  return out.value;
}

function expandConnection(reading: Reading, at: Located): unknown {
  const map = reading.map(at, 'a map of how to connect');
  if (!map) return undefined;
  const out = reading.built(at);
  for (const key of ['keepAlive', 'maxConnections', 'http2', 'insecureTls']) {
    const value = map.take(key);
    if (value) out.set(key, reading.plain(value), value);
  }
  for (const key of ['timeout', 'connectTimeout']) {
    const time = map.durationMs(key);
    if (time) out.set(`${key}Ms`, time.value, time.at);
  }
  map.finish('a connection');
  return out.value;
}

function expandThresholds(reading: Reading, at: Located): unknown[] {
  return reading.list(at, reading.items(at, 'thresholds'), (item) => {
    const out = reading.built(item);
    const map = item.kind === 'map' ? reading.map(item, 'a threshold') : undefined;
    const expression = map ? map.take('expression') : item;
    if (!expression)
      return reading.problem(
        item,
        'this threshold compares nothing.',
        'Write { expression: p95 < 500ms, abort: true }.',
      );
    const text = reading.text(expression);
    if (text !== undefined) checkThreshold(reading, expression, text);
    out.set('expression', text, expression);
    if (map) {
      const abort = map.take('abort');
      if (abort) out.set('abort', reading.plain(abort), abort);
      const after = map.durationMs('after');
      if (after) out.set('afterMs', after.value, after.at);
      map.finish('a threshold');
    }
    return out.value;
  });
}

function checkThreshold(reading: Reading, at: Located, text: string): void {
  try {
    parseThreshold(text);
  } catch (error) {
    if (!(error instanceof ThresholdSyntaxError)) throw error;
    reading.problem(at, error.message, error.hint);
  }
}
