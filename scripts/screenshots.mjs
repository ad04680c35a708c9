// Takes the README's pictures from the running product, in the web shell: the shop sample under its load and under a
// scenario with a fault, and a program with a planted leak.
//   npm run build && node scripts/screenshots.mjs [shop|load|memory]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { chromium } from '@playwright/test';
import { chromiumArgs, findChromium } from './find-chromium.mjs';

const root = path.resolve(import.meta.dirname, '..');
const folder = path.join(root, 'docs', 'screenshots');
const home = await mkdtemp(path.join(os.tmpdir(), 'scorchmark-screenshots-'));
const cli = path.join(root, 'out/main/cli.js');

/** Records a program of resources/leak-programs under load; its session's id. */
function recordLeak(program) {
  const memory = ['--force-gc', '2s', '--snapshot', 'warm-up,end'];
  const load = ['--load', 'light', '--users', '5', '--duration', '45s'];
  const folder = path.join(root, 'resources/leak-programs');
  const about = ['--name', 'Session store', '--cwd', folder];
  return sessionOf(['record', ...memory, ...load, ...about, '--', 'node', program]);
}

const scenario = `
name: Shop
users: 4
duration: 45s
warmUp: 5s
think: 100ms..300ms
flows:
  - { name: look, weight: 4, steps: [/products, /products] }
  - { name: buy, weight: 2, steps: [/products, { post: /cart, json: { productId: 17, quantity: 2 } }] }
  - { name: export, weight: 1, steps: [/export] }
thresholds: [p95 < 500ms, errors < 1%]
faults:
  - { at: 20s, for: 6s, latency: 400ms }
`;

/** Records the shop under a scenario with a fault; its session's id. */
async function recordScenario() {
  const file = path.join(home, 'shop.yaml');
  await writeFile(file, scenario);
  return sessionOf(['load', file, '--', 'node', 'server.mjs'], path.join(root, 'resources/samples/shop'));
}

/** Runs a command of ours that records; its session's id. */
async function sessionOf([command, ...rest], cwd = root) {
  const recording = spawn(
    process.execPath,
    [cli, command, '--json', '--quiet', '--data-folder', home, ...rest],
    { cwd, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(recording, 'exit');
  let printed = '';
  for await (const piece of recording.stdout) printed += String(piece);
  await ended;
  return JSON.parse(printed).session.id;
}

const only = process.argv[2];
const isWanted = (name) => only === undefined || only === name;
const leak = isWanted('memory') ? await recordLeak('growing-map.mjs') : null;
const loaded = isWanted('load') ? await recordScenario() : null;
const server = spawn(process.execPath, [cli, 'serve', '--data-folder', home], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const browser = await chromium.launch({ executablePath: await findChromium(), args: chromiumArgs });
try {
  let printed = '';
  while (!/at http\S+/.test(printed)) printed += String((await once(server.stdout, 'data'))[0]);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await page.goto(/at (http\S+)/.exec(printed)[1]);
  if (isWanted('shop')) await shootShop(page);
  if (loaded) await shootLoad(page);
  if (leak) await shootLeak(page);
} finally {
  await browser.close();
  server.kill('SIGINT');
  if (server.exitCode === null) await once(server, 'exit');
  await rm(home, { recursive: true, force: true });
}

/** @param {import('@playwright/test').Page} page */
function shoot(page, name) {
  return page.screenshot({ path: path.join(folder, `${name}.png`) });
}

async function shootShop(page) {
  const recordFor = async (ms) => {
    await page.getByTestId('run-phase').filter({ hasText: 'recording' }).waitFor();
    await page.getByRole('tab', { name: 'Flame' }).click();
    await page.waitForTimeout(ms);
  };
  const stop = async () => {
    await page.getByRole('button', { name: 'Stop and save' }).click();
    await page.getByTestId('run-phase').filter({ hasText: 'saved' }).waitFor();
  };

  await page.getByRole('button', { name: 'Try the sample app' }).click();
  await recordFor(20_000);
  await shoot(page, 'run-dark');
  await stop();
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('tab', { name: 'Summary' }).click();
  await page.waitForTimeout(500);
  await shoot(page, 'summary-light');
  await page.getByRole('tab', { name: 'Flame' }).click();
  await page.getByText('Flame chart', { exact: true }).click();
  await page.waitForTimeout(1000);
  await shoot(page, 'chart-light');
  await page.getByText('Sandwich', { exact: true }).click();
  await page.getByRole('row').filter({ hasText: 'buildMonthlyReport' }).first().click();
  await page.emulateMedia({ colorScheme: 'dark' });
  const source = page.getByRole('button', { name: 'Show source' });
  if (await source.count()) await source.click();
  await page.waitForTimeout(1500);
  await shoot(page, 'sandwich-dark');

  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Run again' }).click();
  await recordFor(12_000);
  await stop();
  await page.getByRole('button', { name: 'Sessions' }).first().click();
  const boxes = page.getByRole('checkbox', { name: /^Select Shop API/ });
  await boxes.nth(0).click();
  await boxes.nth(1).click();
  await page
    .getByRole('toolbar', { name: 'Selected sessions' })
    .getByRole('button', { name: 'Compare', exact: true })
    .click();
  await page.getByText('Latency P99').first().waitFor();
  await page.waitForTimeout(500);
  await shoot(page, 'compare-dark');
}

async function shootLeak(page) {
  await page.evaluate(`location.hash = "#/run/${leak}/memory"`);
  await page.getByTestId('suspect-constructors').waitFor();
  await page.waitForTimeout(1500);
  await shoot(page, 'memory-dark');
}

async function shootLoad(page) {
  await page.evaluate(`location.hash = "#/run/${loaded}/load"`);
  await page.getByTestId('fault-report').waitFor();
  // Its pictures over time, right below the lanes.
  const pictures = page.getByRole('heading', { name: 'Latency over time' });
  await pictures.evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
  await page.waitForTimeout(1500);
  await shoot(page, 'load-dark');
}
