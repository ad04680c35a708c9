/**
 * Transforms as one short text for links: `ff:render~/app/a.js~10~3!cd!db:0.01`. Parts are separated by `!`, a part's
 * kind from its values by `:`, values by `'`, and the four parts of a function key by `~`. Everything else that a URL's
 * query does not take as it is, and the separators themselves, is percent-encoded within.
 */
import { categories } from '../types';
import type { Category } from '../types';
import type { Transform, TransformKind } from './types';

const codes: Record<TransformKind, string> = {
  categories: 'only',
  'collapse-recursion': 'cr',
  'collapse-function': 'cf',
  'collapse-file': 'cfile',
  'collapse-package': 'cp',
  'collapse-dependencies': 'cd',
  'collapse-node': 'cn',
  'merge-function': 'mf',
  'drop-function': 'df',
  'focus-subtree': 'fs',
  'focus-function': 'ff',
  'focus-callees': 'fc',
  'drop-below': 'db',
};
const kinds = new Map(Object.entries(codes).map(([kind, code]) => [code, kind as TransformKind]));

/** The list as text; '' for no transforms. `parseTransforms` gives back an equal list. */
export function formatTransforms(transforms: readonly Transform[]): string {
  return transforms
    .map((transform) => {
      const values = valuesOf(transform);
      return values.length === 0 ? codes[transform.kind] : `${codes[transform.kind]}:${values.join("'")}`;
    })
    .join('!');
}

function valuesOf(transform: Transform): string[] {
  switch (transform.kind) {
    case 'categories':
      return transform.keep.length === 0 ? [''] : transform.keep;
    case 'collapse-recursion':
      return transform.functionKey === null ? [] : [encodeKey(transform.functionKey)];
    case 'collapse-function':
    case 'merge-function':
    case 'drop-function':
    case 'focus-function':
    case 'focus-callees':
      return [encodeKey(transform.functionKey)];
    case 'collapse-file':
      return [encode(transform.url)];
    case 'collapse-package':
      return [encode(transform.packageName)];
    case 'collapse-dependencies':
    case 'collapse-node':
      return [];
    case 'focus-subtree':
      // An empty path has no values; a path of one empty key has one.
      return transform.path.map(encodeKey);
    case 'drop-below':
      return [String(transform.share)];
  }
}

/** The transforms of a text. Parts that are unknown or damaged (a link from elsewhere) are left out; never throws. */
export function parseTransforms(text: string): Transform[] {
  const transforms: Transform[] = [];
  for (const part of text.split('!')) {
    const colon = part.indexOf(':');
    const kind = kinds.get(colon === -1 ? part : part.slice(0, colon));
    if (!kind) continue;
    const values = colon === -1 ? [] : part.slice(colon + 1).split("'");
    const transform = transformOf(kind, values);
    if (transform) transforms.push(transform);
  }
  return transforms;
}

function transformOf(kind: TransformKind, values: string[]): Transform | null {
  const [first] = values;
  switch (kind) {
    case 'categories': {
      const keep = values.filter((value): value is Category =>
        (categories as readonly string[]).includes(value),
      );
      // Nothing asked for is a filter; nothing understood of what was asked for is not.
      return keep.length > 0 || (values.length === 1 && first === '') ? { kind, keep } : null;
    }
    case 'collapse-recursion': {
      if (first === undefined) return { kind, functionKey: null };
      const functionKey = decodeKey(first);
      return functionKey === null ? null : { kind, functionKey };
    }
    case 'collapse-function':
    case 'merge-function':
    case 'drop-function':
    case 'focus-function':
    case 'focus-callees': {
      const functionKey = first === undefined ? null : decodeKey(first);
      return functionKey === null ? null : { kind, functionKey };
    }
    case 'collapse-file': {
      const url = first === undefined ? null : decode(first);
      return url === null ? null : { kind, url };
    }
    case 'collapse-package': {
      const packageName = first === undefined ? null : decode(first);
      return packageName === null ? null : { kind, packageName };
    }
    case 'collapse-dependencies':
    case 'collapse-node':
      return { kind };
    case 'focus-subtree': {
      const path = values.map(decodeKey).filter((key) => key !== null);
      return path.length === values.length ? { kind, path } : null;
    }
    case 'drop-below': {
      const share = first === undefined || first === '' ? NaN : Number(first);
      return share >= 0 && share <= 1 ? { kind, share } : null;
    }
  }
}

/** Lines of a key become `~`, which never occurs unencoded in what `encode` gives. */
function encodeKey(key: string): string {
  return key.split('\n').map(encode).join('~');
}

function decodeKey(text: string): string | null {
  const lines = text.split('~').map(decode);
  return lines.includes(null) ? null : lines.join('\n');
}

/** Half of a surrogate pair (a name cut by a tool) cannot be encoded; it becomes U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'))
    .replace(/[!'~()*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)
    .replace(/%(2F|40|2C|24|3B)/g, (escaped) => decodeURIComponent(escaped));
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
