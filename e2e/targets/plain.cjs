// A plain CommonJS script that ends by itself.
// A recording must show: one process, `burnPlain` on top, exit code 0.
function burnPlain(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

console.log('plain result', Math.round(burnPlain(1200)));
