/** Files in and out of the window: opening, importing, saving. */
import { createElement } from 'react';
import type { Client, SessionMeta } from '../../main/api';
import { AppError, toAppError } from '../../main/errors';
import { importableExtensions } from '../../profiles/formats';
import { prepare } from './app-store';
import type { Dropped } from './dropped';
import { readEarly, readFolderEarly, type EarlyReading } from './early-reading';
import { reportError, tell } from './report-error';
import { emptySelection, useRoute, type Selection } from './selection';
import { nativeShell } from './shell';
import { runTask, useTasks } from './tasks';
import { uploadFile, uploadFolder, type UploadOptions } from './upload';

/** Of what load tools write: k6's and Scorchmark's lines, Locust's tables, what wrk prints. */
const loadResultExtensions = ['.json', '.jsonl', '.ndjson', '.csv', '.txt'];

/** For file dialogs: every extension that a format known to us uses. What a file is, its content decides. */
export const importableFiles = [
  ...new Set(['.scorchmark', ...importableExtensions, ...loadResultExtensions]),
].join(',');

/** Lets the person choose files and imports them: a native dialog where there is one. */
export function chooseAndImport(client: Client): void {
  const shell = nativeShell(client);
  if (shell) {
    void runTask(client, 'Opening files', (taskId) => shell.openFile({ taskId })).then((imported) =>
      showImported(imported ?? []),
    );
    return;
  }
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = importableFiles;
  input.multiple = true;
  input.onchange = () => void importFiles(client, [...(input.files ?? [])]);
  input.click();
}

/** Makes a session of each file; a single one is opened, and is being read for that already while it is imported. */
export function importFiles(client: Client, files: File[]): Promise<void> {
  return importDropped(client, { files, folders: [] });
}

/**
 * The same for what was dropped: files, and folders of clinic flame or 0x. One that cannot be opened is reported by itself;
 * of several, all failures are reported together in the end.
 */
export async function importDropped(client: Client, { files, folders }: Dropped): Promise<void> {
  const count = files.length + folders.length;
  const alone = count === 1;
  const failures: Failure[] = [];
  const imported: SessionMeta[] = [];
  const take = async (
    name: string,
    early: EarlyReading | null,
    upload: (options: UploadOptions) => Promise<SessionMeta>,
  ): Promise<void> => {
    const open = async (taskId: string, signal: AbortSignal): Promise<SessionMeta> => {
      // Ends the reading at once: nobody waits for it any more.
      signal.addEventListener('abort', () => early?.explorer.destroy(), { once: true });
      const described = early?.file.then((file) => file?.description ?? null);
      const session = await upload({
        client,
        taskId,
        signal,
        described,
        onSent: early ? tellBoth(taskId, name, early) : undefined,
      });
      const file = await early?.file;
      if (early && file && !early.explorer.ended) prepare(session.id, { explorer: early.explorer, file });
      return session;
    };
    const onError = alone ? reportError : (error: AppError): void => void failures.push({ name, error });
    const meta = await runTask(client, `Opening ${name}`, open, { onError });
    if (meta) imported.push(meta);
    else early?.explorer.destroy();
  };
  for (const file of files)
    await take(file.name, alone ? readEarly(file) : null, (options) => uploadFile(file, options));
  for (const { name, files: inside } of folders)
    await take(name, alone ? readFolderEarly(name, inside) : null, (options) =>
      uploadFolder(name, inside, options),
    );
  showImported(imported);
  if (failures.length > 0) reportError(summaryOf(failures, count));
}

interface Failure {
  /** The file's or folder's. */
  name: string;
  error: AppError;
}

/** Reasons shown at once; all of them can be copied. */
const mostReasons = 3;

