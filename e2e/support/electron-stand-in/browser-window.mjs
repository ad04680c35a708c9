// A window: its state here, its page at the test's end.
import { EventEmitter } from 'node:events';
import { ask, tell } from './control.mjs';
import { toHttp } from './page-server.mjs';

const windows = new Map();
let nextId = 1;

export const allWindows = () => [...windows.values()];

class WebContents extends EventEmitter {
  #loading = false;
  #deliver;
  #waiting = [];

  setWindowOpenHandler(handler) {
    this.windowOpenHandler = handler;
  }
  isLoading() {
    return this.#loading;
  }
  setLoading(isLoading) {
    this.#loading = isLoading;
    if (isLoading) this.#deliver = undefined;
  }
  send(channel, ...args) {
    if (this.#deliver) this.#deliver(channel, structuredClone(args));
    else this.#waiting.push([channel, structuredClone(args)]);
  }
  /** The page's preload has connected. */
  attach(deliver) {
    this.#deliver = deliver;
    for (const [channel, args] of this.#waiting.splice(0)) deliver(channel, args);
  }
}

export class BrowserWindow extends EventEmitter {
  /** Set by electron.mjs: what the app hears of windows. */
  static host;

  id = nextId++;
  webContents = new WebContents();
  #bounds;
  #isDestroyed = false;
  #isMaximized = false;
  #isMinimized = false;
  #isVisible;

  constructor(options = {}) {
    super();
    this.options = options;
    this.#bounds = {
      x: options.x ?? 100,
      y: options.y ?? 100,
      width: options.width ?? 800,
      height: options.height ?? 600,
    };
    this.#isVisible = options.show !== false;
    windows.set(this.id, this);
    BrowserWindow.host.created(this.webContents);
  }

  static getAllWindows() {
    return allWindows();
  }
  static getFocusedWindow() {
    return allWindows()[0] ?? null;
  }

  async loadURL(url) {
    this.webContents.setLoading(true);
    await ask({
      type: 'window-load',
      windowId: this.id,
      url: toHttp(url),
      preload: this.options.webPreferences.preload,
    });
    if (this.#isDestroyed) return;
    this.webContents.setLoading(false);
    this.webContents.emit('did-finish-load');
    this.emit('ready-to-show');
  }

  close() {
    const event = { defaultPrevented: false, preventDefault: () => (event.defaultPrevented = true) };
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy() {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    windows.delete(this.id);
    tell({ type: 'window-destroyed', windowId: this.id });
    this.emit('closed');
    if (windows.size === 0) BrowserWindow.host.allClosed();
  }
  isDestroyed() {
    return this.#isDestroyed;
  }

  show() {
    this.#isVisible = true;
  }
  isVisible() {
    return this.#isVisible;
  }
  focus() {
    tell({ type: 'window-focused', windowId: this.id });
  }
  maximize() {
    this.#isMaximized = true;
    this.emit('maximize');
  }
  isMaximized() {
    return this.#isMaximized;
  }
  restore() {
    this.#isMinimized = false;
  }
  isMinimized() {
    return this.#isMinimized;
  }
  isFullScreen() {
    return false;
  }
  getBounds() {
    return this.#bounds;
  }
  getNormalBounds() {
    return this.#bounds;
  }
  setBounds(bounds) {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.emit('resize');
    this.emit('move');
  }
}
