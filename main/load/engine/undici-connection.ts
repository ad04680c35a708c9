/** Everything but plain HTTP/1.1, by undici: TLS, and HTTP/2 with and without it. */
import { Client, H2CClient, type Dispatcher } from 'undici';
import { routes } from '../faults/routes';
import { errorKind } from './http1-connection';
import { routedConnector } from './routed-connector';
import {
  closedKind,
  connectTimeoutKind,
  notHttpKind,
  type AnswerHead,
  type AnswerSink,
  type Connection,
  type ConnectionOptions,
  type OutgoingRequest,
} from './transport';

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** undici's names for what the system or the other side did. */
const kinds: Record<string, string> = {
  UND_ERR_CONNECT_TIMEOUT: connectTimeoutKind,
  UND_ERR_SOCKET: closedKind,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: notHttpKind,
};

export class UndiciConnection implements Connection {
  readonly #origin: URL;
  #client: Dispatcher | null = null;
  #exchange: Exchange | null = null;
  /** Of the routes when the client was made. */
  #routesVersion = 0;

  constructor(
    origin: URL,
    private readonly options: ConnectionOptions,
  ) {
    this.#origin = origin;
  }

  send(request: OutgoingRequest, sink: AnswerSink): void {
    if (this.#client && this.#routesVersion !== routes.version) this.#drop();
    this.#client ??= this.#newClient();
    const { method, path, headers, body } = request;
    const options = { method, path, headers: headers as string[], body, reset: !this.options.keepAlive };
    this.#exchange = new Exchange(sink, () => this.#drop());
    this.#client.dispatch(options, this.#exchange);
  }

  abandon(): number {
    const receivedBytes = this.#exchange?.forget() ?? 0;
    this.#exchange = null;
    this.#drop();
    return receivedBytes;
  }

  destroy(): void {
    this.abandon();
  }

  #drop(): void {
    const client = this.#client;
    this.#client = null;
    void client?.destroy().catch(() => undefined);
  }

  #newClient(): Dispatcher {
    const { http2, insecureTls, connectTimeoutMs } = this.options;
    this.#routesVersion = routes.version;
    const common = {
      // The user's own clock ends what takes too long.
      headersTimeout: 0,
      bodyTimeout: 0,
      connectTimeout: connectTimeoutMs,
      keepAliveTimeout: 600_000,
      keepAliveMaxTimeout: 3_600_000,
      pipelining: 1,
    };
    if (this.#origin.protocol === 'http:')
      return new H2CClient(this.#origin, {
        ...common,
        connect: routedConnector({ useH2c: true, timeout: connectTimeoutMs }),
      });
    return new Client(this.#origin, {
      ...common,
      allowH2: http2,
      connect: routedConnector({
        allowH2: http2,
        rejectUnauthorized: !insecureTls,
        timeout: connectTimeoutMs,
      }),
    });
  }
}

/** One request: what undici still has to say of one that was given up reaches nobody. */
class Exchange implements Dispatcher.DispatchHandler {
  #sink: AnswerSink | null;
  #wanted = false;
  #receivedBytes = 0;

  constructor(
    sink: AnswerSink,
    private readonly failed: () => void,
  ) {
    this.#sink = sink;
  }

  /** @returns bytes of the answer so far; 0 when it is over */
  forget(): number {
    const receivedBytes = this.#sink ? this.#receivedBytes : 0;
    this.#sink = null;
    return receivedBytes;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#sink) this.#sink.onSent();
    else controller.abort(new Error('given up'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
    statusMessage?: string,
  ): void {
    if (!this.#sink || status < 200) return;
    this.#receivedBytes += headBytes(headers, statusMessage);
    this.#wanted = this.#sink.onHead(headOf(status, headers));
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    this.#receivedBytes += piece.length;
    if (this.#wanted) this.#sink?.onBody(piece);
  }

  onResponseEnd(): void {
    // Outside of undici's own work: it is not done with this request yet.
    queueMicrotask(() => {
      const sink = this.#sink;
      this.#sink = null;
      sink?.onDone(this.#receivedBytes);
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    queueMicrotask(() => {
      const sink = this.#sink;
      this.#sink = null;
      if (!sink) return;
      this.failed();
      sink.onFailed(kindOfUndici(error), this.#receivedBytes);
    });
  }
}

function headOf(status: number, headers: Headers): AnswerHead {
  const cookies = headers['set-cookie'];
  return {
    status,
    setCookies: cookies === undefined ? [] : Array.isArray(cookies) ? cookies : [cookies],
    header: (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

/** As it would stand in HTTP/1.1: HTTP/2 packs it, and undici does not say how many bytes came. */
function headBytes(headers: Headers, statusMessage = ''): number {
  let bytes = 'HTTP/1.1 200 \r\n\r\n'.length + statusMessage.length;
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) for (const each of value) bytes += name.length + each.length + 4;
    else bytes += name.length + (value?.length ?? 0) + 4;
  }
  return bytes;
}

export function kindOfUndici(error: NodeJS.ErrnoException): string {
  const code = error.code ?? '';
  // Its parser leaves the code out where it has words.
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return notHttpKind;
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return kinds[code] ?? (cause?.code && code.startsWith('UND_') ? cause.code : errorKind(error));
}
