/** Opens the workbench: the desktop app, or the same UI in the browser where that cannot run. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { packageRoot } from '../paths';
import { serveCommand } from './serve';
import type { DataFolderOption } from './with-engine';

/** The desktop binary if it is there, or one line saying why the desktop app cannot run here. Never downloads. */
export function findDesktop(env: NodeJS.ProcessEnv = process.env): { binary: string } | { whyNot: string } {
  if (process.platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'])
    return { whyNot: 'no display' };
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('electron/package.json'));
    const named = path.join(folder, 'path.txt');
    const binary = env['ELECTRON_OVERRIDE_DIST_PATH']
      ? path.join(env['ELECTRON_OVERRIDE_DIST_PATH'], 'electron')
      : existsSync(named)
        ? path.join(folder, 'dist', readFileSync(named, 'utf8'))
        : undefined;
    if (binary && existsSync(binary)) return { binary };
  } catch {
    // not installed: said below
  }
  return { whyNot: "Electron's binary is not installed" };
}

/** Opens the workbench, on a file or session if given. Resolves with the exit code when it was closed. */
export async function openWorkbench(
  options: DataFolderOption,
  show?: { sessionId: string },
): Promise<number> {
  const desktop = findDesktop();
  if ('whyNot' in desktop) {
    process.stderr.write(
      `The desktop app cannot run here (${desktop.whyNot}); opening the workbench in the browser.\n`,
    );
    return serveCommand({ ...options, open: true }, show);
  }
  const args = [packageRoot, ...(show ? [`--session=${show.sessionId}`] : [])];
  const env = options.dataFolder
    ? { ...process.env, SCORCHMARK_HOME: path.resolve(options.dataFolder) }
    : process.env;
  const child = spawn(desktop.binary, args, { stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
