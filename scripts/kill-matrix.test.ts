/** The short form of `npm run test:kill`, on the built product. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const built = path.resolve(import.meta.dirname, '..', 'out', 'main', 'cli.js');
const script = path.join(import.meta.dirname, 'kill-matrix.mjs');

it.runIf(process.platform === 'linux' && existsSync(built))(
  'a workbench killed while recording leaves no process and no folder, and the session is there at the next start',
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '3'], { encoding: 'utf8' });
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toContain('3 of 3 ok');
  },
);
