/**
 * Texts with `{{ name }}`, `{{ name.column }}` and `{{ $function(…) }}`, taken apart once. A text without them stays a text,
 * so that whoever fills it knows that there is nothing to do.
 */
import { AppError } from '../../errors';
import { templateFunction } from './template-functions';

/** What a template can take its values from. */
export interface TemplateValues {
  /** The value of a variable or a captured one; undefined when it has none yet. */
  value(name: string): unknown;
}

type Part = string | ((values: TemplateValues) => unknown);

export class Template {
  constructor(private readonly parts: readonly Part[]) {}

  text(values: TemplateValues): string {
    let text = '';
    for (const part of this.parts) text += typeof part === 'string' ? part : textOf(part(values));
    return text;
  }

  /** The value itself when the whole text is one template; else the text. */
  value(values: TemplateValues): unknown {
    const [only] = this.parts;
    return this.parts.length === 1 && typeof only === 'function' ? (only(values) ?? null) : this.text(values);
  }
}

/** @throws AppError BAD_INPUT when it has a template that nothing can fill. @param known names that can have a value */
export function compileTemplate(text: string, known: ReadonlySet<string>): string | Template {
  if (!text.includes('{{')) return text;
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{\s*(.*?)\s*\}\}/gs)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    parts.push(compileExpression(match[1] ?? '', known));
    at = match.index + match[0].length;
  }
  if (parts.length === 0) return text;
  if (at < text.length) parts.push(text.slice(at));
  return new Template(parts);
}

function compileExpression(expression: string, known: ReadonlySet<string>): Part {
  const call = /^\$([A-Za-z]\w*)(?:\((.*)\))?$/s.exec(expression);
  if (call) return templateFunction(call[1]!, call[2] ?? null, expression);
  const [name = '', ...path] = expression.split('.');
  if (!known.has(name))
    throw new AppError('BAD_INPUT', `Nothing is known as {{ ${expression} }}.`, {
      hint:
        known.size > 0
          ? `Variables and captured values here: ${[...known].join(', ')}.`
          : 'Add a variable of that name, or capture it from an earlier answer.',
    });
  if (path.length === 0) return (values) => values.value(name);
  return (values) => {
    let value = values.value(name);
    for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
    return value;
  };
}

/** As it stands in a text: nothing for what has no value, JSON for objects. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- objects have gone to JSON
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function fill(text: string | Template, values: TemplateValues): string {
  return typeof text === 'string' ? text : text.text(values);
}
