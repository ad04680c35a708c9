/** What the desktop shell adds to the UI: its lock-down, menu, dialogs, window and files. Runs on the stand-in. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './support/app';
import type { StandInApp } from './support/desktop-stand-in';
import { writeCpuProfile, writeIdleScript } from './support/files';
import { isRunning } from './support/process';

interface Outcome {
  ok: boolean;
  value?: unknown;
  error?: { code: string; message: string };
}
interface WindowFacts {
  options: { webPreferences: Record<string, unknown> };
  bounds: Record<string, number>;
  isMaximized: boolean;
  isVisible: boolean;
  preload: string;
}

function call(app: StandInApp, method: string, input: unknown = {}): Promise<Outcome> {
  return app.page.evaluate(
    ([name, value]) =>
      (
        window as unknown as { scorchmark: { call(method: unknown, input: unknown): Promise<Outcome> } }
      ).scorchmark.call(name, value),
    [method, input] as const,
  );
}

/** Events that reach the page from now on. */
async function watchEvents(
  app: StandInApp,
): Promise<() => Promise<{ event: string; payload: Record<string, unknown> }[]>> {
  await app.page.evaluate(() => {
    const seen: unknown[] = [];
    Object.assign(window, { seenEvents: seen });
    (
      window as unknown as { scorchmark: { subscribe(listener: (event: unknown) => void): void } }
    ).scorchmark.subscribe((event) => seen.push(event));
  });
  return () => app.page.evaluate(() => (window as unknown as { seenEvents: never[] }).seenEvents);
}

async function windows(app: StandInApp): Promise<WindowFacts[]> {
  return (await app.control('windows')) as WindowFacts[];
}

test.describe('the window', () => {
  test('gives the page a sandbox, an isolated world and no Node', async ({ desktop }) => {
    const [shown] = await windows(desktop);
    expect(shown?.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    });
    expect(shown?.preload).toBe('preload.cjs');
    const globals = await desktop.page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer'].filter((name) => name in window),
    );
    expect(globals).toEqual([]);
  });

  test('gives the page two functions and nothing else', async ({ desktop }) => {
    const exposed = await desktop.page.evaluate(() =>
      Object.entries((window as unknown as { scorchmark: object }).scorchmark).map(([name, value]) => [
        name,
        typeof value,
      ]),
    );
    expect(exposed).toEqual([
      ['call', 'function'],
      ['subscribe', 'function'],
    ]);
  });

  test('loads the UI under a policy that forbids foreign and inline scripts', async ({ desktop }) => {
    const policy = await desktop.page.evaluate(async () =>
      (await fetch('/')).headers.get('content-security-policy'),
    );
    expect(policy).toContain(`default-src 'none'`);
    expect(policy).toContain(`script-src 'self';`);
    const ran = await desktop.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.inlineRan = true';
      document.body.append(script);
      return 'inlineRan' in window;
    });
    expect(ran).toBe(false);
  });

  test('does not leave the UI, open windows or embed guests; known sites open in the browser', async ({
    desktop,
  }) => {
    const { page } = desktop;
    const before = page.url();
    // It is tried a moment after it was asked for.
    const refused = page.waitForEvent(
      'requestfailed',
      (request) => request.url() === 'https://evil.example/',
    );
    await page.evaluate(() => {
      location.href = 'https://evil.example/';
    });
    await refused;
    expect(page.url()).toBe(before);
    expect(await desktop.control('navigation', { url: 'https://evil.example/' })).toEqual({
      isAllowed: false,
    });
    expect(await desktop.control('navigation', { url: 'file:///etc/passwd' })).toEqual({ isAllowed: false });
    expect(await desktop.control('navigation', { url: 'scorchmark://workbench/#/sessions' })).toEqual({
      isAllowed: true,
    });
    expect(await desktop.control('window-open', { url: 'https://evil.example/' })).toEqual({
      action: 'deny',
    });
    expect(desktop.externalUrls).toEqual([]);
    expect(await desktop.control('window-open', { url: 'https://nodejs.org/en' })).toEqual({
      action: 'deny',
    });
    expect(desktop.externalUrls).toEqual(['https://nodejs.org/en']);
    expect(await desktop.control('webview')).toEqual({ isAllowed: false });
  });

  test('grants no permission but writing to the clipboard', async ({ desktop }) => {
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'fileSystem',
    ])
      expect(await desktop.control('permission', { permission }), permission).toEqual({
        requested: false,
        checked: false,
        device: false,
      });
    expect(await desktop.control('permission', { permission: 'clipboard-sanitized-write' })).toMatchObject({
      requested: true,
    });
  });

  test('comes back where it was, and maximised', async ({ desktop }) => {
    const bounds = { x: 40, y: 60, width: 1000, height: 700 };
    await desktop.control('window-set-bounds', { bounds });
    await desktop.control('window-maximize');
    await desktop.restart();
    await expect
      .poll(async () => (await windows(desktop))[0])
      .toMatchObject({ bounds, isMaximized: true, isVisible: true });
  });

  test('opens in the default place when its screen is gone or its state is damaged', async ({
    startDesktop,
    dataFolder,
  }) => {
    const file = path.join(dataFolder, 'desktop', 'window-state.json');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ bounds: { x: 5000, y: 0, width: 1000, height: 700 } }));
    const app = await startDesktop();
    expect((await windows(app))[0]?.bounds).toMatchObject({ width: 1440, height: 900, x: 100 });
    await app.quit();
    await writeFile(file, '{"bounds":');
    await app.startAgain();
    expect((await windows(app))[0]?.bounds).toMatchObject({ width: 1440, height: 900 });
  });
});

