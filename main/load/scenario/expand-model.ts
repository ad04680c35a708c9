/** How much load: users, rate, stages or the search for the knee, said at the top of the file or under `load`. */
import { expandThink } from './expand-think';
import type { Located } from './located';
import type { Built, MapReader, Reading } from './reading';

export const modelKeys = [
  'model',
  'users',
  'rate',
  'duration',
  'durationMs',
  'stages',
  'ramp',
  'think',
  'thinkTime',
  'arrivals',
  'maxInFlight',
  'knee',
];

const hint =
  'Write users: 10 and duration: 30s, or rate: 100 and duration: 30s, or stages: [{ duration: 30s, users: 10 }], or knee: {}.';

export function expandModel(reading: Reading, map: MapReader): unknown {
  const out = reading.built(map.at);
  const told = map.take('model');
  const stages = map.take('stages');
  const knee = map.take('knee');
  const rate = map.take('rate');
  const users = map.take('users');
  const model = told?.kind === 'scalar' ? told.value : guess(stages, knee, rate);
  if (told && !['closed', 'open', 'knee'].includes(String(model))) {
    for (const key of modelKeys) map.take(key);
    return reading.problem(told, 'the model is closed (users), open (rate) or knee.', hint);
  }
  out.set('model', model, told ?? knee ?? stages ?? rate ?? map.at);
  if (model === 'knee') {
    setKnee(reading, map, knee, out);
    if (stages)
      reading.problem(
        stages,
        'a search for the knee makes its own stages.',
        'Leave out either knee or stages.',
      );
    return out.value;
  }
  if (knee)
    reading.problem(
      knee,
      'a load that searches the knee has no users, rate or stages of its own.',
      'Leave out either knee or the others.',
    );
  if (users && rate)
    reading.problem(rate, 'users and rate exclude each other: a load follows one of them.', hint);
  const duration = map.durationMs('duration');
  const ramp = map.take('ramp');
  if (stages) {
    for (const each of [users, rate, duration?.at, ramp])
      if (each)
        reading.problem(each, 'with stages, each stage says this for itself.', 'Move it into the stages.');
    out.set(
      'stages',
      reading.list(stages, reading.items(stages, 'stages'), (item) =>
        stageOf(reading, item, model === 'open'),
      ),
      stages,
    );
  } else {
    const amount = model === 'open' ? rate : users;
    if (!amount || !duration)
      return reading.problem(
        map.at,
        amount ? 'this load does not say how long.' : 'this file does not say how much load to make.',
        hint,
      );
    const stage = reading.built(map.at).set('durationMs', duration.value, duration.at);
    stage.set(model === 'open' ? 'rate' : 'users', reading.plain(amount), amount);
    if (ramp) stage.set('ramp', reading.plain(ramp), ramp);
    out.set('stages', [stage.value], map.at);
  }
  if (model === 'open') {
    for (const key of ['arrivals', 'maxInFlight']) setPlain(reading, map, out, key);
    const think = map.takeOne('think', 'thinkTime');
    if (think)
      reading.problem(
        think,
        'in the open model the rate says when iterations begin; between them nobody waits.',
        'Put a step “- think: 1s” into the flow, or give users instead of a rate.',
      );
  } else setThink(reading, map, out);
  return out.value;
}

function guess(
  stages: Located | undefined,
  knee: Located | undefined,
  rate: Located | undefined,
): 'closed' | 'open' | 'knee' {
  if (knee) return 'knee';
  if (rate) return 'open';
  const first = stages?.kind === 'list' ? stages.items[0] : undefined;
  return first?.kind === 'map' && first.entries.has('rate') ? 'open' : 'closed';
}

function stageOf(reading: Reading, at: Located, isOpen: boolean): unknown {
  const map = reading.map(at, 'a stage');
  if (!map) return undefined;
  const out = reading.built(at);
  const duration = map.durationMs('duration');
  if (duration) out.set('durationMs', duration.value, duration.at);
  const [wanted, other] = isOpen ? ['rate', 'users'] : ['users', 'rate'];
  setPlain(reading, map, out, wanted);
  setPlain(reading, map, out, 'ramp');
  if (map.has(other)) {
    map.take(other);
    reading.problem(
      map.keyOf(other),
      `stages of ${wanted} and of ${other} cannot be mixed: a load follows one of them.`,
    );
  }
  map.finish('a stage');
  return out.value;
}

function setKnee(reading: Reading, map: MapReader, knee: Located | undefined, out: Built): void {
  const isWord = knee?.kind === 'scalar' && (knee.value === true || knee.value === null);
  const inner = knee && !isWord ? reading.map(knee, 'a map of how to search the knee') : undefined;
  // In the full form they stand beside `model: knee`.
  const from = inner ?? map;
  for (const [key, full] of [
    ['start', 'startUsers'],
    ['max', 'maxUsers'],
    ['factor', 'factor'],
  ] as const) {
    const at = key === full ? from.take(key) : from.takeOne(key, full);
    if (at) out.set(full, reading.plain(at), at);
  }
  const step = from.durationMs('step');
  if (step) out.set('stepMs', step.value, step.at);
  setThink(reading, from, out);
  const until = from.take('until');
  if (until) out.set('until', untilOf(reading, until), until);
  if (inner) {
    inner.finish('a search for the knee');
    for (const key of ['users', 'rate', 'duration', 'ramp'])
      if (map.has(key))
        reading.problem(map.keyOf(key), `“${key}” and knee exclude each other: the search decides.`);
  }
  for (const key of modelKeys) if (inner) map.take(key);
}

function untilOf(reading: Reading, at: Located): unknown {
  const map = reading.map(at, 'what ends the search');
  if (!map) return undefined;
  const out = reading.built(at);
  const p95 = map.durationMs('p95');
  if (p95) out.set('p95Ms', p95.value, p95.at);
  const errors = map.takeOne('errors', 'errorRatio');
  if (errors) out.set('errorRatio', reading.ratio(errors), errors);
  setPlain(reading, map, out, 'slowdown');
  map.finish('what ends the search');
  return out.value;
}

function setThink(reading: Reading, map: MapReader, out: Built): void {
  const think = map.takeOne('think', 'thinkTime');
  if (think) out.set('thinkTime', expandThink(reading, think), think);
}

function setPlain(reading: Reading, map: MapReader, out: Built, key: string): void {
  const at = map.take(key);
  if (at) out.set(key, reading.plain(at), at);
}
