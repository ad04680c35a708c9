/**
 * The load process: told over IPC what to send, tells what came back. Nothing else of ours knows autocannon.
 *
 * autocannon makes the requests and the statistics are ours, since we need them per request and per 500 ms. One of its
 * clients is one user: one connection, one request at a time, the next as soon as the last is answered.
 */
import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import autocannon from 'autocannon';
import type { HttpRequest } from '../api';
import { monotonicUs } from './monotonic';
import { toRunnerSchema } from './runner-messages';
import type { FromRunner } from './runner-messages';
import { shareUsers } from './share-users';
import { LoadStatistics } from './statistics';
import type { LoadPlan } from './types';

const windowMs = 500;
/** The last window ends with the load; one shorter than this would make a rate out of a handful of answers. */
const shortestWindowUs = 200_000;
const requestTimeoutSeconds = 10;
/** After a failed connection; autocannon itself would try again at once, as fast as the loop turns. */
const reconnectPauseMs = 100;

interface PlannedRequest {
  /** Position in the plan. */
  index: number;
  method: HttpRequest['method'];
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** The parts of autocannon's client (version 9) that its types leave out. */
interface Client extends EventEmitter {
  readonly conn: Socket;
  readonly destroyed: boolean;
  readonly parser: {
    initialize(type: 'RESPONSE'): void;
    execute(chunk: Buffer): number | Error;
    finish(): unknown;
    [handler: number]: (info: { statusCode: number; shouldKeepAlive: boolean }) => unknown;
    constructor: { kOnHeadersComplete: number };
  };
  readonly requestIterator: { currentRequest: PlannedRequest };
  readonly pipelinedRequests: { size(): number; clear(): void };
  setRequests(requests: PlannedRequest[]): void;
  destroy(): void;
  _connect(): void;
  _destroyConnection(): void;
  _doRequest(): void;
}

process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole terminal group; the engine decides what it means for us.
process.on('SIGINT', () => undefined);

let cancel: () => void = () => process.exit(0);
process.on('message', (raw) => {
  const message = toRunnerSchema.parse(raw);
  if (message.type === 'cancel') cancel();
  else cancel = run(message.plan);
});

/** Starts the load; returns the function that ends it early. */
function run(plan: LoadPlan): () => void {
  const statistics = new LoadStatistics(plan.requests);
  const clients: Client[] = [];
  const startedUs = monotonicUs();

  const byOrigin = new Map<string, PlannedRequest[]>();
  for (const [index, request] of plan.requests.entries()) {
    const { origin } = new URL(request.url);
    byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), planned(request, index)]);
  }
  const users = shareUsers(
    plan.users,
    [...byOrigin.values()].map((requests) => requests.length),
  );
  for (const [position, [origin, requests]] of [...byOrigin].entries()) {
    let started = 0;
    const instance = autocannon(
      {
        url: origin,
        connections: users[position] ?? 1,
        timeout: requestTimeoutSeconds,
        // We end it ourselves, at the millisecond; autocannon looks only once a second.
        duration: plan.durationMs / 1000 + 3600,
        setupClient: (each) => {
          const client = each as unknown as Client;
          clients.push(client);
          // Each user starts at another request, so that the mix is the same at every moment.
          const offset = started++ % requests.length;
          setUp(client, [...requests.slice(offset), ...requests.slice(0, offset)], statistics);
        },
      },
      () => undefined,
    );
    instance.on('error', (error: unknown) => {
      throw error; // ends this process with the reason on stderr, which the engine reports
    });
  }

  let windowStartUs = startedUs;
  const tellWindow = (endUs: number) => {
    tell({ type: 'window', endUs, ...statistics.takeWindow((endUs - windowStartUs) / 1000) });
    windowStartUs = endUs;
  };
  const windows = setInterval(() => tellWindow(monotonicUs()), windowMs);

  const end = (cancelled: boolean) => {
    clearInterval(windows);
    clearTimeout(timer);
    const endedUs = monotonicUs();
    for (const client of clients) client.destroy();
    if (endedUs - windowStartUs >= shortestWindowUs) tellWindow(endedUs);
    const results = statistics.results((endedUs - startedUs) / 1000);
    tell({ type: 'done', startedUs, endedUs, cancelled, ...results }, () => process.exit(0));
  };
  const timer = setTimeout(() => end(false), plan.durationMs);
  return () => end(true);
}

