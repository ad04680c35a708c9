/** The workbench in the real desktop shell, where its binary is installed. */
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import path from 'node:path';
import { desktopMainFile } from './paths';
import { electronBinary } from './electron-binary';

export class ElectronApp {
  readonly shell = 'electron';

  private constructor(
    readonly dataFolder: string,
    private application: ElectronApplication,
    public page: Page,
  ) {}

  static async start(dataFolder: string): Promise<ElectronApp> {
    const { application, page } = await launch(dataFolder);
    return new ElectronApp(dataFolder, application, page);
  }

  get pid(): number {
    return this.application.process().pid ?? 0;
  }

  async restart(): Promise<void> {
    await this.application.close();
    await this.startAgain();
  }

  async kill(): Promise<void> {
    const closed = this.application.waitForEvent('close');
    this.application.process().kill('SIGKILL');
    await closed;
  }

  async startAgain(): Promise<void> {
    const { application, page } = await launch(this.dataFolder);
    this.application = application;
    this.page = page;
  }

  async close(): Promise<void> {
    await this.application.close();
  }
}

async function launch(dataFolder: string): Promise<{ application: ElectronApplication; page: Page }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
  const isRoot = process.getuid?.() === 0;
  const application = await _electron.launch({
    executablePath: electronBinary(),
    args: [
      ...(isRoot ? ['--no-sandbox'] : []),
      `--user-data-dir=${path.join(dataFolder, 'desktop')}`,
      desktopMainFile,
    ],
    env: { ...env, SCORCHMARK_HOME: dataFolder },
  });
  return { application, page: await application.firstWindow() };
}
