/** Keeps a run on disk while it goes on, so that a killed workbench loses next to nothing, and saves it at its end. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Profile, V8HeapProfile } from '../../profiles/types';
import type {
  Collections,
  LoadResult,
  Mark,
  Series,
  SessionFile,
  SessionMeta,
  SessionSummary,
  ThreadKey,
} from '../api';
import { toAppError, type AppErrorJson } from '../errors';
import { endpointLines, secondLines } from '../load/seconds-file';
import type { Recorder, SessionEnd } from '../run/recorder';
import type { JournalRecord, Recording } from '../run/recording';
import { AppendFile, type AppendHandle } from './append-file';
import { journalLine } from './journal';
import { LatestWriter } from './latest-writer';
import {
  allocationHistoryFileName,
  allocationsFileName,
  journalFileName,
  loadSecondsFileName,
  outputFileName,
  snapshotFileName,
  sourcesFileName,
} from './layout';
import { formatOutputLine } from './output-log';
import { readSession, writeSession, type StoredSession } from './session-file';
import { snapshotsOf } from './snapshot-list';
import { listStandardFiles, totalBytes, writeStandardFiles } from './standard-files';

/** What a summary is made from: a `Recording`, or the profile of an imported file. */
export interface Recorded {
  readonly cpu: ReadonlyMap<ThreadKey, { readonly profile: Profile }>;
  readonly allocations: ReadonlyMap<ThreadKey, V8HeapProfile | Profile>;
  readonly series: ReadonlyMap<string, Series>;
  /** Without garbage collections where `collections` has them. */
  readonly marks: readonly Mark[];
  readonly collections?: readonly Collections[];
  readonly loadResult: LoadResult | null;
}

/** A few numbers about a recording for lists and comparison; given by `main/analysis`, which lies to the right of here. */
export type Summarise = (recorded: Recorded, durationMs: number) => SessionSummary;

export interface RecorderOptions {
  folder: string;
  /** As written at the start. */
  session: StoredSession;
  summarise: Summarise;
  onTrouble: (error: AppErrorJson) => void;
  /** Runs alone among everything that changes this session. */
  exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  /** Called with every state of the session that is to be shown. */
  onSaved(session: StoredSession): Promise<void>;
  openFile?: (file: string) => Promise<AppendHandle>;
}

export class FolderRecorder implements Recorder {
  private readonly journal: AppendFile;
  private readonly output: AppendFile;
  private readonly sources: AppendFile;
  private readonly loadSeconds: AppendFile;
  private readonly allocations: LatestWriter;
  private readonly histories = new Map<ThreadKey, AppendFile>();
  private troubled = false;

  constructor(private readonly options: RecorderOptions) {
    const onTrouble = (error: Error): void => this.trouble(error);
    const { folder, openFile } = options;
    this.journal = new AppendFile({ file: path.join(folder, journalFileName), onTrouble, openFile });
    this.output = new AppendFile({ file: path.join(folder, outputFileName), onTrouble, openFile });
    this.sources = new AppendFile({ file: path.join(folder, sourcesFileName), onTrouble, openFile });
    this.loadSeconds = new AppendFile({ file: path.join(folder, loadSecondsFileName), onTrouble, openFile });
    this.allocations = new LatestWriter(onTrouble);
  }

  append(record: JournalRecord): void {
    try {
      if (record.k === 'output') this.output.append(record.lines.map(formatOutputLine).join(''));
      else if (record.k === 'load-endpoints') this.loadSeconds.append(endpointLines(record.endpoints));
      else if (record.k === 'load-seconds') this.loadSeconds.append(secondLines(record.seconds));
      else if (record.k === 'source') this.sources.append(`${JSON.stringify(record.source)}\n`);
      else if (record.k === 'allocations') {
        const file = path.join(this.options.folder, allocationsFileName(record.thread));
        this.allocations.put(file, () => JSON.stringify(record.profile));
        if (record.read) this.historyOf(record.thread).append(`${JSON.stringify(record.read)}\n`);
      } else this.journal.append(journalLine(record));
    } catch (error) {
      this.trouble(error as Error);
    }
  }

  snapshotFile(thread: ThreadKey, number: number): string {
    return path.join(this.options.folder, snapshotFileName(thread, number));
  }

