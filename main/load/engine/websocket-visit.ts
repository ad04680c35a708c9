/** A WebSocket step of a user: opens, sends its messages in turn, waits for what is expected, closes. */
import { Agent, WebSocket } from 'undici';
import { addressOf, type Origin } from './address';
import { nowUs } from './clock';
import type { CompiledWebSocket } from './compile';
import type { Place } from './host-limits';
import type { LoadStatistics } from './statistics';
import { fill, type TemplateValues } from './template';
import { routedConnector } from './routed-connector';
import { closedKind } from './transport';
import { kindOfUndici } from './undici-connection';
import { openingBy, type Opening } from './websocket-opening';

export interface VisitOptions {
  dueUs: number;
  /** When the step really began. */
  begunUs: number;
  insecureTls: boolean;
  cookies(origin: Origin, path: string): string;
  /** Room for its connection; null where there is no limit. */
  place(origin: Origin, granted: () => void): Place | null;
  /** Null within a set-up, which is not counted. */
  statistics: LoadStatistics | null;
  setDeadline(deadlineUs: number): void;
  /** @param problem in a few words; null when all went well */
  done: (problem: string | null) => void;
}

/** A server that does not answer the closing of a connection has it no longer. */
const closingMs = 3000;

const agents = new Map<boolean, Agent>();

function agentFor(insecureTls: boolean): Agent {
  let agent = agents.get(insecureTls);
  if (!agent)
    agents.set(
      insecureTls,
      (agent = new Agent({ connect: routedConnector({ rejectUnauthorized: !insecureTls }) })),
    );
  return agent;
}

export class WebSocketVisit {
  #socket: WebSocket | null = null;
  #place: Place | null = null;
  #at = 0;
  #dueUs: number;
  #sentUs = 0;
  #expected: string | null = null;
  #isOpen = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly step: CompiledWebSocket,
    private readonly values: TemplateValues,
    private readonly options: VisitOptions,
  ) {
    this.#dueUs = options.dueUs;
  }

  begin(): void {
    const { step, values, options } = this;
    let url: string;
    const headers: Record<string, string> = {};
    let origin: Origin;
    try {
      url = step.url(values);
      const address = addressOf(url);
      origin = address.origin;
      for (const [name, value] of step.headers) headers[name] = fill(value, values);
      const cookies = options.cookies(origin, address.path);
      if (cookies !== '') headers['Cookie'] = cookies;
      if (origin.authorization) headers['Authorization'] ??= origin.authorization;
    } catch {
      this.#fail('URL cannot be used');
      return;
    }
    // Waiting for a place counts, as it does for a request.
    options.setDeadline(Math.max(options.dueUs, options.begunUs) + step.timeoutUs);
    let isHere = true;
    let isGranted = false;
    const place = options.place(origin, () => {
      isGranted = true;
      if (!isHere) this.#connect(url, headers);
    });
    this.#place = place;
    isHere = false;
    if (!place || isGranted) this.#connect(url, headers);
  }

  #connect(url: string, headers: Record<string, string>): void {
    if (this.#isOver) return;
    const { step, options } = this;
    this.#sentUs = nowUs();
    let socket: WebSocket;
    const opening = openingBy(agentFor(options.insecureTls));
    try {
      socket = new WebSocket(url, { headers, dispatcher: opening.dispatcher });
    } catch {
      this.#fail('URL cannot be used');
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return;
      this.#isOpen = true;
      this.#answered(step.endpoint, 101);
      this.#sendNext();
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#received(data as unknown);
    });
    socket.addEventListener('error', () => {
      if (this.#socket === socket) this.#fail(this.#isOpen ? closedKind : kindOf(opening));
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#fail(closedKind);
      this.#place?.release();
    });
  }

  timeOut(): void {
    const { statistics, done } = this.options;
    statistics?.timedOut(this.#endpoint, 'timeout', 0, 0);
    this.close();
    done('timeout');
  }

  /** Without a word. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    const place = this.#place;
    this.#socket = null;
    if (!place) socket?.close();
    else if (!socket || socket.readyState === WebSocket.CLOSED) place.release();
    else {
      // It is open until the server has closed it, too.
      setTimeout(() => place.release(), closingMs).unref();
      socket.close();
    }
  }

  get #endpoint(): number {
    return this.#isOpen ? this.step.messageEndpoint : this.step.endpoint;
  }

  #sendNext(): void {
    const message = this.step.messages[this.#at];
    if (!message) {
      this.options.setDeadline(Infinity);
      this.close();
      this.options.done(null);
      return;
    }
    const text = fill(message.send, this.values);
    this.#expected = message.expect === null ? null : fill(message.expect, this.values);
    this.#sentUs = nowUs();
    this.options.statistics?.moved(this.step.messageEndpoint, 0, Buffer.byteLength(text));
    this.#socket!.send(text);
    if (this.#expected === null) this.#proceed();
    else this.options.setDeadline(this.#sentUs + this.step.timeoutUs);
  }

  #received(data: unknown): void {
    const text = typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString('utf8');
    const bytes = typeof data === 'string' ? Buffer.byteLength(data) : (data as ArrayBuffer).byteLength;
    this.options.statistics?.moved(this.step.messageEndpoint, bytes, 0);
    if (this.#expected === null || !text.includes(this.#expected)) return;
    this.#answered(this.step.messageEndpoint, 200);
    this.#expected = null;
    this.#proceed();
  }

  #proceed(): void {
    const wait = this.step.messages[this.#at]?.thenWait;
    this.#at++;
    this.options.setDeadline(Infinity);
    const delayMs = wait ? wait.minMs + Math.random() * (wait.maxMs - wait.minMs) : 0;
    if (delayMs === 0) {
      this.#sendNext();
      return;
    }
    const dueUs = nowUs() + delayMs * 1000;
    this.#timer = setTimeout(() => {
      this.#dueUs = Math.min(dueUs, nowUs());
      this.#sendNext();
    }, delayMs);
  }

  /** Bytes are counted as they move. */
  #answered(endpoint: number, status: number): void {
    const endUs = nowUs();
    const { statistics } = this.options;
    statistics?.answered(endpoint, status, 'none', endUs - this.#dueUs, endUs - this.#sentUs, 0, 0);
    this.#dueUs = endUs;
  }

  #fail(kind: string): void {
    const { statistics, done } = this.options;
    statistics?.failed(this.#endpoint, kind, 0, 0);
    this.close();
    done(kind);
  }
}

function kindOf({ error, status }: Opening): string {
  // An answer that is none of a WebSocket ends with an error of ours.
  if (status !== undefined) return `not a WebSocket (status ${status})`;
  return error ? kindOfUndici(error) : 'not a WebSocket';
}
