/**
 * One user: goes through the steps of an iteration, one after the other, over its own connections, with its own cookies
 * and values. It is told of answers by calls on itself; nothing is made per request unless something has to be filled in.
 */
import type { ThinkTime } from '../../api';
import { addressOf, type Address, type Origin } from './address';
import type { Answer } from './answer-rules';
import { nowUs } from './clock';
import {
  buildRequest,
  type BuiltRequest,
  type Compiled,
  type CompiledRequest,
  type CompiledStep,
} from './compile';
import { CookieJar } from './cookie-jar';
import { decodedBody } from './decoded-body';
import type { Place } from './host-limits';
import type { LoadStatistics } from './statistics';
import type { TemplateValues } from './template';
import { connectTimeoutKind, type AnswerHead, type AnswerSink, type Connection } from './transport';
import { WebSocketVisit } from './websocket-visit';

/** What users share. */
export interface Crew {
  readonly compiled: Compiled;
  readonly statistics: LoadStatistics;
  readonly keepsCookies: boolean;
  readonly keepAlive: boolean;
  readonly http2: boolean;
  readonly insecureTls: boolean;
  connect(origin: Origin): Connection;
  /** Room for a connection that the user opens itself; null where there is no limit to them. */
  place(origin: Origin, granted: () => void): Place | null;
  /** The flow of the next iteration. */
  nextFlow(): readonly CompiledStep[];
  /** @param broken it ended early: a value that later steps need is missing, or a step could not be sent */
  iterationEnded(user: User, broken: boolean): void;
  setUpFailed(user: User, kind: string): void;
}

/** Bodies that checks and captures look into are kept up to here. */
const longestBodyBytes = 20_000_000;

export class User implements AnswerSink, TemplateValues {
  /** When what is under way is given up, µs; Infinity while nothing is. */
  deadlineUs = Infinity;
  /** The set-up is done. */
  isReady: boolean;
  readonly #values = new Map<string, unknown>();
  readonly #jar = new CookieJar();
  readonly #connections = new Map<Origin, Connection>();
  #lastOrigin: Origin | null = null;
  #lastConnection: Connection | null = null;
  #steps: readonly CompiledStep[] = [];
  #at = 0;
  #step: CompiledRequest | null = null;
  #connection: Connection | null = null;
  #dueUs = 0;
  /** When an iteration or a step behind a think time really began: not before it was due. */
  #begunUs = 0;
  /** What was sent last, without cookies: redirects go on from it. */
  #built: BuiltRequest | null = null;
  #sentUs = 0;
  #sentBytes = 0;
  #head: AnswerHead | null = null;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #address: Address | null = null;
  #hopsLeft = 0;
  #method = '';
  #timer: NodeJS.Timeout | undefined;
  #visit: WebSocketVisit | null = null;
  #isGone = false;
  #isSettingUp = false;
  #hasSent = false;
  #hasFailed = false;
  /** The rows of the set-up are those of the first iteration: none is passed over. */
  #keepsRows = false;

  constructor(
    /** Counted from 0. */
    readonly index: number,
    private readonly crew: Crew,
  ) {
    this.isReady = crew.compiled.setUp.length === 0;
  }

  value(name: string): unknown {
    return this.#values.get(name);
  }

  /** Begins an iteration, with the set-up before the first. @param dueUs when it was to begin */
  begin(dueUs: number): void {
    if (this.#isGone) return;
    this.#at = 0;
    this.#dueUs = dueUs;
    this.#begunUs = nowUs();
    this.#hasSent = false;
    this.#hasFailed = false;
    const { compiled } = this.crew;
    if (this.#keepsRows) this.#keepsRows = false;
    else for (const source of compiled.data) this.#values.set(source.name, source.next(this.index));
    this.#isSettingUp = !this.isReady;
    this.#steps = this.#isSettingUp ? compiled.setUp : this.crew.nextFlow();
    this.#next();
  }

  /** Waits, then begins. @param delayMs from now @param mayBegin asked when the time has come */
  beginIn(delayMs: number, mayBegin: (lateUs: number) => boolean): void {
    const dueUs = nowUs() + delayMs * 1000;
    this.#timer = setTimeout(() => {
      const lateUs = nowUs() - dueUs;
      // Timers of whole ms may be a little early; nothing is sent before its time counts from then.
      if (mayBegin(Math.max(0, lateUs))) this.begin(lateUs < 0 ? nowUs() : dueUs);
    }, delayMs);
  }

