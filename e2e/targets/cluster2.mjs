// A cluster of two servers.
// A recording must show: three processes, `burnCluster` in both children and not in the primary.
import cluster from 'node:cluster';
import { createServer } from 'node:http';

if (cluster.isPrimary) {
  for (let index = 0; index < 2; index++) cluster.fork();
  cluster.on('listening', (child, { port }) => {
    console.log(`listening on http://127.0.0.1:${port} pid ${child.process.pid}`);
  });
  process.once('SIGTERM', () => {
    for (const child of Object.values(cluster.workers)) child.kill('SIGTERM');
    cluster.disconnect();
  });
} else {
  createServer((_request, response) => {
    response.end(String(burnCluster(5)));
  }).listen(0, '127.0.0.1');
  setInterval(() => burnCluster(30), 80);
  process.once('SIGTERM', () => process.exit(0));
}

function burnCluster(durationMs) {
  const endAt = Date.now() + durationMs;
  let sum = 0;
  while (Date.now() < endAt) {
    for (let index = 0; index < 20_000; index++) sum += Math.sqrt(index);
  }
  return sum;
}
