/** The application menu. Entries that concern the UI send it an event; it decides what they mean where it is. */
import { Menu, nativeTheme, shell, type MenuItemConstructorOptions } from 'electron';
import type { AnyEvent, SessionMeta, UiCommand } from '../main/api';

export interface MenuOptions {
  platform: NodeJS.Platform;
  isDevelopment: boolean;
  recent: SessionMeta[];
  /** To the UI. */
  send: (event: AnyEvent) => void;
  /** Shows the open dialog, then the session. */
  openFile: () => void;
}

type Theme = 'system' | 'light' | 'dark';

export function showMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options)));
}

export function menuTemplate(options: MenuOptions): MenuItemConstructorOptions[] {
  const appMenu: MenuItemConstructorOptions[] = options.platform === 'darwin' ? [{ role: 'appMenu' }] : [];
  return [
    ...appMenu,
    fileMenu(options),
    { role: 'editMenu' },
    viewMenu(options),
    { role: 'windowMenu' },
    helpMenu(options),
  ];
}

function fileMenu({ platform, recent, send, openFile }: MenuOptions): MenuItemConstructorOptions {
  const command = (name: UiCommand) => () => send({ event: 'ui.command', payload: { command: name } });
  return {
    label: '&File',
    submenu: [
      {
        label: 'New Run…',
        accelerator: 'CmdOrCtrl+N',
        click: () => send({ event: 'ui.open', payload: { view: 'new-run' } }),
      },
      { type: 'separator' },
      { label: 'Open…', accelerator: 'CmdOrCtrl+O', click: openFile },
      { label: 'Open Recent', submenu: recentMenu(recent, send) },
      {
        label: 'All Sessions',
        accelerator: 'CmdOrCtrl+Shift+O',
        click: () => send({ event: 'ui.open', payload: { view: 'sessions' } }),
      },
      { type: 'separator' },
      { label: 'Export Report…', accelerator: 'CmdOrCtrl+E', click: command('export-report') },
      { label: 'Export Session…', accelerator: 'CmdOrCtrl+Shift+E', click: command('export-session') },
      { type: 'separator' },
      {
        label: 'Settings',
        accelerator: 'CmdOrCtrl+,',
        click: () => send({ event: 'ui.open', payload: { view: 'settings' } }),
      },
      { type: 'separator' },
      platform === 'darwin' ? { role: 'close' } : { role: 'quit' },
    ],
  };
}

function recentMenu(recent: SessionMeta[], send: MenuOptions['send']): MenuItemConstructorOptions[] {
  if (recent.length === 0) return [{ label: 'No sessions yet', enabled: false }];
  return recent.map((session) => ({
    label: escapeMnemonic(session.name),
    sublabel: session.commandLine,
    click: () => send({ event: 'ui.open', payload: { view: 'session', id: session.id } }),
  }));
}

function viewMenu({ isDevelopment, send }: MenuOptions): MenuItemConstructorOptions {
  const theme = (name: Theme, label: string): MenuItemConstructorOptions => ({
    label,
    type: 'radio',
    checked: nativeTheme.themeSource === name,
    click: () => {
      nativeTheme.themeSource = name;
      send({ event: 'ui.command', payload: { command: `theme-${name}` } });
    },
  });
  const developer: MenuItemConstructorOptions[] = [
    { type: 'separator' },
    { role: 'reload' },
    { role: 'forceReload' },
    { role: 'toggleDevTools' },
  ];
  return {
    label: '&View',
    submenu: [
      {
        label: 'Command Palette…',
        accelerator: 'CmdOrCtrl+K',
        click: () => send({ event: 'ui.command', payload: { command: 'palette' } }),
        // The UI has this key itself; the entry only shows it.
        registerAccelerator: false,
      },
      { type: 'separator' },
      {
        label: 'Theme',
        submenu: [theme('system', 'As the System'), theme('light', 'Light'), theme('dark', 'Dark')],
      },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { role: 'togglefullscreen' },
      ...(isDevelopment ? developer : []),
    ],
  };
}

function helpMenu({ send }: MenuOptions): MenuItemConstructorOptions {
  return {
    role: 'help',
    submenu: [
      {
        label: 'Keyboard and Help',
        accelerator: 'F1',
        click: () => send({ event: 'ui.command', payload: { command: 'help' } }),
      },
      {
        label: 'Profiling in the Node.js Documentation',
        click: () => void shell.openExternal('https://nodejs.org/en/learn/getting-started/profiling'),
      },
    ],
  };
}

/** Electron reads `&` in a label as the underlined key. */
function escapeMnemonic(text: string): string {
  return text.replaceAll('&', '&&');
}
