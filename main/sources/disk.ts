/** Source files of this machine: read only where they look like source code. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { filePathOf } from '../capture/source-map-comment';
import { AppError, toAppError } from '../errors';

/** Beyond this an editor, not a profiler, is the place to read it. */
export const maxFileBytes = 20_000_000;
const sourceExtension =
  /^\.(?:[cm]?[jt]sx?|es\d?|vue|svelte|astro|mdx?|coffee|ls|civet|res|re|ml|elm|purs|cljs?|cljc|dart|kt|rs|go|py|rb|c|cc|cpp|cxx|h|hh|hpp|zig|s|asm|wat|java|scala|cs|fs|php|swift|gleam|jsm|bs|imba|marko|peg|njk|ejs|pug|hbs)$/i;

/** A file of this machine that a URL names; `cwd` is where relative paths of foreign profiles start. */
export function fileOf(url: string, cwd: string): string | undefined {
  const file = filePathOf(url);
  if (file !== undefined) return path.normalize(file);
  if (cwd === '' || /^[a-z][a-z0-9+.-]*:/i.test(url) || !/\.[A-Za-z]{1,6}$/.test(url)) return undefined;
  return path.resolve(cwd, url);
}

/** By its name; files without an extension may be scripts. */
export function looksLikeSource(file: string): boolean {
  const extension = path.extname(file);
  return extension === '' || sourceExtension.test(extension);
}

/** Rejects with NOT_FOUND, BAD_INPUT (not source code, too large) or PERMISSION_DENIED. */
export async function readSourceFile(file: string): Promise<string> {
  const doing = `Reading ${file}`;
  let handle;
  try {
    const info = await stat(file);
    if (!info.isFile()) throw new AppError('BAD_INPUT', `${file} is not a file.`);
    if (info.size > maxFileBytes)
      throw new AppError(
        'BAD_INPUT',
        `${file} is too large to be shown (${Math.round(info.size / 1e6)} MB).`,
        {
          hint: 'Open it in your editor.',
        },
      );
    handle = await open(file, constants.O_RDONLY);
    const bytes = await handle.readFile();
    const isScript = path.extname(file) === '' && bytes.subarray(0, 2).toString() === '#!';
    // A profile can name any path; what is not code is none of a profiler's business.
    if (!sourceExtension.test(path.extname(file)) && !isScript)
      throw new AppError('BAD_INPUT', `${file} is not a source file.`);
    if (bytes.subarray(0, 8192).includes(0))
      throw new AppError('BAD_INPUT', `${file} is binary and cannot be shown as text.`);
    return bytes.toString('utf8');
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === 'ENOENT' ||
      (error as NodeJS.ErrnoException).code === 'ENOTDIR'
    )
      throw new AppError('NOT_FOUND', `${file} is not on this machine any more.`, {
        hint: 'Its text was not kept in the session. Sessions recorded by this version keep the scripts that ran.',
      });
    throw toAppError(error, doing);
  } finally {
    await handle?.close();
  }
}

export async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (info) => info.isFile(),
    () => false,
  );
}
