// A server that does nothing but answer: the hardest case for sampling overhead. BENCH_PORT_FILE gets the port.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

const server = createServer((_request, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => {
  if (process.env.BENCH_PORT_FILE) writeFileSync(process.env.BENCH_PORT_FILE, String(server.address().port));
});
process.on('SIGINT', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
