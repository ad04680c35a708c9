/**
 * Timelines of saved sessions, reduced to windows. The file of a run of hours has a hundred megabytes: it is read once, in
 * a thread of its own, and kept there for the next question, as long as it is looked at.
 */
import { stat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { reduceTimeline, type TimelineWindow } from '../../profiles/series';
import { AppError, toAppError, type AppErrorJson } from '../errors';
import type { SessionDetail, Timeline } from '../api';
import { isBuilt, timelineWorkerFile } from '../paths';
import { parseTimeline, type WholeTimeline } from './timeline-file';

export interface TimelineSource {
  get(id: string): Promise<SessionDetail> | SessionDetail;
  folderOf(id: string): Promise<string>;
}

export interface TimelineRequest {
  file: string;
  window: TimelineWindow;
}

export type TimelineReply = { id: number } & ({ timeline: Timeline } | { error: AppErrorJson });

/** Starting a thread takes longer than reading a timeline this small. */
const smallBytes = 2 * 1024 ** 2;
/** Of the files whose timelines are kept; their columns take about as much memory. */
const keptBytes = 256 * 1024 ** 2;
const idleMs = 60_000;

/** Reads timeline files and keeps the newest ones. Works in whatever thread it is made in. */
export class TimelineReader {
  private readonly kept = new Map<
    string,
    { version: string; sizeBytes: number; read: Promise<WholeTimeline> }
  >();

  /** Rejects with SESSION_DAMAGED, or an error of the file system. */
  async read({ file, window }: TimelineRequest): Promise<Timeline> {
    const { size, mtimeMs } = await stat(file);
    const version = `${size} ${mtimeMs}`;
    let entry = this.kept.get(file);
    if (entry?.version !== version) {
      entry = { version, sizeBytes: size, read: wholeTimeline(file) };
      entry.read.catch(() => this.kept.delete(file));
    }
    // The newest stand last.
    this.kept.delete(file);
    this.kept.set(file, entry);
    let bytes = 0;
    for (const [name, { sizeBytes }] of [...this.kept].reverse()) {
      bytes += sizeBytes;
      if (bytes > keptBytes && name !== file) this.kept.delete(name);
    }
    return reduceTimeline(await entry.read, window);
  }

  forget(): void {
    this.kept.clear();
  }
}

async function wholeTimeline(file: string): Promise<WholeTimeline> {
  const bytes = await readFile(file);
  try {
    return parseTimeline(bytes);
  } catch (error) {
    throw new AppError(
      'SESSION_DAMAGED',
      `${path.basename(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      { hint: 'The other files of the session are untouched; its folder can be opened by hand.' },
    );
  }
}

/** One for an engine. Big files are read in a thread that ends when it has not been asked for a while. */
export class SavedTimelines {
  private readonly source: TimelineSource;
  private readonly here = new TimelineReader();
  private worker: Worker | undefined;
  private readonly waiting = new Map<
    number,
    { resolve: (timeline: Timeline) => void; reject: (error: AppError) => void }
  >();
  private lastId = 0;
  private idle: NodeJS.Timeout | undefined;

  constructor(source: TimelineSource) {
    this.source = source;
  }

  /** Empty for a session without a timeline. Rejects with NOT_FOUND, SESSION_DAMAGED or OUT_OF_MEMORY. */
  async read(id: string, window: TimelineWindow): Promise<Timeline> {
    const detail = await this.source.get(id);
    const found = detail.files.find(({ kind }) => kind === 'timeline');
    if (!found) return { series: [], marks: [], collections: [] };
    const request = { file: path.join(await this.source.folderOf(id), found.name), window };
    this.rest();
    try {
      const small = found.sizeBytes < smallBytes || !isBuilt(timelineWorkerFile);
      return await (small ? this.here.read(request) : this.inWorker(request));
    } catch (error) {
      throw toAppError(error, `reading ${found.name}`);
    }
  }

  close(): void {
    clearTimeout(this.idle);
    this.here.forget();
    this.end(new AppError('CANCELLED', 'The workbench is closing.'));
  }

  private inWorker(request: TimelineRequest): Promise<Timeline> {
    return new Promise((resolve, reject) => {
      this.worker ??= this.start();
      const id = ++this.lastId;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, ...request });
    });
  }

  private start(): Worker {
    const worker = new Worker(timelineWorkerFile, { execArgv: [] });
    worker.unref();
    worker.on('message', (reply: TimelineReply) => {
      const asked = this.waiting.get(reply.id);
      this.waiting.delete(reply.id);
      if ('timeline' in reply) asked?.resolve(reply.timeline);
      else asked?.reject(AppError.fromJSON(reply.error));
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (this.worker !== worker) return;
      const full = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.end(
        new AppError(
          full ? 'OUT_OF_MEMORY' : 'INTERNAL',
          full ? 'Reading the timeline needs more memory than there is.' : 'Reading the timeline failed.',
          { details: error.message },
        ),
      );
    });
    return worker;
  }

  private end(error: AppError): void {
    void this.worker?.terminate();
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  /** Lets go of what was read when nobody asks any more. */
  private rest(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (this.waiting.size > 0) this.rest();
      else {
        this.here.forget();
        void this.worker?.terminate();
        this.worker = undefined;
      }
    }, idleMs);
    this.idle.unref();
  }
}
