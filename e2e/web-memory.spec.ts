/** Memory, through the real interface: is it leaking, what, and who holds it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/app';
import { dropFile } from './support/explorer';

test.use({ shellUnderTest: 'web' });

/** Visitors enter a Map and never leave it, half a megabyte a second; listeners and a timer stand for the lists. */
const leaky = `
const { EventEmitter } = require('node:events');
class Visitor {
  constructor(number) {
    this.number = number;
    this.notes = ('visitor ' + number + ' ').repeat(80).split('').join('');
  }
}
const visitors = new Map();
const bus = new EventEmitter();
bus.setMaxListeners(0);
let number = 0;
function remember() {
  for (let i = 0; i < 20; i++) visitors.set('visitor ' + ++number, new Visitor(number));
  bus.on('visit', () => number);
}
// However soon somebody looks, they are the largest thing there is.
for (let i = 0; i < 100; i++) remember();
setInterval(remember, 50);
`;

let folder: string;
test.beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'scorchmark-leaky-')));
  await writeFile(path.join(folder, 'leaky.cjs'), leaky);
});
test.afterEach(() => rm(folder, { recursive: true, force: true }));

async function start(page: Page, prepare: () => Promise<void> = () => Promise.resolve()): Promise<void> {
  await page.evaluate(() => {
    location.hash = '#/new';
  });
  await page.getByRole('textbox', { name: 'Command' }).fill('node leaky.cjs');
  await page.getByRole('textbox', { name: 'Working folder' }).fill(folder);
  await prepare();
  await page.getByRole('button', { name: /^Start/ }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('recording');
}

async function goTo(page: Page, view: 'Overview' | 'Allocations' | 'Snapshots'): Promise<void> {
  await page.getByRole('tab', { name: /^Memory/ }).click();
  await choose(page, 'Memory', view);
}

async function choose(page: Page, group: string, option: string): Promise<void> {
  await page.getByRole('radiogroup', { name: group, exact: true }).getByText(option).click();
}

/** Presses the button and waits until the snapshot is there. */
async function take(page: Page, count: number): Promise<void> {
  await page.getByRole('button', { name: 'Take heap snapshot' }).click();
  await expect(page.getByRole('button', { name: 'Open', exact: true })).toHaveCount(count);
}

async function stop(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Stop and save' }).click();
  await expect(page.getByTestId('run-phase')).toHaveText('saved');
}

/** The row of a constructor, found by searching for it. */
async function searched(page: Page, list: Locator, name: string): Promise<Locator> {
  await page.getByRole('searchbox', { name: 'Search the snapshot' }).fill(name);
  // A search begins a moment after the typing; until then the list is the one before, and what opens in it is gone.
  await expect(page).toHaveURL(new RegExp(`search=${name}`));
  const row = list.getByRole('row', { level: 1 }).filter({ hasText: name }).first();
  await expect(row).toBeVisible();
  await expect(list).toHaveAttribute('aria-busy', 'false');
  return row;
}

test('a snapshot of a running program, by the button: what it costs, what is in it, who holds it', async ({
  app,
}) => {
  test.setTimeout(600_000);
  const { page } = app;
  await start(page);
  await goTo(page, 'Snapshots');
  await test.step('its cost is told beforehand, and measured afterwards', async () => {
    await expect(page.getByTestId('snapshot-estimate')).toHaveText(
      /Stops it for about .+ and takes about .+ on disk/,
    );
    await take(page, 1);
    await expect(page.getByTestId('pause')).toHaveText(/\d/);
    // The thread has answered since it stood still: visitors have come.
    await expect(page.getByTestId('snapshot-estimate')).toContainText('last snapshot');
    await take(page, 2);
  });
  await stop(page);
  const constructors = page.getByTestId('constructors');

  await test.step('constructors are searched, and open to their instances', async () => {
    await page.getByRole('button', { name: 'Open', exact: true }).nth(1).click();
    await expect(constructors).toBeVisible();
    const row = await searched(page, constructors, 'Visitor');
    await row.dblclick();
    const instance = constructors.getByRole('row', { level: 2 }).first();
    await expect(instance).toContainText('Visitor');
    await instance.click();
    await expect(page.getByTestId('object-id')).toHaveText(/^@\d+$/);
  });

  const details = page.getByRole('complementary', { name: 'Object details' });
  await test.step('who holds the object: retainers, the way to a root, what it refers to', async () => {
    await expect(details.getByTestId('retainers').getByRole('row', { level: 1 })).not.toHaveCount(0);
    await choose(page, 'Of the object', 'Path to root');
    await expect(details.getByTestId('path')).toContainText('Map');
    await expect(details.getByTestId('path')).toContainText('visitors');
    await choose(page, 'Of the object', 'References');
    await expect(details.getByTestId('references')).toContainText('notes');
  });

  await test.step('the address reproduces it, and back and forward walk through it', async () => {
    const id = await page.getByTestId('object-id').textContent();
    const address = page.url();
    await page.reload();
    await expect(page.getByTestId('object-id')).toHaveText(id ?? '');
    expect(page.url()).toBe(address);
    await page.keyboard.press('Escape');
    await expect(page.getByTestId('object-id')).toHaveCount(0);
    await page.goBack();
    await expect(page.getByTestId('object-id')).toHaveText(id ?? '');
  });

  await test.step('dominators are drawn, and a click selects an object', async () => {
    await choose(page, 'Of the snapshot', 'Dominators');
    const icicle = page.getByTestId('dominators');
    await expect(icicle).toBeVisible();
    await icicle.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect(page.getByTestId('object-id')).toBeVisible();
    await choose(page, 'Drawn as', 'Treemap');
    await expect(page).toHaveURL(/shape=treemap/);
    // Keys go to boxes, which are there once the picture knows its size.
    await expect(icicle).toHaveAccessibleName(/area is retained size/);
    await expect(icicle).not.toHaveAttribute('data-boxes', '0');
    await icicle.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('z');
    await expect(page.getByLabel('Zoom', { exact: true }).getByRole('button')).toHaveCount(2);
    await page.keyboard.press('Backspace');
    await expect(page.getByLabel('Zoom', { exact: true }).getByRole('button')).toHaveCount(1);
  });

  await test.step('duplicated strings and lists', async () => {
    await choose(page, 'Of the snapshot', 'Duplicated strings');
    await expect(page.getByTestId('duplicates').getByRole('row', { level: 1 })).not.toHaveCount(0);
    await choose(page, 'Of the snapshot', 'Lists');
    await choose(page, 'List', 'Listeners');
    await expect(page.getByTestId('heap-rows')).toContainText('visit');
    await choose(page, 'List', 'Caches');
    await expect(page.getByTestId('heap-rows')).toContainText('visitors');
    await choose(page, 'List', 'Timers');
    await expect(page.getByTestId('heap-rows')).toContainText('remember');
  });

  await test.step('two are compared: what has grown, which are new, what holds them', async () => {
    await page.getByRole('button', { name: 'Snapshots', exact: true }).click();
    const boxes = page.getByRole('checkbox');
    await expect(boxes).toHaveCount(2);
    await boxes.nth(0).check();
    await boxes.nth(1).check();
    await page.getByRole('button', { name: 'Compare the chosen two' }).click();
    const changes = page.getByTestId('changes');
    await expect(changes).toBeVisible();
    const row = await searched(page, changes, 'Visitor');
    await expect(row).toContainText('+');
    await row.click();
    await expect(page.getByTestId('holders')).toContainText('visitors');
    await row.dblclick();
    const added = changes.getByRole('row', { level: 2 }).first();
    // Its row is there before it is read.
    await expect(added).toContainText('Visitor');
    await added.click();
    await expect(page.getByTestId('object-id')).toBeVisible();
  });

  await test.step('in the wrong order they say so by name, and are swapped', async () => {
    await page.evaluate(() => {
      const [path, query] = location.hash.split('?');
      const asked = new URLSearchParams(query);
      const [file, base] = [asked.get('file')!, asked.get('base')!];
      asked.set('file', base);
      asked.set('base', file);
      location.hash = `${path}?${asked.toString()}`;
    });
    const notice = page.getByTestId('wrong-order');
    await expect(notice).toContainText(/leaky\.cjs.* was taken after .*leaky\.cjs/);
    await notice.getByRole('button', { name: 'Swap them' }).click();
    await expect(page.getByTestId('changes')).toBeVisible();
    await expect(notice).toBeHidden();
  });

  await test.step('one is deleted, after a question', async () => {
    await page.getByRole('button', { name: 'Snapshots', exact: true }).click();
    await page
      .getByRole('button', { name: /^Delete heap-/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Delete the snapshot' }).click();
    await expect(page.getByRole('button', { name: 'Open', exact: true })).toHaveCount(1);
  });
});

test('the leak verdict, its rules and its limits; all allocations', async ({ app }) => {
  test.setTimeout(600_000);
  const { page } = app;
  await start(page, async () => {
    await page.getByRole('button', { name: /^Memory/ }).click();
    await page.getByRole('switch', { name: 'Force a full collection' }).click({ force: true });
    await page.getByRole('textbox', { name: 'Every (s)' }).fill('1');
    await page.getByRole('textbox', { name: 'Warm-up left out (s)' }).fill('1');
    await page.getByRole('textbox', { name: 'Growth of the floor (MB)' }).fill('0.5');
    await page.getByText('All allocated').click();
  });
  await goTo(page, 'Overview');
  const verdict = page.getByRole('region', { name: 'Leak verdict' });
  await expect(page.getByTestId('leak-outcome')).toHaveText('Leaking', { timeout: 180_000 });
  await expect(page.getByTestId('leak-rules')).toContainText('fired');
  await stop(page);
  await expect(page.getByTestId('leak-outcome')).toHaveText('Leaking');
  await expect(page.getByTestId('heap-table')).toContainText('leaky.cjs');
  await expect(page.getByTestId('gc-table')).toContainText('Major');

  await test.step('other limits judge again at once', async () => {
    for (const name of ['Limit: Growth of the floor', 'Limit: Growth per hour'])
      await page.getByRole('textbox', { name, exact: true }).fill('9000000');
    await expect(verdict).not.toHaveAttribute('data-outcome', 'leaking');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByTestId('leak-outcome')).toHaveText('Leaking');
  });

  await test.step('the summary says it, and leads there', async () => {
    await page.getByRole('tab', { name: /^Summary/ }).click();
    await page.getByTestId('summary-leak').getByRole('button').click();
    await expect(page.getByTestId('leak-outcome')).toBeVisible();
  });

  const note = page.getByTestId('allocation-note');
  await test.step('the allocations say that they are all that was allocated', async () => {
    await goTo(page, 'Allocations');
    await expect(note).toContainText('allocated in all');
  });

  await test.step('a time range shows what was allocated in it, or says why it cannot', async () => {
    const select = (range: string): Promise<void> =>
      page.evaluate((text) => {
        const [path, query] = location.hash.split('?');
        const parameters = new URLSearchParams(query);
        parameters.set('range', text);
        location.hash = `${path}?${parameters}`;
      }, range);
    await select('0-3600000000');
    await expect(note).toContainText(/allocated between .+ and .+, garbage included/);
    await expect(note).toContainText(/^[\d.]+\s.?B /);
    // Before the first reading there is nothing to tell apart.
    await select('0-1000');
    await expect(note).toContainText('the selected range lies between two readings');
    await expect(note).toContainText('allocated in all');
  });
});

/** A snapshot of a program that remembers a thousand visitors in a Map. */
async function writeSnapshot(file: string): Promise<Buffer> {
  const program = `
    class Visitor { constructor(number) { this.name = 'visitor ' + number; } }
    const visitors = new Map();
    for (let i = 0; i < 1000; i++) visitors.set(i, new Visitor(i));
    globalThis.look = () => visitors.size;
    require('node:v8').writeHeapSnapshot(process.argv[1]);
  `;
  await promisify(execFile)(process.execPath, ['-e', program, file]);
  return readFile(file);
}

test('a dropped .heapsnapshot opens as a session; a damaged one is refused with the reason', async ({
  app,
}) => {
  test.setTimeout(600_000);
  const { page } = app;
  const whole = await writeSnapshot(path.join(folder, 'whole.heapsnapshot'));
  await dropFile(page, 'whole.heapsnapshot', whole);
  const constructors = page.getByTestId('constructors');
  await expect(constructors).toBeVisible();
  await expect(page.getByTestId('run-phase')).toHaveText('imported');
  await expect(await searched(page, constructors, 'Visitor')).toContainText('1,000');

  await test.step('what was not measured is not shown as if it were nothing', async () => {
    await choose(page, 'Memory', 'Overview');
    await expect(page.getByTestId('leak-outcome')).toHaveText('Not enough data');
    await expect(page.getByTestId('heap-table')).toHaveCount(0);
    await page.goBack();
    await expect(constructors).toBeVisible();
  });

  await test.step('cut off, or not what it says: the reason, and what is open stays', async () => {
    const address = page.url();
    const bad: [name: string, content: Uint8Array | string][] = [
      ['cut.heapsnapshot', whole.subarray(0, whole.length / 2)],
      ['empty.heapsnapshot', ''],
    ];
    for (const [name, content] of bad) {
      await dropFile(page, name, content);
      await expect(page.getByRole('alert').filter({ hasText: name }).first()).toBeVisible();
    }
    expect(page.url()).toBe(address);
    await expect(constructors).toBeVisible();
  });
});
