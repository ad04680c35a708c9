/** Where everything lies in the data folder, and which names are allowed there. Names given by people are never paths. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import envPaths from 'env-paths';
import type { SessionFile, ThreadKey } from '../api';
import { AppError } from '../errors';

/** `SCORCHMARK_HOME`, else the platform's folder for application data. */
export function defaultDataFolder(): string {
  const chosen = process.env['SCORCHMARK_HOME'];
  return chosen ? path.resolve(chosen) : envPaths('scorchmark', { suffix: '' }).data;
}

/** Sorts by time of creation and is safe as a folder name on every system, for example `20260307-141502-123-9f3a6c01`. */
export function newSessionId(now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').replace('.', '-').replace('Z', '');
  return `${stamp}-${randomBytes(4).toString('hex')}`;
}

const safeId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}$/;
/** Device names of Windows, which cannot be folders there. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

export function isSafeId(id: string): boolean {
  return safeId.test(id) && !reserved.test(id);
}

export interface Layout {
  root: string;
  index: string;
  sessions: string;
  trash: string;
  /** Half-made imports; each in a folder of its own, renamed into `sessions` when complete. */
  staging: string;
  /** Targets remembered by workbenches that do not own the folder; the owner takes them in. */
  inbox: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    index: path.join(root, 'index.json'),
    sessions: path.join(root, 'sessions'),
    trash: path.join(root, 'trash'),
    staging: path.join(root, 'staging'),
    inbox: path.join(root, 'inbox'),
  };
}

export const sessionFileName = 'session.json';
export const journalFileName = 'journal.ndjson';
export const outputFileName = 'output.log';
export const timelineFileName = 'timeline.json';
export const loadFileName = 'load.json';
/** What each second of a load came to; see `main/load/seconds-file.ts`. */
export const loadSecondsFileName = 'load-seconds.ndjson';
/** The scripts that ran, one a line; see `main/capture/source-record.ts`. */
export const sourcesFileName = 'sources.ndjson';

const profileName = /^(cpu|allocations)-(\d{1,10})(?:-w(\d{1,10}))?\.(cpuprofile|heapprofile)$/;
const allocationHistoryName = /^allocations-(\d{1,10})(?:-w(\d{1,10}))?\.history\.ndjson$/;
const otherStandardName = /^(http|queries)\.json$/;
const snapshotName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(?:heapsnapshot|heaptimeline)$/;
/** `heap-12-w3-…`: how a snapshot's name tells its thread. */
const snapshotThread = /^heap-(\d{1,10})(?:-w(\d{1,10}))?[-.]/;

/** Whether a file of this name is a heap snapshot of a session. */
export function isSnapshotName(name: string): boolean {
  return snapshotName.test(name);
}

/** `p12-w3` → `cpu-12-w3.cpuprofile`. */
export function cpuFileName(thread: ThreadKey): string {
  return `cpu-${threadPart(thread)}.cpuprofile`;
}

/** `p12` → `allocations-12.heapprofile`. */
export function allocationsFileName(thread: ThreadKey): string {
  return `allocations-${threadPart(thread)}.heapprofile`;
}

/** `p12` → `allocations-12.history.ndjson`: one `AllocationRead` a line, see profiles/allocations/history.ts. */
export function allocationHistoryFileName(thread: ThreadKey): string {
  return `allocations-${threadPart(thread)}.history.ndjson`;
}

/** The thread's `number`th of a recording, counted from 1: `p12-w3`, 2 → `heap-12-w3-2.heapsnapshot`. */
export function snapshotFileName(thread: ThreadKey, number: number): string {
  return `heap-${threadPart(thread)}-${number}.heapsnapshot`;
}

/** `Heap.20260307.heapsnapshot.gz` → `imported-Heap-20260307.heapsnapshot`. */
export function importedSnapshotFileName(name: string): string {
  const [, base = '', extension = '.heapsnapshot'] =
    /^(.*?)(\.heapsnapshot|\.heaptimeline)?(?:\.gz)?$/i.exec(name) ?? [];
  const safe = base.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, '');
  return `imported-${safe.slice(0, 70) || 'unnamed'}${extension.toLowerCase()}`;
}

function threadPart(thread: ThreadKey): string {
  if (!/^p\d{1,10}(-w\d{1,10})?$/.test(thread))
    throw new AppError('INTERNAL', `"${thread}" does not name a thread.`);
  return thread.slice(1);
}

/** A foreign file as it came, under a name that is safe everywhere: `profile-<name>`; a path's parts are kept apart by `~`. */
const foreignName = /^profile-[A-Za-z0-9_][A-Za-z0-9._~-]{0,180}$/;
const longestForeignName = 170;

/** `my trace.json.gz` → `profile-my-trace.json.gz`, `4711.clinic-flame/a/b` → `profile-4711.clinic-flame~a~b`. */
export function profileFileName(name: string): string {
  const parts = name
    .split('/')
    .map((part) => part.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[.-]+|[.-]+$/g, ''));
  const safe = parts.map((part) => part || 'unnamed').join('~');
  // The end tells the format.
  return `profile-${safe.length > longestForeignName ? `x${safe.slice(-longestForeignName).replace(/~/g, '-')}` : safe}`;
}

/** What a file of a session's folder is; undefined when such a file does not belong there. */
export function classifyFile(name: string): Pick<SessionFile, 'kind' | 'thread'> | undefined {
  if (name === timelineFileName) return { kind: 'timeline' };
  if (name === loadFileName) return { kind: 'load' };
  if (name === loadSecondsFileName) return { kind: 'other' };
  if (name === outputFileName) return { kind: 'output' };
  if (name === sourcesFileName) return { kind: 'sources' };
  const profile = profileName.exec(name);
  if (profile) {
    const [, kind, pid, worker, extension] = profile;
    if ((kind === 'cpu') !== (extension === 'cpuprofile')) return undefined;
    return { kind: kind === 'cpu' ? 'cpu' : 'allocations', thread: `p${pid}${worker ? `-w${worker}` : ''}` };
  }
  const history = allocationHistoryName.exec(name);
  if (history) return { kind: 'other', thread: `p${history[1]}${history[2] ? `-w${history[2]}` : ''}` };
  if (foreignName.test(name) && !name.endsWith('.')) return { kind: 'profile' };
  if (isSnapshotName(name)) {
    const [, pid, worker] = snapshotThread.exec(name) ?? [];
    return { kind: 'snapshot', ...(pid && { thread: `p${pid}${worker ? `-w${worker}` : ''}` }) };
  }
  return otherStandardName.test(name) ? { kind: 'other' } : undefined;
}
