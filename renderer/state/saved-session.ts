/** Reads a saved session into the shape the views know. */
import type { Client, LoadResult, OutputLine, SessionFile, Timeline } from '../../main/api';
import { AppError, toAppError } from '../../main/errors';
import type { Profile } from '../../profiles/types';
import type { ParseRequest } from '../workers/parse-profile';
import { cpuFromSamples } from './cpu-from-samples';
import { RecordingModel, stateOfSession } from './recording';

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
  /** Parses away from the window's thread. */
  parse: (request: ParseRequest, signal: AbortSignal) => Promise<Profile>;
}

/**
 * Reads every file of a session. A file that cannot be read becomes a problem of the recording, not an error:
 * the rest is worth showing. Rejects with an AppError when the session itself cannot be read, or CANCELLED.
 */
export async function loadSavedSession(options: LoadSavedOptions): Promise<RecordingModel> {
  const { client, id, signal, onProgress, parse } = options;
  onProgress({ text: 'Reading the session', fraction: 0 });
  const detail = await client.call('sessions.get', { id });
  stopIfAborted(signal);
  const model = new RecordingModel(stateOfSession(detail, null), { live: false });
  model.detail = detail;

  const files = detail.files.filter((file) => file.kind !== 'other');
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0) || 1;
  let doneBytes = 0;
  const readOne = async (file: SessionFile): Promise<void> => {
    onProgress({ text: `Reading ${file.name}`, fraction: doneBytes / totalBytes });
    try {
      const bytes = await client.call('sessions.readFile', { id, file: file.name });
      stopIfAborted(signal);
      if (file.kind === 'cpu' || file.kind === 'allocations') {
        const request = { kind: file.kind, bytes, originUs: detail.originUs, fileName: file.name };
        const profile = await parse(request, signal);
        (file.kind === 'cpu' ? model.cpu : model.allocations).set(file.thread ?? file.name, profile);
      } else readSmall(model, file, new TextDecoder().decode(bytes));
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'CANCELLED') throw error;
      model.problems.push(`${file.name}: ${error.message}`);
    }
    stopIfAborted(signal);
    doneBytes += file.sizeBytes;
  };
  for (const file of files) await readOne(file);
  model.state = stateOfSession(detail, model.loadResult);
  if (detail.status === 'imported' && model.series.length === 0) {
    model.series = [...model.cpu]
      .map(([thread, profile]) => cpuFromSamples(thread, profile))
      .filter((series) => series !== null);
    model.cpuFromSamples = model.series.length > 0;
  }
  return model;
}

function readSmall(model: RecordingModel, file: SessionFile, text: string): void {
  if (file.kind === 'timeline') {
    const timeline = JSON.parse(text) as Timeline;
    model.series = timeline.series;
    model.marks = timeline.marks;
  } else if (file.kind === 'load') model.loadResult = JSON.parse(text) as LoadResult | null;
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
