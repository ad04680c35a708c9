/**
 * A cluster of two HTTP servers behind one port. No dependencies. Listens on PORT, or on any free port.
 *
 * What a recording must show: three processes. Both children spend their time in `resizeImage`; the primary only
 * distributes connections and is nearly idle. The address is reported once, by the children.
 *
 *   GET /        resizes a made-up picture and says which process did it
 *   GET /health  nothing to find here
 */
import cluster from 'node:cluster';
import { createServer } from 'node:http';

const childCount = 2;

if (cluster.isPrimary) startPrimary();
else startServer();

function startPrimary() {
  let ready = 0;
  cluster.on('listening', (_child, address) => {
    if (++ready === childCount) console.log(`${childCount} servers at http://127.0.0.1:${address.port}`);
  });
  for (let index = 0; index < childCount; index++) cluster.fork();
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      for (const child of Object.values(cluster.workers)) child.kill('SIGTERM');
    });
}

function startServer() {
  const server = createServer((request, response) => {
    if (request.url === '/health') return response.end('ok');
    const picture = resizeImage(320, 240);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ pid: process.pid, pixels: picture.length }));
  });
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      // In a cluster child the handle belongs to the primary: let go of it too, or the process stays.
      server.close(() => process.disconnect());
      server.closeAllConnections();
    });
}

/** Scales a generated picture down with a 3×3 box filter: the CPU work of this sample. */
function resizeImage(width, height) {
  const source = new Uint8Array(width * height);
  for (let index = 0; index < source.length; index++) source[index] = (index * 31) & 255;
  const target = new Uint8Array((width / 2) * (height / 2));
  for (let y = 1; y < height / 2 - 1; y++) {
    for (let x = 1; x < width / 2 - 1; x++) {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) sum += source[(y * 2 + dy) * width + x * 2 + dx];
      }
      target[y * (width / 2) + x] = sum / 9;
    }
  }
  return target;
}
