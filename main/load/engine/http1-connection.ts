/**
 * HTTP/1.1 over a plain socket, for http:// targets: what the common load consists of, at two thirds of the CPU time that a
 * general client needs (README.md has the numbers). All connections read into one buffer, since each piece is dealt with
 * before the next one is read.
 */
import { connect, type Socket } from 'node:net';
import { routes } from '../faults/routes';
import type { Http1Head } from './answer-head';
import { AnswerParser, type ParserSink } from './answer-parser';
import { nowUs } from './clock';
import {
  closedKind,
  connectTimeoutKind,
  notHttpKind,
  type AnswerSink,
  type Connection,
  type ConnectionOptions,
  type OutgoingRequest,
} from './transport';

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Requests that follow an answer go out together, when all answers that had come by then are read: a busy server gets them in
 * one piece of work instead of many, as it would from as many clients.
 */
let held: Http1Connection[] = [];
let isReading = false;

function sendHeld(): void {
  const all = held;
  held = [];
  for (let at = 0; at < all.length; at++) all[at]!.release();
}

export class Http1Connection implements Connection, ParserSink {
  readonly #host: string;
  readonly #port: number;
  readonly #authority: string;
  readonly #parser = new AnswerParser(this);
  #socket: Socket | null = null;
  #isOpen = false;
  #isHeld = false;
  #request: OutgoingRequest | null = null;
  #sink: AnswerSink | null = null;
  #receivedBytes = 0;
  /** Of the routes when the socket was opened. */
  #routesVersion = 0;
  #connectTimer: NodeJS.Timeout | undefined;
  /** When the last answer ended, and how long after it the connection may still be used. */
  #idleSinceUs = 0;
  #mostIdleUs = Infinity;

  constructor(
    origin: URL,
    private readonly options: ConnectionOptions,
  ) {
    this.#host = origin.hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(origin.port) || 80;
    this.#authority = origin.host;
  }

  send(request: OutgoingRequest, sink: AnswerSink): void {
    this.#request = request;
    this.#sink = sink;
    this.#receivedBytes = 0;
    if (isReading) {
      this.#isHeld = true;
      if (held.push(this) === 1) setImmediate(sendHeld);
    } else {
      // The server is about to close it, or has: what goes out now would be lost.
      if (this.#mostIdleUs < Infinity && nowUs() - this.#idleSinceUs > this.#mostIdleUs) this.#drop();
      this.#go();
    }
  }

  #go(): void {
    if (this.#isOpen && this.#routesVersion === routes.version) this.#write();
    else this.#open();
  }

  /** Sends what was held back, unless it was given up meanwhile. */
  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#go();
  }

  abandon(): number {
    const receivedBytes = this.#sink ? this.#receivedBytes : 0;
    this.#isHeld = false;
    this.#sink = null;
    this.#request = null;
    this.#drop();
    return receivedBytes;
  }

  destroy(): void {
    this.abandon();
  }

  #open(): void {
    this.#drop();
    this.#routesVersion = routes.version;
    const socket = connect({
      ...routes.of(this.#host, this.#port),
      noDelay: true,
      onread: {
        buffer: readBuffer,
        callback: (length, bytes) => {
          if (this.#socket === socket) this.#read(bytes as Buffer, length);
          return true;
        },
      },
    });
    this.#socket = socket;
    this.#connectTimer = setTimeout(
      () => this.#fail(socket, connectTimeoutKind),
      this.options.connectTimeoutMs,
    );
    socket.on('connect', () => {
      if (this.#socket !== socket) return;
      clearTimeout(this.#connectTimer);
      this.#isOpen = true;
      if (this.#request) this.#write();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(socket, errorKind(error)));
    socket.on('end', () => this.#closedByServer(socket));
    socket.on('close', () => this.#closedByServer(socket));
  }

  #write(): void {
    const request = this.#request!;
    this.#parser.expect(request.method === 'HEAD');
    this.#sink!.onSent();
    this.#socket!.write(request.wire ?? wireOf(request, this.#authority, this.options.keepAlive));
  }

  #read(bytes: Buffer, length: number): void {
    this.#receivedBytes += length;
    const socket = this.#socket;
    isReading = true;
    const isHttp = this.#parser.feed(bytes, length);
    isReading = false;
    if (isHttp) return;
    if (this.#socket === socket && socket) this.#fail(socket, notHttpKind);
  }

  onHead(head: Http1Head): boolean {
    return this.#sink!.onHead(head);
  }

  onBody(piece: Buffer): void {
    this.#sink?.onBody(piece);
  }

  onEnd(head: Http1Head, isFollowed: boolean): void {
    const sink = this.#sink;
    this.#sink = null;
    this.#request = null;
    if (isFollowed || !head.keepAlive || !this.options.keepAlive) this.#drop();
    else if (head.mostIdleMs < Infinity) {
      this.#mostIdleUs = head.mostIdleMs * 1000;
      this.#idleSinceUs = nowUs();
    }
    sink?.onDone(this.#receivedBytes);
  }

  #closedByServer(socket: Socket): void {
    if (this.#socket !== socket) return;
    const wasOpen = this.#isOpen;
    // Whoever hears of the end of this answer may send at once: not over this connection.
    this.#isOpen = false;
    if (wasOpen && this.#parser.close()) {
      if (this.#socket === socket) this.#drop();
      return;
    }
    this.#fail(socket, closedKind);
  }

  #fail(socket: Socket, kind: string): void {
    if (this.#socket !== socket) return;
    if (this.#isHeld) {
      // Nothing was sent yet: it goes over another connection.
      this.#drop();
      return;
    }
    const sink = this.#sink;
    this.#sink = null;
    this.#request = null;
    this.#drop();
    sink?.onFailed(kind, this.#receivedBytes);
  }

  #drop(): void {
    clearTimeout(this.#connectTimer);
    const socket = this.#socket;
    this.#socket = null;
    this.#isOpen = false;
    this.#mostIdleUs = Infinity;
    this.#parser.forget();
    socket?.destroy();
  }
}

/** A system's error code, or a few words. */
export function errorKind(
  error: NodeJS.ErrnoException & { errors?: readonly NodeJS.ErrnoException[] },
): string {
  // All addresses of a name were tried.
  return error.code ?? error.errors?.find(({ code }) => code)?.code ?? (error.message || error.name);
}

/** The message as HTTP/1.1 writes it. */
export function wireOf(
  { method, path, headers, body }: Omit<OutgoingRequest, 'wire'>,
  authority: string,
  keepAlive: boolean,
): Buffer {
  let head = `${method} ${path} HTTP/1.1\r\n`;
  let hasHost = false;
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at]!.length === 4 && headers[at]!.toLowerCase() === 'host') hasHost = true;
    head += `${headers[at]}: ${headers[at + 1]}\r\n`;
  }
  if (!hasHost) head += `Host: ${authority}\r\n`;
  head += keepAlive ? 'Connection: keep-alive\r\n' : 'Connection: close\r\n';
  if (body || method === 'POST' || method === 'PUT' || method === 'PATCH')
    head += `Content-Length: ${body?.length ?? 0}\r\n`;
  const start = Buffer.from(`${head}\r\n`, 'latin1');
  return body ? Buffer.concat([start, body]) : start;
}
