import { monotonicUs } from '../monotonic';

/** The host's monotonic clock at the start of `performance.now`, µs: the same in every process. */
const originUs = readOriginUs();

/** Both clocks at one moment: on a busy machine the thread may stand still between the readings, so the closest of some. */
function readOriginUs(): number {
  let found = 0;
  let closestUs = Infinity;
  for (let reading = 0; reading < 10; reading++) {
    const beforeUs = monotonicUs();
    const ms = performance.now();
    const apartUs = monotonicUs() - beforeUs;
    if (apartUs >= closestUs) continue;
    closestUs = apartUs;
    found = beforeUs + apartUs / 2 - ms * 1000;
  }
  return found;
}

/** The host's monotonic clock in µs, with fractions; cheap enough for every request. */
export function nowUs(): number {
  return originUs + performance.now() * 1000;
}
