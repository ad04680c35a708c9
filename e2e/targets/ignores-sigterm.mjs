// A server that ignores SIGTERM and SIGINT.
// A recording must show: `burnStubborn` on top to the end; it ends by SIGKILL after the grace time, and is saved.
import { createServer } from 'node:http';

function burnStubborn(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
  process.on(signal, () => console.log(`ignoring ${signal}`));
const server = createServer((_request, response) => {
  response.end('still here');
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port} pid ${process.pid}`);
});
setInterval(() => burnStubborn(30), 50);
