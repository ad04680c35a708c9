/** Texts with `{{ name.column }}` and `{{ $function(…) }}` taken apart, for writers that say the same in another language. */

export type TemplatePart =
  | { kind: 'text'; text: string }
  | { kind: 'value'; name: string; path: string[] }
  | { kind: 'function'; name: string; args: string[] };

/** As `main/load/engine/template.ts` understands them. */
export function templateParts(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{\s*(.*?)\s*\}\}/gs)) {
    if (match.index > at) parts.push({ kind: 'text', text: text.slice(at, match.index) });
    parts.push(partOf(match[1] ?? ''));
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ kind: 'text', text: text.slice(at) });
  return parts;
}

function partOf(expression: string): TemplatePart {
  const [, name, args] = /^\$([A-Za-z]\w*)(?:\((.*)\))?$/s.exec(expression) ?? [];
  if (name === undefined) {
    const [first = '', ...path] = expression.split('.');
    return { kind: 'value', name: first, path };
  }
  const given = args === undefined || args.trim() === '' ? [] : args.split(',');
  return { kind: 'function', name, args: given.map(unquoted) };
}

function unquoted(arg: string): string {
  const text = arg.trim();
  return /^(['"]).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

export function hasTemplate(text: string): boolean {
  return templateParts(text).some(({ kind }) => kind !== 'text');
}
