/** A saved session with its streams parsed: what comparison and reports work on. */
import { ZodError } from 'zod';
import { AppError, toAppError } from '../errors';
import type { LoadResult, SessionDetail, ThreadKey, Timeline } from '../api';
import { parseCpuProfile } from '../../profiles/formats/cpuprofile';
import { parseHeapProfile } from '../../profiles/formats/heapprofile';
import { ProfileFormatError } from '../../profiles/errors';
import type { Profile } from '../../profiles/types';
import { readForeignProfiles } from './foreign-profiles';
import { parseLoadResult } from './stream-files';
import { parseTimeline } from './timeline-file';

export interface LoadedSession {
  detail: SessionDetail;
  timeline: Timeline;
  cpu: Map<ThreadKey, Profile>;
  allocations: Map<ThreadKey, Profile>;
  load: LoadResult | null;
}

export interface SessionSource {
  get(id: string): Promise<SessionDetail> | SessionDetail;
  readFile(id: string, file: string): Promise<Uint8Array>;
  /** Where the files lie, when they lie on this machine. */
  folderOf?(id: string): Promise<string>;
}

/**
 * Reads and parses every file of a session.
 * @throws AppError NOT_FOUND, SESSION_NEWER, SESSION_DAMAGED (naming the file), PROFILE_MALFORMED, CANCELLED
 */
export async function loadSession(
  source: SessionSource,
  id: string,
  signal?: AbortSignal,
): Promise<LoadedSession> {
  const detail = await source.get(id);
  const loaded: LoadedSession = {
    detail,
    timeline: { series: [], marks: [] },
    cpu: new Map(),
    allocations: new Map(),
    load: null,
  };
  for (const file of detail.files) {
    if (signal?.aborted) throw new AppError('CANCELLED', 'Cancelled.');
    // What is not read here (heap snapshots of gigabytes, for one) is not even opened.
    if (!['cpu', 'allocations', 'timeline', 'load'].includes(file.kind)) continue;
    const bytes = await source.readFile(id, file.name);
    try {
      if (file.kind === 'cpu')
        loaded.cpu.set(
          file.thread ?? file.name,
          parseCpuProfile(bytes, { originUs: detail.originUs, fileName: file.name }),
        );
      else if (file.kind === 'allocations')
        loaded.allocations.set(file.thread ?? file.name, parseHeapProfile(bytes, { fileName: file.name }));
      else if (file.kind === 'timeline') loaded.timeline = parseTimeline(bytes);
      else loaded.load = parseLoadResult(bytes);
    } catch (error) {
      if (error instanceof ProfileFormatError) throw readable(error);
      if (error instanceof SyntaxError || error instanceof ZodError)
        throw new AppError(
          'SESSION_DAMAGED',
          `${file.name} of session "${detail.name}" cannot be read: ${reasonOf(error)}`,
          {
            hint: 'The other files of the session are untouched; its folder can be opened by hand.',
          },
        );
      throw toAppError(error, `reading ${file.name}`);
    }
  }
  if (detail.files.some(({ kind }) => kind === 'profile')) await addForeign(loaded, source);
  return loaded;
}

async function addForeign(loaded: LoadedSession, source: SessionSource): Promise<void> {
  const { detail } = loaded;
  try {
    const { cpu, allocations, notes } = await readForeignProfiles(detail, {
      get: (file) => source.readFile(detail.id, file),
      folder: await source.folderOf?.(detail.id),
    });
    for (const [thread, profile] of cpu) loaded.cpu.set(thread, profile);
    for (const [thread, profile] of allocations) loaded.allocations.set(thread, profile);
    const warnings = notes.map((message) => ({ tUs: 0, source: detail.name, message }));
    loaded.detail = { ...detail, warnings: [...detail.warnings, ...warnings] };
  } catch (error) {
    throw error instanceof ProfileFormatError ? readable(error) : toAppError(error, `reading ${detail.name}`);
  }
}

function readable(error: ProfileFormatError): AppError {
  return new AppError(error.code, error.message, { hint: error.hint, cause: error });
}

function reasonOf(error: SyntaxError | ZodError): string {
  if (!(error instanceof ZodError)) return error.message;
  const [issue] = error.issues;
  return issue
    ? `${issue.path.map(String).join('.') || 'the whole file'}: ${issue.message}`
    : 'unknown content';
}
