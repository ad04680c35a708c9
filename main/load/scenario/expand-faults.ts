/** Faults and the services behind the target. */
import type { FaultKind } from '../../scenario';
import type { Located } from './located';
import { described, type Built, type MapReader, type Reading } from './reading';

const kinds: readonly FaultKind[] = [
  'latency',
  'bandwidth',
  'drop',
  'cpu',
  'memory',
  'block',
  'pause',
  'kill',
];
const hint =
  'Write for example { at: 10s, for: 5s, latency: 200ms }, or kill: true, pause: true, cpu: 2, memory: 200MB, block: 500ms, drop: 50%, bandwidth: 64kB/s.';

export function expandFaults(reading: Reading, at: Located): unknown[] {
  return reading.list(at, reading.items(at, 'faults'), (item) => {
    const map = reading.map(item, 'a fault');
    if (!map) return undefined;
    const out = reading.built(item);
    for (const key of ['at', 'for']) {
      const time = map.durationMs(key);
      if (time) out.set(`${key}Ms`, time.value, time.at);
      else
        reading.problem(
          item,
          key === 'at'
            ? 'this fault does not say when it begins.'
            : 'this fault does not say how long it lasts.',
          hint,
        );
    }
    const fault = map.take('fault');
    const inner = fault ? reading.map(fault, 'what is broken') : map;
    if (inner) out.set('fault', faultOf(reading, inner), fault ?? item);
    if (fault) map.finish('a planned fault');
    return out.value;
  });
}

function faultOf(reading: Reading, map: MapReader): unknown {
  const told = map.take('kind');
  const named = kinds.filter((kind) => (map.take(kind), map.has(kind)));
  const kind = told ? kinds.find((each) => told.kind === 'scalar' && each === told.value) : named[0];
  if (!kind || (told ? named.length > 0 : named.length > 1)) {
    if (named[1] !== undefined)
      return reading.problem(
        map.keyOf(named[1]),
        `a fault is one thing: “${named[0]}” and “${named[1]}” are two.`,
        'Make two faults of it, with the same at and for.',
      );
    const before = reading.problems.length;
    if (!told) map.finish('a fault');
    return reading.problems.length > before
      ? undefined
      : reading.problem(
          told ?? map.at,
          told
            ? `there is no fault of the kind ${described(told)}.`
            : 'this fault does not say what is broken.',
          hint,
        );
  }
  const at = map.take(kind);
  const out = reading.built(map.at).set('kind', kind, told ?? at ?? map.at);
  fill[kind](reading, map, out, at);
  map.finish(`a fault of the kind ${kind}`);
  return out.value;
}

type Fill = (reading: Reading, map: MapReader, out: Built, at: Located | undefined) => void;

/** The fault's own number stands under its kind (`latency: 200ms`) or under the full form's name (`delayMs: 200`). */
const fill: Record<FaultKind, Fill> = {
  latency: (reading, map, out, at) => {
    setTime(reading, map, out, 'delayMs', at);
    setTime(reading, map, out, 'jitterMs', undefined);
    setPlain(reading, map, out, 'direction');
    setVia(reading, map, out);
  },
  bandwidth: (reading, map, out, at) => {
    const amount = at ?? map.take('bytesPerSecond');
    if (amount) out.set('bytesPerSecond', reading.bytes(amount, '/s'), amount);
    setVia(reading, map, out);
  },
  drop: (reading, map, out, at) => {
    const ratio = isOn(at) ? map.take('ratio') : at;
    if (ratio) out.set('ratio', reading.ratio(ratio), ratio);
    setVia(reading, map, out);
  },
  cpu: (reading, map, out, at) => {
    const processes = isOn(at) ? map.take('processes') : at;
    if (processes) out.set('processes', reading.plain(processes), processes);
  },
  memory: (reading, map, out, at) => {
    const limit = at ?? map.take('limitBytes');
    if (limit) out.set('limitBytes', reading.bytes(limit), limit);
  },
  block: (reading, map, out, at) => {
    setTime(reading, map, out, 'blockMs', at);
    setTime(reading, map, out, 'everyMs', undefined);
  },
  pause: (reading, _map, _out, at) => {
    if (at && !isOn(at))
      reading.problem(at, `pause is on or it is not there: expected true, not ${described(at)}.`);
  },
  kill: (reading, map, out, at) => {
    const signal = isOn(at) ? map.take('signal') : at;
    if (signal) out.set('signal', reading.text(signal), signal);
  },
};

/** `kill: true` and an empty `kill:` say only that it is wanted. */
function isOn(at: Located | undefined): boolean {
  return !at || (at.kind === 'scalar' && (at.value === true || at.value === null));
}

function setTime(reading: Reading, map: MapReader, out: Built, full: string, at: Located | undefined): void {
  const given = at ? { value: reading.durationMs(at, false), at } : map.durationMs(full.replace(/Ms$/, ''));
  if (given) out.set(full, given.value, given.at);
}

function setVia(reading: Reading, map: MapReader, out: Built): void {
  const via = map.take('via');
  if (via) out.set('via', reading.text(via), via);
}

function setPlain(reading: Reading, map: MapReader, out: Built, key: string): void {
  const at = map.take(key);
  if (at) out.set(key, reading.plain(at), at);
}

/** A list, or a map by name: `{ database: { address: "127.0.0.1:5432", env: { … } } }`. */
export function expandDependencies(reading: Reading, at: Located): unknown[] {
  if (at.kind !== 'map')
    return reading.list(at, reading.items(at, 'dependencies'), (item) =>
      dependencyOf(reading, item, undefined),
    );
  const names = new Map([...at.entries].map(([name, { value }]) => [value, name]));
  return reading.list(at, [...names.keys()], (item) => dependencyOf(reading, item, names.get(item)));
}

function dependencyOf(reading: Reading, at: Located, name: string | undefined): unknown {
  const map = reading.map(at, 'a dependency');
  if (!map) return undefined;
  const out = reading.built(at);
  const ownName = name === undefined ? map.take('name') : undefined;
  if (name !== undefined) out.set('name', name, at);
  else if (ownName) out.set('name', reading.text(ownName), ownName);
  const address = map.take('address');
  if (address) {
    const [, host, port] = /^(.*):(\d+)$/.exec(reading.text(address) ?? '') ?? [];
    if (port === undefined)
      reading.problem(
        address,
        `expected an address, not ${described(address)}.`,
        'Write address: 127.0.0.1:5432.',
      );
    else
      out
        .set('host', host === '' ? undefined : host?.replace(/^\[(.*)\]$/, '$1'), address)
        .set('port', Number(port), address);
  }
  const host = map.take('host');
  if (host) out.set('host', reading.text(host), host);
  setPlain(reading, map, out, 'port');
  const env = map.take('env');
  if (env) out.set('env', reading.texts(env), env);
  map.finish('a dependency');
  return out.value;
}
