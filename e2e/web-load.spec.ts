/** Load, through the real interface: scenarios as form and text, what they came to, faults by hand. */
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { presetNames } from '../main/api';
import { expect, test } from './support/app';

test.use({ shellUnderTest: 'web' });

/** Answers at once, after a while, or with an error; stops everything for half a second now and then. */
const server = `
const http = require('node:http');
let orders = 0;
http
  .createServer((request, answer) => {
    if (request.url === '/broken') {
      answer.writeHead(500);
      return answer.end('no');
    }
    if (request.method === 'POST') {
      request.resume();
      request.on('end', () => {
        answer.writeHead(201, { 'content-type': 'application/json' });
        answer.end(JSON.stringify({ id: ++orders }));
      });
      return;
    }
    setTimeout(() => answer.end('fine'), request.url === '/slow' ? 30 : 1);
  })
  .listen(0, '127.0.0.1');
function stall() {
  const until = Date.now() + 500;
  while (Date.now() < until);
}
setInterval(stall, 4000);
`;

let folder: string;
test.beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'scorchmark-load-')));
  await writeFile(path.join(folder, 'server.cjs'), server);
});
test.afterEach(() => rm(folder, { recursive: true, force: true }));

async function openForm(page: Page): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/new';
  });
  await page.getByRole('textbox', { name: 'Command' }).fill('node server.cjs');
  await page.getByRole('textbox', { name: 'Working folder' }).fill(folder);
}

/** Replaces what stands in the text editor. */
async function typeText(page: Page, text: string): Promise<void> {
  const editor = page.getByTestId('scenario-text');
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** A short run may be over before somebody looks: then it is `saved` that is waited for. */
async function startRun(page: Page, phase: 'recording' | 'saved' = 'recording'): Promise<void> {
  await page.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByTestId('run-phase')).toHaveText(phase, { timeout: 180_000 });
  await page.getByRole('tab', { name: /^Load/ }).click();
}

/** Turns a switch on by its key: what is above it may still fold, and a click would go beside it. */
async function turnOn(page: Page, name: string): Promise<void> {
  const one = page.getByRole('switch', { name });
  await expect(one).toBeVisible();
  if (!(await one.isChecked())) await one.press('Space');
  await expect(one).toBeChecked();
}

/** A dialog takes the focus a moment after it is there: what is being typed then goes to another field. */
async function fillInDialog(field: Locator, text: string): Promise<void> {
  await expect(async () => {
    await field.fill(text);
    expect(await field.inputValue()).toBe(text);
  }).toPass();
}

/** Selects a part of a picture's width by dragging. */
async function dragOver(page: Page, testId: string, from: number, to: number): Promise<void> {
  const picture = page.getByTestId(testId);
  await picture.scrollIntoViewIfNeeded();
  const box = (await picture.boundingBox())!;
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 3 });
  await page.mouse.move(box.x + box.width * to, y, { steps: 3 });
  await page.mouse.up();
}

