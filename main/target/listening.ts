/** What the agent tells of servers, as addresses one can open. */
import { z } from 'zod';
import type { ListeningAddress } from '../api';

export const listenReportSchema = z.object({
  port: z.number().int().positive(),
  address: z.string(),
  protocol: z.enum(['http', 'https', 'tcp']),
});
export const listenErrorSchema = z.object({
  code: z.string(),
  port: z.number(),
  address: z.string().optional(),
});

/** A wildcard address is every address of the machine: loopback is the one to use from here. */
function reachableHost(address: string): string {
  if (address === '' || address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}

export function listeningAddress(
  pid: number,
  report: z.infer<typeof listenReportSchema>,
  atUs: number,
): ListeningAddress {
  const { port, protocol } = report;
  return { pid, url: `${protocol}://${reachableHost(report.address)}:${port}`, port, protocol, atUs };
}
