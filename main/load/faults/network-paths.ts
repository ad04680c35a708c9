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

export class NetworkPaths {
  private readonly dependencies = new Map<string, Proxy>();
  private target: Promise<Proxy> | undefined;
  private targetProxy: Proxy | undefined;
  /** Where the load believes the target to be, and where it is. */
  private aimed: Upstream | undefined;
  private actual: Upstream | undefined;

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

  /** The load goes to this address. */
  aimAt(address: Upstream): void {
    this.aimed = address;
    this.actual ??= address;
    this.targetProxy?.setUpstream(this.actual);
    this.tell();
  }

  /** The target listens there, perhaps after a restart and elsewhere than before. */
  targetListens(address: Upstream): void {
    this.actual = address;
    this.targetProxy?.setUpstream(address);
    if (this.aimed) this.tell();
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
    const upstream = this.actual ?? this.aimed;
    try {
      if (!this.aimed || !upstream)
        throw new AppError('BAD_INPUT', 'There is no load whose connections could be spoilt.', {
          hint: 'Network faults before the target act on the connections of the run’s own load.',
        });
      this.targetProxy = await this.options.proxies.open(upstream);
    } catch (error) {
      this.target = undefined;
      throw error;
    }
    this.tell();
    return this.targetProxy;
  }

  private tell(): void {
    if (!this.aimed) return;
    const { host, port } = this.targetProxy?.address ?? this.actual ?? this.aimed;
    const from = addressKey(this.aimed.host, this.aimed.port);
    this.options.onRoutes(from === addressKey(host, port) ? [] : [{ from, host, port }]);
  }
}

function filledIn(text: string, { host, port }: Upstream): string {
  return text.replace(/\{\{\s*(host|port)\s*\}\}/g, (_all, what: string) =>
    what === 'host' ? host : String(port),
  );
}