  /** Since when an answer is waited for, also one of the set-up; undefined while none is. */
  get waitingSinceUs(): number | undefined {
    const step = this.#visit?.step ?? this.#step;
    return step && this.deadlineUs < Infinity ? this.deadlineUs - step.timeoutUs : undefined;
  }

  /** The iteration that just ended sent something. */
  get hasSent(): boolean {
    return this.#hasSent;
  }

  /** Something in the iteration that just ended was not answered. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Gives up what is under way without a word; nothing is left open. */
  stop(): void {
    this.#isGone = true;
    this.#rest();
  }

  /** Leaves, and may come back as a new user would. */
  leave(): void {
    this.#rest();
    this.#values.clear();
    this.#jar.clear();
    this.isReady = this.crew.compiled.setUp.length === 0;
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.deadlineUs = Infinity;
    this.#visit?.close();
    this.#visit = null;
    for (const connection of this.#connections.values()) connection.destroy();
    this.#connections.clear();
    this.#lastOrigin = null;
    this.#lastConnection = null;
    this.#step = null;
  }

  /** The time for what is under way is over. */
  timeOut(): void {
    this.deadlineUs = Infinity;
    if (this.#visit) {
      this.#visit.timeOut();
      return;
    }
    const step = this.#step;
    if (!step) return;
    this.#timedOut(step, 'timeout', this.#connection?.abandon() ?? 0);
  }

  // ── steps ──

  #next(): void {
    const step = this.#steps[this.#at];
    if (step === undefined) {
      this.#end(false);
      return;
    }
    this.#at++;
    if (step.kind === 'request') this.#request(step);
    else if (step.kind === 'think') this.#think(step.time);
    else this.#visitWebSocket(step);
  }

