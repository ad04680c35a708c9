/** The engine over the desktop shell's bridge (electron/preload.ts). */
import type {
  AnyEvent,
  CallOutcome,
  Input,
  Method,
  Results,
  ShellInput,
  ShellMethod,
  ShellResults,
} from '../../main/api';
import { AppError } from '../../main/errors';
import { StatusHolder, type StatusListener } from './status';
import type { NativeShell, Transport } from './transport';

/** What the preload puts on `window`: this and nothing else. */
export interface ScorchmarkBridge {
  call(method: string, input: unknown): Promise<CallOutcome>;
  subscribe(listener: (event: AnyEvent) => void): () => void;
}

declare global {
  interface Window {
    scorchmark?: ScorchmarkBridge;
  }
}

export class ElectronClient implements Transport {
  readonly shell: NativeShell = {
    openFile: (input = {}) => this.callShell('shell.openFile', input),
    saveFile: (input) => this.callShell('shell.saveFile', input),
  };
  private readonly status = new StatusHolder('connected');

  constructor(private readonly bridge: ScorchmarkBridge) {}

  call<M extends Method>(method: M, input: Input<M>): Promise<Results[M]> {
    return this.send(method, input) as Promise<Results[M]>;
  }

  subscribe(listener: (event: AnyEvent) => void): () => void {
    return this.bridge.subscribe(listener);
  }

  /** The bridge lives as long as the window: always connected. */
  onStatus(listener: StatusListener): () => void {
    return this.status.listen(listener);
  }

  close(): void {
    // Nothing to end: the bridge belongs to the window.
  }

  private callShell<M extends ShellMethod>(method: M, input: ShellInput<M>): Promise<ShellResults[M]> {
    return this.send(method, input) as Promise<ShellResults[M]>;
  }

  private async send(method: string, input: unknown): Promise<unknown> {
    const outcome = await this.bridge.call(method, input);
    if (!outcome.ok) throw AppError.fromJSON(outcome.error);
    return outcome.value;
  }
}
