// `npm test`: everything a change must pass, in the order in which failures are cheapest to find.
// Stops at the first failing step. The last line is `N passed, M failed` over the unit and the end-to-end tests.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findChromium } from './find-chromium.mjs';

const root = path.resolve(import.meta.dirname, '..');
const module = (file) => path.join(root, 'node_modules', file);
const scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-test-'));
const vitestReport = path.join(scratch, 'vitest.json');
const playwrightReport = path.join(scratch, 'playwright.json');

const steps = [
  { name: 'chromium', work: ensureChromium },
  { name: 'typecheck', args: [module('typescript/bin/tsc'), '-p', 'tsconfig.json'] },
  { name: 'eslint', args: [module('eslint/bin/eslint.js'), '.'] },
  { name: 'prettier', args: [module('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
  { name: 'build', args: ['scripts/build.mjs'] },
  {
    name: 'unit tests',
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
    args: [module('@playwright/test/cli.js'), 'test', '--reporter=list,json'],
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightReport, PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightReport },
  },
];

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

function runNode(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}

async function readJson(file) {
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : undefined;
}

/** A test file that does not even load has no failed test in it, but it has failed. */
async function count() {
  const unit = await readJson(vitestReport);
  const whole = await readJson(playwrightReport);
  const brokenFiles = (unit?.testResults ?? []).filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length;
  return {
    passed: (unit?.numPassedTests ?? 0) + (whole?.stats.expected ?? 0),
    failed:
      (unit?.numFailedTests ?? 0) + brokenFiles + (whole ? whole.stats.unexpected + whole.stats.flaky : 0),
    skipped: (unit?.numPendingTests ?? 0) + (whole?.stats.skipped ?? 0),
  };
}

const results = [];
let isOk = true;
for (const step of steps) {
  if (!isOk) {
    results.push({ name: step.name, result: 'not run', seconds: '' });
    continue;
  }
  console.log(`\n── ${step.name}`);
  const startedAt = performance.now();
  isOk = step.work ? await step.work() : await runNode(step.args, step.env);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  results.push({ name: step.name, result: isOk ? 'ok' : 'FAILED', seconds: `${seconds} s` });
}

const { passed, failed, skipped } = await count();
await rm(scratch, { recursive: true, force: true });
console.log('');
for (const { name, result, seconds } of results)
  console.log(`${name.padEnd(18)} ${result.padEnd(8)} ${seconds.padStart(8)}`);
if (skipped > 0) console.log(`${skipped} skipped`);
// A step that failed without a failing test (a type error, a crash) must not read as success.
console.log(`${passed} passed, ${isOk ? failed : Math.max(failed, 1)} failed`);
process.exit(isOk && failed === 0 ? 0 : 1);
