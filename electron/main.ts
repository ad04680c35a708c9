/** The desktop shell: wires the engine to one window, its menu and the system. Decisions are in the files beside this one. */
import path from 'node:path';
import { app, BrowserWindow, session } from 'electron';
import type { AnyEvent, SessionMeta } from '../main/api';
import { createEngine, type Engine } from '../main/engine';
import { toAppError } from '../main/errors';
import { packageRoot, rendererFolder } from '../main/paths';
import { ActiveRun } from './active-run';
import { askToStop, shellHandlers, showError } from './dialogs';
import { within } from './ending';
import { FileQueue, filesInArgv } from './file-association';
import { connectIpc, sendEvent } from './ipc';
import { showMenu } from './menu';
import { registerAppScheme, serveApp } from './protocol';
import { watchRecentSessions } from './recent';
import { lockDown } from './security';
import { UiEvents } from './ui-events';
import { bringToFront, createWindow } from './windows';

/** Set by electron-vite while developing. */
const developmentUrl = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
const files = new FileQueue();
/** `--session=<id>`: what the command line's `open` starts us with. */
const sessionSwitch = '--session=';

if (app.requestSingleInstanceLock()) run();
else app.quit();

function run(): void {
  registerAppScheme();
  app.on('open-file', (event, file) => {
    event.preventDefault();
    files.add(file);
  });
  files.add(...filesInArgv(process.argv, process.cwd()));
  void app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      showError('Scorchmark could not start', error);
      app.exit(1);
    });
}

async function start(): Promise<void> {
  serveApp(rendererFolder);
  lockDown(app, session.defaultSession, developmentUrl);
  const engine = await createEngine({ shell: 'electron' });
  const activeRun = new ActiveRun(engine);
  let window: BrowserWindow | undefined;

  let gaveUp = false;
  /** Whether what is being recorded, if anything, may end now; ends it when so. */
  const mayEnd = async (over: BrowserWindow | undefined): Promise<boolean> => {
    if (!activeRun.isActive || gaveUp) return true;
    if (!(await askToStop(over, activeRun.name))) return false;
    try {
      await within(activeRun.stopAndSave());
    } catch (error) {
      gaveUp = true;
      // Kept open by something that hangs, the window could never be closed; the reaper ends the target.
      showError('The recording could not be stopped', error);
    }
    return true;
  };
  const openWindow = (): BrowserWindow => {
    const created = createWindow({
      preloadFile: path.join(packageRoot, 'out', 'preload', 'preload.cjs'),
      stateFolder: app.getPath('userData'),
      developmentUrl,
      isRecording: () => activeRun.isActive,
      mayClose: mayEnd,
    });
    created.on('closed', () => {
      if (window === created) window = undefined;
    });
    window = created;
    return created;
  };
  const uiEvents = new UiEvents(sendEvent);
  const showUi = (event: AnyEvent): void => {
    const shown = window ?? openWindow();
    bringToFront(shown);
    uiEvents.send(shown, event);
  };
  const openSessionsOf = async (opening: Promise<SessionMeta[] | null>): Promise<void> => {
    try {
      const last = (await opening)?.at(-1);
      if (last) showUi({ event: 'ui.open', payload: { view: 'session', id: last.id } });
    } catch (error) {
      showError('The file could not be opened', error);
    }
  };

  const handlers = shellHandlers(engine, () => window);
  connectIpc({
    engine,
    shellHandlers: handlers,
    mainWindow: () => window,
    developmentUrl,
    onCall: (from) => uiEvents.heardFrom(from),
  });
  watchRecentSessions(engine, (recent) =>
    showMenu({
      platform: process.platform,
      isDevelopment: !app.isPackaged,
      recent,
      send: showUi,
      openFile: () => void openSessionsOf(handlers['shell.openFile']({}) as Promise<SessionMeta[] | null>),
    }),
  );
  openWindow();
  files.drainTo((file) => {
    void openSessionsOf(engine.call('sessions.importPath', { path: file }).then((meta) => [meta]));
  });
  const openAsked = (argv: string[]): void => {
    const id = argv.find((argument) => argument.startsWith(sessionSwitch))?.slice(sessionSwitch.length);
    if (id) showUi({ event: 'ui.open', payload: { view: 'session', id } });
  };
  openAsked(process.argv);
  app.on('second-instance', (_event, argv, workingDirectory) => {
    openAsked(argv);
    files.add(...filesInArgv(argv, workingDirectory));
    bringToFront(window ?? openWindow());
  });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  endWithTheEngine(engine, () => mayEnd(window));
}

/** Quitting waits until what was recorded is saved and every target has ended. */
function endWithTheEngine(engine: Engine, mayEnd: () => Promise<boolean>): void {
  let isEnding = false;
  let hasEnded = false;
  app.on('before-quit', (event) => {
    if (hasEnded) return;
    event.preventDefault();
    if (isEnding) return;
    isEnding = true;
    void mayEnd()
      .then(async (may) => {
        if (!may) return;
        await within(engine.close());
        hasEnded = true;
        app.quit();
      })
      .catch((error: unknown) => {
        showError('Scorchmark could not end cleanly', error);
        app.exit(1);
      })
      .finally(() => (isEnding = false));
  });
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      signals++;
      // Somebody who asks twice does not want to wait; the next start repairs what was not saved.
      if (signals > 1) app.exit(1);
      // Nobody is there to ask: save and go.
      void within(engine.close()).then(
        () => {
          hasEnded = true;
          app.exit(0);
        },
        (error: unknown) => {
          console.error(`scorchmark: ${toAppError(error).message}`);
          app.exit(1);
        },
      );
    });
}
