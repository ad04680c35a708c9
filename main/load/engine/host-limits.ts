/** At most so many connections to a host, for all users together: whoever needs one waits in the order of asking. */
import type { Origin } from './address';
import type { AnswerHead, AnswerSink, Connection, OutgoingRequest } from './transport';

export class HostLimits {
  readonly #hosts = new Map<string, Host>();

  constructor(
    private readonly most: number,
    private readonly open: (origin: Origin) => Connection,
  ) {}

  /** What a user holds instead of a connection of its own. */
  connection(origin: Origin): Connection {
    return new SharedConnection(this.#hostOf(origin));
  }

  /** For who opens a connection itself (WebSockets). @param granted it may now; called at once where there is room */
  place(origin: Origin, granted: () => void): Place {
    return new Place(this.#hostOf(origin), granted);
  }

  destroy(): void {
    for (const host of this.#hosts.values()) host.destroy();
  }

  #hostOf(origin: Origin): Host {
    // `ws:` goes to the same server as `http:`.
    const key = `${origin.isSecure ? 'tls' : 'tcp'} ${origin.authority}`;
    let host = this.#hosts.get(key);
    if (!host) this.#hosts.set(key, (host = new Host(this.most, () => this.open(origin))));
    return host;
  }
}

class Host {
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  #places = 0;
  #isGone = false;
  /** In order; those that gave up are gone. */
  readonly #waiting = new Set<SharedConnection | Place>();

  constructor(
    private readonly most: number,
    private readonly open: () => Connection,
  ) {}

  /** @returns undefined when it has to wait; `granted` is called then */
  take(asker: SharedConnection): Connection | undefined {
    const free = this.#isGone ? undefined : this.#free.pop();
    if (free) return free;
    if (!this.#isFull) return this.#opened();
    this.#waiting.add(asker);
    return undefined;
  }

  /** @returns false when it has to wait; `granted` is called then */
  takePlace(asker: Place): boolean {
    if (this.#isFull) {
      const idle = this.#free.pop();
      if (!idle) {
        this.#waiting.add(asker);
        return false;
      }
      this.#close(idle);
    }
    this.#places++;
    return true;
  }

  giveUp(asker: SharedConnection | Place): void {
    this.#waiting.delete(asker);
  }

  giveBack(connection: Connection): void {
    const next = this.#next();
    if (!next) this.#free.push(connection);
    else if (next instanceof SharedConnection) next.granted(connection);
    else {
      this.#close(connection);
      this.#places++;
      next.granted();
    }
  }

  giveBackPlace(): void {
    const next = this.#next();
    // The place goes on to whoever comes next.
    if (next instanceof Place) {
      next.granted();
      return;
    }
    this.#places--;
    next?.granted(this.#opened());
  }

  /** Nobody gets anything any more. */
  destroy(): void {
    this.#isGone = true;
    this.#waiting.clear();
    for (const connection of this.#all) connection.destroy();
  }

  get #isFull(): boolean {
    return this.#isGone || this.#all.size + this.#places >= this.most;
  }

  #opened(): Connection {
    const connection = this.open();
    this.#all.add(connection);
    return connection;
  }

  #close(connection: Connection): void {
    this.#all.delete(connection);
    connection.destroy();
  }

  #next(): SharedConnection | Place | undefined {
    const [next] = this.#waiting;
    if (next) this.#waiting.delete(next);
    return next;
  }
}

/** Room for one connection that somebody opens and closes itself. */
export class Place {
  #state: 'waiting' | 'held' | 'released' = 'waiting';

  constructor(
    private readonly host: Host,
    private readonly tell: () => void,
  ) {
    if (host.takePlace(this)) this.granted();
  }

  granted(): void {
    this.#state = 'held';
    this.tell();
  }

  /** The connection is closed, or not wanted any more. Idempotent. */
  release(): void {
    const before = this.#state;
    this.#state = 'released';
    if (before === 'waiting') this.host.giveUp(this);
    else if (before === 'held') this.host.giveBackPlace();
  }
}

class SharedConnection implements Connection, AnswerSink {
  #held: Connection | undefined;
  #request: OutgoingRequest | null = null;
  #sink: AnswerSink | null = null;

  constructor(private readonly host: Host) {}

  send(request: OutgoingRequest, sink: AnswerSink): void {
    this.#request = request;
    this.#sink = sink;
    const connection = this.host.take(this);
    if (connection) this.granted(connection);
  }

  granted(connection: Connection): void {
    this.#held = connection;
    connection.send(this.#request!, this);
  }

  abandon(): number {
    this.#sink = null;
    this.host.giveUp(this);
    const receivedBytes = this.#held?.abandon() ?? 0;
    this.#release();
    return receivedBytes;
  }

  destroy(): void {
    this.abandon();
  }

  onSent(): void {
    this.#sink?.onSent();
  }

  onHead(head: AnswerHead): boolean {
    return this.#sink?.onHead(head) ?? false;
  }

  onBody(piece: Buffer): void {
    this.#sink?.onBody(piece);
  }

  onDone(receivedBytes: number): void {
    const sink = this.#sink;
    this.#sink = null;
    this.#release();
    sink?.onDone(receivedBytes);
  }

  onFailed(kind: string, receivedBytes: number): void {
    const sink = this.#sink;
    this.#sink = null;
    this.#release();
    sink?.onFailed(kind, receivedBytes);
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held) this.host.giveBack(held);
  }
}