test('a scenario of the form runs; its results are the same live and saved, and a range of the heat map is the range everywhere', async ({
  app,
}) => {
  const { page } = app;
  await openForm(page);
  await test.step('a preset is written out, and changed', async () => {
    await page.getByRole('radio', { name: 'Load smoke' }).click();
    await page.getByRole('button', { name: 'Edit as scenario' }).click();
    await expect(page.getByRole('radio', { name: 'Load scenario' })).toBeChecked();
    await page.getByText('Arrival rate (open)').click();
    await page.getByRole('textbox', { name: 'For of stage 1' }).fill('soon');
    await page.getByRole('button', { name: /^Start/ }).click();
    await expect(page.getByRole('alert').first()).toContainText('A length of time like');
    await page.getByRole('textbox', { name: 'For of stage 1' }).fill('12s');
    await page.getByRole('textbox', { name: 'Per second of stage 1' }).fill('60');
    await page.getByRole('textbox', { name: /^URL of step 1/ }).fill('/fast');
    await page.getByRole('button', { name: 'Add request' }).first().click();
    await page.getByRole('textbox', { name: /^URL of step 2/ }).fill('/broken');
    await page.getByRole('button', { name: 'Add request' }).first().click();
    await page.getByRole('textbox', { name: /^URL of step 3/ }).fill('/slow');
    await page.getByRole('button', { name: 'Thresholds' }).click();
    await page.getByRole('button', { name: 'Add threshold' }).click();
    await page.getByRole('textbox', { name: 'Threshold 1', exact: true }).fill('errors < 1%');
    await page.getByRole('button', { name: 'Add threshold' }).click();
    await page.getByRole('textbox', { name: 'Threshold 2', exact: true }).fill('rps >= 0.1');
    await turnOn(page, 'Stop the target when the load has ended');
  });
  await startRun(page);
  const endpoints = page.getByTestId('load-endpoints');
  await test.step('live', async () => {
    await expect(page.getByText('open model')).toBeVisible();
    await expect(page.getByTestId('heat-map')).toBeVisible();
    await expect(endpoints).toContainText('/broken');
  });
  await test.step('saved: totals by what they count from, endpoints, errors, thresholds', async () => {
    await expect(page.getByTestId('run-phase')).toHaveText('saved', { timeout: 120_000 });
    const totals = page.getByRole('region', { name: 'Totals' });
    await expect(totals).toContainText('Response time');
    await expect(totals).toContainText('Service time');
    await expect(endpoints.getByRole('row')).toHaveCount(5);
    await expect(endpoints).toContainText('status 500');
    await endpoints.getByRole('button', { name: /broken/ }).click();
    await expect(endpoints.getByRole('region', { name: 'Answers by status' })).toContainText('5xx');
    await endpoints.getByRole('button', { name: /broken/ }).click();
    await expect(endpoints.getByRole('row')).toHaveCount(5);
    await expect(page.getByTestId('thresholds-outcome')).toHaveText('1 of 2 broken');
    await expect(page.getByRole('region', { name: 'Generator' })).toContainText('Sent late');
    await expect(page.getByRole('img', { name: 'Latency by share of requests' })).toBeVisible();
  });
  await test.step('a range of the heat map is the range of the tables, the lanes and the flamegraph', async () => {
    const whole = await page.getByRole('region', { name: 'Totals' }).locator('dd').first().textContent();
    // Again, should the picture have moved meanwhile.
    await expect(async () => {
      await dragOver(page, 'heat-map', 0.3, 0.6);
      // eslint-disable-next-line no-restricted-syntax -- The drag is repeated as long as it takes.
      await expect(page).toHaveURL(/range=/, { timeout: 1000 });
    }).toPass();
    await expect(page.getByTestId('load-title')).toContainText('Selected range');
    await expect(page.getByRole('region', { name: 'Totals' }).locator('dd').first()).not.toHaveText(
      whole ?? '',
    );
    await expect(page.locator('[data-chip="range"]')).toBeVisible();
    await page.getByRole('tab', { name: /^Flame/ }).click();
    await expect(page.locator('[data-chip="range"]')).toBeVisible();
    await page.getByRole('tab', { name: /^Load/ }).click();
    await page.getByRole('button', { name: 'Remove range filter' }).click();
    await expect(page.getByTestId('load-title')).toHaveText('Whole load');
  });
  await test.step('the target remembers its scenario', async () => {
    await page.evaluate(() => {
      location.hash = '#/new';
    });
    const remembered = page.getByRole('complementary', { name: 'Remembered targets' });
    await remembered.locator('.remembered-fill').click();
    await expect(page.getByRole('radio', { name: 'Load scenario' })).toBeChecked();
    await expect(page.getByRole('textbox', { name: /^URL of step 2/ })).toHaveValue('/broken');
  });
});

test('a scenario as text: mistakes at their line, the same as the form, to other tools', async ({ app }) => {
  const { page } = app;
  await openForm(page);
  await page.getByRole('radio', { name: 'Load scenario' }).click();
  const mode = page.getByRole('radiogroup', { name: 'Scenario as' });
  await mode.getByText('Text').click();
  await expect(page.getByTestId('scenario-text')).toContainText('steps');
  await test.step('what cannot be read is said at its line, and does not start', async () => {
    await typeText(page, 'users: 3\nduration: 5s\nsteps:\n  - get: /fast\n  - gett: /slow\n');
    await expect(page.getByTestId('scenario-problem')).toContainText('Line 5');
    await expect(page.locator('.scenario-wrong-line')).toContainText('gett');
    await page.getByRole('button', { name: /^Start/ }).click();
    await expect(page.getByRole('alert').first()).toContainText('Line 5');
  });
  await test.step('what can be read is in the form', async () => {
    await typeText(page, 'users: 3\nduration: 5s\nsteps:\n  - get: /fast\n  - get: /slow\n');
    await expect(page.getByTestId('scenario-problem')).toContainText('Read');
    await mode.getByText('Form').click();
    await expect(page.getByRole('textbox', { name: 'Users of stage 1' })).toHaveValue('3');
    await expect(page.getByRole('textbox', { name: /^URL of step 2/ })).toHaveValue('/slow');
  });
  await test.step('it is written for k6', async () => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: /k6/ }).click();
    const script = await readFile(await (await download).path(), 'utf8');
    expect(script).toContain("from 'k6/http'");
    expect(script).toContain('/slow');
    await page.keyboard.press('Escape');
  });
  await test.step('a curl command becomes one', async () => {
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await fillInDialog(
      page.getByRole('textbox', { name: 'Or paste it' }),
      `curl -X PUT http://127.0.0.1:3000/goods/7 -H 'x-one: two' -d '{"a":1}'`,
    );
    await page.getByRole('button', { name: 'Make a scenario of it' }).click();
    const shown = page.getByRole('button', { name: 'Show the scenario' });
    const url = page.getByRole('textbox', { name: /^URL of step 1/ });
    await expect(url).toHaveValue(/\/goods\/7$/);
    if (await shown.isVisible()) await shown.click();
    await expect(page.getByRole('combobox', { name: /^Method of step 1/ })).toHaveValue('PUT');
  });
});

