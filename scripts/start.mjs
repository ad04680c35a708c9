// `npm start`: builds what is out of date, then opens the desktop app; where that cannot run, says why in one line
// and opens the same UI in the browser. Arguments go to whichever it is.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const cli = path.join(root, 'out', 'main', 'cli.js');
const sources = ['electron', 'main', 'profiles', 'renderer', 'electron.vite.config.ts', 'package.json'];
/** Long enough for a slow line to fetch 120 MB, short enough that a blocked one does not look like a hang. */
const downloadTimeoutMs = 180_000;
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

/** The desktop binary, fetched when the electron package has not done so yet, or the reason why there is none. */
async function findDesktop() {
  if (process.env.SCORCHMARK_SHELL === 'web') return { whyNot: 'SCORCHMARK_SHELL=web' };
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { whyNot: 'there is no display' };
  let folder;
  try {
    folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return { whyNot: 'the electron package is not installed' };
  }
  const found = binaryIn(folder);
  if (found) return { binary: found };
  console.log('Fetching the desktop shell (Electron, once)…');
  if (!(await download(folder))) return { whyNot: "Electron's binary could not be downloaded" };
  const binary = binaryIn(folder);
  return binary ? { binary } : { whyNot: "Electron's binary is not where its package says" };
}

function binaryIn(folder) {
  const pathFile = path.join(folder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : undefined;
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const binary = dist ? path.join(dist, name ?? 'electron') : name && path.join(folder, 'dist', name);
  return binary && existsSync(binary) ? binary : undefined;
}

/** Its package's own installer, without its stack traces and not for ever. */
function download(folder) {
  return new Promise((resolve) => {
    const installer = spawn(process.execPath, [path.join(folder, 'install.js')], { stdio: 'ignore' });
    const timer = setTimeout(() => installer.kill('SIGKILL'), downloadTimeoutMs);
    installer.once('error', () => resolve(false));
    installer.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

async function openDesktop() {
  const desktop = await findDesktop();
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
