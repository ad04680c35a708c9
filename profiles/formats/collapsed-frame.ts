/** What a frame of collapsed stacks says about its function: tools put its place into the name, each in its own way. */

export interface CollapsedFrame {
  name: string;
  url: string;
  /** 1-based; 0 = unknown. */
  line: number;
  column: number;
}

/** async-profiler's marks of how a Java frame ran: interpreted, compiled, inlined, kernel, C++ (its README, "output formats"). */
const frameMark = /_\[[a-z0-9]\]$/;
/** V8's marks before names in perf maps and --prof logs, and of how optimised the code is (v8/src/logging). */
const v8Kind = /^(?:LazyCompile|Function|Script|Eval|JS): ?/;
const library = /(?:\.so(?:[.\d]*)|\.dylib|\.dll|\.exe|\.ko)$/i;

/**
 * Knows `name (file:line:column)` of DevTools, py-spy and our own files, `name file:line:column` of V8 (perf, 0x), and
 * `name - file:line` of rbspy. Everything else is a name. Linear in the text's length.
 */
export function collapsedFrame(text: string): CollapsedFrame {
  const trimmed = text.trim().replace(frameMark, '');
  return inParentheses(trimmed) ?? afterDash(trimmed) ?? afterBlank(trimmed) ?? nameOnly(trimmed);
}

function nameOnly(name: string): CollapsedFrame {
  return { name, url: '', line: 0, column: 0 };
}

function inParentheses(text: string): CollapsedFrame | null {
  if (!text.endsWith(')')) return null;
  const open = text.lastIndexOf(' (');
  if (open <= 0) return null;
  const place = placeOf(text.slice(open + 2, -1));
  return looksLikeFile(place) ? { name: v8Name(text.slice(0, open)), ...place } : null;
}

function afterDash(text: string): CollapsedFrame | null {
  const dash = text.lastIndexOf(' - ');
  if (dash <= 0) return null;
  const place = placeOf(text.slice(dash + 3));
  return place.line > 0 && looksLikeFile(place) ? { name: text.slice(0, dash), ...place } : null;
}

function afterBlank(text: string): CollapsedFrame | null {
  const blank = text.lastIndexOf(' ');
  const place = placeOf(text.slice(blank + 1));
  if (place.line === 0 || !looksLikeFile(place) || !/[/\\]|^node:|\.[cm]?[jt]sx?$/.test(place.url))
    return null;
  // An anonymous function of V8 is its place alone.
  return { name: v8Name(text.slice(0, Math.max(0, blank))), ...place };
}

function v8Name(name: string): string {
  const kind = v8Kind.exec(name)?.[0].length ?? 0;
  const bare = name.slice(kind);
  return kind > 0 || /^[*~^][\p{L}$_(]/u.test(bare) || /^[*~^]$/.test(bare)
    ? bare.replace(/^[*~^]/, '')
    : name;
}

/** `file:line:column`, `file:line` or `file`, read from the end: files may have colons too. */
function placeOf(text: string): Omit<CollapsedFrame, 'name'> {
  const last = numberAtEnd(text);
  if (!last) return { url: text, line: 0, column: 0 };
  const first = numberAtEnd(last.before);
  return first
    ? { url: first.before, line: first.value, column: last.value }
    : { url: last.before, line: last.value, column: 0 };
}

function numberAtEnd(text: string): { before: string; value: number } | null {
  let at = text.length;
  while (at > 0 && text.length - at < 9 && isDigit(text.charCodeAt(at - 1))) at--;
  if (at === text.length || at < 2 || text[at - 1] !== ':') return null;
  return { before: text.slice(0, at - 1), value: Number(text.slice(at)) };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function looksLikeFile({ url, line }: Omit<CollapsedFrame, 'name'>): boolean {
  if (url === '' || library.test(url) || url.startsWith('[')) return false;
  return line > 0 || /[/\\]|^node:|^wasm:/.test(url);
}
