/**
 * What a function is called in the original. A source map names identifiers, not functions, and V8 tells where a function's
 * parameters start; so the function's own name is looked for in the generated text before that place, and the map is asked
 * about exactly that identifier. Asking it about V8's place instead would name arrow functions after their first parameter.
 */

/** How far before a function its name can stand, in characters. */
const lookBack = 300;
const reserved = new Set([
  'function',
  'async',
  'await',
  'return',
  'get',
  'set',
  'static',
  'new',
  'yield',
  'default',
  'case',
  'typeof',
  'void',
  'in',
  'of',
  'else',
  'do',
  'if',
  'for',
  'while',
  'switch',
  'catch',
  'with',
  'super',
  'import',
]);
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/u;

/**
 * Offset of the name of the function whose parameters (V8's place of a function) start at `at`; -1 when it has none.
 * Understands `function name(`, methods, and functions given to a variable, property or field (also through esbuild's
 * `__name`, which tsx puts around them).
 */
export function nameBefore(text: string, at: number): number {
  const start = Math.max(0, at - lookBack);
  const before = text.slice(start, at);
  const own = /([\p{ID_Continue}$\u200c\u200d]+)\s*$/u.exec(before);
  if (own?.[1] && text[at] === '(' && !reserved.has(own[1])) {
    if (own[1] === 'constructor') return classNameBefore(text, start + own.index);
    return start + own.index;
  }
  const given =
    /([\p{ID_Continue}$\u200c\u200d]+)["']?\s*(?:=|:)\s*\(?\s*(?:(?:\/\*[^*]*\*\/\s*)?__name\(\s*)?(?:async\b\s*)?(?:function\b\s*\*?\s*)?$/u.exec(
      before,
    );
  return given?.[1] && !reserved.has(given[1]) ? start + given.index : -1;
}

/** A constructor is called like its class. */
function classNameBefore(text: string, at: number): number {
  const from = Math.max(0, at - 20_000);
  const before = text.slice(from, at);
  let found = -1;
  for (const match of before.matchAll(/\bclass\s+(?!extends\b)([\p{ID_Continue}$]+)/gu))
    found = from + match.index + match[0].length - (match[1]?.length ?? 0);
  return found;
}

/** The identifier that starts at this offset of a line, '' when there is none. */
export function identifierAt(line: string, column: number): string {
  const name = identifier.exec(line.slice(column, column + 200))?.[0] ?? '';
  return reserved.has(name) ? '' : name;
}

/** A whole identifier, as names of source maps should be but need not. */
export function isIdentifier(name: string): boolean {
  return identifier.exec(name)?.[0] === name;
}
