/** Every control does what it says: keyboard, run form, session list, thread picker, files dropped on the window. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './support/app';

const profileFile = path.resolve('renderer/dev/fixtures/shop.cpuprofile');

interface VisibleFrame {
  name: string;
  width: number;
}

async function frameNames(page: Page): Promise<string[]> {
  const frames = await page
    .getByTestId('flame-canvas')
    .first()
    .evaluate((canvas) => (canvas as unknown as { scorchmarkFrames(): VisibleFrame[] }).scorchmarkFrames());
  return frames.map(({ name }) => name);
}

/** As if somebody dragged the file from a folder onto the window. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    ([fileName, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], fileName));
      return transfer;
    },
    [name, content] as const,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: data });
  await expect(page.getByText('Drop to open')).toBeVisible();
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

async function openProfile(page: Page, name = 'mine.cpuprofile'): Promise<void> {
  await drop(page, name, await readFile(profileFile, 'utf8'));
  await expect(page.getByTestId('run-phase')).toHaveText('imported');
  await expect(page.getByRole('button', { name, exact: true })).toBeVisible();
}

test('a dropped profile opens, and the keyboard reaches everything in it', async ({ app }) => {
  const { page } = app;
  await openProfile(page);
  await expect(page.getByTestId('lanes').getByText('Busy')).toBeVisible();

  for (const [index, tab] of [
    'Summary',
    'Flame',
    'Functions',
    'Memory',
    'Load',
    'Processes',
    'Output',
  ].entries()) {
    await page.keyboard.press(String(index + 1));
    await expect(page.getByRole('tab', { name: tab, exact: true })).toHaveAttribute('aria-selected', 'true');
  }
  await page.keyboard.press('4');
  await expect(page.getByTestId('leak-outcome')).toHaveText('Not enough data');

  await page.keyboard.press('3');
  await page.keyboard.press('/');
  await page.keyboard.type('renderCatalog');
  const rows = page.getByTestId('function-table').locator('.sm-functions-row');
  // Slow letters are searched for one by one: the list may be down to one row before the word is whole.
  await expect(page).toHaveURL(/search=renderCatalog/);
  await expect(rows).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect(rows).not.toHaveCount(1);

  await page.getByTestId('lanes-overlay').focus();
  // Once: two that come slowly are two steps of the history.
  await page.keyboard.press('Shift+ArrowRight');
  const chip = page.getByRole('button', { name: /remove.*range/i });
  await expect(chip).toBeVisible();
  await expect(page).toHaveURL(/range=/);
  const link = page.url();
  await page.getByRole('tab', { name: 'Functions' }).focus();
  await page.keyboard.press('[');
  await expect(chip).toBeHidden();
  await page.keyboard.press(']');
  await expect(chip).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(chip).toBeHidden();
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(chip).toBeVisible();
  await page.keyboard.press('Alt+ArrowRight');
  await expect(chip).toBeHidden();

  // A link reproduces the selection.
  await page.evaluate((hash) => (location.hash = hash), new URL(link).hash);
  await expect(chip).toBeVisible();
  await expect(page.getByRole('tab', { name: 'Functions' })).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeHidden();
  await page.keyboard.press('ControlOrMeta+k');
  // It takes the focus a moment after it is there.
  await expect(page.getByRole('textbox', { name: 'Search commands' })).toBeFocused();
  await page.keyboard.type('theme: light');
  const palette = page.getByRole('dialog');
  await expect(palette.getByRole('button')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'light');
  // While the palette fades out, letters still belong to it.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('n');
  await expect(page.getByRole('heading', { name: 'New run' })).toBeVisible();
});

test('a file that is no profile is refused with the place and the reason', async ({ app }) => {
  await drop(app.page, 'broken.cpuprofile', '{"nodes":[{"id":1');
  await expect(
    app.page.getByText(/broken\.cpuprofile is not a CPU profile.*: at nodes\[0\]\.id, .*\(byte 17\)/),
  ).toBeVisible();
  await expect(app.page.getByRole('heading', { name: /where does the time/i })).toBeVisible();
});

test('sessions are renamed, noted, tagged, found, thrown away, taken back and deleted', async ({ app }) => {
  const { page } = app;
  await openProfile(page, 'first.cpuprofile');
  await openProfile(page, 'second.cpuprofile');
  await page.getByRole('button', { name: 'Sessions', exact: true }).click();
  const table = page.getByRole('table', { name: 'Sessions' });
  const row = (name: string) => table.getByRole('row').filter({ hasText: name });

  await row('first')
    .getByRole('button', { name: /Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  const newName = page.getByRole('textbox', { name: 'Name' });
  await expect(newName).toBeFocused();
  await newName.fill('before the fix');
  await newName.press('Enter');
  await expect(row('before the fix')).toBeVisible();

  await row('before the fix').getByText('imported').click();
  const details = page.getByRole('complementary', { name: 'Session details' });
  await details.getByLabel('Tags').fill('main');
  await details.getByLabel('Tags').press('Enter');
  await expect(row('before the fix')).toContainText('main');
  await details.getByLabel('Note').fill('with the old cache');
  await details.getByLabel('Note').blur();
  // The row's menu stays in sight beside the details.
  await expect(row('second').getByRole('button', { name: /Actions for/ })).toBeInViewport({ ratio: 1 });

  const search = page.getByRole('searchbox', { name: 'Search sessions' });
  await search.fill('old cache');
  await expect(row('second')).toBeHidden();
  await expect(row('before the fix')).toBeVisible();
  await search.fill('');
  await expect(row('second')).toBeVisible();
  await table.getByRole('button', { name: 'Name' }).click();
  await expect(table.locator('.grid-row a').first()).toHaveText('before the fix');
  await table.getByRole('button', { name: 'Name' }).click();
  await expect(table.locator('.grid-row a').first()).toHaveText('second.cpuprofile');

  await row('second')
    .getByRole('button', { name: /Actions for/ })
    .click();
  await page.getByRole('menuitem', { name: 'Move to trash' }).click();
  await expect(row('second')).toBeHidden();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row('second')).toBeVisible();

  await page.getByRole('checkbox', { name: 'Select second.cpuprofile' }).click();
  await page
    .getByRole('toolbar', { name: 'Selected sessions' })
    .getByRole('button', { name: 'Move to trash' })
    .click();
  await expect(row('second')).toBeHidden();
  await page.getByText(/^Trash/).click();
  await page.getByRole('checkbox', { name: 'Select second.cpuprofile' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete 1 session' }).click();
  await expect(page.getByText('The trash is empty')).toBeVisible();
  await expect.poll(async () => (await readdir(path.join(app.dataFolder, 'sessions'))).length).toBe(1);
});

const echoServer = `
  import http from 'node:http';
  console.log(JSON.stringify([process.argv.slice(2), process.env.COLOUR, process.env.FROM_LINE, process.env.NODE_OPTIONS.includes('--max-old-space-size=256')]));
  http.createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part)).on('end', () => {
      response.statusCode = request.headers['x-key'] === 'secret' && body === '{"n":1}' ? 201 : 400;
      response.end();
    });
  }).listen(0, '127.0.0.1');
`;

test('what the run form says is what runs', async ({ app }, testInfo) => {
  const { page } = app;
  const file = testInfo.outputPath('echo.mjs');
  await writeFile(file, echoServer);
  await page.getByRole('button', { name: 'Profile a command' }).click();
  await page
    .getByRole('textbox', { name: 'Command' })
    .fill(`FROM_LINE=yes node "${path.basename(file)}" "two words" ''`);
  await page.getByRole('textbox', { name: 'Working folder' }).fill(path.dirname(file));
  await page.getByRole('button', { name: /^Environment, Node flags/ }).click();
  await page.getByRole('button', { name: 'Add variable' }).click();
  await page.getByLabel('Name of variable 1').fill('COLOUR');
  await page.getByLabel('Value of variable 1').fill('dark green');
  await page.getByRole('textbox', { name: 'Node flags' }).fill('--max-old-space-size=256');
  await page.getByRole('textbox', { name: 'Node binary' }).fill(process.execPath);
  await page.getByRole('radio', { name: 'Load smoke' }).click();
  await page.getByRole('textbox', { name: 'Users' }).fill('2');
  await page.getByRole('textbox', { name: 'Duration (s)' }).fill('2');
  await page.getByRole('switch', { name: 'Stop the target when the load has ended' }).press('Space');
  await page.getByRole('button', { name: 'Add request' }).click();
  await page.getByRole('combobox', { name: 'Method of request 1' }).click();
  await page.getByRole('option', { name: 'POST' }).click();
  await page.getByLabel('URL or path of request 1').fill('/orders');
  await page.getByRole('button', { name: 'Headers, body' }).click();
  await page.getByRole('textbox', { name: 'Headers' }).fill('X-Key: secret');
  await page.getByRole('textbox', { name: 'Body' }).fill('{"n":1}');
  await page.getByRole('textbox', { name: 'Sample every (µs)' }).fill('2000');
  await page.getByRole('switch', { name: 'Allocations' }).press('Space');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Form check');
  await page.getByRole('button', { name: 'Start profiling' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('saved');

  await page.getByRole('tab', { name: 'Output' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('[["two words",""],"dark green","yes",true]');
  await page.getByRole('tab', { name: 'Load' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('2xx');
  await expect(page.getByRole('tabpanel')).not.toContainText('4xx');
  const [id] = await readdir(path.join(app.dataFolder, 'sessions'));
  const session: unknown = JSON.parse(
    await readFile(path.join(app.dataFolder, 'sessions', id!, 'session.json'), 'utf8'),
  );
  expect(session).toMatchObject({
    name: 'Form check',
    spec: {
      target: {
        argv: ['node', 'echo.mjs', 'two words', ''],
        env: { COLOUR: 'dark green', FROM_LINE: 'yes' },
      },
      load: {
        preset: 'smoke',
        users: 2,
        durationMs: 2000,
        stopTargetAtEnd: true,
        requests: [{ method: 'POST', url: '/orders', headers: { 'X-Key': 'secret' }, body: '{"n":1}' }],
      },
      capture: { cpuIntervalUs: 2000, allocations: false },
    },
  });

  // The command is remembered and fills the form again.
  await page.keyboard.press('n');
  await page.getByRole('button', { name: 'Clear the form' }).click();
  await page.getByRole('complementary', { name: 'Remembered targets' }).locator('.remembered-fill').click();
  await expect(page.getByLabel('Value of variable 1')).toHaveValue('dark green');
  await expect(page.getByRole('textbox', { name: 'Users' })).toHaveValue('2');
});

test('one of several threads can be looked at alone; S stops the run', async ({ app }) => {
  // The sample's two workers take two cores for themselves: on a small machine everything else waits.
  const { page } = app;
  await page
    .locator('li, tr, div')
    .filter({ hasText: /^Worker threads/ })
    .last()
    .getByRole('button', { name: 'Profile it' })
    .click();
  await expect(page.getByTestId('run-phase')).toHaveText('recording');
  await page.keyboard.press('2');
  await page.getByRole('button', { name: /^Threads: All 3 threads/ }).click();
  const list = page.locator('.thread-list');
  await list.getByRole('button', { name: /^Only/ }).nth(1).click();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: /remove.*threads/i })).toBeVisible();
  await expect(page).toHaveURL(/threads=/);
  await expect.poll(() => frameNames(page)).toContain('countPrimes');
  // While the list fades out, letters still belong to it.
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await page.keyboard.press('s');
  await expect(page.getByTestId('run-phase')).toHaveText('saved');
  await page.getByRole('button', { name: /remove.*threads/i }).click();
  await expect(page.getByRole('button', { name: /^Threads: All 3 threads/ })).toBeVisible();
});

test('the allocation flamegraph names the leak', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Try the sample app' }).click();
  await page.getByRole('tab', { name: 'Memory' }).click();
  await page.getByRole('radiogroup', { name: 'Memory' }).getByText('Allocations').click();
  await expect(page.getByTestId('run-phase')).toHaveText('recording');
  // What leaked is there, whether the load still goes on or not.
  await expect(async () => {
    await page.getByRole('button', { name: 'Refresh now' }).click();
    expect(await frameNames(page)).toContain('addToCart');
  }).toPass();
  await page.getByRole('button', { name: 'Stop and save' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('saved');
});

test('the load can be ended by itself', async ({ app }) => {
  const { page } = app;
  await page.getByRole('button', { name: 'Try the sample app' }).click();
  await page.getByRole('button', { name: 'Cancel load' }).click();
  await expect(page.getByText('· cancelled')).toBeVisible();
  await expect(page.getByTestId('run-phase')).toHaveText('recording');
  await page.getByRole('button', { name: 'Stop and save' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('saved');
});
