/** The renderer's way to the engine, whichever shell it runs in. */
import { ElectronClient } from './electron-client';
import type { Transport } from './transport';
import { WebClient } from './web-client';

export type { ConnectionStatus, StatusListener } from './status';
export type { NativeShell, Transport } from './transport';

export function createClient(): Transport {
  return window.scorchmark
    ? new ElectronClient(window.scorchmark)
    : new WebClient({ baseUrl: window.location.origin });
}