  #request(step: CompiledRequest): void {
    let built: BuiltRequest;
    try {
      built = step.fixed ?? step.build(this);
    } catch (error) {
      this.#cannotSend(step, error);
      return;
    }
    this.#hopsLeft = step.redirects;
    this.#send(step, built);
  }

  #send(step: CompiledRequest, built: BuiltRequest): void {
    this.#built = built;
    const { address } = built;
    let { request, sizeBytes } = built;
    if (!this.#jar.isEmpty) {
      const { origin } = address;
      const cookies = this.#jar.header(origin.hostname, address.path, origin.isSecure);
      if (cookies !== '') ({ request, sizeBytes } = this.#withCookies(built, cookies));
    }
    this.#step = step;
    this.#address = address;
    this.#method = request.method;
    this.#sentBytes = sizeBytes;
    this.#sentUs = 0;
    this.#head = null;
    if (this.#body.length > 0) this.#body = [];
    this.#bodyBytes = 0;
    this.#hasSent = true;
    // Where we were late, the target still has all of its time.
    this.deadlineUs = Math.max(this.#dueUs, this.#begunUs) + step.timeoutUs;
    const connection = this.#connectionTo(address.origin);
    this.#connection = connection;
    connection.send(request, this);
  }

  #connectionTo(origin: Origin): Connection {
    if (origin === this.#lastOrigin) return this.#lastConnection!;
    let connection = this.#connections.get(origin);
    if (!connection) this.#connections.set(origin, (connection = this.crew.connect(origin)));
    this.#lastOrigin = origin;
    this.#lastConnection = connection;
    return connection;
  }

  #withCookies({ address, request }: BuiltRequest, cookies: string): BuiltRequest {
    const headers: [string, string][] = [];
    let all = cookies;
    for (let at = 0; at < request.headers.length; at += 2) {
      const name = request.headers[at]!;
      const value = request.headers[at + 1]!;
      if (name.toLowerCase() === 'cookie') all = `${value}; ${cookies}`;
      else headers.push([name, value]);
    }
    headers.push(['Cookie', all]);
    const { keepAlive, http2 } = this.crew;
    return buildRequest({ method: request.method, address, keepAlive, http2 }, headers, request.body);
  }

  #think(time: ThinkTime): void {
    const delayMs = randomDelayMs(time);
    if (delayMs === 0) {
      this.#next();
      return;
    }
    const dueUs = nowUs() + delayMs * 1000;
    this.#timer = setTimeout(() => {
      this.#begunUs = nowUs();
      this.#dueUs = Math.min(dueUs, this.#begunUs);
      this.#next();
    }, delayMs);
  }

  // ── what the connection tells ──

  onSent(): void {
    this.#sentUs = nowUs();
  }

  onHead(head: AnswerHead): boolean {
    this.#head = head;
    return this.#step!.wantsBody;
  }

  onBody(piece: Buffer): void {
    this.#bodyBytes += piece.length;
    if (this.#bodyBytes <= longestBodyBytes) this.#body.push(Buffer.from(piece));
  }

  onDone(receivedBytes: number): void {
    const step = this.#step;
    if (!step) return;
    const endUs = nowUs();
    this.deadlineUs = Infinity;
    const head = this.#head!;
    const { status, setCookies } = head;
    const responseUs = endUs - this.#dueUs;
    if (setCookies.length > 0 && this.crew.keepsCookies)
      for (const cookie of setCookies)
        this.#jar.store(cookie, this.#address!.origin.hostname, this.#address!.path);

    if (
      this.#hopsLeft > 0 &&
      status >= 300 &&
      status < 400 &&
      this.#follow(step, head, responseUs, endUs, receivedBytes)
    )
      return;

    let problem: string | null = null;
    let isMissing = false;
    if (step.checks.length > 0 || step.captures.length > 0) {
      const answer = this.#answer(head, responseUs);
      problem = this.#failedCheck(step, answer);
      const missing = this.#capture(step, answer);
      if (missing !== null) {
        isMissing = true;
        problem ??= `capture: ${missing}`;
      }
    }
    const fault = problem !== null ? 'check' : status >= 400 && !step.judgesStatus ? 'status' : 'none';
    const { statistics } = this.crew;
    if (this.#isSettingUp) {
      if (fault !== 'none') {
        this.#step = null;
        this.#failSetUp(problem ?? `status ${status}`);
        return;
      }
    } else {
      statistics.answered(
        step.endpoint,
        status,
        fault,
        responseUs,
        endUs - this.#sentUs,
        receivedBytes,
        this.#sentBytes,
      );
      if (problem !== null) statistics.kindOfFault(step.endpoint, problem);
    }
    this.#dueUs = endUs;
    this.#step = null;
    if (isMissing) this.#end(true);
    else this.#next();
  }

  onFailed(kind: string, receivedBytes: number): void {
    const step = this.#step;
    if (!step) return;
    this.deadlineUs = Infinity;
    if (kind === connectTimeoutKind) {
      this.#timedOut(step, kind, receivedBytes);
      return;
    }
    this.#step = null;
    if (this.#isSettingUp) this.#failSetUp(kind);
    else {
      this.crew.statistics.failed(step.endpoint, kind, receivedBytes, this.#sentUs > 0 ? this.#sentBytes : 0);
      this.#unanswered(step);
    }
  }

  /** What needs nothing of this answer is asked all the same: one dead endpoint must not hide those behind it. */
  #unanswered(step: CompiledRequest): void {
    this.#hasFailed = true;
    if (step.captures.some(({ required }) => required)) this.#end(true);
    // Not at once: the connection is still about to tell of its end.
    else this.#think({ minMs: 1, maxMs: 1 });
  }

  #timedOut(step: CompiledRequest, kind: string, receivedBytes: number): void {
    this.#step = null;
    if (this.#isSettingUp) this.#failSetUp(kind);
    else {
      this.crew.statistics.timedOut(
        step.endpoint,
        kind,
        receivedBytes,
        this.#sentUs > 0 ? this.#sentBytes : 0,
      );
      this.#unanswered(step);
    }
  }

  #cannotSend(step: CompiledRequest, error: unknown): void {
    const kind =
      error instanceof Error && error.message.includes('header')
        ? 'header cannot be sent'
        : 'URL cannot be used';
    if (this.#isSettingUp) this.#failSetUp(kind);
    else {
      this.crew.statistics.failed(step.endpoint, kind, 0, 0);
      this.#end(true);
    }
  }

  /** @returns false when the answer leads nowhere */
  #follow(
    step: CompiledRequest,
    head: AnswerHead,
    responseUs: number,
    endUs: number,
    receivedBytes: number,
  ): boolean {
    const location = head.header('location');
    if (location === undefined || ![301, 302, 303, 307, 308].includes(head.status)) return false;
    const from = this.#address!;
    let built: BuiltRequest;
    try {
      const address = addressOf(new URL(location, `${from.origin.url.origin}${from.path}`).href);
      // Not built anew: that would fill in other values, and bring back what an earlier redirect left out.
      const before = this.#built!;
      const becomesGet =
        head.status === 303 ? this.#method !== 'HEAD' : head.status < 303 && this.#method === 'POST';
      const headers: [string, string][] = [];
      for (let at = 0; at < before.request.headers.length; at += 2) {
        const name = before.request.headers[at]!.toLowerCase();
        if (becomesGet && name.startsWith('content-')) continue;
        // Secrets are for the server they were meant for.
        if (
          address.origin.url.origin !== from.origin.url.origin &&
          (name === 'authorization' || name === 'cookie' || name === 'host')
        )
          continue;
        headers.push([before.request.headers[at]!, before.request.headers[at + 1]!]);
      }
      const { keepAlive, http2 } = this.crew;
      const method = becomesGet ? 'GET' : this.#method;
      built = buildRequest(
        { method, address, keepAlive, http2 },
        headers,
        becomesGet ? null : before.request.body,
      );
    } catch {
      return false;
    }
    if (!this.#isSettingUp)
      this.crew.statistics.answered(
        step.endpoint,
        head.status,
        'none',
        responseUs,
        endUs - this.#sentUs,
        receivedBytes,
        this.#sentBytes,
      );
    this.#hopsLeft--;
    this.#dueUs = endUs;
    this.#send(step, built);
    return true;
  }

  #answer(head: AnswerHead, responseUs: number): Answer {
    const body =
      this.#body.length === 0
        ? ''
        : decodedBody(Buffer.concat(this.#body), head.header('content-encoding')).toString('utf8');
    let parsed: { json: unknown } | undefined;
    return {
      head,
      body,
      responseUs,
      json: () => {
        if (!parsed) {
          try {
            parsed = { json: JSON.parse(body) as unknown };
          } catch {
            parsed = { json: undefined };
          }
        }
        return parsed.json;
      },
    };
  }

  /** The kind of the first check that does not hold; all are counted. */
  #failedCheck(step: CompiledRequest, answer: Answer): string | null {
    let failed: string | null = null;
    for (let at = 0; at < step.checks.length; at++) {
      const check = step.checks[at]!;
      const holds = check.holds(answer, this);
      if (!this.#isSettingUp) this.crew.statistics.checked(step.endpoint, step.checkPlaces[at]!, holds);
      if (!holds) failed ??= `check: ${check.kind}`;
    }
    return failed;
  }

  /** The name of a value that had to be there and is not. */
  #capture(step: CompiledRequest, answer: Answer): string | null {
    for (const capture of step.captures) {
      const value = capture.find(answer, this.#jar);
      if (value !== undefined) this.#values.set(capture.name, value);
      else if (capture.required) return capture.name;
    }
    return null;
  }

  // ── WebSocket ──

  #visitWebSocket(step: Extract<CompiledStep, { kind: 'websocket' }>): void {
    this.#hasSent = true;
    const visit = new WebSocketVisit(step, this, {
      dueUs: this.#dueUs,
      begunUs: this.#begunUs,
      place: (origin, granted) => this.crew.place(origin, granted),
      insecureTls: this.crew.insecureTls,
      cookies: (origin, path) =>
        this.#jar.isEmpty ? '' : this.#jar.header(origin.hostname, path, origin.isSecure),
      statistics: this.#isSettingUp ? null : this.crew.statistics,
      setDeadline: (deadlineUs) => (this.deadlineUs = deadlineUs),
      done: (problem) => {
        this.#visit = null;
        this.deadlineUs = Infinity;
        this.#dueUs = nowUs();
        if (problem === null) this.#next();
        else if (this.#isSettingUp) this.#failSetUp(problem);
        else {
          this.#hasFailed = true;
          this.#think({ minMs: 1, maxMs: 1 });
        }
      },
    });
    this.#visit = visit;
    visit.begin();
  }

  // ── ends ──

  #failSetUp(kind: string): void {
    this.#isSettingUp = false;
    this.#rest();
    this.crew.setUpFailed(this, kind);
  }

  #end(broken: boolean): void {
    if (this.#isGone) return;
    if (this.#isSettingUp && !broken) {
      this.#isSettingUp = false;
      this.isReady = true;
      this.#keepsRows = true;
      // The set-up is not counted, neither is the time it took.
      this.begin(nowUs());
      return;
    }
    this.crew.iterationEnded(this, broken);
  }
}

export function randomDelayMs({ minMs, maxMs }: ThinkTime): number {
  return maxMs > minMs ? minMs + Math.random() * (maxMs - minMs) : minMs;
}
