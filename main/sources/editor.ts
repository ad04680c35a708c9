/** Opens a file in the person's editor: without a shell, with every part of the command an argument of its own. */
import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors';

export interface EditorPlace {
  /** Absolute. */
  file: string;
  /** 1-based; 0 = unknown. */
  line: number;
  column: number;
}

interface Editor {
  title: string;
  commands: string[];
  args: (place: string, at: EditorPlace) => string[];
}

/** By the names that the settings keep. Line and column are given the way each editor wants them. */
const editors: Record<string, Editor> = {
  code: {
    title: 'VS Code',
    commands: [
      'code',
      '/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code',
      '/snap/bin/code',
      'code-insiders',
      'codium',
    ],
    args: (place) => ['-g', place],
  },
  webstorm: {
    title: 'WebStorm',
    commands: [
      'webstorm',
      'webstorm.sh',
      'webstorm64.exe',
      '/Applications/WebStorm.app/Contents/MacOS/webstorm',
    ],
    args: (_place, { file, line, column }) => [
      ...(line > 0 ? ['--line', String(line)] : []),
      ...(line > 0 && column > 0 ? ['--column', String(column - 1)] : []),
      file,
    ],
  },
  subl: {
    title: 'Sublime Text',
    commands: ['subl', '/Applications/Sublime Text.app/Contents/SharedSupport/bin/subl', 'sublime_text'],
    args: (place) => [place],
  },
};

/** How long an editor may take to fail at once. */
const failsWithinMs = 3000;

/** Rejects with BAD_INPUT (a template without {file}), COMMAND_NOT_FOUND, or INTERNAL when the editor fails at once. */
export async function openEditor(editor: string, at: EditorPlace): Promise<void> {
  if (!path.isAbsolute(at.file)) throw new AppError('BAD_INPUT', `"${at.file}" is not an absolute path.`);
  const known = Object.hasOwn(editors, editor) ? editors[editor] : undefined;
  if (known) {
    const command = await firstOnPath(known.commands);
    if (!command)
      throw new AppError(
        'COMMAND_NOT_FOUND',
        `${known.title} was not found: there is no "${editor}" on the PATH.`,
        {
          hint:
            editor === 'code'
              ? "In VS Code run “Shell Command: Install 'code' command in PATH”, or choose another editor in the settings."
              : 'Install its command-line launcher, or give the command in the settings.',
        },
      );
    return start(command, known.args(placeText(at), at));
  }
  const [name = '', ...args] = splitCommand(editor);
  if (!args.some((arg) => arg.includes('{file}')))
    throw new AppError('BAD_INPUT', 'The editor command has no {file}.', {
      hint: 'For example: vim-remote {file} +{line}. See Settings.',
    });
  const command = await firstOnPath([name]);
  if (!command)
    throw new AppError('COMMAND_NOT_FOUND', `The editor "${name}" was not found.`, {
      hint: 'Give its full path in the settings, or put its folder on the PATH of Scorchmark.',
    });
  return start(
    command,
    args.map((arg) => filledIn(arg, at)),
  );
}

function placeText({ file, line, column }: EditorPlace): string {
  if (line <= 0) return file;
  return column > 0 ? `${file}:${line}:${column}` : `${file}:${line}`;
}

function filledIn(arg: string, { file, line, column }: EditorPlace): string {
  const values: Record<string, string> = {
    file,
    line: String(Math.max(1, line)),
    column: String(Math.max(1, column)),
  };
  return arg.replace(/\{(file|line|column)\}/g, (_all, name: string) => values[name] ?? '');
}

/** Words of a command line; quotes keep spaces together. Nothing is expanded. Throws BAD_INPUT for an open quote. */
export function splitCommand(command: string): string[] {
  const words: string[] = [];
  let word = '';
  let isOpen = false;
  let quote = '';
  for (const character of command) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      isOpen = true;
    } else if (/\s/.test(character)) {
      if (isOpen || word !== '') words.push(word);
      word = '';
      isOpen = false;
    } else word += character;
  }
  if (quote !== '') throw new AppError('BAD_INPUT', `The editor command has an open ${quote} in it.`);
  if (isOpen || word !== '') words.push(word);
  return words;
}

async function firstOnPath(names: string[]): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const endings = process.platform === 'win32' ? ['', '.exe'] : [''];
  for (const name of names) {
    const places = path.isAbsolute(name)
      ? [name]
      : /[\\/]/.test(name) || name === ''
        ? []
        : folders.map((folder) => path.join(folder, name));
    for (const place of places)
      for (const ending of endings) if (await isExecutable(place + ending)) return place + ending;
  }
  return undefined;
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Resolves when the editor runs (it outlives us) or has ended well. */
function start(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { shell: false, detached: true, stdio: 'ignore', windowsHide: false });
    const timer = setTimeout(resolve, failsWithinMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(
        new AppError('COMMAND_NOT_FOUND', `${command} could not be started: ${error.message}`, {
          cause: error,
        }),
      );
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else
        reject(
          new AppError('INTERNAL', `The editor ended at once (${signal ?? `exit code ${code}`}).`, {
            hint: 'Try its command in a terminal, or choose another editor in the settings.',
            details: [command, ...args].join(' '),
          }),
        );
    });
    child.unref();
  });
}
