/** Texts as JavaScript: nothing in a scenario may break out of a string or a comment. */
import { templateParts, type TemplatePart } from './template-parts';

/** A literal of the value, on one line, that may stand in a script of any kind. */
export function jsLiteral(value: unknown): string {
  return (JSON.stringify(value) ?? 'undefined')
    .replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('</', '<\\/');
}

/** Of a comment: everything on one line, and no end of a script element. */
export function jsComment(text: string): string {
  return `// ${text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').replaceAll('</', '< /')}`; // eslint-disable-line no-control-regex -- they are what would end a comment
}

/** An expression of the text; `one` says what a value or a function of a template is. */
export function jsText(text: string, one: (part: Exclude<TemplatePart, { kind: 'text' }>) => string): string {
  const parts = templateParts(text);
  if (parts.length === 0) return jsLiteral(text);
  const terms = parts.map((part) => (part.kind === 'text' ? jsLiteral(part.text) : `text(${one(part)})`));
  return terms.join(' + ');
}

/** An expression of a JSON value whose texts may hold templates; a text that is one template keeps its value's type. */
export function jsValue(
  value: unknown,
  one: (part: Exclude<TemplatePart, { kind: 'text' }>) => string,
): string {
  if (typeof value === 'string') {
    const parts = templateParts(value);
    const [only] = parts;
    return parts.length === 1 && only && only.kind !== 'text' ? one(only) : jsText(value, one);
  }
  if (Array.isArray(value)) return `[${value.map((each) => jsValue(each, one)).join(', ')}]`;
  if (value === null || typeof value !== 'object') return jsLiteral(value);
  // A computed key is data even when it is called __proto__.
  const entries = Object.entries(value).map(([key, each]) => `[${jsLiteral(key)}]: ${jsValue(each, one)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
