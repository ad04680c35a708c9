/**
 * Two worker threads compute, the main thread coordinates. No dependencies.
 *
 * What a recording must show: one process with three threads. Both workers spend nearly all their time in
 * `countPrimes` (prime-worker.mjs); the main thread is idle but for `collectResult`. Process CPU is near 200 %
 * on a machine with two free cores.
 *
 * Runs until it is stopped, or for JOBS jobs when that is set.
 */
import { Worker } from 'node:worker_threads';

const jobs = Number(process.env.JOBS ?? Infinity);
const workerCount = 2;
let nextJob = 0;
let finished = 0;
let primes = 0;

function collectResult(worker, result) {
  primes += result.count;
  finished++;
  if (finished % 20 === 0) console.log(`${finished} jobs done, ${primes} primes found`);
  assignJob(worker);
}

function assignJob(worker) {
  if (nextJob < jobs) worker.postMessage({ from: (nextJob++ % 50) * 20_000, length: 20_000 });
  else worker.postMessage('end');
}

const workers = Array.from({ length: workerCount }, (_, index) => {
  const worker = new Worker(new URL('prime-worker.mjs', import.meta.url), { name: `primes-${index + 1}` });
  worker.on('message', (result) => collectResult(worker, result));
  worker.on('error', (error) => {
    console.error('a worker failed:', error);
    process.exitCode = 1;
  });
  assignJob(worker);
  return worker;
});

for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, () => {
    console.log(`stopping after ${finished} jobs (${signal})`);
    for (const worker of workers) worker.postMessage('end');
  });

console.log(`${workers.length} workers are looking for primes`);
