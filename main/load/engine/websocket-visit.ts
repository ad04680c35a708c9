/** A WebSocket step of a user: opens, sends its messages in turn, waits for what is expected, closes. */
import { Agent, WebSocket } from 'undici';
import { addressOf, type Origin } from './address';
import { nowUs } from './clock';
import type { CompiledWebSocket } from './compile';
import type { LoadStatistics } from './statistics';
import { fill, type TemplateValues } from './template';
import { routedConnector } from './routed-connector';
import { closedKind } from './transport';

export interface VisitOptions {
  dueUs: number;
  insecureTls: boolean;
  cookies(origin: Origin, path: string): string;
  /** Null within a set-up, which is not counted. */
  statistics: LoadStatistics | null;
  setDeadline(deadlineUs: number): void;
  /** @param problem in a few words; null when all went well */
  done: (problem: string | null) => void;
}

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
  #at = 0;
  #dueUs: number;
  #sentUs = 0;
  #sentBytes = 0;
  #expected: string | null = null;
  #isOpen = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly step: CompiledWebSocket,
    private readonly values: TemplateValues,
    private readonly options: VisitOptions,
  ) {
    this.#dueUs = options.dueUs;
  }

  begin(): void {
    const { step, values, options } = this;
    let socket: WebSocket;
    try {
      const url = step.url(values);
      const { origin, path } = addressOf(url);
      const headers: Record<string, string> = {};
      for (const [name, value] of step.headers) headers[name] = fill(value, values);
      const cookies = options.cookies(origin, path);
      if (cookies !== '') headers['Cookie'] = cookies;
      if (origin.authorization) headers['Authorization'] ??= origin.authorization;
      this.#sentUs = nowUs();
      socket = new WebSocket(url, { headers, dispatcher: agentFor(options.insecureTls) });
    } catch {
      this.#fail('URL cannot be used');
      return;
    }
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    options.setDeadline(this.#sentUs + step.timeoutUs);
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return;
      this.#isOpen = true;
      this.#answered(step.endpoint, 101, 0, 0);
      this.#sendNext();
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#received(data as unknown);
    });
    socket.addEventListener('error', ({ error }) => {
      if (this.#socket === socket) this.#fail(kindOf(error));
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.#fail(closedKind);
    });
  }

  timeOut(): void {
    const { statistics, done } = this.options;
    statistics?.timedOut(this.#endpoint, 'timeout', this.#sentBytes);
    this.close();
    done('timeout');
  }

  /** Without a word. */
  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
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
    this.#sentBytes = Buffer.byteLength(text);
    this.#socket!.send(text);
    if (this.#expected === null) this.#proceed();
    else this.options.setDeadline(this.#sentUs + this.step.timeoutUs);
  }

  #received(data: unknown): void {
    if (this.#expected === null) return;
    const text = typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString('utf8');
    if (!text.includes(this.#expected)) return;
    this.#answered(this.step.messageEndpoint, 200, Buffer.byteLength(text), this.#sentBytes);
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

  #answered(endpoint: number, status: number, bytes: number, bytesSent: number): void {
    const endUs = nowUs();
    this.options.statistics?.answered(
      endpoint,
      status,
      'none',
      endUs - this.#dueUs,
      endUs - this.#sentUs,
      bytes,
      bytesSent,
    );
    this.#dueUs = endUs;
  }

  #fail(kind: string): void {
    const { statistics, done } = this.options;
    statistics?.failed(this.#endpoint, kind, 0);
    this.close();
    done(kind);
  }
}

function kindOf(error: unknown): string {
  const found = error as NodeJS.ErrnoException | undefined;
  const cause = found?.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? found?.code ?? 'not a WebSocket';
}
