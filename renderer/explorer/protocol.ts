/** What the window and the explorer's worker say to each other. */
import type { ResolvedPositions, Series, ThreadKey } from '../../main/api';
import type { AppErrorJson } from '../../main/errors';
import type { FileDescription } from '../../profiles/formats/describe-file';
import type { ProfileDelta, V8HeapProfile } from '../../profiles/types';
import type { Source } from './explorer';
import type { ProfileFacts, QuestionName } from './types';

/** A file that becomes one or more threads. */
export interface FileToLoad {
  name: string;
  /** `cpu` and `allocations` hold one thread, whose key is given; a `profile` names its threads itself. */
  kind: 'cpu' | 'allocations' | 'profile';
  thread?: ThreadKey;
  /** The origin of times on the file's clock, µs; absent: the file's first instant. */
  originUs?: number;
  sizeBytes: number;
}

export interface LoadedThread {
  source: Source;
  facts: ProfileFacts;
  /** As the file names it. */
  title: string;
  pid: number | null;
  processName: string | null;
  /** How busy it was over time; null for profiles without times. */
  cpu: Series | null;
}

export interface LoadedFile {
  threads: LoadedThread[];
  /** Only of foreign files. */
  description: FileDescription | null;
}

export type ToWorker =
  | { kind: 'ask'; id: number; question: QuestionName; input: unknown }
  | { kind: 'delta'; thread: ThreadKey; delta: ProfileDelta }
  | { kind: 'heap'; id: number; thread: ThreadKey; profile: V8HeapProfile }
  /** What threads allocated in a range of time, in place of what was there of another. */
  | { kind: 'in-range'; id: number; profiles: { thread: ThreadKey; profile: V8HeapProfile }[] }
  /** Answered with what `sources.resolve` takes. */
  | { kind: 'positions'; id: number }
  | { kind: 'mapping'; answer: ResolvedPositions }
  | { kind: 'clear' }
  | { kind: 'titles'; titles: Record<ThreadKey, string> }
  /** Begins a file whose parts follow; the last message (`load-end`) is answered with a `LoadedFile`. */
  | { kind: 'load-begin'; load: number; file: FileToLoad }
  | { kind: 'load-part'; load: number; bytes: Uint8Array }
  | { kind: 'load-end'; load: number; id: number }
  | { kind: 'load-drop'; load: number }
  /** A file of the person's machine, read by the worker itself. */
  | { kind: 'load-blob'; id: number; file: FileToLoad; blob: Blob }
  /** A folder that a tool wrote. */
  | { kind: 'load-folder'; id: number; name: string; files: { path: string; blob: Blob }[] };

export type FromWorker =
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'error'; id: number; error: AppErrorJson }
  | { kind: 'progress'; id: number; share: number }
  /** Something that nobody waits for went wrong. */
  | { kind: 'failure'; error: AppErrorJson };