test.describe('the door to the engine', () => {
  test('is one channel, and answers the window’s own page', async ({ desktop }) => {
    expect(await desktop.control('ipc-channels')).toEqual(['scorchmark:call']);
    expect(await call(desktop, 'app.info')).toMatchObject({ ok: true, value: { shell: 'electron' } });
  });

  test('is shut to frames inside the page, foreign pages, other windows and frames that are gone', async ({
    desktop,
  }) => {
    const own = 'scorchmark://workbench/';
    const senders = [
      { url: own, isChild: true },
      { url: 'https://evil.example/' },
      { url: 'scorchmark://workbench.evil/' },
      { url: 'about:blank' },
      { url: own, isOtherWindow: true },
      { url: own, isGone: true },
    ];
    for (const frame of senders)
      expect(
        await desktop.control('invoke-as', { frame, channel: 'scorchmark:call', args: ['app.info', {}] }),
        JSON.stringify(frame),
      ).toMatchObject({ ok: false, error: { code: 'UNAUTHORIZED' } });
    expect(
      await desktop.control('invoke-as', {
        frame: { url: own },
        channel: 'scorchmark:call',
        args: ['app.info', {}],
      }),
    ).toMatchObject({ ok: true });
  });

  test('answers nonsense with an error that has a code', async ({ desktop }) => {
    expect(await call(desktop, 'no.such.method')).toMatchObject({ ok: false });
    expect(await call(desktop, 'constructor')).toMatchObject({ ok: false });
    expect(await call(desktop, 7 as never)).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
    expect(await call(desktop, 'shell.saveFile', { suggestedName: 'a.txt' })).toMatchObject({
      ok: false,
      error: { code: 'BAD_INPUT', message: expect.stringContaining('either bytes or text') as unknown },
    });
    expect(await call(desktop, 'sessions.get', {})).toMatchObject({
      ok: false,
      error: { code: 'BAD_INPUT' },
    });
  });
});

