// Records every kind of target with every supported Node and prints what came of it:
//   node scripts/record-matrix.mjs [--nodes 18,20] [--only cluster] [--cli file] [--verbose]
// Needs a build (`npm run test:matrix` makes one) and, the first time, npm's registry for the other Node binaries.
// Exits with 1 when a cell failed.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { cases, runCase } from './record-matrix-cases.mjs';

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, '..');
const allMajors = ['18', '20', '22', '24', '26'];

const { values: options } = parseArgs({
  options: {
    nodes: { type: 'string', default: allMajors.join(',') },
    only: { type: 'string', default: '' },
    cli: { type: 'string', default: path.join(root, 'out', 'main', 'cli.js') },
    verbose: { type: 'boolean', default: false },
  },
});

const cliFile = path.resolve(options.cli);
if (!existsSync(cliFile)) {
  console.error('There is no build: run `npm run build` first.');
  process.exit(1);
}

const majors = options.nodes.split(',').map((each) => each.trim());
const chosen = cases.filter(({ name }) => name.toLowerCase().includes(options.only.toLowerCase()));
if (chosen.length === 0) {
  console.error(`No case has “${options.only}” in its name: ${cases.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const failures = [];
const notes = [];
const rows = new Map(chosen.map(({ name }) => [name, []]));
const versions = [];
for (const major of majors) {
  const node = await findNode(major);
  versions.push(node.version);
  for (const one of chosen) {
    const outcome = await runOnce(one, node);
    rows.get(one.name).push({ ok: 'ok', failed: 'FAILED', unsupported: 'not supported' }[outcome.status]);
    console.error(`Node ${node.version}  ${one.name}: ${outcome.status}  ${outcome.problems.join('; ')}`);
    if (outcome.status === 'failed') failures.push({ one, node, outcome });
    if (outcome.status === 'unsupported')
      notes.push(`${one.name} on Node ${node.version}: ${outcome.problems[0]}`);
    if (options.verbose)
      notes.push(...outcome.notes.map((note) => `${one.name} on Node ${node.version}: ${note}`));
  }
}
printTable(
  ['', ...versions],
  [...rows].map(([name, cells]) => [name, ...cells]),
);
for (const note of notes) console.log(note);
for (const { one, node, outcome } of failures) {
  console.log(`\n${one.name} on Node ${node.version}`);
  for (const problem of outcome.problems) console.log(`  - ${problem}`);
  console.log(
    outcome.output
      .trimEnd()
      .split('\n')
      .slice(-15)
      .map((line) => `  | ${line}`)
      .join('\n'),
  );
}
process.exitCode = failures.length > 0 ? 1 : 0;

async function runOnce(one, node) {
  const home = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-matrix-'));
  try {
    return await runCase(one, { cliFile, nodeBinary: node.binary, nodeVersion: node.version, home });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** The binary of a major version: the running Node, or one from npm kept in the temp folder. */
async function findNode(major) {
  if (!/^\d+$/.test(major)) throw new Error(`--nodes takes major versions like 18,20, not “${major}”.`);
  let binary = process.execPath;
  if (process.versions.node.split('.')[0] !== major) {
    const folder = path.join(os.tmpdir(), 'scorchmark-nodes', major);
    const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
    const platform = process.platform === 'win32' ? 'win' : process.platform;
    const packageName = `node-${platform}-${arch}`;
    binary = path.join(folder, 'node_modules', packageName, 'bin', platform === 'win' ? 'node.exe' : 'node');
    if (!existsSync(binary)) {
      console.error(`fetching ${packageName}@${major}`);
      await mkdir(folder, { recursive: true });
      await run('npm', [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-audit',
        '--no-fund',
        `${packageName}@${major}`,
      ]);
    }
  }
  const { stdout } = await run(binary, ['--version'], { env: { ...process.env, NODE_OPTIONS: '' } });
  return { binary, version: stdout.trim().slice(1) };
}

function printTable(head, body) {
  const widths = head.map((_cell, column) => Math.max(...[head, ...body].map((row) => row[column].length)));
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...body])
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}
