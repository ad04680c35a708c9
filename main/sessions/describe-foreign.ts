/** Reads a foreign profile for what a session has to know of it. The profiles themselves are let go again. */
import { ProfileFormatError } from '../../profiles/errors';
import { importProfileFolder, importProfiles } from '../../profiles/formats';
import { sourceOfProfile, threadKeysOf, usablePid } from '../../profiles/formats/threads';
import type { FormatId, ImportedFile } from '../../profiles/formats/types';
import type { Profile } from '../../profiles/types';
import type { ProcessInfo, SessionSummary, ThreadInfo, ThreadKey } from '../api';
import { AppError } from '../errors';
import { sourceOfFile, type FileSource } from './file-source';
import type { Summarise } from './recorder';
import type { TaskOptions } from './task';

/** What to read: a file, or a folder that a tool wrote (`files`: where each path inside it lies now). */
export type ForeignRequest =
  | { kind: 'file'; name: string; file: string }
  | { kind: 'folder'; name: string; files: Record<string, string> };

/** Plain data, so that it can come from another thread. */
export interface ForeignDescription {
  format: FormatId;
  /** The instant of the file's clock that is the session's 0, µs. */
  originUs: number;
  durationMs: number;
  processes: ProcessInfo[];
  summary: SessionSummary;
  notes: string[];
}

/** Rejects with PROFILE_UNKNOWN_FORMAT, PROFILE_MALFORMED, OUT_OF_MEMORY, CANCELLED or the system's error. */
export type ReadForeign = (request: ForeignRequest, task: TaskOptions) => Promise<ForeignDescription>;

/** @throws AppError PROFILE_UNKNOWN_FORMAT or PROFILE_MALFORMED, naming the file and the place in it; the system's error */
export function describeForeign(
  request: ForeignRequest,
  summarise: Summarise,
  onProgress: (share: number) => void = () => undefined,
): ForeignDescription {
  const open: FileSource[] = [];
  const source = (file: string, name: string): FileSource => {
    const opened = sourceOfFile(file, name);
    open.push(opened);
    return opened;
  };
  try {
    const imported =
      request.kind === 'file'
        ? // From the file's own clock, to know where the session's 0 lies on it.
          importProfiles(source(request.file, request.name), { originUs: 0, onProgress })
        : importProfileFolder(
            request.name,
            new Map(Object.entries(request.files).map(([path, file]) => [path, source(file, path)])),
            { onProgress },
          );
    return descriptionOf(imported, request.name, summarise);
  } catch (error) {
    if (!(error instanceof ProfileFormatError)) throw error;
    throw new AppError(error.code, error.message, { hint: error.hint, details: error.where, cause: error });
  } finally {
    for (const each of open) each.close();
  }
}

function descriptionOf(imported: ImportedFile, name: string, summarise: Summarise): ForeignDescription {
  const { format, profiles, notes } = imported;
  const keys = threadKeysOf(imported);
  const timed = profiles.filter(({ profile }) => profile.endUs > profile.startUs);
  const earliestUs = timed.reduce((first, { profile }) => Math.min(first, profile.startUs), Infinity);
  const start = timed.length > 0 ? earliestUs : 0;
  const endUs = timed.reduce((end, { profile }) => Math.max(end, profile.endUs), start);

  const processes = new Map<number, ProcessInfo>();
  for (const [index, { name: title, pid, processName, profile }] of profiles.entries()) {
    const span =
      profile.endUs > profile.startUs
        ? { startedUs: profile.startUs - start, endedUs: profile.endUs - start }
        : { startedUs: 0, endedUs: endUs - start };
    const key = keys[index]!;
    const process = usablePid(pid);
    const thread: ThreadInfo = {
      key,
      pid: process,
      workerId: key.includes('-w') ? index : 0,
      title: profiles.length === 1 ? name : title || name,
      ...span,
    };
    const known = processes.get(process);
    if (known) {
      known.startedUs = Math.min(known.startedUs, span.startedUs);
      known.endedUs = Math.max(known.endedUs ?? 0, span.endedUs);
      known.threads.push(thread);
    } else
      processes.set(process, {
        pid: process,
        ppid: 0,
        title: processName ?? name,
        argv: [],
        nodeVersion: '',
        ...span,
        threads: [thread],
      });
  }
  return {
    format,
    originUs: start,
    durationMs: (endUs - start) / 1000,
    processes: [...processes.values()],
    summary: summaryOf(imported, keys, summarise, (endUs - start) / 1000),
    notes,
  };
}

function summaryOf(
  { format, profiles }: ImportedFile,
  keys: readonly ThreadKey[],
  summarise: Summarise,
  durationMs: number,
): SessionSummary {
  const cpu = new Map<ThreadKey, { profile: Profile }>();
  const allocations = new Map<ThreadKey, Profile>();
  let counted = 0;
  for (const [index, { profile }] of profiles.entries()) {
    const isMemory = sourceOfProfile(profile, profiles) === 'allocations';
    if (profile.unit === 'microseconds') cpu.set(keys[index]!, { profile });
    else if (!isMemory) counted += profile.samples.length;
    else if (profile.unit === 'bytes' && (allocations.size === 0 || format !== 'pprof'))
      // The values of a pprof file are of the same objects: only one of them is their size.
      allocations.set(keys[index]!, profile);
  }
  const summary = summarise({ cpu, allocations, series: new Map(), marks: [], loadResult: null }, durationMs);
  return counted > 0 && cpu.size === 0 ? { ...summary, cpuSamples: counted } : summary;
}
