import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { categorise } from './categories';

describe('the origin of a function', () => {
  it.each([
    ['(garbage collector)', '', 'gc', ''],
    ['(program)', '', 'program', ''],
    ['(idle)', '', 'idle', ''],
    ['(root)', '', 'root', ''],
    ['(idle)', 'file:///app/a.js', 'app', ''],
    ['writeUtf8String', '', 'native', ''],
    ['memcpy', '/usr/lib/x86_64-linux-gnu/libc.so.6', 'native', ''],
    ['do_syscall_64', '[kernel.kallsyms]', 'native', ''],
    ['uv_run', '/usr/bin/node', 'native', ''],
    [
      'query',
      '/shop/node_modules/better-sqlite3/build/Release/better_sqlite3.so',
      'dependency',
      'better-sqlite3',
    ],
    ['wasm-function[3]', 'wasm://wasm/0a1b2c', 'native', ''],
    ['compile', 'node:internal/modules/cjs/loader', 'node', ''],
    ['emit', 'events.js', 'node', ''],
    ['emit', 'internal/streams/readable.js', 'node', ''],
    ['render', 'file:///home/me/shop/src/catalog.ts', 'app', ''],
    ['main', '/home/me/shop/server.js', 'app', ''],
    ['main', 'C:\\shop\\server.js', 'app', ''],
    ['[eval]', '[eval]', 'app', ''],
    ['next', 'file:///shop/node_modules/express/lib/router.js', 'dependency', 'express'],
    ['next', 'C:\\shop\\node_modules\\@fastify\\static\\index.js', 'dependency', '@fastify/static'],
    ['next', '/shop/node_modules/a/node_modules/b/index.js', 'dependency', 'b'],
    ['next', '/shop/node_modules/.pnpm/@scope+p@1.0.0/node_modules/@scope/p/x.js', 'dependency', '@scope/p'],
    ['next', 'file:///shop/node_modules/%40scope/p/x.js', 'dependency', '@scope/p'],
    ['next', 'file:///shop/node_modules/100%/x.js', 'dependency', '100%'],
    ['main', '/shop/node_modules/.bin/tool.js', 'app', ''],
    ['report', '/opt/node_modules/scorchmark/main/agent/agent.cjs', 'profiler', ''],
    ['report', 'C:\\tools\\scorchmark\\main\\agent\\runtime-metrics.cjs', 'profiler', ''],
    ['', 'scorchmark:cpu-rotate', 'profiler', ''],
    ['report', '/shop/main/agent/sales.cjs', 'app', ''],
  ])('of %s in %s is %s %s', (name, url, category, packageName) => {
    expect(categorise(name, url)).toEqual({ category, packageName });
  });

  it('is the profiler for every file of ours that runs inside the target', () => {
    const files = readdirSync(new URL('../main/agent', import.meta.url)).filter((name) =>
      name.endsWith('.cjs'),
    );
    expect(files).toContain('heap-snapshot.cjs');
    for (const name of files)
      expect([name, categorise('f', `/opt/scorchmark/main/agent/${name}`).category]).toEqual([
        name,
        'profiler',
      ]);
  });
});
