import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arithmeticKey, arithmeticProfile } from '../arithmetic';
import { findFrame } from '../frame-key';
import { categories } from '../types';
import { describeTransform, transformsFor } from './describe';
import { formatTransforms, parseTransforms } from './text';
import type { Transform } from './types';

const anyText = fc.string({ unit: 'grapheme', maxLength: 30 });
const functionKey = fc
  .tuple(anyText, anyText, fc.nat(), fc.nat())
  .map(([name, url, line, column]) => `${name}\n${url}\n${line}\n${column}`);
const transform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({ kind: fc.constant('categories' as const), keep: fc.subarray([...categories]) }),
  fc.record({ kind: fc.constant('collapse-recursion' as const), functionKey: fc.option(functionKey) }),
  fc.record({
    kind: fc.constantFrom(
      'collapse-function' as const,
      'merge-function' as const,
      'drop-function' as const,
      'focus-function' as const,
      'focus-callees' as const,
    ),
    functionKey: fc.oneof(functionKey, anyText),
  }),
  fc.record({ kind: fc.constant('collapse-file' as const), url: anyText }),
  fc.record({ kind: fc.constant('collapse-package' as const), packageName: anyText }),
  fc.constant<Transform>({ kind: 'collapse-dependencies' }),
  fc.constant<Transform>({ kind: 'collapse-node' }),
  fc.record({
    kind: fc.constant('focus-subtree' as const),
    path: fc.array(fc.oneof(functionKey, anyText), { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constant('drop-below' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

describe('transforms as text', () => {
  it('are short and fit into a link as they are', () => {
    const text = formatTransforms([
      { kind: 'focus-function', functionKey: arithmeticKey('render') },
      { kind: 'collapse-dependencies' },
      { kind: 'drop-below', share: 0.01 },
    ]);
    expect(text).toBe('ff:render~file%3A///srv/shop/src/catalog.js~5~1!cd!db:0.01');
    expect(formatTransforms([])).toBe('');
    expect(parseTransforms('')).toEqual([]);
  });

  it('come back as they were, through a URL’s query, too', () => {
    fc.assert(
      fc.property(fc.array(transform, { maxLength: 6 }), (list) => {
        const text = formatTransforms(list);
        expect(text).toMatch(/^[\w!~':%./@,$;-]*$/);
        expect(parseTransforms(text)).toEqual(list);
        const query = new URLSearchParams({ do: text }).toString();
        expect(parseTransforms(new URLSearchParams(query).get('do')!)).toEqual(list);
      }),
      { numRuns: 1000 },
    );
  });

  it('are read as far as they can be understood', () => {
    expect(
      parseTransforms("cd!what!ff!db:2!db:x!db:!only:nonsense!cp:%!fs:a%zz'b!!cn:and!df:f~u~1~2"),
    ).toEqual([
      { kind: 'collapse-dependencies' },
      { kind: 'collapse-node' },
      { kind: 'drop-function', functionKey: 'f\nu\n1\n2' },
    ]);
  });

  it('never fail to be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."abcdfmnprsy:!~'%0.9ff"), maxLength: 60 }), (text) => {
        const read = parseTransforms(text);
        expect(parseTransforms(formatTransforms(read))).toEqual(read);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('transforms in words', () => {
  it.each([
    [{ kind: 'focus-function', functionKey: arithmeticKey('render') }, 'Focus on render'],
    [{ kind: 'focus-callees', functionKey: arithmeticKey('render') }, 'Below render'],
    [
      { kind: 'focus-subtree', path: [arithmeticKey('main'), arithmeticKey('render')] },
      'Below render on one path',
    ],
    [{ kind: 'collapse-dependencies' }, 'Packages collapsed'],
    [{ kind: 'collapse-node' }, 'Node internals collapsed'],
    [{ kind: 'collapse-package', packageName: 'express' }, 'express collapsed'],
    [{ kind: 'collapse-file', url: 'file:///srv/shop/src/catalog.js' }, 'catalog.js collapsed'],
    [{ kind: 'collapse-function', functionKey: arithmeticKey('walk') }, 'walk collapsed'],
    [{ kind: 'collapse-recursion', functionKey: arithmeticKey('walk') }, 'Recursion of walk collapsed'],
    [{ kind: 'collapse-recursion', functionKey: null }, 'Recursion collapsed'],
    [{ kind: 'merge-function', functionKey: arithmeticKey('walk') }, 'walk merged into callers'],
    [{ kind: 'drop-function', functionKey: arithmeticKey('walk') }, 'Without walk'],
    [{ kind: 'drop-below', share: 0.01 }, 'Without paths below 1\u202F%'],
    [{ kind: 'categories', keep: ['app', 'gc'] }, 'Only application, garbage collection'],
    [{ kind: 'categories', keep: [] }, 'Only nothing'],
  ] satisfies [Transform, string][])('%j', (each, words) => {
    expect(describeTransform(each)).toBe(words);
  });
});

describe('what can be done about a frame', () => {
  const { frames } = arithmeticProfile('a');
  const kindsFor = (name: Parameters<typeof arithmeticKey>[0], path?: string[]) =>
    transformsFor(frames, findFrame(frames, arithmeticKey(name)), path ? { path } : {}).map(
      ({ transform: { kind } }) => kind,
    );

  it('depends on what it is', () => {
    expect(kindsFor('render', [arithmeticKey('main'), arithmeticKey('render')])).toEqual([
      'focus-subtree',
      'focus-function',
      'focus-callees',
      'merge-function',
      'collapse-function',
      'collapse-recursion',
      'drop-function',
      'collapse-file',
      'collapse-recursion',
      'categories',
    ]);
    expect(kindsFor('query')).toEqual(expect.arrayContaining(['collapse-package', 'collapse-dependencies']));
    expect(kindsFor('open')).toContain('collapse-node');
    expect(kindsFor('open')).not.toContain('collapse-package');
    expect(kindsFor('(garbage collector)')).toEqual(['drop-function', 'categories']);
    expect(transformsFor(frames, 0)).toEqual([]);
  });

  it('is said in labels that tell them apart', () => {
    for (let frame = 1; frame < frames.length; frame++) {
      const labels = transformsFor(frames, frame).map(({ label }) => label);
      expect(new Set(labels).size).toBe(labels.length);
    }
  });
});
