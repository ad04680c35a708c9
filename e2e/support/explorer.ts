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

/** Opens a file and waits until it is a session, by default of the file's name. */
export async function openFile(
  page: Page,
  name: string,
  content: Uint8Array | string,
  session = name.replace(/profile\.gz$/, 'profile'),
): Promise<void> {
  await dropFile(page, name, content);
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

/** Drawn frames as `name total`, each once, sorted: what the picture says, whatever its order. */
export async function drawn(page: Page, index = 0): Promise<string[]> {
  return [...new Set((await frames(page, index)).map(({ name, total }) => `${name} ${total}`))].sort();
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
