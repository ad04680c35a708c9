/** The one door between a window and the engine: `scorchmark:call` in, `scorchmark:event` out. */
import { ipcMain, type BrowserWindow, type IpcMainInvokeEvent } from 'electron';
import { shellInputs, type AnyEvent, type CallOutcome, type EngineApi, type ShellMethod } from '../main/api';
import { AppError, toAppError } from '../main/errors';
import { callChannel, eventChannel } from './channels';
import { isAppUrl } from './security';

/** Answers `shell.*` calls; everything else is the engine's. */
export type ShellHandlers = { [M in ShellMethod]: (input: unknown) => Promise<unknown> };

export interface IpcOptions {
  engine: EngineApi;
  shellHandlers: ShellHandlers;
  mainWindow(): BrowserWindow | undefined;
  developmentUrl: string | undefined;
  /** The window's page has called, so it is there and listens. */
  onCall(window: BrowserWindow): void;
}

export function connectIpc(options: IpcOptions): void {
  ipcMain.handle(callChannel, (event, method: unknown, input: unknown) => {
    const window = options.mainWindow();
    if (!window || !isMainFrameOf(window, event, options.developmentUrl))
      return {
        ok: false,
        error: new AppError('UNAUTHORIZED', 'Only the workbench’s own window may call it.').toJSON(),
      };
    options.onCall(window);
    return outcomeOf(() => dispatch(method, input, options));
  });
  options.engine.subscribe((event) => sendEvent(options.mainWindow(), event));
}

export function sendEvent(window: BrowserWindow | undefined, event: AnyEvent): void {
  if (window && !window.isDestroyed()) window.webContents.send(eventChannel, event);
}

/** A frame inside our page, or a page we did not load, is not us even when it runs in our window. */
function isMainFrameOf(
  window: BrowserWindow,
  event: IpcMainInvokeEvent,
  developmentUrl: string | undefined,
): boolean {
  const frame = event.senderFrame;
  return (
    !window.isDestroyed() &&
    event.sender === window.webContents &&
    frame !== null &&
    frame.parent === null &&
    isAppUrl(frame.url, developmentUrl)
  );
}

function dispatch(method: unknown, input: unknown, options: IpcOptions): Promise<unknown> {
  if (typeof method !== 'string' || method.length > 100)
    throw new AppError('BAD_INPUT', 'A call needs a method’s name.');
  if (isShellMethod(method)) return options.shellHandlers[method](input);
  return options.engine.call(method, input);
}

function isShellMethod(method: string): method is ShellMethod {
  return Object.hasOwn(shellInputs, method);
}

async function outcomeOf(work: () => Promise<unknown>): Promise<CallOutcome> {
  try {
    return { ok: true, value: await work() };
  } catch (thrown) {
    return { ok: false, error: toAppError(thrown).toJSON() };
  }
}
