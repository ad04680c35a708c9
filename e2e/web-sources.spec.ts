/** Bundled TypeScript in the explorer: names, lines and texts of what people wrote, whatever happens to the files. */
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/app';
import { frameNamed, frames, selectFrame, show } from './support/explorer';

test.use({ shellUnderTest: 'web' });

const hotLine = '    for (let round = 0; round < rounds; round++) sum = (sum * 31 + round) % 1000003;';
const pricing = `interface Price { cents: number }

export class PriceCatalog {
  private readonly prices: Price[] = [{ cents: 199 }, { cents: 2499 }];

  sumOfPrices(rounds: number): number {
    let sum = this.prices[0]!.cents;
${hotLine}
    return sum;
  }
}
`;
const main = `import { PriceCatalog } from './pricing';

const catalog = new PriceCatalog();
function serveRequests(): number {
  return catalog.sumOfPrices(400_000);
}
setInterval(serveRequests, 5);
`;

let project: string;

test.beforeEach(async () => {
  project = await realpath(await mkdtemp(path.join(tmpdir(), 'scorchmark-shop-')));
  await mkdir(path.join(project, 'src'));
  await writeFile(path.join(project, 'package.json'), '{"name":"shop","version":"2.3.4"}');
  await writeFile(path.join(project, 'src/pricing.ts'), pricing);
  await writeFile(path.join(project, 'src/main.ts'), main);
  await build({
    entryPoints: [path.join(project, 'src/main.ts')],
    outfile: path.join(project, 'dist/server.cjs'),
    bundle: true,
    minify: true,
    sourcemap: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
});
test.afterEach(() => rm(project, { recursive: true, force: true }));

async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/new';
  });
  await page.getByRole('textbox', { name: 'Command' }).fill('node dist/server.cjs');
  await page.getByRole('textbox', { name: 'Working folder' }).fill(project);
  await page.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('recording');
}

function details(page: Page): Locator {
  return page.getByRole('complementary', { name: 'Function details' });
}

/** The source over the whole window. */
function source(page: Page): Locator {
  return page.getByRole('dialog').getByRole('region', { name: 'Source' });
}

/** Hottest line of the editor that is shown, by its tint: [line's text, share that its marker tells]. */
async function hottestLine(view: Locator): Promise<string> {
  const hot = view.locator('.source-hot');
  await expect(hot.first()).toBeVisible();
  return hot.evaluateAll(
    (lines) =>
      lines
        .map((line) => ({
          text: line.textContent ?? '',
          heat: Number((line as HTMLElement).style.getPropertyValue('--heat')),
        }))
        .sort((a, b) => b.heat - a.heat)[0]?.text ?? '',
  );
}

test('a bundled program shows what people wrote: live, saved, after its files were changed, and in the editor', async ({
  app,
}) => {
  const { page } = app;
  const bundle = path.join(project, 'dist/server.cjs');
  const ran = await readFile(bundle, 'utf8');
  const opened = path.join(project, 'opened.txt');
  const editor = path.join(project, 'editor.sh');
  await writeFile(
    editor,
    `#!/bin/sh\nprintf '%s\\n' "$@" > "${opened}.part" && mv "${opened}.part" "${opened}"\n`,
  );
  await chmod(editor, 0o755);

  await test.step('names in the flame view while it runs', async () => {
    await record(page);
    await show(page, 'flame', { mode: 'left-heavy' });
    await frameNamed(page, 'sumOfPrices');
    await frameNamed(page, 'serveRequests');
  });

  await test.step('the same names in the saved session', async () => {
    await page.getByRole('button', { name: 'Stop and save' }).click();
    await expect(page.getByTestId('run-phase')).toHaveText('saved');
    await show(page, 'flame', { mode: 'left-heavy' });
    await selectFrame(page, 'sumOfPrices');
    await expect(details(page).locator('.details-location')).toContainText('src/pricing.ts:6');
  });

  await test.step('the source, with the time where the loop is', async () => {
    await details(page).getByRole('button', { name: 'Show large' }).click();
    await expect(source(page)).toContainText('export class PriceCatalog');
    await expect(source(page)).toContainText('src/pricing.ts:6');
    // The minified program is one line: its time stands where its function begins.
    await expect.poll(() => hottestLine(source(page))).toContain('sumOfPrices(rounds: number)');
  });

  await test.step('the same after every file was changed', async () => {
    await writeFile(path.join(project, 'src/pricing.ts'), '// somebody went on working\n');
    await writeFile(bundle, '// built anew\n');
    await rm(`${bundle}.map`);
    await page.reload();
    await frameNamed(page, 'sumOfPrices');
    await details(page).getByRole('button', { name: 'Show large' }).click();
    await expect(source(page)).toContainText('export class PriceCatalog');
    await expect(source(page)).not.toContainText('somebody went on working');
  });

  await test.step('what ran, with its time', async () => {
    await source(page).getByText('As it ran', { exact: true }).click();
    await expect(source(page)).toContainText('Recorded from the target: what really ran.');
    await expect(source(page)).toContainText('server.cjs');
    const code = ran.slice(ran.indexOf('sumOfPrices('), ran.indexOf('sumOfPrices(') + 30);
    await expect(source(page)).toContainText(code);
    await expect(source(page).locator('.source-heat')).not.toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(source(page)).toBeHidden();
    await expect(details(page)).toBeVisible();
  });

  await test.step('the place in the editor of the settings', async () => {
    const back = page.url();
    await page.evaluate(() => {
      location.hash = '#/settings';
    });
    await page.getByRole('combobox', { name: 'Editor', exact: true }).click();
    await page.getByRole('option', { name: 'Another command' }).click();
    await page.getByLabel('Editor command').fill(`${editor} {file} {line}`);
    await page.reload();
    await expect(page.getByLabel('Editor command')).toHaveValue(`${editor} {file} {line}`);
    await page.goto(back);
    await expect(details(page)).toBeVisible();
    await details(page).getByRole('button', { name: 'Open in editor' }).click();
    await expect.poll(() => readFile(opened, 'utf8').catch(() => '')).toBe(`${project}/src/pricing.ts\n6\n`);
  });

  await test.step('names as they ran, for the whole view', async () => {
    await page.evaluate(() => {
      location.hash = `${location.hash.replace(/[?].*$/, '')}?mode=left-heavy&names=generated`;
    });
    // Methods keep their names in minified code, functions do not.
    await frameNamed(page, 'sumOfPrices');
    await expect
      .poll(async () => (await frames(page)).map(({ name }) => name))
      .not.toContain('serveRequests');
  });
});
