/** Code as V8's own logs name it (`node --prof`, and what clinic flame and 0x make of it), as frames. */
import type { ProfileBuilder } from '../builder';

export interface V8Code {
  name: string;
  /** JS, CODE, CPP, SHARED_LIB, …; '' when the log does not say. */
  type: string;
  /** Of JS: Opt, Unopt, Sparkplug, Maglev, …; of CODE: Builtin, BytecodeHandler, RegExp, … */
  kind: string;
}

/**
 * The frame of a piece of code; -1 for code that is no function of its own: bytecode handlers and trampolines run on
 * behalf of the function that they were called from. A function is one frame however V8 has compiled it.
 */
export function addCodeFrame(builder: ProfileBuilder, { name, type, kind }: V8Code): number {
  switch (type) {
    case 'JS': {
      const { functionName, url, line, column } = splitName(name);
      return builder.addFrame(functionName, url, line, column);
    }
    case 'CODE':
      if (kind === 'RegExp') return builder.addFrame(`(regexp) ${name}`, '', 0, 0);
      if (kind === 'BytecodeHandler' || /(?:Trampoline|Adaptor|Entry)\w*$/.test(name.slice(-100))) return -1;
      return builder.addFrame(name, '', 0, 0);
    default:
      return builder.addFrame(name, '', 0, 0);
  }
}

/** Where a URL or a path begins after a function's name. */
const urlStarts = [
  ' file://',
  ' node:',
  ' http',
  ' wasm:',
  ' webpack:',
  ' /',
  ' evalmachine.',
  ' internal/',
  ' data:',
];

/**
 * `fibonacci /app/burn.js:3:19` taken apart; line and column are 1-based, 0 = unknown. Names like `get size` and paths with
 * blanks are told apart by how a path begins.
 */
export function splitName(text: string): { functionName: string; url: string; line: number; column: number } {
  const place = /:(\d{1,9})(?::(\d{1,9}))?$/.exec(text.slice(-24));
  if (!place) return { functionName: text.trim(), url: '', line: 0, column: 0 };
  const rest = text.slice(0, text.length - place[0].length);
  const line = Number(place[1]);
  const column = Number(place[2] ?? 0);
  let at = -1;
  for (const start of urlStarts) {
    const found = rest.indexOf(start);
    if (found !== -1 && (at === -1 || found < at)) at = found;
  }
  const drive = / [A-Za-z]:[\\/]/.exec(rest);
  if (drive && (at === -1 || drive.index < at)) at = drive.index;
  if (at === -1) at = rest.indexOf(' ', /^(?:get|set|async|bound|static) /.exec(rest)?.[0].length ?? 0);
  if (at === -1) return { functionName: rest, url: '', line, column };
  return { functionName: rest.slice(0, at), url: rest.slice(at + 1), line, column };
}
