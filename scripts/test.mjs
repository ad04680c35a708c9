// `npm test`: everything a change must pass. All of it runs, whatever fails before, so that one run tells everything; only
// what cannot run without the build is left out when there is none. The last lines name what failed, and the very last is
// `N passed, M failed` over the unit and the end-to-end tests.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium } from './find-chromium.mjs';
import { countOf, failuresOf } from './test-reports.mjs';

const root = path.resolve(import.meta.dirname, '..');
const module = (file) => path.join(root, 'node_modules', file);
const scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-test-'));
const vitestReport = path.join(scratch, 'vitest.json');
const playwrightReport = path.join(scratch, 'playwright.json');

/** They look at files only, and may run at once; what starts and measures programs has the machine for itself. */
const staticChecks = [
  { name: 'eslint', args: [module('eslint/bin/eslint.js'), '.'] },
  { name: 'typecheck', args: [module('typescript/bin/tsc'), '-p', 'tsconfig.json', '--pretty', 'false'] },
  { name: 'prettier', args: [module('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
];
const chromium = { name: 'chromium', work: ensureChromium };
const build = { name: 'build', args: ['scripts/build.mjs'] };
const tests = [
  {
    name: 'unit tests',
    needs: [build],
    args: [
      module('vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${vitestReport}`,
    ],
  },
  {
    name: 'end-to-end tests',
    needs: [build, chromium],
    args: [module('@playwright/test/cli.js'), 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport, PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightReport },
  },
];
/** ESLint with types takes 1.5 GB, TypeScript 1 GB. */
const memoryForTwoBytes = 4e9;

/** The end-to-end tests need a real browser; a container that is ours may install one. */
async function ensureChromium() {
  if (await findChromium()) return true;
  const isDebianRoot =
    process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (isDebianRoot) {
    console.log('No Chromium found; installing the system’s.');
    const options = {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    spawnSync('apt-get', ['update', '-qq'], options);
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], options);
    if (await findChromium()) return true;
  }
  console.error(
    'No Chromium found. Run: npx playwright install chromium   (or set SCORCHMARK_CHROMIUM to one)',
  );
  return false;
}

/** Resolves with whether it went well. With `kept`, what it prints is collected there instead of shown. */
function runNode(args, env = {}, kept) {
  return new Promise((resolve) => {
    const output = kept ? 'pipe' : 'inherit';
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', output, output],
      env: { ...process.env, ...env },
    });
    for (const stream of kept ? [child.stdout, child.stderr] : [])
      stream.on('data', (piece) => kept.push(piece));
    child.once('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
  });
}

/** @type {{ step: object, result: 'ok' | 'FAILED' | 'not run', seconds: string }[]} */
const results = [];
const isFine = (step) => results.some((each) => each.step === step && each.result === 'ok');

async function run(step, kept) {
  if (!(step.needs ?? []).every(isFine)) {
    results.push({ step, result: 'not run', seconds: '' });
    return;
  }
  if (!kept) console.log(`\n── ${step.name}`);
  const startedAt = performance.now();
  const isOk = step.work ? await step.work() : await runNode(step.args, step.env, kept);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  results.push({ step, result: isOk ? 'ok' : 'FAILED', seconds: `${seconds} s` });
  if (!kept) return;
  console.log(`\n── ${step.name}`);
  process.stdout.write(Buffer.concat(kept));
}

/** As many at once as there are cores, two at most; each shows its output when it is through. */
async function runStaticChecks() {
  const waiting = [...staticChecks];
  const isRoomForTwo = availableParallelism() > 1 && freemem() > memoryForTwoBytes;
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift())
      await run(step, isRoomForTwo ? [] : undefined);
  };
  await Promise.all(isRoomForTwo ? [worker(), worker()] : [worker()]);
}

async function readJson(file) {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

await run(chromium);
await runStaticChecks();
await run(build);
for (const step of tests) await run(step);

const reports = { unit: await readJson(vitestReport), whole: await readJson(playwrightReport) };
await rm(scratch, { recursive: true, force: true });
const { passed, failed, skipped } = countOf(reports);
const isOk = results.every(({ result }) => result === 'ok') && failed === 0;

console.log('');
for (const { step, result, seconds } of results)
  console.log(`${step.name.padEnd(18)} ${result.padEnd(8)} ${seconds.padStart(8)}`);
if (skipped > 0) console.log(`${skipped} skipped`);
if (!isOk) {
  console.log('');
  for (const failure of failuresOf(reports, root)) console.log(`FAILED  ${failure}`);
  for (const { step, result } of results)
    if (result !== 'ok') console.log(`${result.padEnd(7)} ${step.name}`);
}
// A step that failed without a failing test (a type error, a crash) must not read as success.
console.log(`${passed} passed, ${isOk ? failed : Math.max(failed, 1)} failed`);
process.exit(isOk ? 0 : 1);
