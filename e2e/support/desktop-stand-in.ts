/** The test's side of the desktop stand-in: opens the pages its windows ask for, answers its dialogs, works its menu. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { collectOutput, endProcess, hasEnded } from './process';
import { desktopMainFile, standInFolder } from './paths';

export interface DialogShown {
  kind: 'open' | 'save' | 'message';
  options: { title?: string; message?: string; detail?: string; buttons?: string[]; defaultPath?: string };
}

export interface MenuEntry {
  label?: string;
  role?: string;
  accelerator?: string;
  type?: string;
  enabled?: boolean;
  checked?: boolean;
  submenu?: MenuEntry[];
}

export interface StandInOptions {
  /** Given on the command line. */
  args?: string[];
  displays?: { x: number; y: number; width: number; height: number }[];
  isPackaged?: boolean;
}

type ChildMessage =
  | { type: 'window-load'; id: number; windowId: number; url: string; preload: string }
  | { type: 'window-destroyed'; windowId: number }
  | { type: 'window-focused'; windowId: number }
  | ({ type: 'dialog'; id: number } & DialogShown)
  | { type: 'error-box'; title: string; content: string }
  | { type: 'open-external'; url: string }
  | { type: 'theme'; source: 'system' | 'light' | 'dark' }
  | { type: 'app-exit'; code: number }
  | { type: 'control-done'; id: number; ok: boolean; value?: unknown; error?: string };

const cancelled = {
  open: { canceled: true, filePaths: [] },
  save: { canceled: true },
  message: { response: 1 },
};

export class StandInApp {
  readonly shell = 'desktop stand-in';
  /** Everything beyond the page. */
  readonly desktop: this = this;
  readonly dialogs: DialogShown[] = [];
  readonly errorBoxes: { title: string; content: string }[] = [];
  readonly externalUrls: string[] = [];
  focusCount = 0;

  private child!: ChildProcess;
  private output: () => string = () => '';
  private readonly pages = new Map<number, Page>();
  private readonly controls = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  private readonly answers: { kind: DialogShown['kind']; answer: unknown }[] = [];
  private readonly dialogWaiters: ((shown: DialogShown) => void)[] = [];
  private nextControl = 1;
  private firstPage: Promise<void> = Promise.resolve();
  private onFirstPage: () => void = () => undefined;

  private constructor(
    private readonly context: BrowserContext,
    readonly dataFolder: string,
    private readonly options: StandInOptions,
  ) {}

  static async start(
    context: BrowserContext,
    dataFolder: string,
    options: StandInOptions = {},
  ): Promise<StandInApp> {
    const app = new StandInApp(context, dataFolder, options);
    await app.startAgain();
    return app;
  }

  /** The page of the (last opened) window. */
  get page(): Page {
    const page = [...this.pages.values()].at(-1);
    if (!page) throw new Error(`the workbench has no window\n${this.output()}`);
    return page;
  }

