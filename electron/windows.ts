/** The one window, and its way out while something is being recorded. */
import path from 'node:path';
import { BrowserWindow, nativeTheme } from 'electron';
import { appOrigin } from './channels';
import { defaultSize, loadWindowState, rememberWindowState } from './window-state';

export interface WindowOptions {
  preloadFile: string;
  stateFolder: string;
  developmentUrl: string | undefined;
  /** Asked when the window is about to close; false keeps it open. */
  mayClose(window: BrowserWindow): Promise<boolean>;
  isRecording(): boolean;
}

export function createWindow(options: WindowOptions): BrowserWindow {
  const stateFile = path.join(options.stateFolder, 'window-state.json');
  const state = loadWindowState(stateFile);
  const window = new BrowserWindow({
    ...defaultSize,
    ...state.bounds,
    minWidth: 800,
    minHeight: 500,
    show: false,
    title: 'Scorchmark',
    // What shows before the first paint: the UI's own background, so that it does not flash.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#16171a' : '#ffffff',
    webPreferences: {
      preload: options.preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      // A recording goes on, and is drawn on, while another window is in front.
      backgroundThrottling: false,
    },
  });
  if (state.isMaximized) window.maximize();
  rememberWindowState(window, stateFile);
  window.once('ready-to-show', () => window.show());
  askBeforeClosing(window, options);
  void window.loadURL(options.developmentUrl ?? `${appOrigin}/`);
  return window;
}

function askBeforeClosing(window: BrowserWindow, options: WindowOptions): void {
  let isAsking = false;
  window.on('close', (event) => {
    if (!options.isRecording()) return;
    event.preventDefault();
    if (isAsking) return;
    isAsking = true;
    void options
      .mayClose(window)
      .then((mayClose) => {
        if (mayClose && !window.isDestroyed()) window.destroy();
      })
      .finally(() => (isAsking = false));
  });
}

/** Brings the window to the front, for a second start or a file. */
export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
