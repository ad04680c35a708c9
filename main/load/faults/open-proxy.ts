/** Opens the proxies of a run: in a process of their own, or in this one when the engine runs from source. */
import { fork, type ChildProcess } from 'node:child_process';
import { AppError } from '../../errors';
import { helperEnv, isBuilt, proxyFile } from '../../paths';
import { TcpProxy, type NetworkFault, type Proxy, type ProxyCounts, type Upstream } from './proxy';
import { fromProxySchema, type FromProxy, type ToProxy } from './proxy-messages';

/** The proxies of one run. */
export interface Proxies {
  /** Rejects with an AppError LOAD_FAILED when there is no port, or no process, to be had. */
  open(upstream: Upstream): Promise<Proxy>;
  /** Closes all of them and ends their process. Idempotent. */
  close(): Promise<void>;
}

/** How long the process may take to end by itself. */
const endGraceMs = 1000;

/** @param file the built process; tests build their own. By default the proxies work in this process where none is built. */
export function createProxies(file: string | null = isBuilt(proxyFile) ? proxyFile : null): Proxies {
  return file === null ? new ProxiesHere() : new ProxiesInProcess(file);
}

function cannotOpen(message: string): AppError {
  return new AppError('LOAD_FAILED', `The proxy for network faults could not be opened: ${message}`);
}

class ProxiesHere implements Proxies {
  private readonly all: TcpProxy[] = [];

  async open(upstream: Upstream): Promise<Proxy> {
    const proxy = await TcpProxy.open(upstream).catch((error: Error) => {
      throw cannotOpen(error.message);
    });
    this.all.push(proxy);
    return proxy;
  }

  async close(): Promise<void> {
    await Promise.all(this.all.splice(0).map((proxy) => proxy.close()));
  }
}

type Call = ToProxy extends infer M ? (M extends ToProxy ? Omit<M, 'call'> : never) : never;
type Answer = Extract<FromProxy, { type: 'ok' }>;

class ProxiesInProcess implements Proxies {
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();
  private lastCall = 0;
  private lastProxy = 0;
  private readonly calls = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();

  constructor(private readonly file: string) {}

  async open(upstream: Upstream): Promise<Proxy> {
    const proxy = ++this.lastProxy;
    const { address } = await this.call({ type: 'open', proxy, upstream });
    if (!address) throw cannotOpen('it has no address.');
    return {
      address,
      setUpstream: (next) =>
        void this.call({ type: 'upstream', proxy, upstream: next }).catch(() => undefined),
      begin: async (id: string, fault: NetworkFault) => {
        await this.call({ type: 'begin', proxy, id, fault });
      },
      end: async (id: string) => {
        await this.call({ type: 'end', proxy, id });
      },
      counts: async (): Promise<ProxyCounts> => (await this.call({ type: 'counts', proxy })).counts!,
      close: async () => {
        await this.call({ type: 'close', proxy });
      },
    };
  }

  async close(): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), endGraceMs);
    await this.ended;
    clearTimeout(timer);
  }

  private call(call: Call): Promise<Answer> {
    this.child ??= this.start();
    const { child } = this;
    const number = ++this.lastCall;
    return new Promise((resolve, reject) => {
      this.calls.set(number, { resolve, reject });
      child.send({ ...call, call: number } satisfies ToProxy, (error) => {
        if (error) this.answer({ type: 'failed', call: number, message: error.message });
      });
    });
  }

  private start(): ChildProcess {
    const child = fork(this.file, [], {
      execPath: process.execPath,
      execArgv: [],
      env: helperEnv(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (raw) => this.answer(fromProxySchema.parse(raw)));
    this.ended = new Promise((resolve) => {
      const gone = (): void => {
        for (const call of [...this.calls.keys()])
          this.answer({ type: 'failed', call, message: 'its process has ended.' });
        resolve();
      };
      child.once('exit', gone);
      child.once('error', gone);
    });
    return child;
  }

  private answer(answer: FromProxy): void {
    const waiting = this.calls.get(answer.call);
    this.calls.delete(answer.call);
    if (answer.type === 'ok') waiting?.resolve(answer);
    else waiting?.reject(cannotOpen(answer.message));
  }
}
