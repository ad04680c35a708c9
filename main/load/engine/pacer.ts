/**
 * Wakes at a moment with about a tenth of a ms, which timers (whole ms, and up to two of them) cannot: a thread that sleeps in
 * `Atomics.wait` and knocks. It costs one short message per wake-up; nobody spins.
 */
import { Worker } from 'node:worker_threads';
import { nowUs } from './clock';

/** As text: the load process is one built file, and this needs nothing of it. */
const source = `
const { parentPort, workerData } = require('node:worker_threads');
const turn = new Int32Array(workerData, 0, 1);
const due = new Float64Array(workerData, 8, 1);
const nowUs = () => Number(process.hrtime.bigint()) / 1000;
for (;;) {
  const now = Atomics.load(turn, 0);
  const waitMs = (due[0] - nowUs()) / 1000;
  // A new moment ends the wait early.
  if (waitMs > 0 && Atomics.wait(turn, 0, now, waitMs) !== 'timed-out') continue;
  parentPort.postMessage(0);
  Atomics.wait(turn, 0, now);
}
`;

export class Pacer {
  readonly #shared = new SharedArrayBuffer(16);
  readonly #turn = new Int32Array(this.#shared, 0, 1);
  readonly #due = new Float64Array(this.#shared, 8, 1);
  #worker: Worker | null;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** Resolves when it can wake; until then it would be late. */
  readonly ready: Promise<void>;

  constructor(private readonly wake: () => void) {
    this.#due[0] = Infinity;
    this.#worker = new Worker(source, { eval: true, workerData: this.#shared });
    const worker = this.#worker;
    worker.on('message', () => this.#knock());
    this.ready = new Promise((resolve) => {
      worker
        .once('online', resolve)
        .once('error', () => resolve())
        .once('exit', () => resolve());
    });
    // Without the thread there are still timers; the slip shows what they cost.
    worker.on('error', () => {
      this.#worker = null;
      if (!this.#isStopped) this.wakeAt(this.#due[0]!);
    });
  }

  /** @param dueUs on the host's monotonic clock; replaces what was set before. Infinity: never. */
  wakeAt(dueUs: number): void {
    this.#due[0] = dueUs;
    if (this.#worker) {
      Atomics.add(this.#turn, 0, 1);
      Atomics.notify(this.#turn, 0);
      return;
    }
    clearTimeout(this.#timer);
    if (dueUs < Infinity)
      this.#timer = setTimeout(() => this.#knock(), Math.max(0, (dueUs - nowUs()) / 1000));
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    void this.#worker?.terminate();
  }

  #knock(): void {
    if (!this.#isStopped) this.wake();
  }
}
