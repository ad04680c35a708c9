/** Places in JSON: `$.items[0].id`, `$['a b'].c`, `items[-1].id`. One place each; no filters, no wildcards. */
import { AppError } from '../../errors';

export type JsonPath = readonly (string | number)[];

/** @throws AppError BAD_INPUT when it is none */
export function parseJsonPath(text: string): JsonPath {
  const path: (string | number)[] = [];
  let rest = text.trim().replace(/^\$/, '');
  if (rest !== '' && !rest.startsWith('.') && !rest.startsWith('[')) rest = `.${rest}`;
  while (rest !== '') {
    const step =
      /^\.([^.[\]\s'"*?()]+)/.exec(rest) ??
      /^\[(-?\d+)\]/.exec(rest) ??
      /^\[(?:'([^']*)'|"([^"]*)")\]/.exec(rest);
    if (!step)
      throw new AppError('BAD_INPUT', `“${text}” is not a place in JSON.`, {
        hint: 'Write it like $.items[0].id or $["a name"]; filters and wildcards are not known here.',
      });
    const isIndex = step[0].startsWith('[') && /\d/.test(step[0][1] === '-' ? step[0][2]! : step[0][1]!);
    path.push(isIndex ? Number(step[1]) : (step[1] ?? step[2] ?? ''));
    rest = rest.slice(step[0].length);
  }
  return path;
}

/** What stands there; undefined when nothing does. Negative numbers count from an array's end. */
export function atJsonPath(value: unknown, path: JsonPath): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (found === null || typeof found !== 'object') return undefined;
    if (Array.isArray(found))
      found = typeof key === 'number' ? found.at(key) : (found as unknown as Record<string, unknown>)[key];
    else found = Object.hasOwn(found, key) ? (found as Record<string, unknown>)[key] : undefined;
  }
  return found;
}
