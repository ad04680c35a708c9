// An ES module with top-level await that ends by itself.
// A recording must show: one process, `burnEsm` on top, exit code 0.
import { setTimeout as wait } from 'node:timers/promises';

function burnEsm(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

let result = 0;
for (let round = 0; round < 6; round++) {
  result += burnEsm(200);
  await wait(10);
}
console.log('esm result', Math.round(result));
