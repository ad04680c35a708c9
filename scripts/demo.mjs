// Records the bundled shop under its load without a UI, prints the summary and writes the HTML report.
import { spawn } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const report = path.resolve('scorchmark-demo.html');

function run(...args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const built = await run('scripts/build.mjs');
process.exitCode =
  built ||
  (await run(
    'out/main/cli.js',
    'record',
    '--sample',
    'shop',
    '--duration',
    '10s',
    '--quiet',
    '--tag',
    'demo',
    '--report',
    report,
  ));
