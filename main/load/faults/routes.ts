/**
 * Where connections of the load process really go. The requests stay as they are written, with their own host: a proxy in
 * between, or a target that listens elsewhere after a restart, is nothing that a server should see.
 */
export interface Route {
  /** `host:port` as the load has it. */
  from: string;
  host: string;
  port: number;
}

export class Routes {
  /** Grows with each change: a connection that was opened under an earlier one is to be opened anew. */
  version = 0;
  readonly #byFrom = new Map<string, Route>();

  /** Replaces all. */
  set(routes: readonly Route[]): void {
    this.#byFrom.clear();
    for (const route of routes) this.#byFrom.set(route.from, route);
    this.version++;
  }

  of(host: string, port: number): { host: string; port: number } {
    return this.#byFrom.get(addressKey(host, port)) ?? { host, port };
  }
}

/** The names of this machine are one. */
export function addressKey(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return `${['localhost', '127.0.0.1', '::1', '0.0.0.0', '::'].includes(bare) ? '127.0.0.1' : bare}:${port}`;
}

/** Of the load process. */
export const routes = new Routes();
