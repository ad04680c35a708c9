/** The agent when nobody answers it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { agentFile } from '../paths';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function runWithAgent(
  enginePid: number,
): Promise<{ out: string; code: unknown; files: string[]; folder: string }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'agent-test-'));
  folders.push(folder);
  const child = spawn(
    process.execPath,
    ['--require', agentFile, '--inspect-publish-uid=http', '-p', '"ran"'],
    {
      env: { ...process.env, SCORCHMARK_DIR: folder, SCORCHMARK_ENGINE_PID: String(enginePid) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let out = '';
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (out += text.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  return { out, code, files: readdirSync(folder), folder };
}

it('runs on unprofiled, and says so, when the workbench is silent', async () => {
  const { out, code, files, folder } = await runWithAgent(process.pid);
  expect(out).toBe('ran\n');
  expect(code).toBe(0);
  const [error] = files.filter((file) => file.startsWith('error-'));
  expect(JSON.parse(readFileSync(path.join(folder, error ?? ''), 'utf8'))).toMatchObject({
    code: 'ENGINE_SILENT',
  });
});

it('does nothing at all when the workbench is gone', async () => {
  const gone = spawn(process.execPath, ['-e', '0']);
  await once(gone, 'exit');
  const { out, files } = await runWithAgent(gone.pid ?? 0);
  expect(out).toBe('ran\n');
  expect(files).toEqual([]);
});
