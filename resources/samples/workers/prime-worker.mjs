import { parentPort } from 'node:worker_threads';

/** Trial division: slow on purpose, this is where the workers' time goes. */
function countPrimes(from, length) {
  let count = 0;
  for (let candidate = Math.max(from, 2); candidate < from + length; candidate++) {
    let isPrime = true;
    for (let divisor = 2; divisor < candidate / 8; divisor++) {
      if (candidate % divisor === 0) {
        isPrime = false;
        break;
      }
    }
    if (isPrime) count++;
  }
  return count;
}

parentPort.on('message', (job) => {
  if (job === 'end') parentPort.close();
  else parentPort.postMessage({ count: countPrimes(job.from, job.length) });
});
