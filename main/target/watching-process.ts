/**
 * A process of ours that outlives the workbench for a moment: it is told what to do when the workbench ends, however that
 * happens, and sees the end by its standard input being closed. Started at the first word to it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { helperEnv } from '../paths';

export class WatchingProcess {
  private child: ChildProcess | undefined;
  private readonly args: string[];

  /** @param file what it runs @param args what that is told at its start */
  constructor(file: string, ...args: string[]) {
    this.args = [file, ...args];
  }

  /** Sends a message as a line of JSON. */
  tell(message: object): void {
    this.child ??= this.start();
    this.child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  private start(): ChildProcess {
    const child = spawn(process.execPath, this.args, {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: helperEnv(),
      cwd: '/',
      windowsHide: true,
    });
    const forget = (): void => {
      if (this.child === child) this.child = undefined;
    };
    child.once('error', forget);
    child.once('exit', forget);
    child.stdin.on('error', forget);
    child.unref();
    // The pipe must not keep the workbench alive; the system closes it when the workbench ends, however it ends.
    (child.stdin as unknown as { unref(): void }).unref();
    return child;
  }
}
