/** From what the person asked for to what the load engine is told: absolute URLs, users, duration. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { HttpRequest, ListeningAddress, LoadSpec } from '../api';
import { AppError } from '../errors';
import { presetOf } from './presets';
import type { LoadPlan } from './types';

/** True when at least one request is a path, so that the load can start only once the target listens. */
export function needsListeningAddress(spec: LoadSpec): boolean {
  return spec.requests.length === 0 || spec.requests.some(({ url }) => isPath(url));
}

/**
 * Fills in the preset's values and makes every URL absolute; paths go to the first address that speaks HTTP.
 * @throws AppError LOAD_NO_URL when a path has no address to go to; BAD_INPUT naming an invalid URL or header, or when
 * there are more hosts than users.
 */
export function resolvePlan(spec: LoadSpec, listening: readonly ListeningAddress[]): LoadPlan {
  const preset = presetOf(spec.preset);
  const base = listening.find(({ protocol }) => protocol !== 'tcp');
  const wanted: HttpRequest[] =
    spec.requests.length > 0 ? spec.requests : [{ url: '/', method: 'GET', headers: {} }];
  const plan: LoadPlan = {
    preset: spec.preset,
    users: spec.users ?? preset.users,
    durationMs: spec.durationMs ?? preset.durationMs,
    requests: wanted.map((request) => {
      checkHeaders(request);
      return { ...request, url: absoluteUrl(request.url, base) };
    }),
  };
  const hosts = new Set(plan.requests.map(({ url }) => new URL(url).origin));
  if (hosts.size > plan.users)
    throw new AppError(
      'BAD_INPUT',
      `The load goes to ${hosts.size} hosts but has only ${plan.users} users.`,
      {
        hint: `Give at least ${hosts.size} users, one for each host.`,
      },
    );
  return plan;
}

function isPath(url: string): boolean {
  return url.startsWith('/') || url.startsWith('?');
}

function absoluteUrl(url: string, base: ListeningAddress | undefined): string {
  if (isPath(url)) {
    if (!base)
      throw new AppError(
        'LOAD_NO_URL',
        `There is no address to send ${url} to: the target listens on no HTTP port.`,
        {
          hint: 'Give the load a full URL like http://127.0.0.1:3000/, or start a program that listens.',
        },
      );
    // Not `new URL(url, base)`: a path may start with two slashes.
    const origin = new URL(base.url).origin;
    return checkedUrl(url.startsWith('?') ? `${origin}/${url}` : origin + url, url);
  }
  if (!/^https?:\/\//i.test(url))
    throw new AppError('BAD_INPUT', `“${url}” is not a URL the load can use.`, {
      hint: 'Write http://host:port/path, https://…, or a path like /products.',
    });
  return checkedUrl(url, url);
}

function checkedUrl(absolute: string, given: string): string {
  if (!URL.canParse(absolute))
    throw new AppError('BAD_INPUT', `“${given}” is not a valid URL.`, {
      hint: 'Check the host, the port (1 to 65535) and the characters in it.',
    });
  return new URL(absolute).href;
}

function checkHeaders({ url, headers }: HttpRequest): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      throw new AppError('BAD_INPUT', `The header “${name}” of ${url} cannot be sent.`, {
        hint: 'Header names are letters, digits and dashes; values are one line.',
        cause: error,
      });
    }
  }
}