/** One error that tells of all files that could not be opened. */
function summaryOf(failures: readonly Failure[], count: number): AppError {
  const [first] = failures;
  const alike = failures.every(({ error }) => error.code === first?.error.code);
  const reasons = failures.map(({ name, error }) =>
    error.message.includes(name) ? error.message : `${name}: ${error.message}`,
  );
  const more = failures.length - mostReasons;
  return new AppError(
    alike && first ? first.error.code : 'BAD_INPUT',
    `${failures.length} of ${count} files could not be opened`,
    {
      hint: `${reasons
        .slice(0, mostReasons)
        .map((reason) => reason.replace(/\.$/, ''))
        .join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
      details: failures
        .map(({ error }, i) => [reasons[i], error.hint, error.details].filter(Boolean).join('\n'))
        .join('\n\n'),
    },
  );
}

/** A file is sent and read at the same time: the task says what there is more of to wait for. */
function tellBoth(taskId: string, name: string, early: EarlyReading): (sentShare: number) => void {
  let sent = 0;
  let read = 0;
  const tell = (): void =>
    useTasks.getState().progress(taskId, {
      text: `${sent < 1 ? 'Sending and reading' : 'Reading'} ${name}`,
      fraction: 0.9 * Math.min(sent, read),
    });
  early.onProgress = (share) => {
    read = share;
    tell();
  };
  return (share) => {
    sent = share;
    tell();
  };
}

/**
 * A profile of another tool is opened to see its flames, in order of time when it has times, a heap snapshot to see its
 * objects, the result of a load tool to see that; a whole session has a summary.
 */
function firstView({ status, summary, durationMs }: SessionMeta): Partial<Selection> {
  const { flameMode, memory } = emptySelection;
  if (status !== 'imported') return { tab: 'summary' };
  if (summary.cpuSamples === undefined && summary.allocatedLiveBytes !== undefined)
    return { tab: 'memory', memory: { ...memory, view: 'allocations' } };
  // Which file, the session itself says: the Memory tab opens the only one.
  if (summary.cpuSamples === undefined && summary.snapshots !== undefined)
    return { tab: 'memory', memory: { ...memory, view: 'snapshots' } };
  if (summary.cpuSamples === undefined && summary.requests !== undefined) return { tab: 'load' };
  return { tab: 'flame', flameMode: durationMs > 0 ? 'chart' : flameMode };
}

function showImported(imported: SessionMeta[]): void {
  const [first] = imported;
  if (first && imported.length === 1)
    useRoute
      .getState()
      .go({ view: 'run', id: first.id, selection: { ...emptySelection, ...firstView(first) } });
  else if (first) {
    useRoute.getState().go({ view: 'sessions' });
    tell(`${imported.length} files became sessions`);
  }
}

export async function exportSession(client: Client, id: string, name: string): Promise<void> {
  const file = await runTask(client, `Exporting ${name}`, (taskId) =>
    client.call('sessions.export', { id, taskId }),
  );
  if (file)
    await save(client, {
      name: file.fileName,
      content: file.bytes,
      type: 'application/zip',
      title: 'Export saved',
    });
}

export async function exportReport(client: Client, id: string, name: string): Promise<void> {
  const report = await runTask(client, `Writing the report of ${name}`, (taskId) =>
    client.call('report.html', { id, taskId }),
  );
  if (report)
    await save(client, {
      name: report.fileName,
      content: report.html,
      type: 'text/html',
      title: 'Report saved',
      offerToOpen: true,
    });
}

export interface SaveOptions {
  name: string;
  /** A Blob for what is too large to be held twice. */
  content: string | Uint8Array | Blob;
  /** Media type */
  type: string;
  title: string;
  /** In the web shell: a link that shows the file in a new tab. */
  offerToOpen?: boolean;
}

/** Saves a file where the person wants it (desktop) or into the downloads (browser), and says so. */
export async function save(client: Client, options: SaveOptions): Promise<void> {
  const { name, content, type, title } = options;
  const shell = nativeShell(client);
  try {
    if (shell) {
      const saved = await shell.saveFile({
        suggestedName: name,
        ...(typeof content === 'string'
          ? { text: content }
          : {
              bytes:
                content instanceof Blob
                  ? new Uint8Array(await content.arrayBuffer())
                  : new Uint8Array(content),
            }),
      });
      if (saved) tell(title, saved.path);
      return;
    }
    const url = URL.createObjectURL(
      content instanceof Blob ? content : new Blob([content as BlobPart], { type }),
    );
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    // The tab that "Open" shows needs the address for a while.
    setTimeout(() => URL.revokeObjectURL(url), options.offerToOpen ? 600_000 : 60_000);
    const open = options.offerToOpen
      ? createElement('a', { href: url, target: '_blank', rel: 'noopener' }, 'Open it in a new tab')
      : null;
    tell(title, createElement('span', null, `${name} is in your downloads. `, open));
  } catch (thrown) {
    reportError(toAppError(thrown, `Saving ${name}`));
  }
}
