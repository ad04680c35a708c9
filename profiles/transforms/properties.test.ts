import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from '../builder';
import { aggregate, treeAsText } from '../call-tree';
import { keyOf } from '../frame-key';
import type { Profile } from '../types';
import { transformProfile } from './index';
import type { Transform } from './index';

/** Functions of two own files, two packages, Node, and none. */
const functions: [name: string, url: string][] = [
  ['a', '/app/one.js'],
  ['b', '/app/one.js'],
  ['c', '/app/two.js'],
  ['d', '/app/node_modules/pg/x.js'],
  ['e', '/app/node_modules/pg/y.js'],
  ['f', '/app/node_modules/ws/x.js'],
  ['g', 'node:fs'],
  ['h', 'node:net'],
  ['i', ''],
];
const keys = functions.map(([name, url]) => `${name}\n${url}\n1\n1`);
type Stack = { path: number[]; weight: number };
const stacks = fc.array(
  fc.record({
    path: fc.array(fc.nat(functions.length - 1), { minLength: 1, maxLength: 9 }),
    weight: fc.nat(100),
  }),
  { maxLength: 25 },
);

function profileOfStacks(list: readonly Stack[]): Profile {
  const builder = new ProfileBuilder('bytes');
  for (const { path, weight } of list) {
    let node = 0;
    for (const each of path) node = builder.addChild(node, builder.addFrame(...functions[each]!, 1, 1));
    builder.addWeighted(node, weight);
  }
  return builder.profile;
}

const anyKey = fc.constantFrom(...keys);
const transform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({
    kind: fc.constant('categories' as const),
    keep: fc.subarray(['app', 'dependency', 'node', 'native'] as const),
  }),
  fc.record({ kind: fc.constant('collapse-recursion' as const), functionKey: fc.option(anyKey) }),
  fc.record({
    kind: fc.constantFrom(
      'collapse-function' as const,
      'merge-function' as const,
      'drop-function' as const,
      'focus-function' as const,
      'focus-callees' as const,
    ),
    functionKey: anyKey,
  }),
  fc.record({
    kind: fc.constant('collapse-file' as const),
    url: fc.constantFrom('/app/one.js', '/app/node_modules/pg/x.js'),
  }),
  fc.record({ kind: fc.constant('collapse-package' as const), packageName: fc.constantFrom('pg', 'ws') }),
  fc.constant<Transform>({ kind: 'collapse-dependencies' }),
  fc.constant<Transform>({ kind: 'collapse-node' }),
  fc.record({ kind: fc.constant('focus-subtree' as const), path: fc.array(anyKey, { maxLength: 3 }) }),
  fc.record({
    kind: fc.constant('drop-below' as const),
    share: fc.double({ min: 0, max: 0.5, noNaN: true }),
  }),
);

/** A stack as keys of functions, with its weight: the slow and plain way to say what a transform does. */
type Named = { path: string[]; weight: number };

function slowly(list: readonly Named[], { ...t }: Transform): Named[] {
  const map = (change: (path: string[]) => string[]) =>
    list.map(({ path, weight }) => ({ path: change(path), weight }));
  const unit = (key: string) => key.split('\n')[1]!;
  const packageOf = (key: string) => /node_modules\/(\w+)/.exec(unit(key))?.[1];
  const categoryOf = (key: string) =>
    packageOf(key)
      ? 'dependency'
      : unit(key).startsWith('node:')
        ? 'node'
        : unit(key) === ''
          ? 'native'
          : 'app';
  const grouped = (groupOf: (key: string) => string | undefined) =>
    map((path) => {
      const result: string[] = [];
      for (const key of path) {
        const group = groupOf(key);
        if (group === undefined || result.at(-1) !== group) result.push(group ?? key);
      }
      return result;
    });
  const packageGroup = (name: string) => `${name}\nnode_modules/${name}\n0\n0`;
  switch (t.kind) {
    case 'categories':
      return list.filter(
        ({ path }) => path.length > 0 && (t.keep as string[]).includes(categoryOf(path.at(-1)!)),
      );
    case 'collapse-recursion':
      return map((path) => {
        const result: string[] = [];
        for (const key of path) {
          const earlier = t.functionKey === null || t.functionKey === key ? result.indexOf(key) : -1;
          if (earlier === -1) result.push(key);
          else result.length = earlier + 1;
        }
        return result;
      });
    case 'collapse-function':
      return map((path) =>
        path.includes(t.functionKey) ? path.slice(0, path.indexOf(t.functionKey) + 1) : path,
      );
    case 'collapse-file':
      return list.some(({ path }) => path.some((key) => unit(key) === t.url))
        ? grouped((key) => (unit(key) === t.url ? `${t.url.split('/').at(-1)!}\n${t.url}\n0\n0` : undefined))
        : [...list];
    case 'collapse-package':
      return grouped((key) => (packageOf(key) === t.packageName ? packageGroup(t.packageName) : undefined));
    case 'collapse-dependencies':
      return grouped((key) => (packageOf(key) ? packageGroup(packageOf(key)!) : undefined));
    case 'collapse-node':
      return grouped((key) => (categoryOf(key) === 'node' ? 'node internals\nnode:\n0\n0' : undefined));
    case 'merge-function':
      return map((path) => path.filter((key) => key !== t.functionKey));
    case 'drop-function':
      return list.filter(({ path }) => !path.includes(t.functionKey));
    case 'focus-function':
      return list.filter(({ path }) => path.includes(t.functionKey));
    case 'focus-callees':
      return list
        .filter(({ path }) => path.includes(t.functionKey))
        .map(({ path, weight }) => ({ path: path.slice(path.indexOf(t.functionKey)), weight }));
    case 'focus-subtree':
      if (t.path.length === 0) return [...list];
      return list
        .filter(({ path }) => t.path.every((key, i) => path[i] === key))
        .map(({ path, weight }) => ({ path: path.slice(t.path.length - 1), weight }));
    case 'drop-below': {
      if (t.share === 0) return [...list];
      const totals = new Map<string, number>();
      const whole = list.reduce((sum, { weight }) => sum + weight, 0);
      for (const { path, weight } of list)
        for (let end = 1; end <= path.length; end++) {
          const prefix = path.slice(0, end).join('>');
          totals.set(prefix, (totals.get(prefix) ?? 0) + weight);
        }
      return map((path) =>
        path.filter((_, i) => {
          const total = totals.get(path.slice(0, i + 1).join('>'))!;
          return total >= whole * t.share && total > 0;
        }),
      );
    }
  }
}

