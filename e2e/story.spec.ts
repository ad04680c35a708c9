/**
 * The main job from end to end: sample → live → stop → saved → reopen → select a range → compare two → export →
 * open the report. Asserts on what a person sees.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { expect, test, type App } from './support/app';
import { StandInApp } from './support/desktop-stand-in';
import { isRunning } from './support/process';

interface VisibleFrame {
  name: string;
  x: number;
  y: number;
  width: number;
}

/** What the flamegraph shows right now. */
async function frames(page: Page): Promise<VisibleFrame[]> {
  return page
    .getByTestId('flame-canvas')
    .first()
    .evaluate((canvas) => (canvas as unknown as { scorchmarkFrames(): VisibleFrame[] }).scorchmarkFrames());
}

async function widestNamed(page: Page, name: string): Promise<VisibleFrame | undefined> {
  const found = (await frames(page)).filter((frame) => frame.name === name);
  return found.sort((a, b) => b.width - a.width)[0];
}

async function sampleCount(page: Page): Promise<number> {
  const text = (await page.getByTestId('sample-count').textContent()) ?? '';
  return Number(text.replace(/\D/g, ''));
}

async function recordTheSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try the sample app' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('recording');
  await page.getByRole('tab', { name: 'Flame' }).click();
  await expect.poll(() => widestNamed(page, 'renderCatalog')).toBeTruthy();
}

async function stopAndSave(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop and save' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('saved');
}

/** The file behind a button that saves one: a download in a browser, a native dialog on the desktop. */
async function savedBy(app: App, button: string, file: string): Promise<string> {
  const { page } = app;
  if (app instanceof StandInApp) {
    app.answerNextDialog('save', { canceled: false, filePath: file });
    await page.getByRole('button', { name: button, exact: true }).click();
    // It is there before all of it is: an archive ends with its directory, a page with its tag.
    await expect
      .poll(async () => {
        const end = (await readFile(file).catch(() => Buffer.alloc(0))).subarray(-22);
        return end.includes('PK\u0005\u0006') || end.includes('</html>');
      })
      .toBe(true);
    return file;
  }
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  await (await download).saveAs(file);
  return file;
}

