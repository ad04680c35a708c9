import { expect, test } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { arithmeticCwd, arithmeticProfile } from '../../profiles/arithmetic';
import { groupsOf, sortGroups } from './groups';

const tree = aggregate(arithmeticProfile('a'));

test('files open to their functions, heaviest first', () => {
  const files = groupsOf(tree, 'files', arithmeticCwd);
  const catalog = files.find(({ label }) => label === 'src/catalog.js')!;
  expect(catalog.kind).toBe('file');
  // render 4, walk 568
  expect([catalog.self, catalog.total]).toEqual([572, 636]);
  expect(catalog.functions.map(({ name, self }) => [name, self])).toEqual([
    ['walk', 568],
    ['render', 4],
    ['visit', 0],
  ]);
  expect(sortGroups(files, { column: 'name', descending: false }).map(({ label }) => label)).toEqual([
    'Garbage collection',
    'Native',
    'node_modules/@db/client/index.js',
    'node_modules/express/lib/layer.js',
    'node_modules/express/lib/router.js',
    'node:fs',
    'node:internal/fs/utils',
    'Program',
    'src/catalog.js',
    'src/server.js',
  ]);
});

test('packages stand beside kinds of code, and each has its functions', () => {
  const groups = groupsOf(tree, 'packages');
  expect(groups.map(({ kind, label, functions }) => `${kind} ${label} ${functions.length}`)).toEqual([
    'category Program 1',
    'category Garbage collection 1',
    'package @db/client 1',
    'category Your code 5',
    'category Node.js 2',
    'category Native 1',
    'package express 2',
  ]);
});