test.describe('the menu', () => {
  test('tells the UI what to show', async ({ desktop }) => {
    const events = await watchEvents(desktop);
    await desktop.clickMenu('File', 'New Run…');
    await desktop.clickMenu('File', 'Export Report…');
    await desktop.clickMenu('View', 'Theme', 'Dark');
    await expect
      .poll(async () =>
        (await events()).filter(({ event }) => event.startsWith('ui.')).map(({ payload }) => payload),
      )
      .toEqual([{ view: 'new-run' }, { command: 'export-report' }, { command: 'theme-dark' }]);
    await expect
      .poll(() => desktop.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches))
      .toBe(true);
  });

  test('has the usual roles, and developer tools only while developing', async ({
    desktop,
    startDesktop,
  }) => {
    const menu = await desktop.menu();
    expect(menu.map(({ label, role }) => label ?? role)).toEqual([
      '&File',
      'editMenu',
      '&View',
      'windowMenu',
      'help',
    ]);
    expect(JSON.stringify(menu)).not.toContain('toggleDevTools');
    await desktop.quit();
    const developing = await startDesktop({ isPackaged: false });
    expect(JSON.stringify(await developing.menu())).toContain('toggleDevTools');
  });

  test('opens a chosen file as a session and lists it under Open Recent', async ({ desktop, dataFolder }) => {
    const file = await writeCpuProfile(path.join(dataFolder, 'mine.cpuprofile'));
    const events = await watchEvents(desktop);
    desktop.answerNextDialog('open', { canceled: false, filePaths: [file] });
    await desktop.clickMenu('File', 'Open…');
    await expect
      .poll(async () => (await events()).filter(({ event }) => event === 'ui.open'))
      .toHaveLength(1);
    const id = (await events()).find(({ event }) => event === 'ui.open')?.payload['id'];
    expect(await call(desktop, 'sessions.get', { id })).toMatchObject({
      ok: true,
      value: { status: 'imported' },
    });

    const recent = async () => {
      const fileMenu = (await desktop.menu())[0]?.submenu ?? [];
      return fileMenu.find(({ label }) => label === 'Open Recent')?.submenu ?? [];
    };
    await expect.poll(async () => (await recent())[0]?.label).toContain('mine');
    await desktop.clickMenu('File', 'Open Recent', (await recent())[0]?.label ?? '');
    await expect
      .poll(async () => (await events()).filter(({ payload }) => payload?.['id'] === id))
      .toHaveLength(2);
  });
});

