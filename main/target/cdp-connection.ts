/** One WebSocket to a process's inspector, and the sessions that travel on it. */
import WebSocket from 'ws';
import { z } from 'zod';
import type { InspectorSession } from './types';

/** Heap profiles and snapshots arrive as single messages. */
const maxMessageBytes = 1024 * 1024 * 1024;

/** An unknown method, refused at once; its answer (id 0) is of no interest. */
const acknowledge = JSON.stringify({ id: 0, method: 'Scorchmark.received' });
const acknowledgedPrefix = '{"id":0,';

const messageSchema = z.object({
  id: z.number().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number().optional(), message: z.string() }).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
});

/** Says no to a command: the protocol's own error, or that the connection is gone. */
export class InspectorError extends Error {
  override name = 'InspectorError';
}

interface Pending {
  method: string;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/**
 * The protocol of one isolate over any carrier of text messages. Node's own domains (NodeWorker, NodeRuntime) are
 * not in the protocol's type package: they go through `command` and `onEvent`, everybody else uses `send` and `on`.
 */
export class ProtocolSession implements InspectorSession {
  readonly closed: Promise<void>;
  isClosed = false;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Map<string, Set<(params: unknown) => void>>();
  private resolveClosed!: () => void;

  constructor(private readonly transmit: (text: string) => void) {
    this.closed = new Promise((resolve) => (this.resolveClosed = resolve));
  }

  readonly send: InspectorSession['send'] = (method, ...params) => this.command(method, params[0]) as never;

  readonly on: InspectorSession['on'] = (event, listener) =>
    this.onEvent(event, listener as (params: unknown) => void);

  command(method: string, params?: unknown): Promise<unknown> {
    if (this.isClosed) return Promise.reject(new InspectorError(`${method}: the connection is closed`));
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.pending.set(id, { method, resolve, reject });
      this.transmit(JSON.stringify({ id, method, params }));
    });
  }

  onEvent(event: string, listener: (params: unknown) => void): () => void {
    let set = this.listeners.get(event);
    if (!set) this.listeners.set(event, (set = new Set()));
    set.add(listener);
    return () => set.delete(listener);
  }

  receive(text: string): void {
    const message = messageSchema.parse(JSON.parse(text));
    if (message.id !== undefined) {
      const waiting = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (message.error) waiting?.reject(new InspectorError(`${waiting.method}: ${message.error.message}`));
      else waiting?.resolve(message.result);
    } else if (message.method !== undefined) {
      for (const listener of [...(this.listeners.get(message.method) ?? [])]) listener(message.params);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const { method, reject } of this.pending.values())
      reject(new InspectorError(`${method}: the connection was closed before the answer`));
    this.pending.clear();
    this.listeners.clear();
    this.resolveClosed();
  }
}

/** A session over a WebSocket of its own: a process's main thread. */
export class SocketSession extends ProtocolSession {
  private urgencies = 0;

  private constructor(private readonly socket: WebSocket) {
    super((text) => socket.send(text));
    socket.on('message', (data: Buffer) => {
      const text = data.toString('utf8');
      if (text.startsWith(acknowledgedPrefix)) return;
      // Before `receive`, whose answer would carry the acknowledgement too, but only if there is one.
      if (this.urgencies > 0 && socket.readyState === WebSocket.OPEN) socket.send(acknowledge);
      this.receive(text);
    });
    socket.on('close', () => this.close());
    // 'close' follows; the reason is of no use to anybody.
    socket.on('error', () => undefined);
  }

  /** Where it is connected to. */
  get url(): string {
    return this.socket.url;
  }

  /** Rejects when the inspector does not answer within `timeoutMs`. */
  static connect(url: string, timeoutMs = 5000): Promise<SocketSession> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        perMessageDeflate: false,
        maxPayload: maxMessageBytes,
        handshakeTimeout: timeoutMs,
      });
      const session = new SocketSession(socket);
      socket.once('open', () => resolve(session));
      socket.once('error', (error) => reject(new InspectorError(`connecting to ${url}: ${error.message}`)));
    });
  }

  /**
   * While an isolate is held for us, every message counts. Node's inspector writes without TCP_NODELAY: its second
   * message in a row waits for the acknowledgement of the first, which our kernel delays by 40 ms unless it has
   * something to send. So something is sent. Returns what ends the hurry.
   */
  hurry(): () => void {
    this.urgencies++;
    let isOver = false;
    return () => {
      if (!isOver) this.urgencies--;
      isOver = true;
    };
  }

  /** Lets go: the process that waits for us at its end may end. */
  disconnect(): void {
    this.socket.close();
    // Node answers the closing handshake only while it lives.
    const timer = setTimeout(() => this.socket.terminate(), 500);
    void this.closed.then(() => clearTimeout(timer));
  }
}
