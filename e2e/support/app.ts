/**
 * The workbench as a fixture: `test('…', async ({ app }) => { await app.page.getByText('…') })`.
 * The same spec runs in every project, each starting it in another shell. Every test has its own, empty data folder.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, expect, type Page } from '@playwright/test';
import { StandInApp, type StandInOptions } from './desktop-stand-in';
import { ElectronApp } from './electron-app';
import { WebShellApp } from './web-shell';

export interface App {
  /** What the person sees. After `restart` and `startAgain` ask for it again. */
  readonly page: Page;
  readonly shell: 'web' | 'desktop stand-in' | 'electron';
  readonly dataFolder: string;
  readonly pid: number;
  /** Ends the workbench in the usual way and starts it again on the same data. */
  restart(): Promise<void>;
  /** `kill -9`. Afterwards `startAgain`. */
  kill(): Promise<void>;
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

export interface ShellOption {
  shellUnderTest: 'web' | 'stand-in' | 'electron';
}

interface Fixtures {
  dataFolder: string;
  app: App;
  /** Only in desktop specs: start it with other options than `desktop` does. */
  startDesktop: (options?: StandInOptions) => Promise<StandInApp>;
  /** Only in desktop specs: the stand-in with its dialogs, menu and windows. */
  desktop: StandInApp;
}

export const test = base.extend<Fixtures & ShellOption>({
  shellUnderTest: ['web', { option: true }],

  // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a function wants from this pattern
  dataFolder: async ({}, use) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'scorchmark-e2e-'));
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  },

  app: async ({ shellUnderTest, context, dataFolder }, use) => {
    const app = await startApp(shellUnderTest, context, dataFolder);
    await use(app);
    await app.close();
  },

  startDesktop: async ({ context, dataFolder }, use) => {
    const started: StandInApp[] = [];
    await use(async (options) => {
      const app = await StandInApp.start(context, dataFolder, options);
      started.push(app);
      return app;
    });
    for (const app of started) await app.close();
  },

  desktop: async ({ startDesktop }, use) => {
    await use(await startDesktop());
  },
});

async function startApp(
  shell: ShellOption['shellUnderTest'],
  context: Parameters<typeof StandInApp.start>[0],
  dataFolder: string,
): Promise<App> {
  if (shell === 'stand-in') return StandInApp.start(context, dataFolder);
  if (shell === 'electron') return ElectronApp.start(dataFolder);
  return WebShellApp.start(await context.newPage(), dataFolder);
}

export { expect };
