/**
 * The seam between a user and what carries its requests. One connection carries one request at a time; whoever sends is
 * told by calls on itself, so that nothing is made per request.
 */

/** A request ready to be sent to the origin of its connection. */
export interface OutgoingRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Names and values in turn; without host, connection and content-length, which the transport writes. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
  /** The whole message as HTTP/1.1 writes it, when it is the same each time. */
  readonly wire: Buffer | null;
}

export interface AnswerHead {
  readonly status: number;
  readonly setCookies: readonly string[];
  /** The first of that name (lower case); undefined when there is none. */
  header(name: string): string | undefined;
}

/** Whoever sent a request. After `onDone` or `onFailed` the connection may be used again, also within the call. */
export interface AnswerSink {
  /** The request goes out now: there is a connection. */
  onSent(): void;
  /** @returns whether the body's pieces are wanted; they are counted in any case */
  onHead(head: AnswerHead): boolean;
  /** The piece is valid only during the call. */
  onBody(piece: Buffer): void;
  /** @param receivedBytes head and body as they came */
  onDone(receivedBytes: number): void;
  /**
   * @param kind a system's error code like ECONNREFUSED, or a few words
   * @param receivedBytes of an answer that did not end
   */
  onFailed(kind: string, receivedBytes: number): void;
}

export interface Connection {
  send(request: OutgoingRequest, sink: AnswerSink): void;
  /**
   * Gives up the request under way, which hears nothing more, and with it the connection; the next one opens another.
   * @returns what had come of its answer, in bytes
   */
  abandon(): number;
  /** Nothing is left open when this returns. */
  destroy(): void;
}

export interface ConnectionOptions {
  keepAlive: boolean;
  http2: boolean;
  insecureTls: boolean;
  connectTimeoutMs: number;
}

/** Failures that are told as timeouts rather than errors. */
export const connectTimeoutKind = 'connect timeout';
export const notHttpKind = 'not an HTTP answer';
export const closedKind = 'closed by the server';
