/** The engine over the web shell's WebSocket. Comes back by itself when the connection breaks. */
import {
  socketCloseCodes,
  socketPath,
  type AnyEvent,
  type CallOutcome,
  type Input,
  type Method,
  type Results,
} from '../../main/api';
import { AppError } from '../../main/errors';
import { decodeFrame, encodeCall } from './frames';
import { StatusHolder, type StatusListener } from './status';
import { sendFileOverHttp } from './send-file';
import type { SendFile, Transport } from './transport';

export interface WebClientOptions {
  /** The page's address. */
  baseUrl: string;
  /** Waiting times between attempts, ms; the last one repeats. */
  retryDelaysMs?: number[];
  /** Attempts after which the status is `lost`. It goes on trying, but people should know. */
  attemptsUntilLost?: number;
  /** The server sends something at least every 10 s; after this long without, the connection is dead. */
  silenceMs?: number;
}

interface PendingCall {
  method: Method;
  resolve(value: unknown): void;
  reject(error: AppError): void;
}

const reasons = {
  reconnecting: 'The connection to the workbench broke; trying again.',
  lost: 'The workbench does not answer. It may have been closed.',
  signedOut: 'The workbench was started again and does not know this tab. Open the link it printed.',
};

export class WebClient implements Transport {
  readonly shell = undefined;
  private readonly status = new StatusHolder('reconnecting');
  private readonly listeners = new Set<(event: AnyEvent) => void>();
  private readonly pending = new Map<number, PendingCall>();
  /** Calls made while there is no connection; sent when there is one. */
  private waiting: { id: number; frame: Uint8Array<ArrayBuffer> }[] = [];
  private socket: WebSocket | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private failedAttempts = 0;
  private nextId = 1;
  private isClosed = false;

  constructor(private readonly options: WebClientOptions) {
    this.connect();
  }

  call<M extends Method>(method: M, input: Input<M>): Promise<Results[M]> {
    if (this.isClosed || this.status.current === 'lost') return Promise.reject(this.lostError(method));
    return new Promise<Results[M]>((resolve, reject) => {
      const id = this.nextId++;
      const frame = encodeCall({ id, method, input });
      this.pending.set(id, { method, resolve: resolve, reject });
      if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(frame);
      else this.waiting.push({ id, frame });
    });
  }

  sendFile(options: SendFile): Promise<void> {
    return sendFileOverHttp(this.options.baseUrl, options);
  }

  subscribe(listener: (event: AnyEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onStatus(listener: StatusListener): () => void {
    return this.status.listen(listener);
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.socket?.close();
    this.rejectAll();
  }

  private connect(): void {
    const url = new URL(socketPath, this.options.baseUrl);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.watchSilence();
    socket.onopen = () => {
      this.failedAttempts = 0;
      for (const { frame } of this.waiting.splice(0)) socket.send(frame);
      this.status.set('connected');
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      this.watchSilence();
      this.receive(data);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      clearTimeout(this.silenceTimer);
      if (!this.isClosed) this.retry(code);
    };
  }

  private receive(data: ArrayBuffer): void {
    const frame = decodeFrame(data);
    if ('id' in frame) this.settle(frame.id, frame);
    else if ('event' in frame) for (const listener of [...this.listeners]) listener(frame);
  }

  private settle(id: number, outcome: CallOutcome): void {
    const call = this.pending.get(id);
    this.pending.delete(id);
    if (outcome.ok) call?.resolve(outcome.value);
    else call?.reject(AppError.fromJSON(outcome.error));
  }

  /** Calls that were sent may or may not have been carried out, so they fail; those still waiting go out on the next connection. */
  private retry(closeCode: number): void {
    const stillWaiting = new Set(this.waiting.map(({ id }) => id));
    for (const [id, call] of [...this.pending]) {
      if (stillWaiting.has(id)) continue;
      this.pending.delete(id);
      call.reject(this.lostError(call.method));
    }
    this.failedAttempts++;
    const isLost = this.failedAttempts > (this.options.attemptsUntilLost ?? 8);
    if (closeCode === socketCloseCodes.tooManyConnections)
      this.status.set('lost', 'Too many tabs of this workbench are open. Close one and reload.');
    else if (isLost) this.status.set('lost', reasons.lost);
    else this.status.set('reconnecting', reasons.reconnecting);
    if (this.status.current === 'lost') this.rejectAll();

    const delays = this.options.retryDelaysMs ?? [100, 250, 500, 1000, 2000];
    const delayMs = delays[Math.min(this.failedAttempts, delays.length) - 1] ?? 2000;
    this.retryTimer = setTimeout(() => void this.reconnect(), delayMs);
  }

  /** A refused upgrade looks like a dead server to a page; a plain request tells them apart. */
  private async reconnect(): Promise<void> {
    if (this.failedAttempts > 1 && (await this.isSignedOut())) {
      this.status.set('lost', reasons.signedOut);
      this.rejectAll();
      return;
    }
    if (!this.isClosed) this.connect();
  }

  private async isSignedOut(): Promise<boolean> {
    try {
      const response = await fetch(new URL('/', this.options.baseUrl), { cache: 'no-store' });
      return response.status === 401;
    } catch {
      // Not there at all: that is what trying again is for.
      return false;
    }
  }

  private watchSilence(): void {
    clearTimeout(this.silenceTimer);
    const { socket } = this;
    this.silenceTimer = setTimeout(() => {
      if (!socket || this.socket !== socket) return;
      // A dead tunnel never finishes the closing handshake: do not wait for it.
      this.socket = undefined;
      socket.onclose = null;
      socket.onmessage = null;
      socket.close();
      this.retry(1006);
    }, this.options.silenceMs ?? 35_000);
  }

  private rejectAll(): void {
    this.waiting = [];
    for (const [id, call] of [...this.pending]) {
      this.pending.delete(id);
      call.reject(this.lostError(call.method));
    }
  }

  private lostError(method: Method): AppError {
    return new AppError('INTERNAL', `The connection to the workbench was lost during “${method}”.`, {
      hint: 'Check that it still runs in its terminal. What was recorded is saved there.',
    });
  }
}
