/**
 * The local web shell: the UI over loopback HTTP, the engine over one WebSocket.
 * Every request, upgrades included, passes the one guard below before anything else sees it.
 */
import type { AddressInfo } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { socketCloseCodes, socketPath, type EngineApi } from '../api';
import { AppError } from '../errors';
import { Access, allowedHosts, cookieName, refuseForeign } from './access';
import { connect, defaultLimits, type ConnectionLimits } from './connection';
import { securityHeaders } from './content-security';
import { refusalPage, signInPage } from './pages';
import { addUpload, type UploadLimits } from './upload';

export interface ServeOptions {
  engine: EngineApi;
  /** The built renderer. */
  files: string;
  /** 0 or absent: any free port. */
  port?: number;
  /** Largest message a browser may send, in bytes: bounds the files it can import. */
  maxMessageBytes?: number;
  maxConnections?: number;
  limits?: Partial<ConnectionLimits>;
  uploadLimits?: Partial<UploadLimits>;
}

export interface WebShell {
  /** A link that signs one browser in, once. */
  url: string;
  port: number;
  /** A further such link, for another browser or when the first was used. */
  newLink(): string;
  close(): Promise<void>;
}

/** Only ever this: the workbench starts programs, so it must not be reachable from other machines. */
const host = '127.0.0.1';
const linkPath = '/open';
/** How long tabs may take to say goodbye before their sockets are cut. */
const closeGraceMs = 1000;
/** Sockets of any kind, signed in or not. */
const maxSockets = 256;

/**
 * Starts the web shell on the loopback interface.
 * @throws AppError when the port is taken or not allowed
 */
export async function serve(options: ServeOptions): Promise<WebShell> {
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // An address that cannot be decoded is answered before the guard: with nothing, and with the same headers.
    frameworkErrors: (_error, _request, reply) =>
      void (reply as FastifyReply)
        .code(400)
        .headers(securityHeaders())
        .type('text/plain')
        .send('Bad request.\n'),
  });
  app.server.maxConnections = maxSockets;
  const access = new Access();
  const portOf = (): number => (app.server.address() as AddressInfo).port;

  await app.register(fastifyCookie);
  await app.register(fastifyWebsocket, {
    options: { maxPayload: options.maxMessageBytes ?? 512 * 1024 ** 2, perMessageDeflate: false },
    errorHandler: (_error, socket) => socket.terminate(),
  });
  app.addHook('onRequest', (request, reply, done) => {
    const port = portOf();
    reply.headers(securityHeaders(allowedHosts(port).map((name) => `ws://${name}`)));
    reply.header('Cache-Control', 'no-store');
    if (isAllowed(request, reply, access, port)) done();
  });
  addLink(app, access, portOf);
  addSocket(app, options);
  addUpload(app, options.engine, options.uploadLimits);
  await app.register(fastifyStatic, {
    root: options.files,
    cacheControl: false,
    dotfiles: 'deny',
    index: ['index.html'],
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('Not found.\n'));
  app.setErrorHandler((_error, _request, reply) => reply.code(400).type('text/plain').send('Bad request.\n'));

  await listen(app, options.port ?? 0);
  const newLink = (): string => `http://${host}:${portOf()}${linkPath}?token=${access.newToken()}`;
  return {
    url: newLink(),
    port: portOf(),
    newLink,
    close: async () => {
      const clients = [...app.websocketServer.clients];
      for (const client of clients) client.close(socketCloseCodes.shuttingDown, 'The workbench has ended.');
      const cut = setTimeout(() => clients.forEach((client) => client.terminate()), closeGraceMs);
      await app.close();
      clearTimeout(cut);
    },
  };
}

/** Answers the request itself when it is refused. */
function isAllowed(request: FastifyRequest, reply: FastifyReply, access: Access, port: number): boolean {
  const refusal = refuseForeign(
    {
      method: request.method,
      host: request.headers.host,
      origin: request.headers.origin,
      isUpgrade: request.ws || request.headers.upgrade !== undefined,
    },
    port,
  );
  if (refusal) {
    reply.code(refusal.status).type('text/html; charset=utf-8').send(refusalPage(refusal.reason));
    return false;
  }
  if (request.ws && request.routeOptions.url !== socketPath) {
    // The plugin would open a socket on any route, only to close it again.
    reply.code(404).send();
    return false;
  }
  if (request.routeOptions.url === linkPath && request.method === 'GET') return true;
  if (access.isSignedIn(request.cookies[cookieName(port)])) return true;
  reply.code(401).type('text/html; charset=utf-8').send(signInPage('no-cookie'));
  return false;
}

/** A printed link: its token becomes a cookie, and the redirect takes it out of the address bar and the history. */
function addLink(app: FastifyInstance, access: Access, portOf: () => number): void {
  app.get<{ Querystring: { token?: unknown } }>(linkPath, (request, reply) => {
    const { token } = request.query;
    const name = cookieName(portOf());
    const cookie = typeof token === 'string' ? access.redeem(token) : undefined;
    if (cookie !== undefined)
      return reply
        .setCookie(name, cookie, { httpOnly: true, sameSite: 'strict', path: '/' })
        .redirect('/', 303);
    // Opened again by a browser that is signed in, for example from its history: the link has done its work.
    if (access.isSignedIn(request.cookies[name])) return reply.redirect('/', 303);
    return reply.code(401).type('text/html; charset=utf-8').send(signInPage('used-link'));
  });
}

function addSocket(app: FastifyInstance, options: ServeOptions): void {
  const maxConnections = options.maxConnections ?? 32;
  const limits = { ...defaultLimits, ...options.limits };
  app.get(socketPath, { websocket: true }, (socket) => {
    if (app.websocketServer.clients.size > maxConnections)
      socket.close(socketCloseCodes.tooManyConnections, 'Too many tabs of this workbench are open.');
    else connect(socket, options.engine, limits);
  });
}

async function listen(app: FastifyInstance, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE')
      throw new AppError('PORT_IN_USE', `Port ${port} is taken by another program.`, {
        hint: 'Choose another with --port, or leave the option out to get a free one.',
        cause: error,
      });
    if (code === 'EACCES')
      throw new AppError('PERMISSION_DENIED', `Port ${port} may not be used by this account.`, {
        hint: 'Choose a port above 1023.',
        cause: error,
      });
    throw error;
  }
}
