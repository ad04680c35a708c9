/** Looks up a name in a process of its own: a lookup cannot be given up, and no process can exit while one is under way. */
import { execFile } from 'node:child_process';
import { isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import { z } from 'zod';
import { helperEnv } from '../paths';

const run = promisify(execFile);

const addressesSchema = z.array(z.object({ address: z.string(), family: z.number() })).min(1);
export type Addresses = z.infer<typeof addressesSchema>;

/** As the system resolves it (hosts file, order of families), like a connection would. */
const source = `
require('node:dns').lookup(process.argv[1], { all: true, verbatim: true }, (error, addresses) =>
  process.stdout.write(JSON.stringify(error ? { code: error.code ?? error.message } : addresses)));
`;

/**
 * The addresses of a host; none have to be looked up for an address, and none are for `localhost`, which every system knows.
 * Rejects with an Error that says why there are none, also when it was aborted.
 */
export async function addressesOf(host: string, signal?: AbortSignal): Promise<Addresses | undefined> {
  if (isIP(host) !== 0 || host === 'localhost') return undefined;
  const { stdout } = await run(process.execPath, ['-e', source, '--', host], {
    env: helperEnv(),
    killSignal: 'SIGKILL',
    ...(signal && { signal }),
  });
  const told: unknown = JSON.parse(stdout);
  const found = addressesSchema.safeParse(told);
  if (found.success) return found.data;
  throw new Error(`getaddrinfo ${(told as { code?: string }).code ?? 'failed'} ${host}`);
}

/** For `net.connect`: gives what is known already. */
export function knownLookup(addresses: Addresses): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, addresses);
    else callback(null, first!.address, first!.family);
  };
}
