// LEAK: jobs are chained after one that never ends, about 1.5 KB a request.
// Planted: `enqueue` adds a `Promise` to the chain, and each holds a `Job`.
import { serve, textOf } from './serve.mjs';

class Job {
  constructor(number) {
    this.number = number;
    this.payload = textOf(1000, number);
  }
}

// The first job waits for a connection that never opens; whoever would open it keeps the chain alive.
const connection = { open: null };
let lastJob = new Promise((resolve) => {
  connection.open = resolve;
});

function enqueue(requestNumber) {
  const job = new Job(requestNumber);
  lastJob = lastJob.then(() => job.payload.length);
}

serve((requestNumber) => {
  enqueue(requestNumber);
  return { requestNumber, isOpen: connection.open === null };
});
