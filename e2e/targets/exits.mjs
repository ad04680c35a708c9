// Calls process.exit(7) in the middle of its work, with more work still scheduled.
// A recording must show: `burnBeforeExit` on top to the end, exit code 7, nothing of `burnNever`.
function burnBeforeExit(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

function burnNever() {
  console.log('never printed');
}

setTimeout(burnNever, 5000);
setTimeout(() => {
  burnBeforeExit(1500);
  process.exit(7);
}, 50);
