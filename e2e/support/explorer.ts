/** What specs of the profile explorer do over and over: open a profile, look at a view, read what it shows. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { arithmeticProfile } from '../../profiles/arithmetic';
import { writeCpuProfile } from '../../profiles/formats/cpuprofile';

/** As if somebody dragged a file from a folder onto the window. */
export async function dropFile(page: Page, name: string, content: Uint8Array | string): Promise<void> {
  const base64 = Buffer.from(content).toString('base64');
  const data = await page.evaluateHandle(
    ([fileName, text]) => {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], fileName));
      return transfer;
    },
    [name, base64] as const,
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

function sessionOf(page: Page): string | undefined {
  return /#\/run\/([^/?]+)/.exec(page.url())?.[1];
}

/**
 * Opens a file and waits until it is a session, by default of the file's name. From then on pictures go where they are sent
 * at once: a place that is read is the place that was gone to.
 */
export async function openFile(
  page: Page,
  name: string,
  content: Uint8Array | string,
  session = name.replace(/profile\.gz$/, 'profile'),
): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  // The session before it may be of the same name.
  const before = sessionOf(page);
  await dropFile(page, name, content);
  await expect.poll(() => [undefined, before].includes(sessionOf(page))).toBe(false);
  await expect(page.getByTestId('run-phase')).toHaveText('imported');
  await expect(page.getByRole('button', { name: session, exact: true })).toBeVisible();
}

export async function openPath(page: Page, file: string): Promise<void> {
  await openFile(page, path.basename(file), await readFile(file));
}

/** The profile whose right numbers are known by arithmetic, thread `a`. */
export async function openHandMade(page: Page): Promise<void> {
  await openFile(
    page,
    'hand-made.cpuprofile',
    writeCpuProfile(arithmeticProfile('a'), { originUs: 1_000_000 }),
  );
}

/** Goes to a view of the open session by its address, as a link would. */
export async function show(page: Page, tab: string, query: Record<string, string> = {}): Promise<void> {
  const search = new URLSearchParams(query).toString();
  await page.evaluate(
    ([name, rest]) => {
      const id = /#\/run\/([^/?]+)/.exec(location.hash)?.[1] ?? '';
      location.hash = `#/run/${id}/${name}${rest ? `?${rest}` : ''}`;
    },
    [tab, search] as const,
  );
  await expect(page.getByRole('tab', { name: new RegExp(`^${tab}`, 'i') })).toHaveAttribute(
    'aria-selected',
    'true',
  );
}

export interface VisibleFrame {
  name: string;
  depth: number;
  self: number;
  total: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

export function canvas(page: Page, index = 0): Locator {
  return page.getByTestId('flame-canvas').nth(index);
}

/** The frames that are drawn now; px of the page. */
export function frames(page: Page, index = 0): Promise<VisibleFrame[]> {
  return canvas(page, index).evaluate((element) =>
    (element as unknown as { scorchmarkFrames(): VisibleFrame[] }).scorchmarkFrames(),
  );
}

export async function frameNamed(page: Page, name: string, index = 0): Promise<VisibleFrame> {
  let found: VisibleFrame | undefined;
  await expect(async () => {
    found = (await frames(page, index)).find((frame) => frame.name === name);
    expect(found, `${name} is drawn`).toBeDefined();
  }).toPass();
  return found!;
}

/** Clicks a frame of this name until its details are shown: what is drawn may still move while it is read. */
export async function selectFrame(page: Page, name: string): Promise<void> {
  await expect(async () => {
    const { x, y, width, height } = await frameNamed(page, name);
    await page.mouse.click(x + Math.min(width, 200) / 2, y + height / 2);
    const details = page.getByRole('complementary', { name: 'Function details' });
    await expect(details.getByRole('heading', { name, exact: true })).toBeVisible({ timeout: 1000 });
  }).toPass();
}

/** Chooses in the menu of a frame of this name, which is asked for until it is that frame's. */
export async function chooseInMenu(page: Page, name: string, item: string | RegExp): Promise<void> {
  const menu = page.getByRole('menu', { name: `Menu of ${name}`, exact: true });
  await expect(async () => {
    const { x, y, width, height } = await frameNamed(page, name);
    await page.mouse.click(x + Math.min(width / 2, 40), y + height / 2, { button: 'right' });
    await expect(menu).toBeVisible({ timeout: 1000 });
  }).toPass();
  await menu.getByRole('menuitem', { name: item }).click();
}

/** Drawn frames as `name total`, each once, sorted: what the picture says, whatever its order. */
export async function drawn(page: Page, index = 0): Promise<string[]> {
  return [...new Set((await frames(page, index)).map(({ name, total }) => `${name} ${total}`))].sort();
}

/** The same, when it has stayed so for some frames of the browser: its place may have got its width in two steps. */
export async function drawnAtRest(page: Page, index = 0): Promise<string[]> {
  let found: string[] = [];
  await expect(async () => {
    found = await drawn(page, index);
    await page.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    );
    expect(await drawn(page, index)).toEqual(found);
  }).toPass();
  return found;
}

/** Rows of a table or tree table: cells' exact values where they have one (µs as a number), else their text. */
export async function rows(grid: Locator): Promise<string[][]> {
  return grid.locator('[role="rowgroup"] [role="row"]').evaluateAll((found) =>
    found
      .map((row) => ({
        index: Number(row.getAttribute('aria-rowindex')),
        cells: [...row.querySelectorAll('[role="gridcell"]')].map((cell) => {
          const name = cell.querySelector('.sm-functions-text');
          // Units are set off by narrow spaces.
          const text = (cell.getAttribute('title') ?? '') || (name ?? cell).textContent || '';
          return text.replaceAll(/\s/g, ' ').trim();
        }),
      }))
      .sort((a, b) => a.index - b.index)
      .map(({ cells }) => cells),
  );
}
