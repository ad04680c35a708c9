import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { appendNodeOptions, quoteNodeOption, splitNodeFlags } from './node-options';

it.each(['plain', 'with space', 'quo"te', 'back\\slash', 'both "\\ ', `single'quote`, 'tab\there'])(
  'Node reads a quoted option back as it was: %s',
  (name) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'node options-'));
    const file = path.join(folder, `${name}.js`);
    writeFileSync(file, `console.log(__filename)`);
    try {
      const printed = execFileSync(process.execPath, ['-e', '0'], {
        env: { NODE_OPTIONS: appendNodeOptions('', ['--require', file]) },
        encoding: 'utf8',
      });
      expect(printed.trim()).toBe(file);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

it('leaves simple options unquoted and the person’s own in front', () => {
  expect(quoteNodeOption('--require=/a/b.js')).toBe('--require=/a/b.js');
  expect(appendNodeOptions(' --no-warnings ', ['-r', '/a b.js'])).toBe('--no-warnings -r "/a b.js"');
});

it('tells flags for the environment from those for the command line, with their values', () => {
  expect(
    splitNodeFlags([
      '--max_old_space_size=5',
      '--require',
      './x.js',
      '--allow-natives-syntax',
      '--title',
      'a b',
    ]),
  ).toEqual({
    inEnvironment: ['--max_old_space_size=5', '--require', './x.js', '--title', 'a b'],
    onCommandLine: ['--allow-natives-syntax'],
  });
});
