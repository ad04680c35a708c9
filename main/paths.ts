/** Where the package's own files are, whether the code runs from `out/` (built) or from source (tests). */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

function findPackageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string };
      if (name === 'scorchmark') return folder;
    }
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error('scorchmark: package.json not found above ' + import.meta.url);
    folder = parent;
  }
}

export const packageRoot = findPackageRoot();
export const version = (
  JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version;

/** Plain CommonJS loaded into targets with `--require`; ships unbuilt. */
export const agentFile = path.join(packageRoot, 'main', 'agent', 'agent.cjs');
/** Bundled samples (`resources/samples/<name>`). */
export const samplesFolder = path.join(packageRoot, 'resources', 'samples');
/** Built helper processes and assets. */
export const loadRunnerFile = path.join(packageRoot, 'out', 'main', 'load-runner.js');
export const proxyFile = path.join(packageRoot, 'out', 'main', 'fault-proxy.js');
export const importWorkerFile = path.join(packageRoot, 'out', 'main', 'import-worker.js');
export const judgeWorkerFile = path.join(packageRoot, 'out', 'main', 'judge-worker.js');
export const snapshotWorkerFile = path.join(packageRoot, 'out', 'main', 'snapshot-worker.js');
export const timelineWorkerFile = path.join(packageRoot, 'out', 'main', 'timeline-worker.js');
export const reaperFile = path.join(packageRoot, 'main', 'agent', 'reaper.cjs');
export const faultHelperFile = path.join(packageRoot, 'main', 'agent', 'fault-helper.cjs');
export const rendererFolder = path.join(packageRoot, 'out', 'renderer');
export const reportClientFile = path.join(packageRoot, 'out', 'report', 'report.js');
export const reportStyleFile = path.join(packageRoot, 'out', 'report', 'report.css');

/** Only the built engine has the built threads beside it; from source, work is done in place. */
export function isBuilt(workerFile: string): boolean {
  return path.dirname(workerFile) === outFolderOf(fileURLToPath(import.meta.url)) && existsSync(workerFile);
}

function outFolderOf(file: string): string {
  const folder = path.dirname(file);
  return path.basename(folder) === 'chunks' ? path.dirname(folder) : folder;
}

/**
 * The environment in which our own helper processes run with `process.execPath`:
 * inside Electron that binary must be told to behave as plain Node.
 */
export function helperEnv(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _dropped, ...env } = process.env;
  return process.versions['electron'] ? { ...env, ELECTRON_RUN_AS_NODE: '1' } : env;
}
