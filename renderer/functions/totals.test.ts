import { expect, test } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { arithmeticCwd, arithmeticProfile } from '../../profiles/arithmetic';
import { groupTotals, sortGroups, type Grouping } from './totals';

const groups = (grouping: Grouping, includeIdle = false) =>
  groupTotals(aggregate(arithmeticProfile('a'), { includeIdle }), grouping, arithmeticCwd).map(
    ({ label, self, total, sampleCount }) => [label, self, total, sampleCount],
  );

test('packages stand beside the other kinds of code; each stack counts once in a total', () => {
  expect(groups('packages')).toEqual([
    ['Program', 8192, 8192, 1],
    ['Garbage collection', 2048, 2048, 1],
    ['@db/client', 1024, 1408, 1],
    // main 1, handle 2, render 4, walk 568
    ['Your code', 575, 2047, 8],
    ['Node.js', 384, 384, 2],
    ['Native', 64, 64, 1],
    ['express', 0, 510, 0],
  ]);
});

test('kinds of code add up to everything, with idle time when it is asked for', () => {
  const rows = groups('categories', true);
  expect(rows).toContainEqual(['Idle', 4096, 4096, 1]);
  // express 510 with the query in it, and the other query 1024
  expect(rows).toContainEqual(['Dependencies', 1024, 1534, 1]);
  expect(rows.reduce((sum, [, self]) => sum + Number(self), 0)).toBe(16_383);
});

test('files are named from the project, and open to their functions', () => {
  const tree = aggregate(arithmeticProfile('a'));
  const files = groupTotals(tree, 'files', arithmeticCwd);
  const catalog = files.find(({ label }) => label === 'src/catalog.js')!;
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
