// Electron's binary: its package fetches it on first use, which fails where there is no way out to the network.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Long enough for a slow line to fetch 120 MB, short enough that a blocked one does not look like a hang. */
const downloadTimeoutMs = 180_000;

/** @returns {Promise<{ binary?: string, whyNot?: string }>} the desktop binary, fetched when the electron package has not done so yet, or the reason why there is none. */
export async function findElectron() {
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
