/**
 * A TCP proxy on the loopback address that is as transparent as one can be until it is told to spoil the connections:
 * delay, jitter, limited bandwidth, resets. Halves of a connection close one by one, as through a wire.
 *
 * The handshake of a connection is answered by the kernel, at once. What it would take through a slow network, once to the
 * target and back, passes before anything is sent on the new connection, so that it costs the same. A refused connection to
 * the upstream shows as one that is accepted and reset.
 */
import net, { type AddressInfo, type Server, type Socket } from 'node:net';
import type { Fault } from '../../scenario';
import { Channel, drawnDelayMs, type Lateness, type Shape } from './channel';
import { TokenBucket } from './token-bucket';

export type NetworkFault = Extract<Fault, { kind: 'latency' | 'bandwidth' | 'drop' }>;

export interface Upstream {
  host: string;
  port: number;
}

export interface ProxyCounts {
  open: number;
  accepted: number;
  /** By a drop fault. */
  dropped: number;
  /** The upstream refused or was unreachable. */
  refused: number;
  bytesToUpstream: number;
  bytesToClient: number;
  /** Pieces of data that were delayed, and by how much they went on later than they should have, in total. */
  held: number;
  lateMs: number;
}

/** How a proxy is used, wherever it runs. */
export interface Proxy {
  readonly address: Upstream;
  /** The target listens elsewhere now: for new connections. */
  setUpstream(upstream: Upstream): void;
  /** Resolves when it acts. Faults of one proxy add up: delays are summed, the narrowest bandwidth holds. */
  begin(id: string, fault: NetworkFault): Promise<void>;
  end(id: string): Promise<void>;
  counts(): Promise<ProxyCounts>;
  /** Ends all connections and lets go of the port. */
  close(): Promise<void>;
}

interface Connection {
  client: Socket;
  /** Null until the handshake would have been over. */
  upstream: Socket | null;
  channels: Channel[];
  timer?: NodeJS.Timeout | undefined;
  joinsAtMs: number;
}

const none: Shape = { delayMs: 0, jitterMs: 0 };

export class TcpProxy implements Proxy {
  private readonly connections = new Set<Connection>();
  private readonly faults = new Map<string, NetworkFault>();
  private requestShape = none;
  private answerShape = none;
  private dropRatio = 0;
  /** Resets are spread evenly: the share is exact, not only on average. */
  private dropDue = 0;
  private readonly lateness: Lateness = { held: 0, lateMs: 0 };
  private readonly tally: Omit<ProxyCounts, 'open' | keyof Lateness> = {
    accepted: 0,
    dropped: 0,
    refused: 0,
    bytesToUpstream: 0,
    bytesToClient: 0,
  };
  /** One link for all connections, each direction of its own. */
  private readonly toUpstream = new TokenBucket(Infinity);
  private readonly toClient = new TokenBucket(Infinity);

  private constructor(
    private readonly server: Server,
    private upstream: Upstream,
    private readonly random: () => number,
  ) {
    server.on('connection', (client) => this.accept(client));
  }

