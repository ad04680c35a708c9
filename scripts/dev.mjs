// `npm run dev`: the desktop app with hot reload where Electron's binary is installed; elsewhere the web shell, rebuilt
// and restarted at each change of a source file.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import path from 'node:path';
import { findElectron } from './find-electron.mjs';

const root = path.resolve(import.meta.dirname, '..');

function start(...args) {
  return spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
}

function ended(child) {
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

const desktop = await findElectron();
if (!desktop.whyNot) {
  process.exit(await ended(start('node_modules/electron-vite/bin/electron-vite.js', 'dev')));
}
console.error(
  `The desktop app cannot run here (${desktop.whyNot}); serving the workbench to the browser instead.`,
);

const folders = ['main', 'profiles', 'renderer'];
let server;
let again = false;
let working = false;

async function rebuild() {
  again = true;
  if (working) return;
  working = true;
  while (again) {
    again = false;
    const code = await ended(start('scripts/build.mjs'));
    if (code !== 0) continue;
    if (server) {
      const gone = ended(server);
      server.kill('SIGINT');
      await gone;
    }
    server = start('out/main/cli.js', 'serve');
  }
  working = false;
}

let timer;
for (const folder of folders)
  watch(path.join(root, folder), { recursive: true }, (_event, file) => {
    if (!/\.(ts|tsx|css|cjs|html)$/.test(file ?? '') || /\.test\./.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(rebuild, 200);
  });
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, async () => {
    if (server) {
      const gone = ended(server);
      server.kill('SIGINT');
      await gone;
    }
    process.exit(0);
  });
await rebuild();
