import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledPath, findBundlerRoot, originalUrl } from './original-urls';
import { filePathOf, inlineSourceMap, namedSourceMap, sourceMapPath } from './source-map-comment';

describe('the URL of an original', () => {
  it.each([
    ['../src/a.ts', 'file:///app/dist/a.js', 'a.js.map', undefined, 'file:///app/src/a.ts'],
    ['../src/a.ts', '/app/dist/a.js', 'maps/a.js.map', undefined, '/app/dist/src/a.ts'],
    ['a b#1?.ts', '/app/a.js', '', undefined, '/app/a b#1?.ts'],
    ['a.ts', '/app/dist/a.js', '', '../src/', '/app/src/a.ts'],
    ['/abs/a.ts', 'file:///app/a.js', '', undefined, 'file:///abs/a.ts'],
    ['file:///abs/a.ts', '/app/a.js', '', undefined, '/abs/a.ts'],
    ['https://cdn.example/a.ts', '/app/a.js', '', undefined, 'https://cdn.example/a.ts'],
    ['C:\\proj\\a.ts', 'C:\\proj\\a.js', '', undefined, 'C:/proj/a.ts'],
  ])('%s named by %s', (source, scriptUrl, sourceMapUrl, sourceRoot, expected) => {
    expect(originalUrl(source, { scriptUrl, sourceMapUrl, sourceRoot })).toBe(expected);
  });

  it('leads bundlers’ own URLs to the files of the project, where it is known', () => {
    const base = { scriptUrl: '/app/dist/main.js', sourceMapUrl: 'main.js.map', root: '/app' };
    expect(originalUrl('webpack://shop/./src/a.ts', base)).toBe('/app/src/a.ts');
    expect(originalUrl('webpack:///./node_modules/x/i.js?abcd', base)).toBe('/app/node_modules/x/i.js');
    expect(originalUrl('webpack://shop/webpack/bootstrap', base)).toBe('webpack://shop/webpack/bootstrap');
    expect(originalUrl('webpack://shop/./src/a.ts', { ...base, root: undefined })).toBe(
      'webpack://shop/src/a.ts',
    );
    expect(bundledPath('webpack://shop/external "fs"')).toBeUndefined();
  });

  it('finds the project by its own files, above the bundle', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-root-'));
    try {
      await mkdir(path.join(folder, 'src'));
      await writeFile(path.join(folder, 'src/a.ts'), '');
      const script = path.join(folder, 'dist/deep/main.js');
      expect(await findBundlerRoot(script, ['webpack://x/webpack/bootstrap', 'webpack://x/./src/a.ts'])).toBe(
        folder,
      );
      expect(await findBundlerRoot(script, ['webpack://x/./src/missing.ts'])).toBeUndefined();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the comment that names a source map', () => {
  it('is the last one; texts that only speak of it are none', () => {
    expect(namedSourceMap('a();\n//# sourceMappingURL=a.js.map\n')).toBe('a.js.map');
    expect(namedSourceMap('a {}\n/*# sourceMappingURL=a.css.map */')).toBe('a.css.map');
    expect(namedSourceMap('//# sourceMappingURL=old.map\nb();\n//@ sourceMappingURL=new.map')).toBe(
      'new.map',
    );
    expect(namedSourceMap('const text = "//# sourceMappingURL=" + url;')).toBe('');
    expect(namedSourceMap('const text = `\\n//# sourceMappingURL=data:x,${map}`;')).toBe('');
    expect(namedSourceMap('nothing')).toBe('');
  });

  it('may carry the map itself', () => {
    const base64 = Buffer.from('{"version":3}').toString('base64');
    expect(inlineSourceMap(`data:application/json;charset=utf-8;base64,${base64}`)).toBe('{"version":3}');
    expect(inlineSourceMap('data:application/json,%7B%22version%22%3A3%7D')).toBe('{"version":3}');
    expect(inlineSourceMap('a.js.map')).toBeUndefined();
  });

  it('leads to a file beside the script, never to the network', () => {
    expect(sourceMapPath('file:///app/dist/a.js', 'a%20b.js.map?v=1')).toBe(
      path.resolve('/app/dist/a b.js.map'),
    );
    expect(sourceMapPath('/app/dist/a.js', 'https://cdn.example/a.js.map')).toBeUndefined();
    expect(sourceMapPath('node:fs', 'fs.js.map')).toBeUndefined();
    expect(filePathOf('wasm://wasm/1')).toBeUndefined();
  });
});