  async finish(recording: Recording, end: SessionEnd): Promise<SessionMeta> {
    const { folder, exclusively } = this.options;
    await Promise.all([
      this.journal.close(),
      this.output.close(),
      this.sources.close(),
      this.loadSeconds.close(),
      this.allocations.flush(),
      ...[...this.histories.values()].map((history) => history.close()),
    ]);
    const problems = await writeStandardFiles(folder, recording, { originUs: this.options.session.originUs });
    if (!this.output.complete)
      recording.apply({
        k: 'warning',
        warning: {
          tUs: end.durationMs * 1000,
          source: 'session',
          message: 'A part of the output could not be written to disk.',
        },
      });
    return exclusively(async () => {
      const session = await this.finished(recording, end, problems[0]);
      try {
        await writeSession(folder, session);
        if (!session.unsaved) await rm(path.join(folder, journalFileName), { force: true });
      } catch (error) {
        // On disk it stays `recording`: the next start of a workbench repairs it from the journal.
        this.trouble(error as Error);
        Object.assign(session, failure(error));
      }
      await this.options.onSaved(session);
      return session;
    });
  }

  private historyOf(thread: ThreadKey): AppendFile {
    let history = this.histories.get(thread);
    if (!history) {
      const { folder, openFile } = this.options;
      const file = path.join(folder, allocationHistoryFileName(thread));
      history = new AppendFile({ file, onTrouble: (error) => this.trouble(error), openFile });
      this.histories.set(thread, history);
    }
    return history;
  }

  private async finished(
    recording: Recording,
    end: SessionEnd,
    problem: Error | undefined,
  ): Promise<StoredSession> {
    const { folder, session } = this.options;
    // Name, tags and note may have been changed while the recording went on.
    const current = await readSession(folder).catch(() => session);
    const { recorder: _recorder, ...rest } = current;
    const described = describeRecording(recording, end.durationMs, this.options.summarise);
    const files = await listStandardFiles(folder).catch(() => []);
    if (problem) this.trouble(problem);
    return {
      ...rest,
      ...described,
      ...nodeVersionsOf(rest, described.nodeVersion),
      durationMs: end.durationMs,
      status: end.status,
      ...(end.exit && { exit: end.exit }),
      ...(end.error && { error: end.error }),
      files,
      ...withMemoryFindings(described.summary, recording, files),
      sizeBytes: totalBytes(files),
      ...(problem && { ...failure(problem), unsaved: true }),
    };
  }

  private trouble(error: Error): void {
    if (this.troubled) return;
    this.troubled = true;
    this.options.onTrouble(toAppError(error, 'Writing the session').toJSON());
  }
}

/** What `session.json` tells of a recording's snapshots and of its running out of memory. */
export function withMemoryFindings(
  summary: SessionSummary,
  recording: Recording,
  files: readonly SessionFile[],
): Pick<StoredSession, 'snapshots' | 'outOfMemory' | 'summary'> {
  const snapshots = snapshotsOf(files, [...recording.snapshots.values()]);
  const complete = snapshots.filter(({ state }) => state === 'complete').length;
  return {
    snapshots,
    summary: { ...summary, ...(complete > 0 && { snapshots: complete }) },
    ...(recording.marks.some(({ kind }) => kind === 'oom') && { outOfMemory: true }),
  };
}

/** The target's Node version where it is known, in both of its places. */
export function nodeVersionsOf(
  { nodeVersion, environment }: Pick<StoredSession, 'nodeVersion' | 'environment'>,
  ofTarget: string | undefined,
): Pick<StoredSession, 'nodeVersion' | 'environment'> {
  return {
    nodeVersion: ofTarget ?? nodeVersion,
    environment: { ...environment, nodeVersion: ofTarget ?? environment.nodeVersion },
  };
}

function failure(problem: unknown): Pick<StoredSession, 'status' | 'error'> {
  return { status: 'failed', error: toAppError(problem, 'Saving the session').toJSON() };
}

/** What `session.json` tells of a recording. A failing summary is a warning, never a lost session. */
export function describeRecording(
  recording: Recording,
  durationMs: number,
  summarise: Summarise,
): Pick<StoredSession, 'processes' | 'listening' | 'warnings' | 'summary'> & {
  nodeVersion: string | undefined;
} {
  const processes = [...recording.processes.values()];
  const warnings = [...recording.warnings];
  let summary: SessionSummary = {};
  try {
    summary = summarise(recording, durationMs);
  } catch (error) {
    const message = `The summary could not be made: ${error instanceof Error ? error.message : String(error)}`;
    warnings.push({ tUs: durationMs * 1000, source: 'summary', message });
  }
  const nodeVersion = processes.find((process) => process.nodeVersion !== '')?.nodeVersion;
  return { processes, listening: [...recording.listening], warnings, summary, nodeVersion };
}
