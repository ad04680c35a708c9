// An Express server.
// A recording must show: `burnExpress` on top; with load on /, Express's own frames as a dependency.
import express from 'express';

function burnExpress(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

const app = express();
app.get('/', (_request, response) => {
  response.json({ result: burnExpress(5) });
});
const server = app.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port} pid ${process.pid}`);
});
setInterval(() => burnExpress(30), 50);
process.once('SIGTERM', () => process.exit(0));
