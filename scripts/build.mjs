// Builds everything into out/: main, preload and renderer with electron-vite, the report's script with vite.
// Builds into a scratch folder first and swaps at the end, so a failed build leaves the last good one.
import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'out');
const scratch = path.join(root, '.tmp', `build-${process.pid}`);

const parts = [
  { name: 'main: electron', source: 'electron/main.ts', result: 'main/electron.js' },
  { name: 'main: cli', source: 'main/cli/index.ts', result: 'main/cli.js' },
  { name: 'main: load runner', source: 'main/load/load-runner.ts', result: 'main/load-runner.js' },
  { name: 'main: fault proxy', source: 'main/load/faults/proxy-process.ts', result: 'main/fault-proxy.js' },
  { name: 'main: import worker', source: 'main/analysis/import-worker.ts', result: 'main/import-worker.js' },
  { name: 'main: judge worker', source: 'main/report/judge-worker.ts', result: 'main/judge-worker.js' },
  {
    name: 'main: snapshot worker',
    source: 'main/snapshots/snapshot-worker.ts',
    result: 'main/snapshot-worker.js',
  },
  {
    name: 'main: timeline worker',
    source: 'main/analysis/timeline-worker.ts',
    result: 'main/timeline-worker.js',
  },
  { name: 'preload', source: 'electron/preload.ts', result: 'preload/preload.cjs' },
  { name: 'renderer', source: 'renderer/index.html', result: 'renderer/index.html' },
  { name: 'report', source: 'renderer/report/client.ts', result: 'report/report.js' },
];

async function buildShells() {
  const { resolveConfig } = await import('electron-vite');
  const { build } = await import('vite');
  const configFile = path.join(root, 'electron.vite.config.ts');
  const { config } = await resolveConfig({ root, configFile, logLevel: 'warn' }, 'build', 'production');
  const names = ['main', 'preload', 'renderer'];
  const wanted = names.filter((name) => present.some((part) => part.result.startsWith(`${name}/`)));
  await Promise.all(wanted.map((name) => build(config[name])));
}

async function buildReport() {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      outDir: path.join(scratch, 'report'),
      emptyOutDir: true,
      lib: {
        entry: path.join(root, 'renderer/report/client.ts'),
        name: 'scorchmarkReport',
        formats: ['iife'],
        fileName: () => 'report.js',
        cssFileName: 'report',
      },
    },
  });
}

/** The package's `bin`: npm sets the exec bit on install, a clone does not. */
async function makeExecutable(file) {
  if (!existsSync(file)) return;
  const code = await readFile(file, 'utf8');
  if (!code.startsWith('#!')) await writeFile(file, `#!/usr/bin/env node\n${code}`);
  await chmod(file, 0o755);
}

async function swapIn() {
  await mkdir(out, { recursive: true });
  const old = `${scratch}-old`;
  await mkdir(old, { recursive: true });
  for (const name of await readdir(scratch)) {
    const place = path.join(out, name);
    if (existsSync(place)) await rename(place, path.join(old, name));
    await rename(path.join(scratch, name), place);
  }
  await rm(old, { recursive: true, force: true });
  await rm(scratch, { recursive: true, force: true });
}

const startedAt = Date.now();
process.env.SCORCHMARK_BUILD_OUT = scratch;
process.env.NODE_ENV = 'production';
/** `node scripts/build.mjs main report` builds only these, for quick turns while working. */
const only = process.argv.slice(2);
const chosen = parts.filter((part) => only.length === 0 || only.includes(part.result.split('/')[0]));
const present = chosen.filter((part) => existsSync(path.join(root, part.source)));
const missing = chosen.filter((part) => !present.includes(part));
try {
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true });
  await Promise.all([buildShells(), present.some((part) => part.name === 'report') && buildReport()]);
  for (const part of present)
    if (!existsSync(path.join(scratch, part.result)))
      throw new Error(`${part.source} was built but ${part.result} did not come out`);
  await makeExecutable(path.join(scratch, 'main', 'cli.js'));
  await swapIn();
} catch (error) {
  await rm(scratch, { recursive: true, force: true });
  console.error(error instanceof Error ? error.message : error);
  console.error('build failed; out/ is as it was');
  process.exit(1);
}
for (const part of missing) console.warn(`NOT BUILT: ${part.name} (${part.source} does not exist)`);
console.log(
  `built ${present.map((part) => part.result).join(', ')} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`,
);
