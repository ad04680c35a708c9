// What all these programs have in common: an HTTP server that calls `handle` at each request, waits a little, as if for a
// database, and answers what it returned. Listens on PORT, or on any free port. WAIT_MS sets the wait.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const waitMs = Number(process.env.WAIT_MS ?? 30);

/** @param {(requestNumber: number) => unknown} handle */
export function serve(handle) {
  let requestNumber = 0;
  const server = createServer(async (request, response) => {
    const answer = handle(++requestNumber);
    await wait(waitMs);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer ?? { ok: true }));
  });
  server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
  // Timers and other handles that a leak has kept must not keep the process.
  process.on('SIGTERM', () => process.exit(0));
}

/** Text of a given length that no other request shares. */
export function textOf(length, seed) {
  let text = '';
  for (let i = 0; text.length < length; i++) text += `${seed}-${i * 7919} `;
  // Joined pieces are a rope of many small strings; a buffer makes it one.
  return Buffer.from(text.slice(0, length)).toString();
}
