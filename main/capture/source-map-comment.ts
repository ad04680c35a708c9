/** `//# sourceMappingURL=…`: which source map a script names, and where that lies. */
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const marker = 'sourceMappingURL=';

/** What the script's last such comment names; '' when there is none. */
export function namedSourceMap(text: string): string {
  for (let at = text.lastIndexOf(marker); at !== -1; at = at === 0 ? -1 : text.lastIndexOf(marker, at - 1)) {
    const before = text.slice(Math.max(0, at - 4), at);
    if (!/(?:\/\/|\/\*)[#@][ \t]$/.test(before)) continue;
    const end = text.indexOf('\n', at);
    const url = text
      .slice(at + marker.length, end === -1 ? undefined : end)
      .trim()
      .replace(/\s*\*\/.*$/, '');
    // Compilers have such comments in their strings.
    if (url !== '' && !/[\s'"`\\]/.test(url)) return url;
  }
  return '';
}

/** The map's text when it lies inside the comment (`data:` URL), undefined for anything else. */
export function inlineSourceMap(sourceMapUrl: string): string | undefined {
  const match = /^data:(?:application|text)\/json([^,]*),/i.exec(sourceMapUrl);
  if (!match) return undefined;
  const data = sourceMapUrl.slice(match[0].length);
  if (/;base64$/i.test(match[1] ?? '')) return Buffer.from(data, 'base64').toString('utf8');
  try {
    return decodeURIComponent(data);
  } catch {
    return data;
  }
}

/** The path of a script's or original's URL on the machine it ran on; undefined for `node:`, `wasm:`, `https:` … */
export function filePathOf(url: string): string | undefined {
  if (url.startsWith('file:'))
    try {
      return fileURLToPath(url.replace(/[?#].*$/, ''));
    } catch {
      return undefined;
    }
  if (/^[A-Za-z]:[\\/]/.test(url)) return path.sep === '\\' ? url : undefined;
  return url.startsWith('/') ? url : undefined;
}

/** Where the map that a script names lies on the disk; undefined when it is not a file. */
export function sourceMapPath(scriptUrl: string, sourceMapUrl: string): string | undefined {
  const script = filePathOf(scriptUrl);
  if (sourceMapUrl === '' || /^(?:data|https?|webpack):/i.test(sourceMapUrl)) return undefined;
  if (sourceMapUrl.startsWith('file:')) return filePathOf(sourceMapUrl);
  if (script === undefined) return undefined;
  let relative = sourceMapUrl.replace(/[?#].*$/, '');
  try {
    relative = decodeURIComponent(relative);
  } catch {
    // A name with a bare percent sign.
  }
  return path.resolve(path.dirname(script), relative);
}

/** Absolute paths of this machine as the debugger writes them; anything else as it is. */
export function asFileUrl(url: string): string {
  return path.isAbsolute(url) ? pathToFileURL(url).href : url;
}
