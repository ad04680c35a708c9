import path from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, test } from 'vitest';
import { layerOf, violation } from './eslint-layers';

const root = path.resolve(import.meta.dirname, '..');
const at = (file: string): string => path.join(root, file);

describe('imports go left to right', () => {
  test.each([
    ['main/run/run.ts', '../load', 'main/run may import main/load'],
    ['main/engine.ts', './serve/serve', undefined],
    ['main/cli/serve.ts', '../engine', 'the command line may import the engine'],
    ['electron/main.ts', '../main/serve/content-security', 'the desktop shell may import the web shell'],
    ['renderer/transport/index.ts', '../../main/api', 'the renderer may import the contract'],
    ['renderer/flame/draw.ts', '../../profiles/tree', 'the renderer may import the profile model'],
    ['profiles/importers/pprof.ts', '../builder', 'a layer may import from itself'],
    ['main/load/autocannon.ts', 'autocannon', 'packages are not layers'],
  ])('%s → %s', (from, specifier, allowed) => {
    if (allowed) expect(violation(at(from), specifier), allowed).toBeUndefined();
    else expect(violation(at(from), specifier)).toContain('to its right');
  });

  test.each([
    ['profiles/builder.ts', '../main/errors'],
    ['main/capture/cpu.ts', '../run/run'],
    ['main/engine.ts', '../electron/main'],
    ['main/serve/serve.ts', '../cli/serve'],
    ['main/report/html.ts', '../../renderer/report/client'],
    ['renderer/App.tsx', '../main/engine'],
    ['renderer/App.tsx', '../electron/channels'],
    ['main/run/run.ts', '../../scripts/build.mjs'],
  ])('%s may not import %s', (from, specifier) => {
    expect(violation(at(from), specifier)).toBeTypeOf('string');
  });

  test('a file’s layer is its folder, or itself where it stands alone', () => {
    expect(layerOf(at('main/api.ts'))).toBe('main/api');
    expect(layerOf(at('main/target/launch.test.ts'))).toBe('main/target');
    expect(layerOf(at('profiles/types.ts'))).toBe('profiles');
    expect(layerOf(at('e2e/story.spec.ts'))).toBeUndefined();
  });
});

test('the rule is on: eslint reports a wrong import in every form it can have', async () => {
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: { languageOptions: { parserOptions: { project: null } } },
  });
  const code = [
    `import '../engine.js';`,
    `export * from '../run/run.js';`,
    `export { x } from '../cli/index.js';`,
    `void import('../../electron/main.js');`,
  ].join('\n');
  const [result] = await eslint.lintText(code, { filePath: at('main/capture/wrong.mjs') });
  const reported = result?.messages
    .filter(({ ruleId }) => ruleId === 'scorchmark/layers')
    .map(({ line }) => line);
  expect(reported).toEqual([1, 2, 3, 4]);
});
