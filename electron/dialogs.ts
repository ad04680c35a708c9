/** Native dialogs: choosing files to open, where to save, and the question before a recording is ended. */
import { writeFile } from 'node:fs/promises';
import { dialog, type BrowserWindow, type MessageBoxOptions } from 'electron';
import { shellInputs, type EngineApi, type SessionMeta } from '../main/api';
import { AppError, toAppError } from '../main/errors';
import { openableExtensions } from './file-association';
import type { ShellHandlers } from './ipc';

const openFilters = [
  {
    name: 'Sessions and profiles',
    // Dialogs know a file by the part after its last dot.
    extensions: [...new Set(openableExtensions.map((extension) => extension.split('.').at(-1)!))],
  },
  { name: 'All files', extensions: ['*'] },
];

export function shellHandlers(engine: EngineApi, mainWindow: () => BrowserWindow | undefined): ShellHandlers {
  return {
    'shell.openFile': (input) => openFiles(engine, mainWindow(), parse('shell.openFile', input).taskId),
    'shell.saveFile': (input) => saveFile(mainWindow(), parse('shell.saveFile', input)),
  };
}

function parse<M extends keyof typeof shellInputs>(
  method: M,
  input: unknown,
): ReturnType<(typeof shellInputs)[M]['parse']> {
  const parsed = shellInputs[method].safeParse(input);
  if (!parsed.success)
    throw new AppError(
      'BAD_INPUT',
      `${method}: ${parsed.error.issues[0]?.message ?? 'the input is not valid'}`,
    );
  return parsed.data as ReturnType<(typeof shellInputs)[M]['parse']>;
}

async function openFiles(
  engine: EngineApi,
  window: BrowserWindow | undefined,
  taskId: string | undefined,
): Promise<SessionMeta[] | null> {
  const options = {
    title: 'Open a session or a profile',
    properties: ['openFile' as const, 'multiSelections' as const],
    filters: openFilters,
  };
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  if (canceled || filePaths.length === 0) return null;
  const sessions: SessionMeta[] = [];
  const failed: AppError[] = [];
  for (const path of filePaths)
    try {
      sessions.push((await engine.call('sessions.importPath', { path, taskId })) as SessionMeta);
    } catch (thrown) {
      const error = toAppError(thrown);
      // What came before the cancel, or beside a damaged file, has been opened all the same.
      if (error.code === 'CANCELLED') break;
      failed.push(error);
    }
  const [first] = failed;
  if (first && sessions.length === 0) throw first;
  for (const error of failed) showError('A file could not be opened', error);
  return sessions;
}

async function saveFile(
  window: BrowserWindow | undefined,
  input: { suggestedName: string; bytes?: Uint8Array | undefined; text?: string | undefined },
): Promise<{ path: string } | null> {
  const extension = /\.([\w-]+)$/.exec(input.suggestedName)?.[1];
  const options = {
    title: 'Save',
    defaultPath: fileNameOnly(input.suggestedName),
    ...(extension && { filters: [{ name: `.${extension} file`, extensions: [extension] }] }),
  };
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  if (canceled || !filePath) return null;
  try {
    await writeFile(filePath, input.bytes ?? input.text ?? '');
  } catch (error) {
    throw toAppError(error, `Saving ${filePath}`);
  }
  return { path: filePath };
}

/** A session's name may hold separators; the dialog must start with a name, not a place. */
function fileNameOnly(suggested: string): string {
  return suggested.replace(/[/\\:*?"<>|\p{Cc}]/gu, '-');
}

/** True: stop, save, and close. */
export async function askToStop(window: BrowserWindow | undefined, name: string): Promise<boolean> {
  const question: MessageBoxOptions = {
    type: 'question',
    message: `“${name}” is still being recorded.`,
    detail: 'Stopping ends the program and keeps everything recorded so far as a session.',
    buttons: ['Stop and save', 'Keep recording'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
  const { response } = await (window
    ? dialog.showMessageBox(window, question)
    : dialog.showMessageBox(question));
  return response === 0;
}

export function showError(title: string, thrown: unknown): void {
  const error = toAppError(thrown);
  dialog.showErrorBox(title, [error.message, error.hint].filter(Boolean).join('\n\n'));
}
