// The server of a package, started with `npm start`: npm is a Node process itself, and there may be a shell in between.
// A recording must show: npm's process and this one; `burnPackage` on top in this one.
import { createServer } from 'node:http';

function burnPackage(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

const server = createServer((_request, response) => {
  response.end(String(burnPackage(5)));
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port} pid ${process.pid}`);
});
setInterval(() => burnPackage(30), 50);
process.once('SIGTERM', () => process.exit(0));
