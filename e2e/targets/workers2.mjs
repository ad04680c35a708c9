// A main thread that works, and two worker threads that work; all end by themselves.
// A recording must show: one process with three threads, `burnMain` in the main thread and `burnWorker` in both workers.
import { isMainThread, Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

if (isMainThread) {
  const workers = [1, 2].map(
    (number) => new Worker(fileURLToPath(import.meta.url), { name: `burner-${number}` }),
  );
  const exits = workers.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
  setTimeout(() => burnMain(600), 100);
  console.log('worker exit codes', await Promise.all(exits));
} else {
  burnWorker(1200);
}

function burnMain(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

function burnWorker(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.cbrt(index);
  }
  return sum;
}