test('a fault by hand: a band over the lanes, its button, its report', async ({ app }) => {
  const { page } = app;
  await openForm(page);
  await page.getByRole('radio', { name: 'Load scenario' }).click();
  await page.getByRole('radiogroup', { name: 'Scenario as' }).getByText('Text').click();
  await expect(page.getByTestId('scenario-text')).toContainText('steps');
  await typeText(page, 'users: 4\nduration: 30m\nsteps:\n  - get: /slow\n');
  await expect(page.getByTestId('scenario-problem')).toContainText('Read');
  await startRun(page);
  await expect(page.getByTestId('load-endpoints')).toContainText('/slow');
  await page.getByRole('button', { name: 'Break something' }).click();
  const fault = page.getByRole('region', { name: 'Break something' });
  await fault.getByRole('combobox', { name: 'Fault' }).click();
  await page.getByRole('option', { name: 'Pause' }).click();
  await fault.getByRole('textbox', { name: 'How long' }).fill('');
  await fault.getByRole('button', { name: 'Break it now' }).click();
  const active = page.getByRole('list', { name: 'Active faults' });
  await expect(active).toContainText('by hand');
  await expect(page.locator('.sm-lanes-bands .sm-lanes-band-lasts')).toHaveCount(1);
  await active.getByRole('button', { name: 'End it now' }).click();
  await expect(active).toHaveCount(0);
  await expect(page.locator('.sm-lanes-bands .sm-lanes-band')).toHaveCount(1);
  await page.getByRole('button', { name: 'Cancel load' }).click();
  await page.getByRole('button', { name: 'Stop and save' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('saved');
  const report = page.getByTestId('fault-report');
  await expect(report).toHaveCount(1);
  await expect(report).toContainText('by hand');
  await expect(report.getByRole('row')).toHaveCount(4);
});

test('a load is cancelled before it began and during its warm-up, and says so; few lanes leave their room to the view', async ({
  app,
}) => {
  const { page } = app;
  const runAndCancel = async (
    command: string,
    scenario: string,
    when: () => Promise<void>,
  ): Promise<void> => {
    await openForm(page);
    await page.getByRole('textbox', { name: 'Command' }).fill(command);
    await page.getByRole('radio', { name: 'Load scenario' }).click();
    await page.getByText('Text', { exact: true }).click();
    await expect(page.getByTestId('scenario-text')).toContainText('steps');
    await typeText(page, scenario);
    await startRun(page);
    await when();
    await page.getByRole('button', { name: 'Cancel load' }).click();
    await expect(page.getByRole('button', { name: 'Cancel load' })).toHaveCount(0);
    await page.getByRole('button', { name: 'Stop and save' }).click();
    await expect(page.getByTestId('run-phase')).toHaveText('saved');
  };
  await runAndCancel(
    `node -e "setInterval(() => {}, 1e6)"`,
    'users: 2\nduration: 30m\nsteps: [/fast]\n',
    async () => {
      await expect(page.getByText('The load starts as soon as')).toBeVisible();
      await page.setViewportSize({ width: 1280, height: 1400 });
      await expect
        .poll(async () => {
          const panel = await page.locator('.lanes-panel').boundingBox();
          const lanes = await page.getByTestId('lanes').boundingBox();
          return panel && lanes && panel.height - lanes.height;
        })
        .toBeLessThanOrEqual(1);
    },
  );
  await expect(page.getByText('It was cancelled while it waited')).toBeVisible();
  await runAndCancel(
    'node server.cjs',
    'users: 2\nduration: 30m\nwarmUp: 29m\nsteps: [/fast]\n',
    async () => {
      await expect(page.getByTestId('load-stage')).toContainText('Warming up');
    },
  );
  await expect(page.getByText('ended during the warm-up: nothing was counted')).toBeVisible();
  await expect(page.getByRole('region', { name: 'Totals' }).getByText('0 %', { exact: true })).toHaveCount(0);
});

test('every preset runs from the form, shortened to seconds', async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  for (const preset of presetNames)
    await test.step(preset, async () => {
      await openForm(page);
      await page.getByRole('radio', { name: `Load ${preset}` }).click();
      await page.getByRole('textbox', { name: 'Duration (s)' }).fill('2');
      await turnOn(page, 'Stop the target when the load has ended');
      await startRun(page, 'saved');
      await expect(page.getByRole('region', { name: 'Totals' })).toContainText('Response time');
      if (preset === 'knee') await expect(page.getByRole('region', { name: 'Degradation' })).toBeVisible();
    });
});

test('the result of another load tool, dropped on the window, opens on its load', async ({ app }) => {
  const { page } = app;
  const printed = await readFile(new URL('../main/load/results/testing/wrk.txt', import.meta.url), 'utf8');
  const dropped = await page.evaluateHandle((text) => {
    const files = new DataTransfer();
    files.items.add(new File([text], 'wrk.txt'));
    return files;
  }, printed);
  await page.dispatchEvent('body', 'dragover', { dataTransfer: dropped });
  await expect(page.getByText('Drop to open')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: dropped });
  await expect(page.getByRole('tab', { name: /^Load/ })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('region', { name: 'Totals' })).toContainText('Requests');
  await expect(page.getByText('Read from wrk')).toBeVisible();
});
