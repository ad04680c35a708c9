// The part of Electron's main-process API that the desktop shell uses, in plain Node.
// What it cannot do itself (pages, dialogs) it asks of the test at the other end of process.send.
import { EventEmitter } from 'node:events';
import path from 'node:path';
import { BrowserWindow, allWindows } from './browser-window.mjs';
import { ask, onControl, tell } from './control.mjs';
import { claimInstance } from './instance-lock.mjs';
import { ipcMain, protocol, startServer } from './page-server.mjs';

export { BrowserWindow, ipcMain, protocol };

const userData = process.env.STAND_IN_USER_DATA;

class PreventableEvent {
  defaultPrevented = false;
  preventDefault() {
    this.defaultPrevented = true;
  }
}

// ── app ──

class App extends EventEmitter {
  isPackaged = process.env.STAND_IN_PACKAGED !== '0';
  #ready = deferred();

  whenReady() {
    return this.#ready.promise;
  }
  isReady() {
    return this.ready === true;
  }
  becomeReady() {
    this.ready = true;
    this.#ready.resolve();
    this.emit('ready');
  }
  getPath(name) {
    if (name !== 'userData') throw new Error(`stand-in: app.getPath('${name}') is not there`);
    return userData;
  }
  getVersion() {
    return '0.0.0';
  }
  requestSingleInstanceLock() {
    return claimInstance(userData, (argv, cwd) => this.emit('second-instance', {}, argv, cwd));
  }
  /** before-quit, then every window may object, then the end; in Electron's order. */
  quit() {
    const beforeQuit = new PreventableEvent();
    this.emit('before-quit', beforeQuit);
    if (beforeQuit.defaultPrevented) return;
    for (const window of allWindows()) {
      window.close();
      if (!window.isDestroyed()) return;
    }
    this.exit(0);
  }
  exit(code = 0) {
    tell({ type: 'app-exit', code });
    for (const window of allWindows()) window.destroy();
    this.emit('quit', {}, code);
    setImmediate(() => process.exit(code));
  }
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

export const app = new App();

export async function becomeReady() {
  await startServer();
  app.becomeReady();
}

BrowserWindow.host = {
  created: (contents) => app.emit('web-contents-created', {}, contents),
  allClosed: () => app.emit('window-all-closed'),
};

// ── dialogs: shown to the test, which answers ──

const withoutWindow = (args) => (args[0] instanceof BrowserWindow ? args.slice(1) : args);
const showDialog =
  (kind) =>
  (...args) =>
    ask({ type: 'dialog', kind, options: withoutWindow(args)[0] ?? {} });

export const dialog = {
  showOpenDialog: showDialog('open'),
  showSaveDialog: showDialog('save'),
  showMessageBox: showDialog('message'),
  showErrorBox: (title, content) => tell({ type: 'error-box', title, content }),
};

export const shell = {
  openExternal: (url) => {
    tell({ type: 'open-external', url });
    return Promise.resolve();
  },
};

// ── menu ──

export class Menu {
  static #current;
  constructor(items) {
    this.items = items;
  }
  static buildFromTemplate(template) {
    return new Menu(
      template.map((item) => ({
        enabled: true,
        type: item.submenu ? 'submenu' : 'normal',
        ...item,
        submenu: item.submenu && Menu.buildFromTemplate(item.submenu),
      })),
    );
  }
  static setApplicationMenu(menu) {
    Menu.#current = menu;
  }
  static getApplicationMenu() {
    return Menu.#current;
  }
}

function describeMenu(menu) {
  return menu.items.map(({ label, role, accelerator, type, enabled, checked, submenu }) => ({
    label,
    role,
    accelerator,
    type,
    enabled,
    checked,
    submenu: submenu && describeMenu(submenu),
  }));
}

const plainLabel = (label = '') => label.replaceAll('&&', '\0').replaceAll('&', '').replaceAll('\0', '&');

function clickMenu(labels) {
  let { items } = Menu.getApplicationMenu() ?? { items: [] };
  let item;
  for (const label of labels) {
    item = items.find((candidate) => plainLabel(candidate.label) === label || candidate.role === label);
    if (!item)
      throw new Error(
        `stand-in: no menu entry “${label}” among: ${items.map((i) => plainLabel(i.label) || i.role).join(', ')}`,
      );
    items = item.submenu?.items ?? [];
  }
  if (!item.enabled) throw new Error(`stand-in: “${labels.join(' → ')}” is disabled`);
  if (item.role === 'quit') app.quit();
  else if (item.role === 'close') BrowserWindow.getFocusedWindow()?.close();
  else if (item.click) item.click(item, BrowserWindow.getFocusedWindow(), {});
  else throw new Error(`stand-in: “${labels.join(' → ')}” does nothing here`);
}

// ── the rest ──

export const nativeTheme = {
  shouldUseDarkColors: false,
  get themeSource() {
    return this.source ?? 'system';
  },
  set themeSource(source) {
    this.source = source;
    tell({ type: 'theme', source });
  },
};

export const screen = {
  getAllDisplays: () =>
    JSON.parse(process.env.STAND_IN_DISPLAYS ?? '[{"x":0,"y":0,"width":1920,"height":1080}]').map((area) => ({
      bounds: area,
      workArea: area,
    })),
};

class Session {
  setPermissionRequestHandler(handler) {
    this.permissionRequest = handler;
  }
  setPermissionCheckHandler(handler) {
    this.permissionCheck = handler;
  }
  setDevicePermissionHandler(handler) {
    this.devicePermission = handler;
  }
}
export const session = { defaultSession: new Session() };

// ── what a test may do and look at ──

const controls = {
  menu: () => describeMenu(Menu.getApplicationMenu() ?? { items: [] }),
  'menu-click': ({ labels }) => clickMenu(labels),
  'open-file': ({ file }) => app.emit('open-file', new PreventableEvent(), file),
  activate: () => app.emit('activate', {}),
  quit: () => app.quit(),
  windows: () =>
    allWindows().map((window) => ({
      id: window.id,
      options: { ...window.options, webPreferences: { ...window.options.webPreferences } },
      bounds: window.getBounds(),
      isMaximized: window.isMaximized(),
      isVisible: window.isVisible(),
      preload: path.basename(window.options.webPreferences.preload),
    })),
  'window-close': () => allWindows()[0]?.close(),
  'window-set-bounds': ({ bounds }) => allWindows()[0]?.setBounds(bounds),
  'window-maximize': () => allWindows()[0]?.maximize(),
  permission: async ({ permission }) => {
    const { defaultSession } = session;
    const requested = await new Promise((resolve) =>
      defaultSession.permissionRequest(null, permission, resolve),
    );
    return {
      requested,
      checked: defaultSession.permissionCheck(null, permission),
      device: defaultSession.devicePermission({}),
    };
  },
  /** Whether a guest page (`<webview>`) may be attached. */
  webview: () => {
    const event = new PreventableEvent();
    allWindows()[0].webContents.emit('will-attach-webview', event, {}, {});
    return { isAllowed: !event.defaultPrevented };
  },
  navigation: ({ url }) => {
    const event = Object.assign(new PreventableEvent(), { url });
    allWindows()[0].webContents.emit('will-navigate', event, url);
    return { isAllowed: !event.defaultPrevented };
  },
  'window-open': ({ url }) => allWindows()[0].webContents.windowOpenHandler({ url }),
  /** A call as another sender would make it: a frame inside the page, a page that is not ours, another window. */
  'invoke-as': ({ frame, channel, args }) => {
    const { webContents } = allWindows()[0];
    const sender = frame.isOtherWindow ? new EventEmitter() : webContents;
    const senderFrame = frame.isGone ? null : { url: frame.url, parent: frame.isChild ? {} : null };
    return ipcMain.invoke(channel, { sender, senderFrame }, args);
  },
  'ipc-channels': () => ipcMain.channels(),
};
onControl(controls);
