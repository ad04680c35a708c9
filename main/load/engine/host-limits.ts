/** At most so many connections to a host, for all users together: requests wait for one in the order in which they came. */
import type { Origin } from './address';
import type { AnswerHead, AnswerSink, Connection, OutgoingRequest } from './transport';

export class HostLimits {
  readonly #hosts = new Map<string, Host>();

  constructor(private readonly most: number) {}

  /** What a user holds instead of a connection of its own. */
  connection(origin: Origin, open: () => Connection): Connection {
    const key = origin.url.origin;
    let host = this.#hosts.get(key);
    if (!host) this.#hosts.set(key, (host = new Host(this.most, open)));
    return new SharedConnection(host);
  }

  destroy(): void {
    for (const host of this.#hosts.values()) host.destroy();
  }
}

class Host {
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  /** In order; those that gave up are skipped. */
  readonly #waiting = new Set<SharedConnection>();

  constructor(
    private readonly most: number,
    private readonly open: () => Connection,
  ) {}

  /** @returns undefined when it has to wait; `granted` is called then */
  take(asker: SharedConnection): Connection | undefined {
    const free = this.#free.pop();
    if (free) return free;
    if (this.#all.size < this.most) {
      const connection = this.open();
      this.#all.add(connection);
      return connection;
    }
    this.#waiting.add(asker);
    return undefined;
  }

  giveUp(asker: SharedConnection): void {
    this.#waiting.delete(asker);
  }

  giveBack(connection: Connection): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#free.push(connection);
      return;
    }
    this.#waiting.delete(next);
    next.granted(connection);
  }

  destroy(): void {
    this.#waiting.clear();
    for (const connection of this.#all) connection.destroy();
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

  abandon(): void {
    this.#sink = null;
    this.host.giveUp(this);
    this.#held?.abandon();
    this.#release();
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

  onFailed(kind: string): void {
    const sink = this.#sink;
    this.#sink = null;
    this.#release();
    sink?.onFailed(kind);
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held) this.host.giveBack(held);
  }
}
