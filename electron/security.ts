/** What no window may do, whatever runs in it: leave the UI, open windows, embed guests, ask for devices. */
import { shell, type App, type Session, type WebContents } from 'electron';
import { appOrigin } from './channels';

/** Pages the UI links to. Everything else stays closed: names in a profile come from untrusted programs. */
const allowedHosts = new Set([
  'github.com',
  'nodejs.org',
  'developer.mozilla.org',
  'v8.dev',
  'www.npmjs.com',
]);

export function isAllowedExternal(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, port } = new URL(url);
  return protocol === 'https:' && username === '' && port === '' && allowedHosts.has(hostname);
}

/** The UI's own pages: its scheme, or electron-vite's server while developing. */
export function isAppUrl(url: string, developmentUrl: string | undefined): boolean {
  const bases = developmentUrl === undefined ? [appOrigin] : [appOrigin, developmentUrl.replace(/\/$/, '')];
  return bases.some((base) => url === base || url.startsWith(`${base}/`));
}

export function lockDown(app: App, session: Session, developmentUrl: string | undefined): void {
  session.setPermissionRequestHandler((_contents, permission, decide) => decide(isHarmless(permission)));
  session.setPermissionCheckHandler((_contents, permission) => isHarmless(permission));
  session.setDevicePermissionHandler(() => false);
  app.on('web-contents-created', (_event, contents) => lockContents(contents, developmentUrl));
}

/** The copy buttons write to the clipboard after a click; nothing else needs a permission. */
function isHarmless(permission: string): boolean {
  return permission === 'clipboard-sanitized-write';
}

function lockContents(contents: WebContents, developmentUrl: string | undefined): void {
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
  contents.on('will-navigate', (details) => {
    if (isAppUrl(details.url, developmentUrl)) return;
    details.preventDefault();
    openExternal(details.url);
  });
  contents.on('will-redirect', (details) => {
    if (!isAppUrl(details.url, developmentUrl)) details.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

function openExternal(url: string): void {
  if (isAllowedExternal(url)) void shell.openExternal(url);
}