/** Paths and weights of a profile's samples, in order. */
function stacksOf({ frames, nodes, samples }: Profile): Named[] {
  return Array.from({ length: samples.length }, (_, i) => {
    const path: string[] = [];
    for (let node = samples.node[i]!; node > 0; node = nodes.parent[node]!)
      path.push(keyOf(frames, nodes.frame[node]!));
    return { path: path.reverse(), weight: samples.weight[i]! };
  });
}

const runs = { numRuns: 400 };

describe('any transforms of any profile', () => {
  it('do to every stack what the plain definition says', () => {
    fc.assert(
      fc.property(stacks, fc.array(transform, { minLength: 1, maxLength: 4 }), (list, transforms) => {
        const profile = profileOfStacks(list);
        let expected = stacksOf(profile);
        for (const each of transforms) expected = slowly(expected, each);
        const result = transformProfile(profile, transforms);
        expect(stacksOf(result)).toEqual(expected);
        const seen = new Set<string>();
        for (let node = 1; node < result.nodes.length; node++) {
          const parent = result.nodes.parent[node]!;
          expect(parent).toBeLessThan(node);
          seen.add(`${parent} ${result.nodes.frame[node]!}`);
        }
        // No two nodes of one parent are of the same function.
        expect(seen.size).toBe(result.nodes.length - 1);
      }),
      { numRuns: 1500 },
    );
  });

  it('keep all weight when they collapse or merge', () => {
    const keeps = transform.filter(({ kind }) => /^(collapse|merge|drop-below)/.test(kind));
    fc.assert(
      fc.property(stacks, fc.array(keeps, { maxLength: 4 }), (list, transforms) => {
        const profile = profileOfStacks(list);
        const result = transformProfile(profile, transforms);
        expect(aggregate(result).totalWeight).toBe(aggregate(profile).totalWeight);
        expect(result.samples.length).toBe(profile.samples.length);
      }),
      runs,
    );
  });

  it('split the whole in two: with the function, and without', () => {
    fc.assert(
      fc.property(stacks, anyKey, (list, functionKey) => {
        const profile = profileOfStacks(list);
        const weightAfter = (kind: 'focus-function' | 'drop-function' | 'focus-callees') =>
          aggregate(transformProfile(profile, [{ kind, functionKey }])).totalWeight;
        expect(weightAfter('focus-function') + weightAfter('drop-function')).toBe(
          aggregate(profile).totalWeight,
        );
        expect(weightAfter('focus-callees')).toBe(weightAfter('focus-function'));
      }),
      runs,
    );
  });

  it('are the same twice as once', () => {
    const idempotent = transform.filter(({ kind }) => kind !== 'focus-subtree' && kind !== 'drop-below');
    fc.assert(
      fc.property(stacks, idempotent, (list, each) => {
        const once = transformProfile(profileOfStacks(list), [each]);
        expect(treeAsText(aggregate(transformProfile(once, [each])))).toBe(treeAsText(aggregate(once)));
      }),
      runs,
    );
  });
});
