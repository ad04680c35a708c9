/** Script URLs as paths for people: without `file://`, relative to the project, with forward slashes. */

/** The path of a script URL with forward slashes; URLs of other kinds (`node:fs`, `wasm://…`) stay as they are. */
export function pathOf(url: string): string {
  let path = url;
  if (path.startsWith('file://')) {
    path = path.slice('file://'.length);
    try {
      path = decodeURIComponent(path);
    } catch {
      // A path with a bare percent sign: show it as it is.
    }
    if (/^\/[A-Za-z]:/.test(path)) path = path.slice(1);
  }
  if (path.includes('\\')) path = path.replaceAll('\\', '/');
  return path;
}

/**
 * The path as seen from the project's folder: `src/catalog.ts`, `../shared/log.js`. Files in `node_modules` start at
 * the innermost one, wherever it is. Without `cwd`, or far away from it, the whole path.
 */
export function projectPath(url: string, cwd?: string): string {
  const path = pathOf(url);
  const dependency = path.lastIndexOf('/node_modules/');
  if (dependency !== -1) return path.slice(dependency + 1);
  if (!cwd || !isAbsolute(path)) return path;
  const from = pathOf(cwd).replace(/\/+$/, '').split('/');
  const to = path.split('/');
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  const up = from.length - common;
  // Beyond a few folders up it is no longer the same project, and the whole path says more.
  return up > 3 || common < 2 ? path : '../'.repeat(up) + to.slice(common).join('/');
}

/** `src/catalog.ts:41`; without the line when it is unknown, '' when there is no script. */
export function formatLocation(url: string, line: number, cwd?: string): string {
  if (url === '') return '';
  const path = projectPath(url, cwd);
  return line > 0 ? `${path}:${line}` : path;
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || /^[A-Za-z]:\//.test(path);
}
