/** The client with what only some shells have: native dialogs, and news of the connection. */
import type { Client } from '../../main/api';
import type { NativeShell, Transport } from '../transport';

export function nativeShell(client: Client): NativeShell | undefined {
  return (client as Partial<Transport>).shell;
}

export function sendFile(client: Client): Transport['sendFile'] {
  const transport = client as Partial<Transport>;
  return transport.sendFile && ((options) => (client as Required<Transport>).sendFile(options));
}

export function onStatus(client: Client): Transport['onStatus'] | undefined {
  const transport = client as Partial<Transport>;
  return transport.onStatus && ((listener) => (client as Transport).onStatus(listener));
}
