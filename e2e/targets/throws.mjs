// Works for a second and a half and then dies of an uncaught exception.
// A recording must show: `burnBeforeThrow` on top to the end, exit code 1, the stack in the output.
function burnBeforeThrow(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

setTimeout(() => {
  burnBeforeThrow(1500);
  throw new Error('thrown on purpose');
}, 50);
