/** Where a request goes. */

/** An origin whose parts are worked out once; one object for each, so that it can be compared and looked up quickly. */
export interface Origin {
  readonly url: URL;
  /** With the port where it is not the usual one. */
  readonly authority: string;
  readonly hostname: string;
  readonly isSecure: boolean;
  /** From a user name in the URL; empty when there is none. */
  readonly authorization: string;
}

export interface Address {
  readonly origin: Origin;
  readonly path: string;
}

const known = new Map<string, Origin>();
/** Servers that captured values lead to are not so many. */
const mostKnown = 1000;

/** @throws TypeError when it is no URL that requests can be sent to */
export function addressOf(url: string): Address {
  const parsed = new URL(url);
  if (!/^(https?|wss?):$/.test(parsed.protocol)) throw new TypeError(`${parsed.protocol} is not HTTP`);
  const key = `${parsed.protocol}//${parsed.username}:${parsed.password}@${parsed.host}`;
  let origin = known.get(key);
  if (!origin) {
    const credentials = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    origin = {
      url: new URL(parsed.origin === 'null' ? `${parsed.protocol}//${parsed.host}` : parsed.origin),
      authority: parsed.host,
      hostname: parsed.hostname,
      isSecure: parsed.protocol === 'https:' || parsed.protocol === 'wss:',
      authorization: parsed.username ? `Basic ${Buffer.from(credentials).toString('base64')}` : '',
    };
    if (known.size >= mostKnown) known.clear();
    known.set(key, origin);
  }
  return { origin, path: parsed.pathname + parsed.search };
}

/** Paths go to `base`, below its own path; all else stays as it is. */
export function absoluteUrl(url: string, base: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return url;
  const start = base.replace(/\/+$/, '');
  return url.startsWith('/') ? start + url : `${start}/${url}`;
}

/** Characters that may not stand in a path are written as they must be; what is written rightly stays. */
export function safePath(path: string): string {
  return /[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]/.test(path)
    ? path.replace(/[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+/gu, (text) =>
        encodeURIComponent(text),
      )
    : path;
}
