/** The built UI under `scorchmark://workbench/`: a real origin with a strict policy, instead of file:// with access to the disk. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { protocol } from 'electron';
import { securityHeaders } from '../main/serve/content-security';
import { appOrigin, appScheme } from './channels';

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.map': 'application/json',
};

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: appScheme,
      privileges: { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true },
    },
  ]);
}

export function serveApp(folder: string): void {
  protocol.handle(appScheme, (request) => answer(folder, request.method, request.url));
}

/** The file a request asks for. Nothing outside the folder, nothing but GET. */
export async function answer(folder: string, method: string, url: string): Promise<Response> {
  const headers = securityHeaders();
  const file = method === 'GET' ? fileOf(folder, url) : undefined;
  if (file === undefined) return new Response('Not found.', { status: 404, headers });
  try {
    const type = contentTypes[path.extname(file)] ?? 'application/octet-stream';
    return new Response(new Uint8Array(await readFile(file)), {
      headers: { ...headers, 'Content-Type': type },
    });
  } catch {
    return new Response('Not found.', { status: 404, headers });
  }
}

function fileOf(folder: string, url: string): string | undefined {
  if (url !== appOrigin && !url.startsWith(`${appOrigin}/`)) return undefined;
  let pathname: string;
  try {
    // Not URL.pathname: parsers differ in what they make of dots in a scheme of one's own.
    pathname = decodeURIComponent(url.slice(appOrigin.length).replace(/[?#].*$/s, ''));
  } catch {
    return undefined;
  }
  if (pathname.includes('\0') || pathname.includes('\\')) return undefined;
  const file = path.join(folder, pathname === '' || pathname === '/' ? 'index.html' : pathname);
  const relative = path.relative(folder, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? undefined : file;
}
