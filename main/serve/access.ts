/**
 * Who may talk to the web shell: whoever opened a link we printed. A link's token works once and becomes a cookie.
 * The engine can start programs, so everything else is refused before it is looked at.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Links that were printed and not yet opened, and browsers signed in; the oldest are forgotten beyond this. */
const maxOpenLinks = 16;
const maxSignedIn = 64;

/** Secrets are kept as hashes of equal length, so that comparing takes the same time wherever they differ. */
class Secrets {
  private hashes: Buffer[] = [];

  constructor(private readonly limit: number) {}

  issue(): string {
    const secret = randomBytes(32).toString('base64url');
    this.hashes.push(hash(secret));
    if (this.hashes.length > this.limit) this.hashes.shift();
    return secret;
  }

  has(secret: string): boolean {
    return this.find(secret) !== -1;
  }

  /** True once. */
  consume(secret: string): boolean {
    const index = this.find(secret);
    if (index === -1) return false;
    this.hashes.splice(index, 1);
    return true;
  }

  private find(secret: string): number {
    const candidate = hash(secret);
    let found = -1;
    this.hashes.forEach((known, index) => {
      if (timingSafeEqual(known, candidate)) found = index;
    });
    return found;
  }
}

function hash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

export interface Refusal {
  status: 401 | 403 | 405 | 421;
  reason: string;
}

export class Access {
  private readonly links = new Secrets(maxOpenLinks);
  private readonly signedIn = new Secrets(maxSignedIn);

  /** A token for one link. */
  newToken(): string {
    return this.links.issue();
  }

  /** The cookie's value for a valid token, which then is used up. */
  redeem(token: string): string | undefined {
    return this.links.consume(token) ? this.signedIn.issue() : undefined;
  }

  isSignedIn(cookieValue: string | undefined): boolean {
    return cookieValue !== undefined && this.signedIn.has(cookieValue);
  }
}

/** Cookies ignore ports: without the port in the name, two workbenches would sign each other's browsers out. */
export function cookieName(port: number): string {
  return `scorchmark-${port}`;
}

/** The names under which this server may be addressed. Any other means a foreign name was made to resolve to us (DNS rebinding). */
export function allowedHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

export interface RequestFacts {
  method: string;
  host: string | undefined;
  origin: string | undefined;
  isUpgrade: boolean;
}

/** Checks that need no secret: the server's name, the page a request comes from, the method. */
export function refuseForeign(request: RequestFacts, port: number): Refusal | undefined {
  const host = request.host?.toLowerCase();
  if (host === undefined || !allowedHosts(port).includes(host))
    return { status: 421, reason: `This workbench answers only to http://127.0.0.1:${port}/.` };
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if ((request.isUpgrade || !isRead) && request.origin !== `http://${host}`)
    return { status: 403, reason: 'Requests from other pages are refused.' };
  return undefined;
}
