import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aggregate, treeAsText } from '../call-tree';
import { ProfileFormatError } from '../errors';
import { collapsed } from './collapsed';
import { collapsedFrame } from './collapsed-frame';
import { importProfiles } from './index';
import { sourceOfBytes } from './source';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const open = (text: string, name = 'given.collapsed') => collapsed.parse(sourceOfBytes(name, bytesOf(text)));
const tree = (text: string) => treeAsText(aggregate(open(text).profiles[0]!.profile, { includeIdle: true }));
const detects = (text: string, fileName = 'out.txt') =>
  collapsed.detect({ fileName, bytes: bytesOf(text), text });

describe('collapsed stacks', () => {
  it('of a real tool are added up to the sums in the file', () => {
    const text = readFileSync(new URL('samples/perl-shop.collapsed', import.meta.url), 'utf8');
    const { format, profiles } = importProfiles(sourceOfBytes('calls.txt', bytesOf(text)));
    expect(format).toBe('collapsed');
    const lines = text.trim().split('\n');
    const sum = lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
    expect(aggregate(profiles[0]!.profile).totalWeight).toBe(sum);
    expect(profiles[0]!.profile.samples.length).toBe(lines.length);
    expect(treeAsText(aggregate(profiles[0]!.profile))).toMatchSnapshot();
  });

  it('become a call tree of counts', () => {
    expect(tree('main;work 2\nmain;work;parse 3\nmain 1\n')).toBe(
      '(root) 0/6\n  main 1/6\n    work 2/5\n      parse 3/3',
    );
    expect(open('a 1').profiles[0]!.profile).toMatchObject({ unit: 'count', startUs: 0, endUs: 0 });
  });

  it('may have comments, empty lines, CRLF, a last line without end, names with blanks and fractions', () => {
    expect(tree('# perf\r\n\r\nmy thread;operator new 2\r\nmy thread 0.5')).toBe(
      '(root) 0/2.5\n  my thread 0.5/2.5\n    operator new 2/2',
    );
  });

  it('keep what V8 calls (root) as the root', () => {
    expect(tree('(root) 1\n(root);(idle) 2')).toBe('(root) 1/3\n  (idle) 2/2');
  });

  it('are read across the borders of pieces', () => {
    const parts = [...'main;wörk 12\nmain;b 3'].map(bytesOf);
    const { profiles } = collapsed.parse(sourceOfBytes('x', parts));
    expect(treeAsText(aggregate(profiles[0]!.profile))).toBe(
      '(root) 0/15\n  main 0/15\n    wörk 12/12\n    b 3/3',
    );
  });

  it('name the line that is none', () => {
    const refused = () => open('main;a 1\nmain;b\nmain;c 2\n');
    expect(refused).toThrow(ProfileFormatError);
    expect(refused).toThrow('line 2 does not end with a count: "main;b"');
    expect(() => open('# nothing\n')).toThrow('has no stacks');
    expect(() => open('a;b -3')).toThrow('line 1');
    expect(() => open('a'.repeat(17 * 1024 ** 2))).toThrow('longer than 16 MB');
  });

  it('have counts up to 2^53 - 1; a larger one is refused as such', () => {
    expect(tree('a 9007199254740991')).toContain('a 9007199254740991/9007199254740991');
    const refused = () => open('a;b 1\na;b 9007199254740993\n');
    expect(refused).toThrow(ProfileFormatError);
    expect(refused).toThrow(
      'The count in line 2 of given.collapsed is too large to be added up exactly: 9007199254740993.',
    );
    expect(() => open(`a ${'9'.repeat(400)}`)).toThrow('is too large');
  });

  it('take stacks 20,000 deep', () => {
    const { nodes } = open(`${Array.from({ length: 20_000 }, (_, i) => `f${i % 7}`).join(';')} 1`)
      .profiles[0]!.profile;
    expect(nodes.length).toBe(20_001);
  });
});

describe('a frame', () => {
  it.each([
    ['parse (/app/a b.js:12:5)', 'parse', '/app/a b.js', 12, 5],
    ['parse (C:\\app\\x.js:12)', 'parse', 'C:\\app\\x.js', 12, 0],
    ['get (node:fs)', 'get', 'node:fs', 0, 0],
    ['<module> (script.py:7)', '<module>', 'script.py', 7, 0],
    ['LazyCompile:*handle /app/x.js:10:3', 'handle', '/app/x.js', 10, 3],
    [
      '~onread node:internal/stream_base_commons:160:3',
      'onread',
      'node:internal/stream_base_commons',
      160,
      3,
    ],
    ['JS:^run file:///app/x.mjs:4:1', 'run', 'file:///app/x.mjs', 4, 1],
    ['block in run - /srv/app.rb:31', 'block in run', '/srv/app.rb', 31, 0],
    ['java/lang/Thread.run_[j]', 'java/lang/Thread.run', '', 0, 0],
    ['do_syscall_64_[k]', 'do_syscall_64', '', 0, 0],
    ['malloc (/usr/lib/libc.so.6)', 'malloc (/usr/lib/libc.so.6)', '', 0, 0],
    ['std::pair<int, int> f(int, char)', 'std::pair<int, int> f(int, char)', '', 0, 0],
    ['Foo::~Foo()', 'Foo::~Foo()', '', 0, 0],
    ['at 10:30', 'at 10:30', '', 0, 0],
  ])('%s', (text, name, url, line, column) => {
    expect(collapsedFrame(text)).toEqual({ name, url, line, column });
  });
});

describe('the format', () => {
  it('is recognised by its lines', () => {
    expect(detects('main;work 2\nmain;work;parse 3\n')).toBe(true);
    expect(detects('# from perf\nnode;main;a b 2\n')).toBe(true);
    expect(detects('main 3\nother 2\n', 'x.folded')).toBe(true);
  });

  it.each([
    ['prose', 'We met at 10; it was 20\nThen nothing\n'],
    ['a list of numbers', 'apples 3\npears 4\n'],
    ['JSON', '{"a;b": 1}'],
    ['CSV', 'a;b;c\n1;2;3\n'],
    ['source code', 'let x = 1; let y = 2\nfor (;;) 3\n'],
    ['a log', '12:00 started 5; ok\n12:01 ended 6\n'],
    ['nothing', ''],
    ['binary data', 'a;b\0 3\n'],
  ])('is not %s', (_, text) => {
    expect(detects(text)).toBe(false);
  });
});
