import { expect, test } from 'vitest';
import { aggregate } from '../../profiles/call-tree';
import { profileOf } from '../../profiles/testing';
import { resolveKey } from './trees';

const tree = aggregate(
  profileOf(
    ['render:/home/me/shop/src/catalog.js:12', 10],
    ['render:/home/me/shop/src/cart.js:40', 10],
    ['render:/home/me/shop/src/cart.js:90', 10],
    ['', 40],
  ),
);
const found = (key: string) => resolveKey(tree, key).split('\n').slice(1, 3).join(':');

test('a link without a column finds its function', () => {
  expect(found('render\n/home/me/shop/src/cart.js\n90')).toBe('/home/me/shop/src/cart.js:90');
});

test('a link from another checkout finds the function whose path ends alike, on the nearest line', () => {
  expect(found('render\n/ci/build-7/shop/src/cart.js\n43')).toBe('/home/me/shop/src/cart.js:40');
  expect(found('render\nfile:///ci/catalog.js\n1')).toBe('/home/me/shop/src/catalog.js:12');
});

test('a function that is not there stays what the link said', () => {
  expect(resolveKey(tree, 'other\n/x.js\n1')).toBe('other\n/x.js\n1');
  expect(resolveKey(tree, 'render\n/elsewhere/unlike.js\n1')).toBe('render\n/elsewhere/unlike.js\n1');
});
