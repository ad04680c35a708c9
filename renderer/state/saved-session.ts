/** Reads a saved session into the shape the views know. */
import type { Client, LoadResult, OutputLine, Series, SessionDetail, SessionFile } from '../../main/api';
import { AppError, toAppError } from '../../main/errors';
import { defaultMostPoints } from '../../profiles/series';
import { ExplorerClient } from '../explorer/client';
import type { LoadedFile } from '../explorer/protocol';
import { folderFilesOf, joinedPath } from './folder-files';
import { FinerTimeline } from './finer-timeline';
import { inPieces, type ReadPiece } from './pieces';
import { RecordingModel, stateOfSession, threadsOf } from './recording';
import { threadTitle } from './thread-title';

export interface LoadingProgress {
  text: string;
  /** 0..1 */
  fraction: number;
}

export interface LoadSavedOptions {
  client: Client;
  id: string;
  signal: AbortSignal;
  onProgress: (progress: LoadingProgress) => void;
  /** A file that was just imported and is already read: its explorer, and what it held. */
  prepared?: Prepared | undefined;
}

export interface Prepared {
  explorer: ExplorerClient;
  file: LoadedFile;
}

/** Reading takes about as long as parsing: both are a part of a file's progress. */
const readShare = 0.4;

/**
 * Reads every file of a session. A file that cannot be read becomes a problem of the recording, not an error:
 * the rest is worth showing. Rejects with an AppError when the session itself cannot be read, or CANCELLED.
 */
export async function loadSavedSession(options: LoadSavedOptions): Promise<RecordingModel> {
  const { client, id, signal, onProgress, prepared } = options;
  const explorer = prepared?.explorer ?? new ExplorerClient();
  // Ends also a file that is just being parsed.
  const abort = (): void => explorer.destroy();
  signal.addEventListener('abort', abort);
  try {
    onProgress({ text: 'Reading the session', fraction: 0 });
    const detail = await client.call('sessions.get', { id });
    stopIfAborted(signal);
    const model = new RecordingModel(stateOfSession(detail, null), { live: false, explorer });
    model.detail = detail;
    await readFiles(model, detail, options);
    return model;
  } catch (thrown) {
    explorer.destroy();
    stopIfAborted(signal);
    throw toAppError(thrown);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const readKinds: ReadonlySet<SessionFile['kind']> = new Set([
  'cpu',
  'allocations',
  'profile',
  'timeline',
  'load',
  'output',
]);

async function readFiles(
  model: RecordingModel,
  detail: SessionDetail,
  options: LoadSavedOptions,
): Promise<void> {
  const { client, id, signal, onProgress, prepared } = options;
  // Snapshots, sources and what this workbench does not know are asked about, never read as a whole.
  const files = detail.files.filter(({ kind }) => readKinds.has(kind));
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0) || 1;
  const cpuSeries: Series[] = [];
  let doneBytes = 0;
  const tell = (file: SessionFile, share: number): void =>
    onProgress({ text: `Reading ${file.name}`, fraction: (doneBytes + file.sizeBytes * share) / totalBytes });
  const take = (loaded: LoadedFile): void => {
    for (const { source, facts, cpu } of loaded.threads) {
      if (source !== 'in-range') model[source].set(facts.thread, facts);
      if (cpu && source === 'cpu') cpuSeries.push(cpu);
    }
  };
  const readPiece: (file: SessionFile) => ReadPiece = (file) => async (offset, lengthBytes) => {
    const bytes = await client.call('sessions.readFile', { id, file: file.name, offset, lengthBytes });
    stopIfAborted(signal);
    tell(file, ((offset + bytes.length) / (file.sizeBytes || 1)) * readShare);
    return bytes;
  };
  const readOne = async (file: SessionFile): Promise<void> => {
    tell(file, 0);
    if (file.kind === 'timeline') {
      await readTimeline(model, client);
      stopIfAborted(signal);
      return;
    }
    const pieces = inPieces(file.sizeBytes, readPiece(file));
    if (file.kind !== 'cpu' && file.kind !== 'allocations' && file.kind !== 'profile') {
      readSmall(model, file, await textOf(pieces));
      return;
    }
    const { kind, thread, sizeBytes } = file;
    const toLoad = {
      name: titleOf(file),
      kind,
      sizeBytes,
      ...(thread !== undefined && { thread }),
      // A foreign file's own first instant is the session's start.
      ...(kind !== 'profile' && { originUs: detail.originUs }),
    };
    const parsing = (share: number): void => tell(file, readShare + share * (1 - readShare));
    take(await model.explorer.loadParts(toLoad, pieces, parsing));
  };

  const { folder, single } = folderFilesOf(files);
  const isProfile = ({ kind }: SessionFile): boolean =>
    kind === 'cpu' || kind === 'allocations' || kind === 'profile';
  const attempt = async (file: SessionFile, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      stopIfAborted(signal);
      const error = toAppError(thrown);
      // Without its worker nothing of the recording can be shown.
      if (error.code === 'CANCELLED' || model.explorer.ended) throw error;
      model.problems.push(`${file.name}: ${error.message}`);
    }
    doneBytes += file.sizeBytes;
  };
  if (prepared) take(prepared.file);
  for (const file of single) if (!(prepared && isProfile(file))) await attempt(file, () => readOne(file));
  if (folder && !prepared)
    await attempt(folder.files[0]!, async () => {
      const parts: { path: string; blob: Blob }[] = [];
      for (const file of folder.files) {
        const chunks: Uint8Array[] = [];
        for await (const piece of inPieces(file.sizeBytes, readPiece(file))) chunks.push(piece);
        parts.push({ path: joinedPath(file.name), blob: new Blob(chunks as BlobPart[]) });
      }
      take(await model.explorer.loadFolder(folder.name, parts));
    });

  model.state = stateOfSession(detail, model.loadResult);
  model.explorer.setTitles(
    Object.fromEntries(threadsOf(model).map((thread) => [thread.key, threadTitle(thread)])),
  );
  if (detail.status === 'imported' && model.series.length === 0) {
    model.series = cpuSeries;
    model.cpuFromSamples = model.series.length > 0;
  }
}

