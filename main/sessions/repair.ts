/**
 * Completes sessions whose workbench was killed while recording, from their journal. Killed itself, it is simply done again:
 * the session stays `recording`, with its journal, until its `session.json` is replaced.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { toAppError } from '../errors';
import { Recording } from '../run/recording';
import { replayJournal } from './journal';
import { classifyFile, journalFileName, sessionFileName } from './layout';
import { stateOf } from './process-identity';
import { describeRecording, nodeVersionsOf, withMemoryFindings, type Summarise } from './recorder';
import { writeSession, type StoredSession } from './session-file';
import { snapshotsOf } from './snapshot-list';
import { listStandardFiles, readAllocations, totalBytes, writeStandardFiles } from './standard-files';

/** A recorder on another machine or in another container counts as gone when its files have been still for so long. */
const silentMs = 60_000;

/** True when nobody is going to finish this session any more. */
export async function needsRepair(folder: string, session: StoredSession): Promise<boolean> {
  if (session.status !== 'recording') return session.unsaved === true;
  if (!session.recorder) return true;
  const state = await stateOf(session.recorder);
  return state === 'gone' || (state === 'unknown' && (await stillForMs(folder)) > silentMs);
}

async function stillForMs(folder: string): Promise<number> {
  const times = await Promise.all(
    [journalFileName, sessionFileName].map((name) =>
      stat(path.join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Date.now() - Math.max(...times);
}

export interface Repaired {
  session: StoredSession;
  /** A sentence for the person. */
  notice: string;
}

/** Rejects when the disk refuses (full, read-only): the session is then left as it was. */
export async function repairSession(
  folder: string,
  stored: StoredSession,
  summarise: Summarise,
): Promise<Repaired> {
  const recording = new Recording();
  const journal = path.join(folder, journalFileName);
  const replay = await replayJournal(journal, recording);
  const unreadable = await readAllocations(folder, recording);
  const journalWarnings = recording.warnings.length;
  const durationMs = Math.max(recording.lastUs / 1000, stored.unsaved ? stored.durationMs : 0);
  const warn = (message: string): void =>
    recording.apply({ k: 'warning', warning: { tUs: durationMs * 1000, source: 'session', message } });
  if (!stored.unsaved)
    warn('The workbench ended while it was recording; the session was completed from what it had written.');
  if (replay.skipped > 0)
    warn(
      `${replay.skipped} of ${replay.skipped + replay.applied} parts of the recording could not be read and are missing.`,
    );
  for (const name of unreadable) warn(`The allocation profile ${name} could not be read.`);
  const [problem] = await writeStandardFiles(folder, recording, {
    originUs: stored.originUs,
    keepExisting: true,
  });
  if (problem) throw toAppError(problem, `Recovering the session "${stored.name}"`);

  const { recorder: _recorder, unsaved, error, ...rest } = stored;
  // An unsaved session was described from memory, which knew at least as much as its journal.
  const described = unsaved
    ? { warnings: [...stored.warnings, ...recording.warnings.slice(journalWarnings)], nodeVersion: undefined }
    : describeRecording(recording, durationMs, summarise);
  const files = await listStandardFiles(folder);
  const session: StoredSession = {
    ...rest,
    ...described,
    ...nodeVersionsOf(rest, described.nodeVersion),
    durationMs,
    status: 'recovered',
    // An unsaved session's error was that it could not be saved; now it is.
    ...(error && !unsaved && { error }),
    files,
    ...('summary' in described
      ? withMemoryFindings(described.summary, recording, files)
      : { snapshots: snapshotsOf(files, stored.snapshots) }),
    sizeBytes: totalBytes(files),
  };
  await writeSession(folder, session);
  await rm(journal, { force: true });
  await removeTemporaries(folder);
  return {
    session,
    notice: `The session "${stored.name}" was recovered: ${unsaved ? 'it could not be saved completely when it ended' : 'the workbench ended while it was being recorded'}.`,
  };
}

/** What a kill in the middle of a file leaves: `<file>.<number>`, `<file>.part` of a heap snapshot, `<file>.<number>.part`. */
async function removeTemporaries(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const whole = /^(.+?)(?:\.\d+)?(?:\.part|\.\d+)$/.exec(name)?.[1];
    if (whole !== undefined && (whole === sessionFileName || classifyFile(whole)))
      await rm(path.join(folder, name), { force: true });
  }
}
