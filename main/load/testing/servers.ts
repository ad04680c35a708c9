/** For tests: servers on free ports of this machine, closed with everything that is connected to them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { freePort } from '../../testing/free-port';

export interface TestServer {
  origin: string;
  port: number;
  /** Every connection that was made, in order. */
  connections: Socket[];
  open: Set<Socket>;
  /** Resolves when the last open connection is closed (at once when none is open). */
  allClosed(): Promise<void>;
  close(): Promise<void>;
  /** Answers requests to upgrade, in place of who did before. */
  onUpgrade(listener: (message: IncomingMessage, socket: Socket, head: Buffer) => void): void;
}

type AnyServer = Pick<Server, 'listening' | 'address' | 'close' | 'once' | 'on'>;

async function listening(
  server: AnyServer & { listen(port: number, host: string): unknown },
  scheme: string,
): Promise<TestServer> {
  const connections: Socket[] = [];
  const open = new Set<Socket>();
  let toldClosed: (() => void)[] = [];
  server.on('connection', (socket: Socket) => {
    connections.push(socket);
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      open.delete(socket);
      if (open.size > 0) return;
      for (const tell of toldClosed.splice(0)) tell();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server as Server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${scheme}://127.0.0.1:${port}`,
    port,
    connections,
    open,
    allClosed: () =>
      open.size === 0 ? Promise.resolve() : new Promise((resolve) => toldClosed.push(resolve)),
    onUpgrade: (listener) => {
      (server as Server).removeAllListeners('upgrade').on('upgrade', listener as never);
    },
    close: async () => {
      toldClosed = [];
      if (!server.listening) return;
      const closed = once(server as Server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

export function serveHttp(listener: RequestListener): Promise<TestServer> {
  return listening(createServer(listener), 'http');
}

export function serveTls(listener: RequestListener): Promise<TestServer> {
  return listening(createTlsServer({ key, cert }, listener), 'https');
}

/** HTTP/2 over TLS only. */
export function serveHttp2(listener: RequestListener): Promise<TestServer> {
  const server = createSecureServer({ key, cert, allowHTTP1: false }, listener as never);
  return listening(server as unknown as Server, 'https');
}

export function serveTcp(listener: (socket: Socket) => void): Promise<TestServer> {
  return listening(createTcpServer(listener) as unknown as Server, 'http');
}

/** A port nobody listens on, and nobody will be given. */
export const closedPort = freePort;

// Self-signed for localhost and 127.0.0.1, made for these tests (valid for a hundred years, trusted by nobody).
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgYlfav+BIgnqyc0u9
CoN6aN8sxM7QDb/S/J++2GRNJpahRANCAASFytzRY6+Ajd3mHnv5E+gsOqYEFQ9A
CF52a/GGRlEhZHi17r/jIpgIoEiir7v41SC/MIx/EEeJEOvMweP3ybaW
-----END PRIVATE KEY-----
`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBnDCCAUGgAwIBAgIUWoFkNy0gg39KoOzAbSMZzYbrD8swCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE3NTMzM1oYDzIxMjYxMDI4
MTc1MzMzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASFytzRY6+Ajd3mHnv5E+gsOqYEFQ9ACF52a/GGRlEhZHi17r/jIpgI
oEiir7v41SC/MIx/EEeJEOvMweP3ybaWo28wbTAdBgNVHQ4EFgQUMncJuzQcQp3T
bLCA9l2HEIS7rycwHwYDVR0jBBgwFoAUMncJuzQcQp3TbLCA9l2HEIS7rycwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSQAwRgIhAPxt5TB0h3gqWwySKbf2SMCRBUFslpir3F8eBkpZSTvYAiEA
usqEAC96cMjHDGELzHrBlpvqRxC/WkAsc1dowYwC0g0=
-----END CERTIFICATE-----
`;
