/** The proxies of a run, and where its load's connections go: before the target, before its dependencies. */
import { AppError } from '../../errors';
import type { Dependency } from '../../scenario';
import type { Proxies } from './open-proxy';
import type { Proxy, Upstream } from './proxy';
import { addressKey, type Route } from './routes';

export interface NetworkPathsOptions {
  proxies: Proxies;
  /** The load's connections are to go there from now on. */
  onRoutes(routes: Route[]): void;
}

/** One address of the target. */
interface Way {
  /** Where the load believes it to be, and where it is. */
  aimed: Upstream;
  actual: Upstream;
  proxy?: Proxy;
}

/** After this time without a new connection those of the load are taken to have moved; it is not waited for longer. */
const quietMs = 150;
const mostMovingMs = 1500;

export class NetworkPaths {
  private readonly dependencies = new Map<string, Proxy>();
  private target: Promise<Proxy> | undefined;
  private readonly ways: Way[] = [];
  private isLoaded = false;

  constructor(private readonly options: NetworkPathsOptions) {}

  /**
   * Opens a proxy before each dependency; to be called before the target starts. Resolves with the environment that leads
   * the target to them. Rejects with an AppError when a proxy cannot be opened.
   */
  async openDependencies(dependencies: readonly Dependency[]): Promise<Record<string, string>> {
    const env: Record<string, string> = {};
    for (const dependency of dependencies) {
      const { host, port, name } = dependency;
      if (name === 'target' || this.dependencies.has(name))
        throw new AppError(
          'BAD_INPUT',
          `There are two places called “${name}”: faults could not tell them apart.`,
          {
            hint: 'Give each dependency a name of its own, other than “target”.',
          },
        );
      const proxy = await this.options.proxies.open({ host, port });
      this.dependencies.set(name, proxy);
      for (const [key, text] of Object.entries(dependency.env)) env[key] = filledIn(text, proxy.address);
    }
    return env;
  }

  /** The load goes to these addresses, which are all the target's. */
  aimAt(addresses: readonly Upstream[]): void {
    for (const aimed of addresses) this.ways.push({ aimed, actual: aimed });
    this.tell();
  }

  /** What the load aims at as that address listens there now, perhaps after a restart and elsewhere than before. */
  targetListens(aimed: Upstream, actual: Upstream): void {
    const key = addressKey(aimed.host, aimed.port);
    const way = this.ways.find((each) => addressKey(each.aimed.host, each.aimed.port) === key);
    if (!way) return;
    way.actual = actual;
    way.proxy?.setUpstream(actual);
    this.tell();
  }

  /** The load's connections are open from now on: when they are led elsewhere, they have to be opened anew. */
  loadRuns(): void {
    this.isLoaded = true;
  }

  /**
   * The proxy at that place; the one before the target is opened when it is first asked for, and the load's connections
   * are led through it from then on. Rejects with an AppError when there is no such place.
   */
  async at(via: string): Promise<Proxy> {
    if (via === 'target') return (this.target ??= this.openBeforeTarget());
    const proxy = this.dependencies.get(via);
    if (!proxy)
      throw new AppError('BAD_INPUT', `There is no dependency “${via}” to break the way to.`, {
        hint:
          this.dependencies.size > 0
            ? `The scenario knows: ${[...this.dependencies.keys()].join(', ')}, and “target”.`
            : 'Dependencies are named in the scenario; without any, faults act before the “target”.',
      });
    return proxy;
  }

  async close(): Promise<void> {
    await this.options.proxies.close();
  }

  private async openBeforeTarget(): Promise<Proxy> {
    const opened: { way: Way; proxy: Proxy }[] = [];
    try {
      if (this.ways.length === 0)
        throw new AppError('BAD_INPUT', 'There is no load whose connections could be spoilt.', {
          hint: 'Network faults before the target act on the connections of the run’s own load.',
        });
      for (const way of this.ways) opened.push({ way, proxy: await this.options.proxies.open(way.actual) });
    } catch (error) {
      this.target = undefined;
      await Promise.all(opened.map(({ proxy }) => proxy.close()));
      throw error;
    }
    for (const { way, proxy } of opened) {
      way.proxy = proxy;
      proxy.setUpstream(way.actual);
    }
    this.tell();
    const all = allOf(opened.map(({ proxy }) => proxy));
    // Otherwise it would be the move, not the fault, that the first moments show.
    if (this.isLoaded) await untilMoved(all);
    return all;
  }

  private tell(): void {
    const routes: Route[] = [];
    for (const { aimed, actual, proxy } of this.ways) {
      const { host, port } = proxy?.address ?? actual;
      const from = addressKey(aimed.host, aimed.port);
      if (from !== addressKey(host, port)) routes.push({ from, host, port });
    }
    this.options.onRoutes(routes);
  }
}

async function untilMoved(proxy: Proxy): Promise<void> {
  const endMs = performance.now() + mostMovingMs;
  let last = -1;
  for (;;) {
    const { accepted } = await proxy.counts();
    if (accepted === last || performance.now() >= endMs) return;
    last = accepted;
    await new Promise((resolve) => setTimeout(resolve, quietMs));
  }
}

/** Several proxies as one: what is done is done by all of them. */
function allOf(proxies: readonly Proxy[]): Proxy {
  const [first] = proxies;
  if (first && proxies.length === 1) return first;
  const each = async (act: (proxy: Proxy) => Promise<void>): Promise<void> => {
    await Promise.all(proxies.map(act));
  };
  return {
    address: first!.address,
    setUpstream: () => undefined,
    begin: (id, fault) => each((proxy) => proxy.begin(id, fault)),
    end: (id) => each((proxy) => proxy.end(id)),
    close: () => each((proxy) => proxy.close()),
    counts: async () => {
      const [sum, ...others] = await Promise.all(proxies.map((proxy) => proxy.counts()));
      for (const counts of others)
        for (const key of Object.keys(counts) as (keyof typeof counts)[]) sum![key] += counts[key];
      return sum!;
    },
  };
}

function filledIn(text: string, { host, port }: Upstream): string {
  return text.replace(/\{\{\s*(host|port)\s*\}\}/g, (_all, what: string) =>
    what === 'host' ? host : String(port),
  );
}
