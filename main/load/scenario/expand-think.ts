import { durationMsOf } from '../../../profiles/load/duration';
import type { Located } from './located';
import { described, type Reading } from './reading';

const hint = 'Write 2s, or 1s..3s for a random time in between.';

/** `2s`, `1s..3s`, `{ min: 1s, max: 3s }`, or the full form; undefined when it is none (the problem is told). */
export function expandThink(reading: Reading, at: Located): unknown {
  if (at.kind === 'map') {
    const map = reading.map(at, 'a think time')!;
    const out = reading.built(at);
    for (const key of ['min', 'max']) {
      const bound = map.durationMs(key);
      if (bound) out.set(`${key}Ms`, bound.value, bound.at);
    }
    map.finish('a think time');
    return out.value;
  }
  if (at.kind === 'scalar' && at.value === 0) return fixed(reading, at, 0, 0);
  const text = at.kind === 'scalar' && typeof at.value === 'string' ? at.value : undefined;
  const [low, high = low, ...more] = text?.split(/\.\.|\s+-\s+|\s+to\s+/) ?? [];
  const minMs = low === undefined ? undefined : durationMsOf(low);
  const maxMs = high === undefined ? undefined : durationMsOf(high);
  if (minMs !== undefined && maxMs !== undefined && more.length === 0)
    return fixed(reading, at, minMs, maxMs);
  const isNumber = at.kind === 'scalar' && typeof at.value === 'number';
  return reading.problem(
    at,
    isNumber
      ? `${at.source} of what? A think time needs its unit.`
      : `expected a think time, not ${described(at)}.`,
    hint,
  );
}

function fixed(reading: Reading, at: Located, minMs: number, maxMs: number): unknown {
  return reading.built(at).set('minMs', minMs, at).set('maxMs', maxMs, at).value;
}
