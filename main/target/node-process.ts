/** One Node process of a target: connects to its inspector, follows its worker threads, drains them at their end. */
import path from 'node:path';
import { z } from 'zod';
import type { ListeningAddress, ProcessInfo, RunWarning } from '../api';
import { ProtocolSession, type SocketSession } from './cdp-connection';
import { listeningAddress, listenErrorSchema, listenReportSchema } from './listening';
import { Thread } from './thread';
import type { Clock, TargetHandlers } from './types';

/** A collector that hangs must not keep the target from ending. */
const drainLimitMs = 25_000;
const detachLimitMs = 500;

const attachedToWorkerSchema = z.object({
  sessionId: z.string(),
  workerInfo: z.object({ workerId: z.string(), title: z.string(), url: z.string() }),
});
const fromWorkerSchema = z.object({ sessionId: z.string(), message: z.string() });
const detachedFromWorkerSchema = z.object({ sessionId: z.string() });

export interface NodeProcessContext {
  clock: Clock;
  handlers: TargetHandlers;
  onPortInUse(pid: number, port: number): void;
  onListen(address: ListeningAddress): void;
}

export interface NodeProcessIdentity {
  pid: number;
  ppid: number;
  argv: string[];
  version: string;
  /** µs since the run's start; negative when the process is older. */
  startedUs: number;
}

/** The script's file name, else the program's. */
export function processTitle(argv: string[]): string {
  const script = argv.slice(1).find((argument) => !argument.startsWith('-'));
  return path.basename(script ?? argv[0] ?? 'node');
}

export class NodeProcess {
  readonly info: ProcessInfo;
  /** Resolves when the connection is gone and every thread has been drained. */
  readonly disconnected: Promise<void>;
  readonly threads = new Set<Thread>();
  /** At least one isolate was handed to the run. */
  wasRecorded = false;
  private hasFollowedWorkers = false;
  /** Worker threads that ended before their collectors were armed. */
  private missedWorkers = 0;
  /** The main thread is ending or being let go: workers are no longer taken on. */
  private isEnding = false;
  /** All that are attached, drained or not. */
  private readonly attachedWorkers = new Set<Thread>();
  private socket: SocketSession | undefined;
  private finish!: () => void;

  constructor(
    identity: NodeProcessIdentity,
    private readonly context: NodeProcessContext,
  ) {
    this.disconnected = new Promise((resolve) => (this.finish = resolve));
    this.info = {
      pid: identity.pid,
      ppid: identity.ppid,
      title: processTitle(identity.argv),
      argv: identity.argv,
      nodeVersion: identity.version,
      startedUs: identity.startedUs,
      threads: [],
    };
  }

