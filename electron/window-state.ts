/** Where the window was, remembered across starts and corrected when the screen it was on is gone. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { sync as writeFileAtomicSync } from 'write-file-atomic';
import { z } from 'zod';

const stateSchema = z.object({
  bounds: z.object({ x: z.int(), y: z.int(), width: z.int().min(400), height: z.int().min(300) }).optional(),
  isMaximized: z.boolean().default(false),
});
export type WindowState = z.infer<typeof stateSchema>;

export const defaultSize = { width: 1440, height: 900 };
/** So much of a window must be on a screen that it can be grabbed, in px. */
const minVisible = 100;

/** The remembered bounds if enough of them lies on one of the displays (`workAreas`), else none. */
export function usableState(state: WindowState, workAreas: Rectangle[]): WindowState {
  const { bounds } = state;
  if (!bounds) return state;
  const isReachable = workAreas.some((area) => {
    const width = Math.min(bounds.x + bounds.width, area.x + area.width) - Math.max(bounds.x, area.x);
    const isTitleOn = bounds.y >= area.y - 10 && bounds.y <= area.y + area.height - minVisible;
    return width >= minVisible && isTitleOn;
  });
  return isReachable ? state : { isMaximized: state.isMaximized };
}

export function loadWindowState(file: string): WindowState {
  return usableState(
    readState(file),
    screen.getAllDisplays().map((display) => display.workArea),
  );
}

function readState(file: string): WindowState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent at the first start; damaged or from another version it is worth no message.
    return { isMaximized: false };
  }
}

/** Saves when the window is moved, resized or closed. */
export function rememberWindowState(window: BrowserWindow, file: string): void {
  const save = (): void => {
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    const state: WindowState = { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() };
    try {
      const folder = path.dirname(file);
      if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
      writeFileAtomicSync(file, JSON.stringify(state));
    } catch (error) {
      // The next start opens in the default place; that is not worth interrupting anybody.
      console.warn(`scorchmark: window state not saved: ${String(error)}`);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, 500);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', () => {
    clearTimeout(timer);
    save();
  });
  window.on('closed', () => clearTimeout(timer));
}
