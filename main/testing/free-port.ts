/** For tests that need to know a port before somebody listens on it, or after. */
import { once } from 'node:events';
import net from 'node:net';
import { threadId } from 'node:worker_threads';

/** Below what Linux, macOS and Windows hand out by themselves (from 32768 or 49152): no connection or server gets it by chance. */
const firstPort = 20_000;
const portCount = 12_000;
let next = (process.pid * 31 + threadId * 7) % portCount;

/** A port of 127.0.0.1 on which nobody listens, and which nobody else is given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + next;
    next = (next + 1) % portCount;
    const server = net.createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
