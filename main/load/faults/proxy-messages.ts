/** What the engine and the proxies' process say to each other over IPC. */
import { z } from 'zod';
import { faultSchema } from '../../scenario';

const upstreamSchema = z.object({ host: z.string(), port: z.number().int() });
const callId = z.number().int();

/** Each is answered by an `ok` or `failed` with its `call`. */
export const toProxySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), call: callId, proxy: z.number().int(), upstream: upstreamSchema }),
  z.object({ type: z.literal('upstream'), call: callId, proxy: z.number().int(), upstream: upstreamSchema }),
  z.object({
    type: z.literal('begin'),
    call: callId,
    proxy: z.number().int(),
    id: z.string(),
    fault: faultSchema,
  }),
  z.object({ type: z.literal('end'), call: callId, proxy: z.number().int(), id: z.string() }),
  z.object({ type: z.literal('counts'), call: callId, proxy: z.number().int() }),
  z.object({ type: z.literal('close'), call: callId, proxy: z.number().int() }),
]);
export type ToProxy = z.infer<typeof toProxySchema>;

export const proxyCountsSchema = z.object({
  open: z.number(),
  accepted: z.number(),
  dropped: z.number(),
  refused: z.number(),
  bytesToUpstream: z.number(),
  bytesToClient: z.number(),
  held: z.number(),
  lateMs: z.number(),
});

export const fromProxySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('ok'),
    call: callId,
    address: upstreamSchema.optional(),
    counts: proxyCountsSchema.optional(),
  }),
  z.object({ type: z.literal('failed'), call: callId, message: z.string() }),
]);
export type FromProxy = z.infer<typeof fromProxySchema>;
