// Blocks its event loop for three seconds without a break.
// A recording must show: `blockLoop` on top, samples arriving live during the block (no gap), exit code 0.
function blockLoop(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

setTimeout(() => {
  console.log('blocking');
  blockLoop(3000);
  console.log('free again');
  // Long enough for a last interval of metrics that shows the block.
  setTimeout(() => undefined, 500);
}, 200);
