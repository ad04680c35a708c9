/** The cookies of one user: kept and sent back as RFC 6265 says, as far as a load needs it (no public-suffix list). */

import { isIP } from 'node:net';

interface Cookie {
  name: string;
  value: string;
  host: string;
  /** Only that host, not those below it. */
  hostOnly: boolean;
  path: string;
  secure: boolean;
  /** ms since 1970. */
  expiresMs: number;
}

/** Control characters (but tabs) are in no header that can be sent. */
// eslint-disable-next-line no-control-regex -- control characters are what it is about
const unsendable = /[\x00-\x08\x0a-\x1f\x7f]/;

export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  get isEmpty(): boolean {
    return this.#cookies.size === 0;
  }

  clear(): void {
    this.#cookies.clear();
  }

  /** Takes in a `Set-Cookie` header's value. @param path of the request it answers */
  store(header: string, host: string, path: string, nowMs = Date.now()): void {
    const [pair = '', ...attributes] = header.split(';');
    const equals = pair.indexOf('=');
    // RFC 6265bis, 5.6: neither can be sent back.
    if (equals <= 0 || unsendable.test(pair)) return;
    const cookie: Cookie = {
      name: pair.slice(0, equals).trim(),
      value: pair.slice(equals + 1).trim(),
      host,
      hostOnly: true,
      path: defaultPath(path),
      secure: false,
      expiresMs: Infinity,
    };
    let hasMaxAge = false;
    for (const attribute of attributes) {
      const [name = '', ...rest] = attribute.split('=');
      const value = rest.join('=').trim();
      switch (name.trim().toLowerCase()) {
        case 'domain': {
          const domain = value.replace(/^\./, '').toLowerCase();
          if (domain === '') break;
          if (!isWithin(host, domain)) return; // of somebody else
          cookie.host = domain;
          cookie.hostOnly = false;
          break;
        }
        case 'path':
          if (value.startsWith('/')) cookie.path = value;
          break;
        case 'secure':
          cookie.secure = true;
          break;
        case 'max-age':
          if (/^-?\d+$/.test(value)) {
            hasMaxAge = true;
            cookie.expiresMs = nowMs + Number(value) * 1000;
          }
          break;
        case 'expires': {
          const dateMs = Date.parse(value);
          if (!hasMaxAge && !Number.isNaN(dateMs)) cookie.expiresMs = dateMs;
          break;
        }
      }
    }
    const key = `${cookie.host} ${cookie.path} ${cookie.name}`;
    if (cookie.expiresMs <= nowMs) this.#cookies.delete(key);
    else this.#cookies.set(key, cookie);
  }

  /** The value of a `Cookie` header; empty when nothing is to be sent. */
  header(host: string, path: string, isSecure: boolean, nowMs = Date.now()): string {
    const sent: Cookie[] = [];
    for (const [key, cookie] of this.#cookies) {
      if (cookie.expiresMs <= nowMs) this.#cookies.delete(key);
      else if (
        (cookie.hostOnly ? host === cookie.host : isWithin(host, cookie.host)) &&
        (!cookie.secure || isSecure) &&
        isBelow(path, cookie.path)
      )
        sent.push(cookie);
    }
    // Longer paths first, as servers expect.
    if (sent.length > 1) sent.sort((a, b) => b.path.length - a.path.length);
    return sent.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  /** The value of a cookie of that name, whatever its path; undefined when there is none. */
  value(name: string): string | undefined {
    for (const cookie of this.#cookies.values()) if (cookie.name === name) return cookie.value;
    return undefined;
  }
}

function defaultPath(path: string): string {
  const query = path.indexOf('?');
  const only = query < 0 ? path : path.slice(0, query);
  const slash = only.lastIndexOf('/');
  return slash <= 0 ? '/' : only.slice(0, slash);
}

function isWithin(host: string, domain: string): boolean {
  // Addresses have no subdomains.
  return host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0);
}

function isBelow(path: string, cookiePath: string): boolean {
  if (!path.startsWith(cookiePath)) return false;
  const next = path[cookiePath.length];
  return cookiePath.endsWith('/') || next === undefined || next === '/' || next === '?';
}
