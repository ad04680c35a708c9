/** What the renderer gets besides the engine's calls: the state of its connection, and native dialogs where there are some. */
import type { Client, ShellInput, ShellResults } from '../../main/api';
import type { StatusListener } from './status';

export interface NativeShell {
  /** A native dialog to choose files, which become sessions. Null when the person changed their mind. */
  openFile(input?: ShellInput<'shell.openFile'>): Promise<ShellResults['shell.openFile']>;
  saveFile(input: ShellInput<'shell.saveFile'>): Promise<ShellResults['shell.saveFile']>;
}

export interface SendFile {
  uploadId: string;
  /** Which file of a folder; '' for a single file. */
  path: string;
  file: Blob;
  signal: AbortSignal;
  onSent: (bytes: number) => void;
}

export interface Transport extends Client {
  /** A quicker way than `sessions.importPiece`, where there is one. */
  sendFile?(options: SendFile): Promise<void>;
  /** Calls back at once, then at each change. After `reconnecting` → `connected`, events were missed: join again by `run.snapshot`. */
  onStatus(listener: StatusListener): () => void;
  /** Only in the desktop shell. */
  readonly shell: NativeShell | undefined;
  close(): void;
}
