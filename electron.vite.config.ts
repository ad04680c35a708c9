/**
 * Everything that runs from `out/` except the report's script (scripts/build.mjs):
 *   out/main/{electron,cli,load-runner,fault-proxy,import-worker,judge-worker,snapshot-worker,timeline-worker}.js  Node, ES modules, dependencies stay in node_modules
 *   out/preload/preload.cjs                 self-contained: a sandboxed preload may require only 'electron'
 *   out/renderer                            the UI, the same for the desktop and the web shell
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const root = import.meta.dirname;
/** scripts/build.mjs builds beside the running version and then swaps, so that a build never breaks a running workbench. */
const outFolder = process.env['SCORCHMARK_BUILD_OUT'] ?? path.join(root, 'out');

const mainEntries = {
  electron: 'electron/main.ts',
  cli: 'main/cli/index.ts',
  'load-runner': 'main/load/load-runner.ts',
  'fault-proxy': 'main/load/faults/proxy-process.ts',
  'import-worker': 'main/analysis/import-worker.ts',
  'judge-worker': 'main/report/judge-worker.ts',
  'snapshot-worker': 'main/snapshots/snapshot-worker.ts',
  'timeline-worker': 'main/analysis/timeline-worker.ts',
};

/** Missing entries are named by scripts/build.mjs. */
function present(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries)
      .map(([name, file]) => [name, path.join(root, file)] as const)
      .filter(([, file]) => existsSync(file)),
  );
}

export default defineConfig({
  main: {
    build: {
      outDir: path.join(outFolder, 'main'),
      // The command line runs on the oldest Node we support, which is older than Electron's.
      target: 'node20.19',
      externalizeDeps: true,
      rolldownOptions: {
        input: present(mainEntries),
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: path.join(outFolder, 'preload'),
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: path.join(root, 'electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: path.join(root, 'renderer'),
    plugins: [react()],
    worker: { format: 'es' },
    build: {
      outDir: path.join(outFolder, 'renderer'),
      rolldownOptions: { input: path.join(root, 'renderer/index.html') },
      chunkSizeWarningLimit: 2000,
    },
  },
});
