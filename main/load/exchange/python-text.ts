/** Texts and values as Python: nothing in a scenario may break out of a string. */
import { templateParts, type TemplatePart } from './template-parts';

type Placeholder = Exclude<TemplatePart, { kind: 'text' }>;

/** A string literal of ASCII on one line. */
export function pyLiteral(text: string): string {
  let literal = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === '"' || char === '\\') literal += `\\${char}`;
    else if (code >= 0x20 && code < 0x7f) literal += char;
    // Halves of pairs cannot be sent; JavaScript sends the replacement character.
    else if (code >= 0xd800 && code <= 0xdfff) literal += '\\ufffd';
    else if (code > 0xffff) literal += `\\U${code.toString(16).padStart(8, '0')}`;
    else literal += `\\u${code.toString(16).padStart(4, '0')}`;
  }
  return `"${literal}"`;
}

/** An expression of the text; `one` says what a value or a function of a template is. */
export function pyText(text: string, one: (part: Placeholder) => string): string {
  const parts = templateParts(text);
  if (parts.length === 0) return pyLiteral(text);
  return parts
    .map((part) => (part.kind === 'text' ? pyLiteral(part.text) : `text(${one(part)})`))
    .join(' + ');
}

/** An expression of a JSON value; a text that is one template keeps its value's type. */
export function pyValue(value: unknown, one: (part: Placeholder) => string): string {
  if (typeof value === 'string') {
    const parts = templateParts(value);
    const [only] = parts;
    return parts.length === 1 && only && only.kind !== 'text' ? one(only) : pyText(value, one);
  }
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return `[${value.map((each) => pyValue(each, one)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, each]) => `${pyLiteral(key)}: ${pyValue(each, one)}`);
  return `{${entries.join(', ')}}`;
}
