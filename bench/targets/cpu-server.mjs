// A CPU-bound server: every request computes for about a millisecond. BENCH_PORT_FILE gets the port.
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';

function digest(seed) {
  let text = '';
  for (let i = 0; i < 300; i++) text += ((seed * 31 + i * 17) % 997).toString(36);
  const words = text.match(/.{1,4}/g) ?? [];
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).slice(0, 20);
}

let seed = 0;
const server = createServer((_request, response) => {
  const result = [];
  for (let i = 0; i < 4; i++) result.push(digest(seed++));
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(result));
});
server.listen(0, '127.0.0.1', () => {
  if (process.env.BENCH_PORT_FILE) writeFileSync(process.env.BENCH_PORT_FILE, String(server.address().port));
});
process.on('SIGINT', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
