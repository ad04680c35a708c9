/** What the `sources` of a source map mean: URLs of originals in the style of the script's own URL. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { filePathOf } from './source-map-comment';

const bundler = /^(?:webpack|rspack|turbopack|vite|ng|parcel):\/\/\/?/;

export interface SourcesBase {
  /** The script, as in the profiles. */
  scriptUrl: string;
  /** As the script names it; '' when the map is inside. Relative names of originals start at the map. */
  sourceMapUrl: string;
  sourceRoot?: string;
  /** Where the paths of a bundler's own URLs start, when it is known. */
  root?: string;
}

/** One original's URL: a path or `file:` URL where it is a file (whichever the script's own URL is), else what the map says. */
export function originalUrl(source: string, base: SourcesBase): string {
  const { scriptUrl, sourceMapUrl, root } = base;
  const sourceRoot = base.sourceRoot ?? '';
  const named =
    sourceRoot === '' || isAbsolute(source) ? source : `${sourceRoot.replace(/\/$/, '')}/${source}`;
  if (bundler.test(named)) {
    const inProject = bundledPath(named);
    if (inProject === undefined || root === undefined) return named.replace(/([^:/]\/)\.\//g, '$1');
    return inStyleOf(scriptUrl, resolved(inProject, `${fileUrlOf(root)}/`));
  }
  const from = /^(?:data:|$)/.test(sourceMapUrl) ? scriptUrl : resolved(sourceMapUrl, fileUrlOf(scriptUrl));
  if (!isAbsolute(from)) return named;
  return inStyleOf(scriptUrl, resolved(named, fileUrlOf(from)));
}

/** `webpack://shop/./src/a.ts` → `src/a.ts`; undefined for what is not a file of the project. */
export function bundledPath(source: string): string | undefined {
  const match = /^[a-z]+:\/\/(?:\/|[^/]*\/)(.*)$/.exec(source);
  const inside = match?.[1]?.replace(/[?].*$/, '').replace(/^(?:\.\/)+/, '');
  if (!inside || /^(?:webpack\/|\(webpack\)|external |\.\.\/|\/)/.test(inside)) return undefined;
  return inside;
}

/** The nearest folder above the script in which files lie that a bundler's URLs name; undefined when there is none. */
export async function findBundlerRoot(
  scriptUrl: string,
  sources: readonly string[],
): Promise<string | undefined> {
  const script = filePathOf(scriptUrl);
  const candidates = sources.map(bundledPath).filter((each) => each !== undefined);
  // Files of packages lie in many folders above; the project's own say where it starts.
  const own = candidates.filter((each) => !each.includes('node_modules/'));
  const tried = (own.length > 0 ? own : candidates).slice(0, 5);
  if (script === undefined || tried.length === 0) return undefined;
  for (let folder = path.dirname(script); ; folder = path.dirname(folder)) {
    for (const inProject of tried) if (await exists(path.join(folder, inProject))) return folder;
    if (path.dirname(folder) === folder) return undefined;
  }
}

function isAbsolute(url: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:|\/|[A-Za-z]:[\\/])/i.test(url);
}

/** A path or URL as a URL that others can be resolved against. */
function fileUrlOf(place: string): string {
  if (/^[a-z][a-z0-9+.-]+:/i.test(place)) return place;
  const slashed = place.replaceAll('\\', '/');
  const escaped = encodeURI(slashed).replace(/[?#]/g, encodeURIComponent);
  return `file://${escaped.startsWith('/') ? '' : '/'}${escaped}`;
}

/** Tools write plain paths where the format wants URLs: `?` and `#` are characters of names. */
function resolved(reference: string, base: string): string {
  const asUrl = /^[A-Za-z]:[\\/]/.test(reference)
    ? fileUrlOf(reference)
    : /^[a-z][a-z0-9+.-]+:/i.test(reference)
      ? reference
      : reference.replaceAll('\\', '/').replace(/[?#]/g, encodeURIComponent);
  try {
    return new URL(asUrl, base).href;
  } catch {
    return reference;
  }
}

/** Scripts loaded by `require` are named by path, modules by URL; originals follow their script. */
function inStyleOf(scriptUrl: string, url: string): string {
  if (scriptUrl.startsWith('file:') || !url.startsWith('file:')) return url;
  try {
    const place = decodeURIComponent(url.slice('file://'.length));
    return /^\/[A-Za-z]:/.test(place) ? place.slice(1) : place;
  } catch {
    return url;
  }
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
