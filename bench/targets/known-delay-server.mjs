// A server whose answers take a known time: the n-th request since `/start` waits for the n-th delay of a known
// distribution, and now and then the whole process stands still for a second. It writes down when it gave which answer.
//   /start?stalls=1   begins to count anew, and to stand still for 1 s every 10 s (for the first time after 5 s)
//   /delay?n=1        answers after the n-th delay (without n: the next one)
//   /nothing          answers at once
//   /log              what happened since the start
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const stallMs = 1000;
const everyMs = 10_000;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const still = new Int32Array(new SharedArrayBuffer(4));

let count = 0;
let firstMs = 0;
/** Arrivals in each second since the first. */
let perSecond = [];
let stalls = [];
/** When the n-th answer was given, on the host's monotonic clock. */
let endedMs = [];
let timer;

/** 20 ms and an exponential rest of 15 ms on average, by a sequence that fills the distribution evenly. Also in the bench. */
const delayMs = (n) => 20 - 15 * Math.log(1 - ((n * 0.6180339887498949) % 1) * 0.9999);

function stall() {
  const fromMs = nowMs();
  Atomics.wait(still, 0, 0, stallMs);
  stalls.push([fromMs * 1000, nowMs() * 1000]);
  timer = setTimeout(stall, everyMs - stallMs);
}

/** Timers are up to two ms late; the delay is to be what it is said to be. */
function answerAt(dueMs, n, response) {
  const leftMs = dueMs - nowMs();
  if (leftMs <= 0) {
    endedMs[n] = nowMs();
    response.end('done');
  } else if (leftMs > 3) setTimeout(answerAt, leftMs - 2, dueMs, n, response);
  else setImmediate(answerAt, dueMs, n, response);
}

const server = createServer((request, response) => {
  const arrivedMs = nowMs();
  const [path, query] = request.url.split('?');
  if (path === '/delay' || path === '/nothing') {
    if (count === 0) firstMs = arrivedMs;
    const second = Math.floor((arrivedMs - firstMs) / 1000);
    perSecond[second] = (perSecond[second] ?? 0) + 1;
    count++;
    const n = query?.startsWith('n=') ? Number(query.slice(2)) : count;
    if (path === '/delay') answerAt(arrivedMs + delayMs(n), n, response);
    else response.end('nothing');
    return;
  }
  if (path === '/start') {
    clearTimeout(timer);
    count = 0;
    perSecond = [];
    stalls = [];
    endedMs = [];
    if (query === 'stalls=1') timer = setTimeout(stall, everyMs / 2);
    response.end();
    return;
  }
  response.end(JSON.stringify({ count, perSecond, stalls, endedMs }));
});
server.listen(0, '127.0.0.1', () =>
  writeFileSync(process.env.BENCH_PORT_FILE, String(server.address().port)),
);
process.on('SIGINT', () => process.exit(0));
