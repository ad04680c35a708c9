import { createServer, connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { waitUntilReachable } from './reachable';
import { addressesOf, knownLookup } from './resolve-name';

// `.invalid` is a name that nobody has (RFC 6761).
const nobody = 'nobody.invalid';

describe('looking up a name', () => {
  it('is not needed for an address', async () => {
    expect(await addressesOf('127.0.0.1')).toBeUndefined();
    expect(await addressesOf('::1')).toBeUndefined();
    expect(await addressesOf('localhost')).toBeUndefined();
  });

  it('says why there is no address', async () => {
    await expect(addressesOf(nobody)).rejects.toThrow(/^getaddrinfo E\w+ nobody\.invalid$/);
  });

  it('ends when it is given up, and so does waiting for the server', async () => {
    const aborter = new AbortController();
    const lookup = addressesOf(nobody, aborter.signal);
    const waiting = waitUntilReachable(`http://${nobody}/`, 600_000, aborter.signal);
    aborter.abort();
    await expect(lookup).rejects.toMatchObject({ name: 'AbortError' });
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('gives connections what is known', async () => {
    const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const lookup = knownLookup([{ address: '127.0.0.1', family: 4 }]);
    for (const autoSelectFamily of [true, false]) {
      const socket = connect({ host: nobody, port, lookup, autoSelectFamily });
      await once(socket, 'connect');
      socket.destroy();
    }
    server.close();
  });
});