test.describe('the dialogs', () => {
  test('save bytes and text where the person says, and nothing when they changed their mind', async ({
    desktop,
    dataFolder,
  }) => {
    const target = path.join(dataFolder, 'saved.html');
    desktop.answerNextDialog('save', { canceled: false, filePath: target });
    const saved = await call(desktop, 'shell.saveFile', {
      suggestedName: 'a/b:report.html',
      text: '<p>ü</p>',
    });
    expect(saved).toEqual({ ok: true, value: { path: target } });
    expect(await readFile(target, 'utf8')).toBe('<p>ü</p>');
    expect(desktop.dialogs.at(-1)?.options.defaultPath).toBe('a-b-report.html');

    desktop.answerNextDialog('save', { canceled: false, filePath: target });
    const bytes = await desktop.page.evaluate(() =>
      (
        window as unknown as { scorchmark: { call(method: string, input: unknown): Promise<Outcome> } }
      ).scorchmark.call('shell.saveFile', { suggestedName: 'x.bin', bytes: new Uint8Array([0, 128, 255]) }),
    );
    expect(bytes.ok).toBe(true);
    expect([...(await readFile(target))]).toEqual([0, 128, 255]);

    expect(await call(desktop, 'shell.saveFile', { suggestedName: 'x', text: '' })).toEqual({
      ok: true,
      value: null,
    });
    expect(await call(desktop, 'shell.openFile')).toEqual({ ok: true, value: null });
  });

  test('say why a file could not be saved or opened', async ({ desktop, dataFolder }) => {
    desktop.answerNextDialog('save', {
      canceled: false,
      filePath: path.join(dataFolder, 'no', 'such', 'folder.txt'),
    });
    expect(await call(desktop, 'shell.saveFile', { suggestedName: 'x.txt', text: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
    const broken = path.join(dataFolder, 'broken.cpuprofile');
    await writeFile(broken, '{"nodes": [');
    desktop.answerNextDialog('open', { canceled: false, filePaths: [broken] });
    await desktop.clickMenu('File', 'Open…');
    await expect.poll(() => desktop.errorBoxes).toHaveLength(1);
    expect(desktop.errorBoxes[0]).toMatchObject({ title: 'The file could not be opened' });
    expect(desktop.errorBoxes[0]?.content).not.toContain('    at ');
  });
});

test.describe('files from outside', () => {
  test('a session named on the command line is shown, at the first and at a second start', async ({
    desktop,
    dataFolder,
  }) => {
    const file = await writeCpuProfile(path.join(dataFolder, 'given.cpuprofile'));
    const imported = await call(desktop, 'sessions.importPath', { path: file });
    const { id } = imported.value as { id: string };
    await desktop.close();
    await desktop.startAgain([`--session=${id}`]);
    await expect(desktop.page.getByText('given.cpuprofile').first()).toBeVisible();
    await expect.poll(() => desktop.page.evaluate(() => location.hash)).toContain(id);

    await desktop.page.evaluate(() => (location.hash = '#/sessions'));
    expect(await desktop.startSecond([`--session=${id}`])).toBe(0);
    await expect.poll(() => desktop.page.evaluate(() => location.hash)).toContain(id);
  });

  test('on the command line, by double click and from a second start become sessions in the one window', async ({
    startDesktop,
    dataFolder,
  }) => {
    const [first, second, third] = await Promise.all(
      ['first', 'second', 'third'].map((name) =>
        writeCpuProfile(path.join(dataFolder, `${name}.cpuprofile`)),
      ),
    );
    const app = await startDesktop({ args: [first ?? ''] });
    const names = async () => {
      const { value } = await call(app, 'sessions.list');
      return (value as { sessions: { name: string }[] }).sessions
        .map(({ name }) => name.replace('.cpuprofile', ''))
        .sort();
    };
    await expect.poll(names).toEqual(['first']);
    await app.control('open-file', { file: second });
    await expect.poll(names).toEqual(['first', 'second']);
    const focusBefore = app.focusCount;
    expect(await app.startSecond([third ?? ''])).toBe(0);
    await expect.poll(names).toEqual(['first', 'second', 'third']);
    await expect.poll(() => app.focusCount).toBeGreaterThan(focusBefore);
    expect(await windows(app)).toHaveLength(1);
  });
});

test.describe('ending', () => {
  async function startRecording(app: StandInApp, dataFolder: string): Promise<number> {
    const script = await writeIdleScript(dataFolder);
    const { value, ok } = await call(app, 'run.start', {
      target: { kind: 'launch', argv: [process.execPath, script] },
    });
    expect(ok).toBe(true);
    const { runId } = value as { runId: string };
    let pid = 0;
    await expect
      .poll(async () => {
        const current = (await call(app, 'run.current')).value as {
          runId: string;
          phase: string;
          processes: { pid: number }[];
        };
        pid = current.processes[0]?.pid ?? 0;
        return current.runId === runId && current.phase === 'running' && pid > 0;
      })
      .toBe(true);
    return pid;
  }

  async function statuses(app: StandInApp): Promise<string[]> {
    const { value } = await call(app, 'sessions.list');
    return (value as { sessions: { status: string }[] }).sessions.map(({ status }) => status);
  }

  test('without a recording asks nothing', async ({ desktop }) => {
    await desktop.control('window-close');
    expect(await desktop.exited()).toBe(0);
    expect(desktop.dialogs).toEqual([]);
  });

  test('closing the window while recording asks; “Keep recording” keeps everything as it is', async ({
    desktop,
    dataFolder,
  }) => {
    const pid = await startRecording(desktop, dataFolder);
    desktop.answerNextDialog('message', { response: 1 });
    const asked = desktop.nextDialog();
    await desktop.control('window-close');
    expect((await asked).options.buttons).toEqual(['Stop and save', 'Keep recording']);
    expect(isRunning(pid)).toBe(true);
    expect(await windows(desktop)).toHaveLength(1);

    desktop.answerNextDialog('message', { response: 0 });
    await desktop.control('window-close');
    expect(await desktop.exited()).toBe(0);
    expect(isRunning(pid)).toBe(false);
    await desktop.startAgain();
    expect(await statuses(desktop)).toEqual(['complete']);
  });

  test('quitting while recording asks once, then stops, saves and ends the target', async ({
    desktop,
    dataFolder,
  }) => {
    const pid = await startRecording(desktop, dataFolder);
    await desktop.clickMenu('File', 'quit');
    await expect.poll(() => desktop.dialogs).toHaveLength(1);
    expect(isRunning(pid)).toBe(true);

    desktop.answerNextDialog('message', { response: 0 });
    // Again, until the first answer has been heard: who asks to quit while being asked is not asked twice.
    await expect(async () => {
      await desktop.control('quit').catch(() => undefined);
      expect(desktop.dialogs).toHaveLength(2);
    }).toPass();
    await desktop.quit();
    expect(isRunning(pid)).toBe(false);
    await desktop.startAgain();
    expect(await statuses(desktop)).toEqual(['complete']);
  });

  test('by a signal nobody is asked: it saves and goes', async ({ desktop, dataFolder }) => {
    const pid = await startRecording(desktop, dataFolder);
    await desktop.close();
    expect(desktop.dialogs).toEqual([]);
    expect(isRunning(pid)).toBe(false);
    await desktop.startAgain();
    expect(await statuses(desktop)).toEqual(['complete']);
  });
});
