/** Where a function's code comes from, decided by its name and script URL. */
import { categories } from './types';
import type { Category } from './types';

export interface Origin {
  category: Category;
  /** npm package for dependencies, '' otherwise. */
  packageName: string;
}

/** Names that V8 gives to what is not a function (v8/src/profiler/profile-generator.cc, `CodeEntry::k…EntryName`). */
const pseudoFunctions: ReadonlyMap<string, Category> = new Map([
  ['(garbage collector)', 'gc'],
  ['(program)', 'program'],
  ['(idle)', 'idle'],
  ['(root)', 'root'],
]);

const nodeInternal = /^(?:node:|internal\/|electron\/js2c\/)/;
/** Modules of Node before `node:` URLs: a bare file name like `net.js`, no folder, no drive. */
const bareBuiltin = /^(?:_[a-z_]+|[a-z][a-z0-9_]*)\.js$/;
const wasm = /^wasm:|\.wasm(?:$|[?#])/;
/** Native libraries, programs of Windows, the kernel and Node itself, as other profilers name what they sampled. */
const nativeBinary =
  /\.(?:so(?:[.\d]*)|dylib|dll|exe|ko|sys)$|^\[(?:kernel[.\w]*|vdso|vsyscall)\]$|(?:^|\/)node$/i;
/** Our files inside the target, and the expressions that the workbench evaluates there under this scheme. */
const ownAgent =
  /^scorchmark:|\/main\/agent\/(?:agent|cpu|fault-helper|forced-gc|gc-bytes|heap-snapshot|listen|process-table|reaper|runtime-metrics|watchdog)\.cjs$/;

/**
 * Category and package of a function.
 * `url` may be a `file://` URL, a POSIX or Windows path, a `node:` or `wasm:` URL, or '' (built into V8 or native).
 */
export function categorise(name: string, url: string): Origin {
  if (url === '') return { category: pseudoFunctions.get(name) ?? 'native', packageName: '' };
  if (nodeInternal.test(url) || bareBuiltin.test(url)) return { category: 'node', packageName: '' };
  if (wasm.test(url)) return { category: 'native', packageName: '' };
  const path = url.includes('\\') ? url.replaceAll('\\', '/') : url;
  if (ownAgent.test(path)) return { category: 'profiler', packageName: '' };
  const packageName = packageOf(path);
  if (packageName !== '') return { category: 'dependency', packageName };
  return { category: nativeBinary.test(path) ? 'native' : 'app', packageName };
}

/** The innermost package a path with forward slashes lies in, '' when it lies in none. */
function packageOf(path: string): string {
  const marker = '/node_modules/';
  let end = path.length;
  for (;;) {
    const at = path.lastIndexOf(marker, end);
    const start = at !== -1 ? at + marker.length : path.startsWith('node_modules/') ? 13 : -1;
    if (start === -1) return '';
    const [first = '', second = ''] = path.slice(start).split('/', 3);
    // Folders like `.pnpm` and `.bin` are the package manager's own; the real package is further in, or there is none.
    if (first !== '' && !first.startsWith('.')) {
      const scoped = first.startsWith('@') || first.startsWith('%40');
      const name = scoped && second !== '' ? `${first}/${second}` : first;
      return decode(name);
    }
    if (at <= 0) return '';
    end = at - 1;
  }
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A path with a bare percent sign.
  }
}

/** The number kept in `FrameTable.category`. */
export function categoryIndex(category: Category): number {
  return categories.indexOf(category);
}
