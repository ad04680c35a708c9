// Prints the monotonic time every 50 ms between pieces of work; made to be killed with SIGKILL from outside.
// A recording must show: `burnTicking` on top, signal SIGKILL, and samples up to half a second before the last time printed.
function burnTicking(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

console.log(`ready pid ${process.pid}`);
setInterval(() => {
  burnTicking(40);
  console.log(`tick ${process.hrtime.bigint() / 1000n}`);
}, 50);
