import { describe, expect, it } from 'vitest';
import { formatLocation, projectPath } from './location';

describe('the place of a function', () => {
  it.each([
    ['file:///home/me/shop/src/catalog.ts', '/home/me/shop', 'src/catalog.ts'],
    ['/home/me/shop/src/catalog.ts', '/home/me/shop/', 'src/catalog.ts'],
    ['file:///home/me/shared/log.js', '/home/me/shop', '../shared/log.js'],
    ['file:///home/me/with%20space/a.js', '/home/me/with space', 'a.js'],
    ['file:///home/me/100%/a.js', '/home/me/shop', '../100%/a.js'],
    ['file:///C:/work/shop/a.js', 'C:\\work\\shop', 'a.js'],
    ['/usr/lib/node_modules/npm/lib/cli.js', '/home/me/shop', 'node_modules/npm/lib/cli.js'],
    ['/opt/elsewhere/a.js', '/home/me/shop', '/opt/elsewhere/a.js'],
    ['/home/me/shop2/a.js', '/home/me/shop', '../shop2/a.js'],
    ['node:fs', '/home/me/shop', 'node:fs'],
  ])('%s seen from %s is %s', (url, cwd, path) => {
    expect(projectPath(url, cwd)).toBe(path);
  });

  it('has its line when that is known', () => {
    expect(formatLocation('file:///shop/a.js', 41, '/other/place')).toBe('/shop/a.js:41');
    expect(formatLocation('file:///home/shop/a.js', 41, '/home/shop')).toBe('a.js:41');
    expect(formatLocation('node:fs', 0)).toBe('node:fs');
    expect(formatLocation('', 0)).toBe('');
  });
});