  get hasWindow(): boolean {
    return this.pages.size > 0;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Starts it and waits for its window. */
  async startAgain(args = this.options.args ?? []): Promise<void> {
    this.firstPage = new Promise((resolve) => (this.onFirstPage = resolve));
    this.child = this.spawn(args);
    this.output = collectOutput(this.child);
    this.child.on('message', (message) => void this.receive(message as ChildMessage));
    const ended = new Promise<never>((_resolve, reject) => {
      this.child.once('exit', (code) =>
        reject(new Error(`it ended with ${code} before its window:\n${this.output()}`)),
      );
    });
    await Promise.race([this.firstPage, ended]);
    ended.catch(() => undefined);
  }

  /** A second start while the first runs; resolves with its exit code. */
  startSecond(args: string[]): Promise<number | null> {
    const second = this.spawn(args);
    return new Promise((resolve) => second.once('exit', resolve));
  }

  async restart(): Promise<void> {
    await this.quit();
    await this.startAgain();
  }

  /** The workbench dies without a chance to save. */
  async kill(): Promise<void> {
    await endProcess(this.child, 'SIGKILL');
    await this.closePages();
  }

  /** Quits as the menu would; resolves when the process has ended. */
  async quit(): Promise<void> {
    const exited = this.exited();
    await this.control('quit').catch(() => undefined);
    await exited;
    await this.closePages();
  }

  /** Resolves with the exit code. */
  exited(): Promise<number | null> {
    if (hasEnded(this.child)) return Promise.resolve(this.child.exitCode);
    return new Promise((resolve) => this.child.once('exit', resolve));
  }

  async close(): Promise<void> {
    await endProcess(this.child);
    await this.closePages();
  }

  /** What the next dialog of this kind is answered with; without one it is cancelled. */
  answerNextDialog(kind: DialogShown['kind'], answer: unknown): void {
    this.answers.push({ kind, answer });
  }

  nextDialog(): Promise<DialogShown> {
    return new Promise((resolve) => this.dialogWaiters.push(resolve));
  }

  menu(): Promise<MenuEntry[]> {
    return this.control('menu') as Promise<MenuEntry[]>;
  }

  /** `clickMenu('File', 'Open…')` */
  async clickMenu(...labels: string[]): Promise<void> {
    await this.control('menu-click', { labels });
  }

  /** Anything else the stand-in can do or show: see `controls` in electron-stand-in/electron.mjs. */
  control(name: string, input: unknown = {}): Promise<unknown> {
    const id = this.nextControl++;
    return new Promise((resolve, reject) => {
      this.controls.set(id, { resolve, reject });
      if (!this.child.connected) reject(new Error(`the workbench has ended\n${this.output()}`));
      else this.child.send({ type: 'control', id, name, input });
    });
  }

  private spawn(args: string[]): ChildProcess {
    return spawn(process.execPath, [path.join(standInFolder, 'main.mjs'), desktopMainFile, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: {
        ...process.env,
        SCORCHMARK_HOME: this.dataFolder,
        STAND_IN_USER_DATA: path.join(this.dataFolder, 'desktop'),
        STAND_IN_PACKAGED: this.options.isPackaged === false ? '0' : '1',
        ...(this.options.displays && { STAND_IN_DISPLAYS: JSON.stringify(this.options.displays) }),
      },
    });
  }

  private async receive(message: ChildMessage): Promise<void> {
    switch (message.type) {
      case 'window-load':
        await this.load(message);
        break;
      case 'window-destroyed': {
        const page = this.pages.get(message.windowId);
        this.pages.delete(message.windowId);
        await page?.close();
        break;
      }
      case 'window-focused':
        this.focusCount++;
        break;
      case 'dialog':
        this.answer(message.id, this.dialogAnswer({ kind: message.kind, options: message.options }));
        break;
      case 'error-box':
        this.errorBoxes.push({ title: message.title, content: message.content });
        break;
      case 'open-external':
        this.externalUrls.push(message.url);
        break;
      case 'theme':
        await this.page.emulateMedia({ colorScheme: message.source === 'system' ? null : message.source });
        break;
      case 'control-done': {
        const control = this.controls.get(message.id);
        this.controls.delete(message.id);
        if (message.ok) control?.resolve(message.value);
        else control?.reject(new Error(message.error));
        break;
      }
      case 'app-exit':
        break;
    }
  }

  private async load({
    id,
    windowId,
    url,
    preload,
  }: Extract<ChildMessage, { type: 'window-load' }>): Promise<void> {
    const page = await this.context.newPage();
    this.pages.set(windowId, page);
    const host = await readFile(path.join(standInFolder, 'preload-host.txt'), 'utf8');
    const bundle = await readFile(preload, 'utf8');
    const body = host.slice(host.indexOf('(preload, windowId) =>')).trimEnd().replace(/;$/, '');
    await page.addInitScript(`(${body})(function (require, module, exports) {\n${bundle}\n}, ${windowId});`);
    await this.guardNavigation(page, new URL(url).origin);
    await page.goto(url);
    this.answer(id, null);
    this.onFirstPage();
  }

  /** Leaving the UI and opening windows are asked of the shell's own handlers, and carried out only when they allow it. */
  private async guardNavigation(page: Page, origin: string): Promise<void> {
    await page.route(
      (url) => url.origin !== origin,
      async (route) => {
        const request = route.request();
        const isLeaving = request.isNavigationRequest() && request.frame() === page.mainFrame();
        if (!isLeaving) return route.fallback();
        const { isAllowed } = (await this.control('navigation', { url: request.url() })) as {
          isAllowed: boolean;
        };
        return isAllowed ? route.fallback() : route.abort('aborted');
      },
    );
    page.on('popup', (popup) => {
      void popup.close();
    });
  }

  private answer(id: number, value: unknown): void {
    if (this.child.connected) this.child.send({ type: 'answer', id, value });
  }

  private dialogAnswer(shown: DialogShown): unknown {
    this.dialogs.push(shown);
    for (const waiter of this.dialogWaiters.splice(0)) waiter(shown);
    const index = this.answers.findIndex(({ kind }) => kind === shown.kind);
    if (index === -1) return cancelled[shown.kind];
    return this.answers.splice(index, 1)[0]?.answer;
  }

  private async closePages(): Promise<void> {
    const pages = [...this.pages.values()];
    this.pages.clear();
    await Promise.all(pages.map((page) => page.close()));
  }
}
