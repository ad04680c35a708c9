import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { packageRoot } from '../paths';
import { commandLineOfPid } from './inspector-finder';
import { isAlive, listProcesses } from './process-table';
import { programFolder, removeProgramFolder } from './test-support';

let folder: string | undefined;
let engine: ChildProcess | undefined;
afterEach(async () => {
  engine?.kill('SIGKILL');
  if (folder) await removeProgramFolder(folder);
});

/** The workbench in small: launches a target that spreads out, and tells what there is. */
const engineText = `
import { spawn } from 'node:child_process';
const { launchTarget, guardProcess, createClock } = await import(${JSON.stringify(pathToFileURL(path.join(packageRoot, 'main/target/index.ts')).href)});
const helper = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
guardProcess(helper.pid);
const none = () => {};
let pids = [];
const target = await launchTarget({
  spec: { kind: 'launch', argv: ['node', 'tree.js'], env: {}, nodeFlags: [], shell: false },
  clock: createClock(),
  handlers: {
    onProcess: none, onProcessExit: none, onThread: async () => {}, onThreadEnding: async () => {}, onListen: none, onWarning: none,
    onOutput: (lines) => {
      pids.push(...lines.map((line) => Number(line.text)));
      if (pids.length === 3) console.log(JSON.stringify({ pids: [target.pid, ...pids, helper.pid], folder: target.folder.path }));
    },
  },
});
process.on('SIGUSR2', () => void target.stop({ graceMs: 100 }).then(() => process.exit(0)));
`;

const treeText = `
const { spawn } = require('child_process');
process.on('SIGTERM', () => process.argv[2] || process.exit(0));
setInterval(() => {}, 1000);
console.log(process.pid);
if (!process.argv[2]) {
  // A Node child in a group of its own that ignores the polite signal, and a plain one whose parent has gone.
  spawn(process.execPath, [__filename, 'child'], { detached: true, stdio: 'inherit' });
  spawn('sh', ['-c', 'sleep 1000 & echo $!'], { detached: true, stdio: ['ignore', 'inherit', 'ignore'] });
}`;

async function startEngine(): Promise<{ pids: number[]; folder: string; reaper: number }> {
  folder = await programFolder({ 'engine.mts': engineText, 'tree.js': treeText });
  engine = spawn(
    process.execPath,
    [
      '--import',
      pathToFileURL(path.join(packageRoot, 'node_modules/tsx/dist/esm/index.mjs')).href,
      'engine.mts',
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (!engine.stdout) throw new Error('no pipe');
  const told = JSON.parse(String((await once(engine.stdout, 'data'))[0])) as {
    pids: number[];
    folder: string;
  };
  const children = (await listProcesses()).filter((row) => row.ppid === engine?.pid).map((row) => row.pid);
  const reaper = children.find((pid) =>
    commandLineOfPid(pid).some((argument) => argument.endsWith('reaper.cjs')),
  );
  return { ...told, reaper: reaper ?? 0 };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

it('leaves no process and no folder when the workbench is killed', async () => {
  const { pids, folder: agents, reaper } = await startEngine();
  expect([...pids, reaper].every(isAlive)).toBe(true);
  expect(existsSync(agents)).toBe(true);
  // Ctrl-C and a closing terminal reach the reaper, too; it stays.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.kill(reaper, signal);
  engine?.kill('SIGKILL');
  await until(() => !isAlive(reaper));
  expect(pids.filter(isAlive)).toEqual([]);
  expect(existsSync(agents)).toBe(false);
});

it('just ends when the workbench ends in order', async () => {
  const { pids, reaper } = await startEngine();
  engine?.kill('SIGUSR2');
  await until(() => !isAlive(reaper));
  // The helper was never unguarded, so it went as well.
  expect(pids.filter(isAlive)).toEqual([]);
});