  /** Rejects when no port can be had. @param random for jitter; tests give their own */
  static open(upstream: Upstream, random: () => number = Math.random): Promise<TcpProxy> {
    return new Promise((resolve, reject) => {
      const server = net.createServer({ allowHalfOpen: true, noDelay: true });
      const proxy = new TcpProxy(server, upstream, random);
      // Later ones are of single connections, which see them themselves.
      server.on('error', reject);
      server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => resolve(proxy));
    });
  }

  get address(): Upstream {
    const { address, port } = this.server.address() as AddressInfo;
    return { host: address, port };
  }

  setUpstream(upstream: Upstream): void {
    this.upstream = upstream;
  }

  begin(id: string, fault: NetworkFault): Promise<void> {
    this.faults.set(id, fault);
    this.reshape();
    if (fault.kind === 'drop') this.dropOpen(fault.ratio);
    return Promise.resolve();
  }

  end(id: string): Promise<void> {
    if (this.faults.delete(id)) this.reshape();
    return Promise.resolve();
  }

  counts(): Promise<ProxyCounts> {
    const counts = { open: this.connections.size, ...this.tally, ...this.lateness };
    for (const { client, upstream } of this.connections) {
      counts.bytesToUpstream += upstream?.bytesWritten ?? 0;
      counts.bytesToClient += client.bytesWritten;
    }
    return Promise.resolve(counts);
  }

  close(): Promise<void> {
    this.toUpstream.close();
    this.toClient.close();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const connection of [...this.connections]) this.drop(connection, false);
    return closed;
  }

  private reshape(): void {
    const all = [...this.faults.values()];
    const shapeOf = (direction: 'request' | 'answer'): Shape => {
      const shape = { delayMs: 0, jitterMs: 0 };
      for (const fault of all)
        if (fault.kind === 'latency' && (fault.direction === direction || fault.direction === 'both')) {
          shape.delayMs += fault.delayMs;
          shape.jitterMs += fault.jitterMs;
        }
      return shape;
    };
    this.requestShape = shapeOf('request');
    this.answerShape = shapeOf('answer');
    let bytesPerSecond = Infinity;
    let passes = 1;
    for (const fault of all)
      if (fault.kind === 'bandwidth') bytesPerSecond = Math.min(bytesPerSecond, fault.bytesPerSecond);
      else if (fault.kind === 'drop') passes *= 1 - fault.ratio;
    this.dropRatio = 1 - passes;
    this.toUpstream.setRate(bytesPerSecond);
    this.toClient.setRate(bytesPerSecond);
    for (const connection of this.connections)
      if (connection.upstream) for (const channel of connection.channels) channel.reshape();
      else this.joinLater(connection);
  }

  private accept(client: Socket): void {
    this.tally.accepted++;
    if (this.mustDrop(this.dropRatio)) {
      this.tally.dropped++;
      // Its errors are of our making.
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const { requestShape, answerShape, random } = this;
    const handshakeMs = drawnDelayMs(requestShape, random) + drawnDelayMs(answerShape, random);
    const connection: Connection = {
      client,
      upstream: null,
      channels: [],
      joinsAtMs: performance.now() + handshakeMs,
    };
    this.connections.add(connection);
    this.watch(connection, client);
    if (handshakeMs > 0) this.joinLater(connection);
    else this.join(connection);
  }

  /** At its time, or earlier when the delay has become less meanwhile. */
  private joinLater(connection: Connection): void {
    const { requestShape: request, answerShape: answer } = this;
    const mostMs = request.delayMs + request.jitterMs + answer.delayMs + answer.jitterMs;
    const waitMs = Math.min(connection.joinsAtMs - performance.now(), mostMs);
    clearTimeout(connection.timer);
    connection.timer = setTimeout(() => this.join(connection), Math.max(0, waitMs));
  }

  private join(connection: Connection): void {
    const { random, lateness } = this;
    const { client } = connection;
    const upstream = net.connect({ ...this.upstream, allowHalfOpen: true, noDelay: true });
    upstream.once('error', (error: NodeJS.ErrnoException) => {
      if (error.syscall === 'connect') this.tally.refused++;
    });
    connection.upstream = upstream;
    const request = { shape: () => this.requestShape, bucket: this.toUpstream };
    const answer = { shape: () => this.answerShape, bucket: this.toClient };
    connection.channels.push(
      new Channel({ from: client, to: upstream, ...request, random, lateness }),
      new Channel({ from: upstream, to: client, ...answer, random, lateness }),
    );
    this.watch(connection, upstream);
  }

  private watch(connection: Connection, socket: Socket): void {
    // What breaks one side breaks the other in the same way.
    socket.on('error', () => this.drop(connection, true));
    socket.once('close', () => this.closed(connection));
  }

  /** One side is gone in both directions: the other is ended too, once it has what was still on its way. */
  private closed(connection: Connection): void {
    const { client, upstream } = connection;
    if (!upstream) {
      this.forget(connection);
      return;
    }
    if (!client.destroyed || !upstream.destroyed) {
      // Each half that was ended properly has been passed on; a side that was destroyed has not said goodbye.
      const rest = client.destroyed ? upstream : client;
      const gone = client.destroyed ? client : upstream;
      if (!gone.readableEnded || gone.errored) rest.destroy();
      return;
    }
    this.forget(connection);
  }

  private drop(connection: Connection, reset: boolean): void {
    this.forget(connection);
    for (const socket of [connection.client, connection.upstream])
      if (socket && !socket.destroyed) {
        if (reset) socket.resetAndDestroy();
        else socket.destroy();
      }
  }

  private forget(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    clearTimeout(connection.timer);
    for (const channel of connection.channels) channel.close();
    this.tally.bytesToUpstream += connection.upstream?.bytesWritten ?? 0;
    this.tally.bytesToClient += connection.client.bytesWritten;
  }

  private dropOpen(ratio: number): void {
    const open = [...this.connections];
    // Any of them, not the oldest.
    for (let i = open.length - 1; i > 0; i--) {
      const j = Math.floor(this.random() * (i + 1));
      [open[i], open[j]] = [open[j]!, open[i]!];
    }
    for (const connection of open)
      if (this.mustDrop(ratio)) {
        this.tally.dropped++;
        this.drop(connection, true);
      }
  }

  private mustDrop(ratio: number): boolean {
    if (ratio <= 0) return false;
    this.dropDue += ratio;
    // Sums of shares like 0.1 fall short by rounding.
    if (this.dropDue < 1 - 1e-9) return false;
    this.dropDue -= 1;
    return true;
  }
}