function planned({ method, url, headers, body }: HttpRequest, index: number): PlannedRequest {
  const { pathname, search, username, password } = new URL(url);
  // These three describe the message as it goes over the wire, which autocannon writes.
  const wireHeaders = new Set(['content-length', 'transfer-encoding', 'connection']);
  const sent = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !wireHeaders.has(name.toLowerCase())),
  );
  if (username && !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    sent['Authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }
  if (!body && ['POST', 'PUT', 'PATCH'].includes(method)) sent['Content-Length'] = '0';
  return { index, method, path: pathname + search, headers: sent, ...(body && { body }) };
}

/**
 * Gives one user its requests, counts what comes back, and mends what autocannon's client leaves open: it keeps the
 * parser and the request queue of a broken connection (all later latencies would be wrong), loses a request without a
 * word when the server closes, sends into connections the server has said it will close, waits for the body of a HEAD,
 * and reconnects to a dead server in a tight loop.
 */
function setUp(client: Client, requests: PlannedRequest[], statistics: LoadStatistics): void {
  let current = requests[0]?.index ?? 0;
  /** The request that was under way when the connection was last given up. */
  let abandoned = current;
  let closing = false;
  let broken = false;
  let parserIsReady = false;
  let attempts = 0;

  const connect = client._connect.bind(client);
  client._connect = () => {
    abandoned = current;
    if (!broken && client.pipelinedRequests.size() > 0) statistics.failed(current, 'closed by the server');
    // The old socket may still have an error to tell, which would make autocannon connect twice.
    if (parserIsReady) client._destroyConnection();
    const attempt = ++attempts;
    const pauseMs = broken ? reconnectPauseMs : 0;
    closing = false;
    broken = false;
    const open = () => {
      if (client.destroyed || attempt !== attempts) return;
      client.parser.initialize('RESPONSE');
      connect();
      // A body without a length ends with the connection; to be known before autocannon's own 'end' listener.
      client.conn.prependListener('end', () => client.parser.finish());
    };
    if (pauseMs > 0) setTimeout(open, pauseMs);
    else if (parserIsReady) open();
    else firstConnection(open);
  };

  /** autocannon sets the parser's handlers just before it connects for the first time. */
  const firstConnection = (open: () => void) => {
    parserIsReady = true;
    const { parser } = client;
    const { kOnHeadersComplete } = parser.constructor;
    const onHeaders = parser[kOnHeadersComplete]?.bind(parser);
    parser[kOnHeadersComplete] = (info) => {
      closing = !info.shouldKeepAlive;
      onHeaders?.(info);
      return client.requestIterator.currentRequest.method === 'HEAD';
    };
    const execute = parser.execute.bind(parser);
    parser.execute = (chunk) => {
      const outcome = execute(chunk);
      if (outcome instanceof Error) giveUp('not an HTTP answer');
      return outcome;
    };
    open();
  };

  const giveUp = (kind: string) => {
    statistics.failed(current, kind);
    broken = true;
    client._destroyConnection();
    client._connect();
  };

  const doRequest = client._doRequest.bind(client);
  client._doRequest = () => {
    if (client.destroyed) return;
    if (!closing) {
      doRequest();
      current = client.requestIterator.currentRequest.index;
      return;
    }
    // Not at once: we may be inside the parser's callback for the answer that announced the end.
    setImmediate(() => {
      if (!closing || client.destroyed) return; // the server was quicker
      client._destroyConnection();
      client._connect();
    });
  };

  client.on('response', (status: number, sizeBytes: number, latencyMs: number) =>
    statistics.answered(current, status, sizeBytes, latencyMs),
  );
  client.on('connError', (error: NodeJS.ErrnoException) => {
    if (client.destroyed) return;
    statistics.failed(current, error.code ?? error.message);
    broken = true;
  });
  // Comes after the client has connected again and is at its next request.
  client.on('timeout', () => statistics.timedOut(abandoned));
  client.setRequests(requests);
}

function tell(message: FromRunner, sent?: () => void): void {
  process.send?.(message, undefined, undefined, () => sent?.());
}
