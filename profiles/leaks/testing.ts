/** Series with known properties, for the tests of this folder. */
import { leakThresholdsSchema, type FloorPoint, type SubjectVerdict } from './types';
import { judgeSubject, type SubjectInput } from './judge-subject';

export const megabyte = 1e6;

/** A small linear congruential generator (Numerical Recipes): tests draw the same numbers every time. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (state * 1664525 + 1013904223) >>> 0) / 2 ** 32;
}

/** Standard normal numbers (Box & Muller 1958). */
export function gaussFrom(seed: number): () => number {
  const random = randomFrom(seed);
  return () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}

/** A forced collection every `everyS` seconds for `forS`; `bytesAt` gives the floor. */
export function floorOf(
  bytesAt: (seconds: number) => number,
  { forS = 60, everyS = 2.5 } = {},
): FloorPoint[] {
  const points: FloorPoint[] = [];
  for (let seconds = everyS; seconds <= forS; seconds += everyS)
    points.push({ tUs: seconds * 1e6, bytes: bytesAt(seconds), forced: true });
  return points;
}

export function judged(points: FloorPoint[], input: Partial<SubjectInput> = {}): SubjectVerdict {
  return judgeSubject({
    thread: 'p1',
    subject: 'heap',
    points,
    thresholds: leakThresholdsSchema.parse({}),
    load: null,
    operations: null,
    ...input,
  });
}
