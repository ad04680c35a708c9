/** The workbench as `scorchmark serve` in a real browser. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { Page } from '@playwright/test';
import { collectOutput, endProcess } from './process';
import { cliFile } from './paths';

export class WebShellApp {
  readonly shell = 'web';
  readonly desktop = undefined;

  private constructor(
    readonly page: Page,
    readonly dataFolder: string,
    private child: ChildProcess,
    /** The link it printed. */
    public url: string,
  ) {}

  static async start(page: Page, dataFolder: string): Promise<WebShellApp> {
    const { child, url } = await startServe(dataFolder);
    await page.goto(url);
    return new WebShellApp(page, dataFolder, child, url);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Ends the workbench as Ctrl-C would, starts it again on the same data and opens it in the same tab. */
  async restart(): Promise<void> {
    await endProcess(this.child, 'SIGINT');
    await this.startAgain();
  }

  /** The workbench dies without a chance to save. Start it again with `startAgain`. */
  async kill(): Promise<void> {
    await endProcess(this.child, 'SIGKILL');
  }

  async startAgain(): Promise<void> {
    const { child, url } = await startServe(this.dataFolder);
    this.child = child;
    this.url = url;
    await this.page.goto(url);
  }

  async close(): Promise<void> {
    await endProcess(this.child);
  }
}

async function startServe(dataFolder: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [cliFile, 'serve'], {
    env: { ...process.env, SCORCHMARK_HOME: dataFolder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collectOutput(child);
  const url = await new Promise<string>((resolve, reject) => {
    const look = (): void => {
      const match = /http:\/\/127\.0\.0\.1:\d+\/open\?token=[\w-]+/.exec(output());
      if (match) resolve(match[0]);
    };
    child.stdout.on('data', look);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`scorchmark serve ended with ${code}:\n${output()}`)));
  });
  return { child, url };
}
