// A TypeScript server run by tsx (which starts a second Node process with a loader).
// A recording must show: `burnTypescript` in the process that runs this file.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Work {
  rounds: number;
  sum: number;
}

function burnTypescript(durationMs: number): Work {
  const endAt = Date.now() + durationMs;
  const work: Work = { rounds: 0, sum: 0 };
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) work.sum += Math.sqrt(index);
    work.rounds++;
  }
  return work;
}

const server = createServer((_request, response) => {
  response.end(JSON.stringify(burnTypescript(5)));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port} pid ${process.pid}`);
});
setInterval(() => burnTypescript(30), 50);
process.once('SIGTERM', () => process.exit(0));
