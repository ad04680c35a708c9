// A Fastify server.
// A recording must show: `burnFastify` on top; with load on /, Fastify's own frames as a dependency.
import fastify from 'fastify';

function burnFastify(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}

const app = fastify();
app.get('/', () => ({ result: burnFastify(5) }));
const address = await app.listen({ port: 0, host: '127.0.0.1' });
console.log(`listening on ${address} pid ${process.pid}`);
setInterval(() => burnFastify(30), 50);
process.once('SIGTERM', () => process.exit(0));
