/** What a run needs from whoever keeps its session. Implemented by `main/sessions`. */
import type { AppErrorJson } from '../errors';
import type { Environment, RunSpec, SessionMeta, SessionStatus, TargetExit, ThreadKey } from '../api';
import type { JournalRecord, Recording } from './recording';

export interface SessionStart {
  id: string;
  name: string;
  tags: string[];
  /** Null where no program is recorded: a load alone. */
  spec: RunSpec | null;
  commandLine: string;
  cwd: string;
  startedAt: string;
  originUs: number;
  environment: Environment;
}

export interface SessionEnd {
  durationMs: number;
  status: Extract<SessionStatus, 'complete' | 'failed'>;
  exit?: TargetExit;
  error?: AppErrorJson;
}

export interface Recorder {
  /** Appends to the session's journal; cheap, never throws. A failing disk is told once through `onTrouble`. */
  append(record: JournalRecord): void;
  /** Where the thread's `number`th heap snapshot belongs, counted from 1: the absolute path of the complete file. */
  snapshotFile(thread: ThreadKey, number: number): string;
  /** Writes the standard files and the index entry, removes the journal. */
  finish(recording: Recording, end: SessionEnd): Promise<SessionMeta>;
}

export interface RecorderFactory {
  /** Creates the session's folder and its index entry with status `recording`. */
  begin(start: SessionStart, onTrouble: (error: AppErrorJson) => void): Promise<Recorder>;
}
