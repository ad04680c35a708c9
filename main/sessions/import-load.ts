/** The result of another load generator becomes a session that is compared like one of our own. */
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { ReadLoad } from '../load/results/common';
import { readLoadFile, type LoadFileKind } from '../load/results/read';
import { loadFileName, loadSecondsFileName, newSessionId, timelineFileName } from './layout';
import type { Summarise } from './recorder';
import { formatVersion, type StoredSession } from './session-file';
import { listStandardFiles, totalBytes } from './standard-files';
import { throwIfCancelled, type TaskOptions } from './task';
import { timelineParts } from './timeline-parts';
import { unknownEnvironment } from './unknown-environment';

/** A file of a load generator that is to be read. */
export interface LoadFileRequest {
  kind: 'load';
  name: string;
  file: string;
  /** Written when the file tells what each second came to. */
  secondsFile: string;
  fileKind: LoadFileKind;
  isGzipped: boolean;
}

/** Rejects with PROFILE_MALFORMED, OUT_OF_MEMORY, CANCELLED or the system's error. */
export type ReadLoadFile = (
  request: LoadFileRequest,
  task: TaskOptions,
) => Promise<Omit<ReadLoad, 'keepSeconds'>>;

/** Here and now. */
export const readLoadHere: ReadLoadFile = async (
  { name, file, secondsFile, fileKind, isGzipped },
  { signal, progress },
) => {
  const { keepSeconds, ...read } = await readLoadFile(file, name, fileKind, {
    isGzipped,
    signal,
    onProgress: (share) => progress?.(share, `Reading ${name}`),
  });
  await keepSeconds?.(secondsFile);
  return read;
};

export interface LoadImport {
  name: string;
  path: string;
  /** Where the session's files go. */
  folder: string;
  kind: LoadFileKind;
  isGzipped: boolean;
  summarise: Summarise;
  readLoad: ReadLoadFile;
  task: TaskOptions;
}

/** Rejects with PROFILE_MALFORMED, CANCELLED or the system's error. */
export async function importLoad({
  name,
  path: file,
  folder,
  kind,
  isGzipped,
  summarise,
  readLoad,
  task,
}: LoadImport): Promise<StoredSession> {
  const secondsFile = path.join(folder, loadSecondsFileName);
  task.progress?.(0, `Reading ${name}`);
  const read = await readLoad(
    { kind: 'load', name, file, secondsFile, fileKind: kind, isGzipped },
    {
      ...(task.signal && { signal: task.signal }),
      progress: (fraction) => task.progress?.(fraction && fraction * 0.95, `Reading ${name}`),
    },
  );
  const { result, series } = read;
  throwIfCancelled(task.signal);
  const byKey = new Map(series.map((each) => [`${each.metric} ${each.scope}`, each]));
  const marks = [
    { kind: 'load-start' as const, tUs: result.startedUs, text: result.preset },
    { kind: 'load-end' as const, tUs: result.endedUs, text: result.preset },
  ];
  await writeFileAtomic(path.join(folder, loadFileName), JSON.stringify(result));
  await writeFileAtomic(
    path.join(folder, timelineFileName),
    [...timelineParts({ series: byKey, marks, collections: [] })].join(''),
  );
  const files = await listStandardFiles(folder);
  const durationMs = result.endedUs / 1000;
  return {
    formatVersion,
    id: newSessionId(),
    name: name.slice(0, 200) || 'Imported load',
    createdAt: new Date().toISOString(),
    durationMs,
    status: 'imported',
    commandLine: '',
    cwd: '',
    tags: [],
    note: '',
    nodeVersion: '',
    sizeBytes: totalBytes(files),
    summary: summarise(
      { cpu: new Map(), allocations: new Map(), series: byKey, marks, loadResult: result },
      durationMs,
    ),
    originUs: 0,
    spec: null,
    environment: unknownEnvironment(),
    processes: [],
    listening: [],
    warnings: (result.notes ?? []).map((message) => ({
      tUs: 0,
      source: result.importedFrom ?? name,
      message,
      isNote: true,
    })),
    files,
  };
}
