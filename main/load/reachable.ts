import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../errors';
import { addressesOf, knownLookup, type Addresses } from './resolve-name';

const pauseBetweenTriesMs = 100;

/**
 * Resolves when something accepts connections at the URL's host and port: for a load on a server that is not ours,
 * so that we are not told when it listens.
 * @throws AppError LOAD_FAILED when nothing did within `timeoutMs`, CANCELLED when `signal` was aborted.
 */
export async function waitUntilReachable(
  url: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const { protocol, hostname, port, host } = new URL(url);
  const address = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted) throw cancelled(host);
    const remainingMs = deadlineMs - performance.now();
    const problem = await tryToConnect(address, Math.max(remainingMs, 1), signal);
    if (problem === undefined) return;
    if (signal?.aborted) throw cancelled(host);
    if (performance.now() + pauseBetweenTriesMs >= deadlineMs)
      throw new AppError('LOAD_FAILED', `Nothing answers at ${host}.`, {
        hint: 'Start the server first, or check the host and the port of the URL.',
        details: problem,
      });
    await wait(pauseBetweenTriesMs, undefined, { signal }).catch(() => undefined);
  }
}

/** What went wrong, or undefined when the connection was made (it is closed again at once). */
async function tryToConnect(
  address: { host: string; port: number },
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
  let addresses: Addresses | undefined;
  try {
    addresses = await addressesOf(address.host, signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch (error) {
    if (timeout.aborted) return `the name ${address.host} was not resolved in time`;
    return error instanceof Error ? error.message : String(error);
  }
  return new Promise((resolve) => {
    const socket = connect({
      ...address,
      ...(addresses && { lookup: knownLookup(addresses) }),
      ...(signal && { signal }),
    });
    const finish = (problem: string | undefined) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(timeoutMs, () => finish('no answer in time'));
    socket.once('connect', () => finish(undefined));
    socket.on('error', (error: NodeJS.ErrnoException) => finish(error.message || (error.code ?? 'unknown')));
  });
}

function cancelled(host: string): AppError {
  return new AppError('CANCELLED', `Stopped waiting for ${host}.`);
}