  /** Takes over a connection, hands the main thread to the run and releases it. Rejects when the inspector refuses. */
  async connect(socket: SocketSession, onConnected?: () => Promise<void>): Promise<void> {
    const { pid } = this.info;
    this.socket = socket;
    const relax = socket.hurry();
    const main = this.addThread(socket, 0, this.info.title, this.info.startedUs);
    void socket.closed.then(() => this.endAll());
    socket.onEvent('NodeRuntime.waitingForDisconnect', () => void this.drainAndDisconnect());
    await socket.command('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true });
    await main.connectAgent();
    await onConnected?.();
    this.followWorkers(socket);
    await socket
      .command('NodeWorker.enable', { waitForDebuggerOnStart: false })
      .catch((error: unknown) =>
        this.warn(
          `workers p${pid}`,
          `Worker threads of process ${pid} cannot be followed: ${messageOf(error)}`,
        ),
      );
    await this.introduce(main);
    relax();
  }

  /** The process has ended or waits for its end: take what is left of all threads, then let go. */
  async drainAndDisconnect(): Promise<void> {
    this.isEnding = true;
    await Promise.all([...this.threads].map((thread) => this.endThread(thread)));
    await this.detachWorkers();
    this.socket?.disconnect();
    if (!this.socket) this.finish();
  }

  /**
   * Takes everything of ours out of a process that lives on, then lets go. Resolves with whether its inspector
   * closes: with followed workers it must stay open, as closing it then was seen to hang or crash the process
   * (Node 20).
   */
  async letGo(wantClosed: boolean): Promise<boolean> {
    const closeInspector = wantClosed && !this.hasFollowedWorkers;
    this.isEnding = true;
    const threads = [...this.threads];
    await Promise.all(threads.map((thread) => this.endThread(thread, false)));
    // Workers first: they are reached through the main thread.
    threads.sort((a, b) => b.info.workerId - a.info.workerId);
    for (const thread of threads)
      await thread.removeAgent(closeInspector && thread.info.workerId === 0).catch(() => undefined);
    await this.detachWorkers();
    this.socket?.disconnect();
    await this.disconnected;
    return closeInspector;
  }

  /**
   * A main thread that ends waits for its workers, and we reach them only through it: so they are let go first,
   * inner ones before outer ones.
   */
  private async detachWorkers(): Promise<void> {
    for (const thread of [...this.attachedWorkers].reverse()) {
      // One that does not answer has ended or is stuck; it is not waited for.
      await atMost(detachLimitMs, thread.detach?.());
    }
  }

  private addThread(session: ProtocolSession, workerId: number, title: string, startedUs: number): Thread {
    const key = workerId === 0 ? `p${this.info.pid}` : `p${this.info.pid}-w${workerId}`;
    const thread = new Thread({ key, pid: this.info.pid, workerId, title, startedUs }, session);
    this.threads.add(thread);
    this.listenFor(thread);
    return thread;
  }

  private async introduce(thread: Thread): Promise<void> {
    this.info.threads.push(thread.info);
    if (thread.info.workerId === 0) this.context.handlers.onProcess(this.info);
    thread.isKnown = true;
    this.wasRecorded = true;
    try {
      await this.context.handlers.onThread(thread);
    } catch (error) {
      this.warn(
        `thread ${thread.info.key}`,
        `Recording ${thread.info.title} could not start: ${messageOf(error)}`,
      );
    }
    await thread.release().catch((error: unknown) => {
      // A thread that has ended meanwhile is told by its closed session.
      if (!thread.session.isClosed) this.warn(`thread ${thread.info.key}`, messageOf(error));
    });
  }

  private followWorkers(parent: ProtocolSession): void {
    const workers = new Map<string, { session: ProtocolSession; ended: () => void }>();
    parent.onEvent('NodeWorker.attachedToWorker', (params) => {
      const attached = attachedToWorkerSchema.safeParse(params);
      if (!attached.success) return;
      this.hasFollowedWorkers = true;
      const { sessionId, workerInfo } = attached.data;
      const session = new ProtocolSession((message) => {
        parent.command('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(() => session.close());
      });
      const close = (): void => {
        session.close();
        workers.delete(sessionId);
      };
      workers.set(sessionId, { session, ended: close });
      const detach = (): Promise<void> =>
        parent
          .command('NodeWorker.detach', { sessionId })
          .catch(() => undefined)
          .then(close);
      // One that only now starts below an ending main thread; holding it would hold both.
      if (this.isEnding) void detach();
      else void this.connectWorker(session, workerInfo, detach);
    });
    parent.onEvent('NodeWorker.receivedMessageFromWorker', (params) => {
      const message = fromWorkerSchema.safeParse(params);
      if (message.success) workers.get(message.data.sessionId)?.session.receive(message.data.message);
    });
    parent.onEvent('NodeWorker.detachedFromWorker', (params) => {
      const detached = detachedFromWorkerSchema.safeParse(params);
      if (detached.success) workers.get(detached.data.sessionId)?.ended();
    });
    void parent.closed.then(() => {
      for (const { ended } of workers.values()) ended();
    });
  }

  private async connectWorker(
    session: ProtocolSession,
    workerInfo: { workerId: string; title: string; url: string },
    detach: () => Promise<void>,
  ): Promise<void> {
    const relax = this.socket?.hurry();
    const startedUs = this.context.clock.nowUs();
    const title = workerInfo.url ? path.basename(workerInfo.url) : workerInfo.title;
    const thread = this.addThread(session, Number(workerInfo.workerId) || 1, title, startedUs);
    thread.detach = detach;
    this.attachedWorkers.add(thread);
    void session.closed.then(() => {
      this.attachedWorkers.delete(thread);
      return this.endThread(thread);
    });
    try {
      // No `NodeRuntime.notifyWhenWaitingForDisconnect` here: a worker that waits for us, below a main thread that
      // exits and waits for it, was seen to hang the process. What its exit hooks send arrives all the same.
      const threadId = await thread.connectAgent();
      if (this.isEnding) return;
      if (threadId > 0) {
        thread.info.workerId = threadId;
        thread.info.key = `p${this.info.pid}-w${threadId}`;
      }
      this.followWorkers(session);
      // Node versions that cannot follow workers of workers say so; that is no news to a person.
      await session.command('NodeWorker.enable', { waitForDebuggerOnStart: false }).catch(() => undefined);
      await this.introduce(thread);
    } catch (error) {
      this.threads.delete(thread);
      if (!session.isClosed)
        this.warn(
          `worker ${thread.info.key}`,
          `The worker thread ${title} cannot be recorded: ${messageOf(error)}`,
        );
    }
    relax?.();
  }

  private listenFor(thread: Thread): void {
    thread.onReport('listen', (data) => {
      const report = listenReportSchema.safeParse(data);
      if (!report.success) return;
      this.context.onListen(listeningAddress(this.info.pid, report.data, this.context.clock.nowUs()));
    });
    thread.onReport('listen-error', (data) => {
      const report = listenErrorSchema.safeParse(data);
      if (report.success && report.data.code === 'EADDRINUSE')
        this.context.onPortInUse(this.info.pid, report.data.port);
    });
  }

  private endThread(thread: Thread, isAtItsEnd = true): Promise<void> {
    return (thread.ending ??= this.drain(thread, isAtItsEnd));
  }

  private async drain(thread: Thread, isAtItsEnd: boolean): Promise<void> {
    this.threads.delete(thread);
    if (!thread.isKnown) {
      if (thread.info.workerId > 0) this.missedWorkers++;
      return;
    }
    if (isAtItsEnd) thread.info.endedUs = this.context.clock.nowUs();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.warn(
          `thread ${thread.info.key}`,
          'Taking what was left of the recording took too long; it was given up.',
        );
        resolve();
      }, drainLimitMs);
    });
    try {
      await Promise.race([this.context.handlers.onThreadEnding(thread), limit]);
    } catch (error) {
      this.warn(`thread ${thread.info.key}`, `Its last data is lost: ${messageOf(error)}`);
    }
    clearTimeout(timer);
  }

  private async endAll(): Promise<void> {
    await Promise.all([...this.threads].map((thread) => this.endThread(thread)));
    if (this.missedWorkers > 0)
      this.warn(
        `workers p${this.info.pid}`,
        `${this.missedWorkers === 1 ? 'A worker thread' : `${this.missedWorkers} worker threads`} of process ${this.info.pid} ended before recording could begin there.`,
        'Workers that are terminated right after their start leave nothing to record.',
      );
    this.finish();
  }

  private warn(source: string, message: string, hint?: string): void {
    const tUs = this.context.clock.nowUs();
    const warning: RunWarning = { tUs, source, message, ...(hint !== undefined && { hint }) };
    this.context.handlers.onWarning(warning);
  }
}

async function atMost(limitMs: number, work: Promise<unknown> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([work?.catch(() => undefined), limit]);
  clearTimeout(timer);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
