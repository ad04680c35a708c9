/** Files given to the workbench from outside: by double click, on the command line, dropped on its icon, by a second start. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { importableExtensions } from '../profiles/formats';

export const openableExtensions: readonly string[] = ['.scorchmark', ...importableExtensions];

/** The files among a process's arguments. Chromium's switches, the app's own folder and anything not a file of ours are passed over. */
export function filesInArgv(argv: string[], cwd: string): string[] {
  return argv
    .slice(1)
    .filter(
      (argument) =>
        !argument.startsWith('-') && openableExtensions.includes(path.extname(argument).toLowerCase()),
    )
    .map((argument) => path.resolve(cwd, argument))
    .filter((file) => existsSync(file) && statSync(file).isFile());
}

/** Holds files that arrive before there is an engine to open them. */
export class FileQueue {
  private waiting: string[] = [];
  private open: ((file: string) => void) | undefined;

  add(...files: string[]): void {
    if (this.open) files.forEach(this.open);
    else this.waiting.push(...files);
  }

  /** Hands over what waited, then everything as it comes. */
  drainTo(open: (file: string) => void): void {
    this.open = open;
    this.waiting.splice(0).forEach(open);
  }
}
