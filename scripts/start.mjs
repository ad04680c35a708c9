// `npm start`: builds what is out of date, then opens the desktop app; where that cannot run, says why in one line
// and opens the same UI in the browser. Arguments go to whichever it is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { findElectron } from './find-electron.mjs';

const root = path.resolve(import.meta.dirname, '..');
const cli = path.join(root, 'out', 'main', 'cli.js');
const sources = ['electron', 'main', 'profiles', 'renderer', 'electron.vite.config.ts', 'package.json'];
/** A desktop app that ends this soon with an error never opened. */
const failedStartMs = 5000;

function newestMtime(file) {
  const stats = statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...readdirSync(file).map((name) => newestMtime(path.join(file, name))));
}

function isBuildCurrent() {
  const results = [cli, path.join(root, 'out/main/electron.js'), path.join(root, 'out/renderer/index.html')];
  if (!results.every((file) => existsSync(file))) return false;
  const present = sources.map((name) => path.join(root, name)).filter((file) => existsSync(file));
  return Math.max(...present.map(newestMtime)) <= Math.min(...results.map((file) => statSync(file).mtimeMs));
}

/** Resolves with the exit code; a signal to us goes on to the child, which then decides when to end. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: process.cwd(), ...options });
    const forward = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, forward);
      resolve(code ?? (signal ? 1 : 0));
    });
  });
}

async function openDesktop() {
  const desktop = await findElectron();
  if (desktop.whyNot) return desktop;
  const { ELECTRON_RUN_AS_NODE: _dropped, ...env } = process.env;
  const startedAt = Date.now();
  try {
    const exitCode = await run(desktop.binary, [root, ...process.argv.slice(2)], { env });
    if (exitCode !== 0 && Date.now() - startedAt < failedStartMs)
      return { whyNot: `Electron ended with code ${exitCode} right after its start` };
    return { exitCode };
  } catch (error) {
    return { whyNot: `Electron could not be started: ${error.code ?? error.message}` };
  }
}

if (existsSync(path.join(root, 'electron', 'main.ts')) && !isBuildCurrent()) {
  const code = await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')]);
  if (code !== 0) process.exit(code);
}
const { whyNot, exitCode } = await openDesktop();
if (whyNot === undefined) process.exit(exitCode);
console.log(`The desktop app cannot run here (${whyNot}); opening the workbench in the browser instead.`);
process.exit(await run(process.execPath, [cli, 'serve', '--open', ...process.argv.slice(2)]));
