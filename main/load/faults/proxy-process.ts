/**
 * The process in which the proxies of a run live: their timers must not wait for the engine, nor the engine for their bytes.
 * It ends, and all connections with it, when its engine is gone.
 */
import { TcpProxy, type NetworkFault } from './proxy';
import { toProxySchema, type FromProxy, type ToProxy } from './proxy-messages';

process.on('disconnect', () => process.exit(0));
// Ctrl-C goes to the whole terminal group; the engine decides what it means for us.
process.on('SIGINT', () => undefined);

const proxies = new Map<number, TcpProxy>();

async function obey(message: ToProxy): Promise<Omit<Extract<FromProxy, { type: 'ok' }>, 'type' | 'call'>> {
  if (message.type === 'open') {
    const proxy = await TcpProxy.open(message.upstream);
    proxies.set(message.proxy, proxy);
    return { address: proxy.address };
  }
  const proxy = proxies.get(message.proxy);
  if (!proxy) throw new Error(`There is no proxy ${message.proxy}.`);
  switch (message.type) {
    case 'upstream':
      proxy.setUpstream(message.upstream);
      return {};
    case 'begin':
      await proxy.begin(message.id, message.fault as NetworkFault);
      return {};
    case 'end':
      await proxy.end(message.id);
      return {};
    case 'counts':
      return { counts: await proxy.counts() };
    case 'close':
      proxies.delete(message.proxy);
      await proxy.close();
      return {};
  }
}

process.on('message', (raw) => {
  const message = toProxySchema.parse(raw);
  const { call } = message;
  obey(message).then(
    (answer) => process.send?.({ type: 'ok', call, ...answer } satisfies FromProxy),
    (error: unknown) => process.send?.({ type: 'failed', call, message: String(error) } satisfies FromProxy),
  );
});