test('from the sample app to a report that a colleague can open', async ({ app }, testInfo) => {
  test.setTimeout(1_200_000);
  const { page } = app;
  await expect(page.getByRole('heading', { name: /where does the time/i })).toBeVisible();

  await test.step('one click profiles the sample under load, and it grows live', async () => {
    await recordTheSample(page);
    const before = await sampleCount(page);
    expect(before).toBeGreaterThan(0);
    await expect.poll(() => sampleCount(page)).toBeGreaterThan(before);
    await expect(page.getByTestId('lanes').last()).toContainText('Requests');
    await expect(page.getByTestId('lanes').last()).toContainText('Event loop');
    await page.getByRole('tab', { name: 'Output' }).click();
    await expect(page.getByText(/shop is open at/).first()).toBeVisible();
  });

  await test.step('a frame under the pointer stays under it while samples arrive', async () => {
    await page.getByRole('tab', { name: 'Flame' }).click();
    const canvas = page.getByTestId('flame-canvas').first();
    await expect.poll(() => widestNamed(page, 'renderCatalog')).toBeTruthy();
    const box = (await canvas.boundingBox())!;
    let place = { x: 0, y: 0 };
    const isUnderPointer = async (): Promise<boolean> =>
      (await frames(page)).some(
        ({ name, x, y, width }) =>
          name === 'renderCatalog' && x <= place.x && place.x <= x + width && y + 5 === place.y,
      );
    // Until the pointer is there, frames move.
    await expect(async () => {
      const frame = (await widestNamed(page, 'renderCatalog'))!;
      place = { x: frame.x + frame.width * 0.8, y: frame.y + 5 };
      await page.mouse.move(place.x, place.y);
      expect(await isUnderPointer()).toBe(true);
    }).toPass();
    const before = await sampleCount(page);
    await expect.poll(() => sampleCount(page)).toBeGreaterThan(before + 1000);
    expect(await isUnderPointer()).toBe(true);
    await page.mouse.move(box.x + 5, box.y - 200);
  });

  await test.step('stop saves it, and the summary says in words what was found', async () => {
    await stopAndSave(page);
    await page.getByRole('tab', { name: 'Summary' }).click();
    await expect(page.getByRole('tabpanel')).toContainText(/of the CPU time went to renderCatalog/);
    await page.getByRole('tab', { name: 'Load' }).click();
    await expect(page.getByRole('tabpanel')).toContainText('/products');
  });

  await test.step('after a restart it is in the list and opens again', async () => {
    await app.restart();
    await app.page.getByRole('button', { name: 'Sessions' }).first().click();
    await app.page.getByText('Shop API · smoke').first().dblclick();
    await expect(app.page.getByTestId('run-phase')).toHaveText('saved');
  });

  await test.step('a dragged range filters flamegraph and table, and its chip removes it', async () => {
    const { page } = app;
    await page.getByRole('tab', { name: 'Functions' }).click();
    const table = page.getByTestId('function-table');
    const row = table.getByRole('row').filter({ hasText: 'renderCatalog' }).first();
    await expect(row).toBeVisible();
    // Its numbers; the activity beside them comes a moment later.
    const numbers = (): Promise<string[]> => row.locator('.sm-number').allTextContents();
    const whole = await numbers();
    // Again, should the lanes have got their places meanwhile.
    await expect(async () => {
      const overlay = (await page.getByTestId('lanes-overlay').boundingBox())!;
      const y = overlay.y + 20;
      await page.mouse.move(overlay.x + overlay.width * 0.5, y);
      await page.mouse.down();
      await page.mouse.move(overlay.x + overlay.width * 0.6, y, { steps: 5 });
      await page.mouse.up();
      // eslint-disable-next-line no-restricted-syntax -- The drag is repeated as long as it takes.
      await expect(page).toHaveURL(/range=/, { timeout: 1000 });
    }).toPass();
    await expect(page.getByText('Range', { exact: true })).toBeVisible();
    await expect.poll(numbers).not.toEqual(whole);
    await page.getByRole('button', { name: /remove.*range/i }).click();
    await expect.poll(numbers).toEqual(whole);
  });

  await test.step('a second recording is compared with the first', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Run again' }).click();
    await expect(page.getByTestId('run-phase')).toHaveText('recording');
    await page.getByRole('tab', { name: 'Flame' }).click();
    await expect.poll(() => widestNamed(page, 'renderCatalog')).toBeTruthy();
    await stopAndSave(page);
    await page.getByRole('button', { name: 'Sessions' }).first().click();
    const boxes = page.getByRole('checkbox', { name: 'Select Shop API · smoke' });
    await expect(boxes).toHaveCount(2);
    await boxes.nth(0).click();
    await boxes.nth(1).click();
    await page
      .getByRole('toolbar', { name: 'Selected sessions' })
      .getByRole('button', { name: 'Compare' })
      .click();
    await expect(page.getByText('Latency P99').first()).toBeVisible();
    await expect(page.getByText('renderCatalog').first()).toBeVisible();
  });

  await test.step('the session leaves as one file and comes back', async () => {
    const { page } = app;
    await page.getByRole('button', { name: 'Sessions' }).first().click();
    await page.getByText('Shop API · smoke').first().dblclick();
    await expect(page.getByTestId('run-phase')).toHaveText('saved');
    const file = await savedBy(app, 'Export', testInfo.outputPath('shop.scorchmark'));
    expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK');
  });

  await test.step('the report is one file that opens offline, asks nothing of the network, and works', async () => {
    const file = await savedBy(app, 'Report', testInfo.outputPath('report.html'));
    const report = await app.page.context().newPage();
    const requests: string[] = [];
    report.on('request', (request) => requests.push(request.url()));
    const url = pathToFileURL(path.resolve(file)).href;
    await report.goto(url);
    await expect(report.getByRole('heading', { name: /Shop API/ })).toBeVisible();
    await expect(report.getByText(/of the CPU time went to/)).toBeVisible();
    await expect.poll(() => widestNamed(report, 'renderCatalog')).toBeTruthy();
    await expect(report.getByText(process.version.slice(1)).first()).toBeVisible();
    expect(
      requests.filter(
        (request) => request !== url && !request.startsWith('data:') && !request.startsWith('blob:'),
      ),
    ).toEqual([]);
    await report.close();
  });
});

test('a command that does not exist is said in the form, and nothing typed is lost', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Profile a command' }).click();
  const command = page.getByRole('textbox', { name: /command/i }).first();
  await command.fill('no-such-command --flag "two words"');
  await page.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByText(/no-such-command/).first()).toBeVisible();
  await expect(page.getByText(/not found/i).first()).toBeVisible();
  await expect(command).toHaveValue('no-such-command --flag "two words"');
});

test('a recording survives kill -9 of the workbench, and its target does not', async ({ app }) => {
  await recordTheSample(app.page);
  // What is shown may be on its way to the disk; what came a while before is there.
  const shown = await sampleCount(app.page);
  await expect.poll(() => sampleCount(app.page)).toBeGreaterThan(shown + 1000);
  const pid = await targetPid(app.page);
  await app.kill();
  await expect.poll(() => isRunning(pid)).toBe(false);
  await app.startAgain();
  await app.page.getByRole('button', { name: 'Sessions' }).first().click();
  await expect(app.page.getByText(/recovered/i).first()).toBeVisible();
  await app.page.getByText('Shop API · smoke').first().dblclick();
  await app.page.getByRole('tab', { name: 'Flame' }).click();
  await expect.poll(() => widestNamed(app.page, 'renderCatalog')).toBeTruthy();
});

async function targetPid(page: Page): Promise<number> {
  await page.getByRole('tab', { name: 'Processes' }).click();
  const cell = page.getByRole('tabpanel').locator('tbody tr').first().locator('td:nth-of-type(2)');
  await expect(cell).toHaveText(/\d/);
  return Number((await cell.textContent())?.replace(/\D/g, ''));
}