/** For messages: what the person called the file, rather than the name it has in the session's folder. */
function titleOf({ kind, name }: SessionFile): string {
  return kind === 'profile' ? name.replace(/^profile-/, '') : name;
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) text += decoder.decode(piece, { stream: true });
  return text + decoder.decode();
}

/** Reduced: of a run of hours the file has a hundred megabytes, more than a window should hold. */
async function readTimeline(model: RecordingModel, client: Client): Promise<void> {
  const timeline = await client.call('timeline.read', { id: model.id, points: defaultMostPoints });
  model.series = timeline.series;
  model.marks = timeline.marks;
  model.collections = timeline.collections ?? [];
  model.finer = new FinerTimeline({
    client,
    model,
    onError: (error) => {
      model.problems.push(`Finer detail of the timeline: ${error.message}`);
      model.touch('state');
    },
  });
}

function readSmall(model: RecordingModel, file: SessionFile, text: string): void {
  if (file.kind === 'load') model.loadResult = JSON.parse(text) as LoadResult | null;
  else if (file.kind === 'output') model.output = parseOutput(text);
}

/** `output.log`: `<seconds> out|err <text>` per line; other lines continue the one before. */
export function parseOutput(text: string): OutputLine[] {
  const lines: OutputLine[] = [];
  for (const line of text.split('\n')) {
    const match = /^(-?\d+(?:\.\d+)?) (out|err) (.*)$/s.exec(line);
    if (match)
      lines.push({
        tUs: Math.round(Number(match[1]) * 1e6),
        stream: match[2] === 'err' ? 'err' : 'out',
        text: (match[3] ?? '').replace(/\r$/, ''),
      });
  }
  return lines;
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('CANCELLED', 'Cancelled.');
}
