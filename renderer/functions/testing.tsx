/** Tables in tests: a window tall enough for virtual rows, and rows as texts. */
import { MantineProvider } from '@mantine/core';
import { cleanup, render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { afterEach, beforeEach, vi } from 'vitest';

/** Gives elements a size, which happy-dom does not lay out. Call once per file. */
export function withLayout(): void {
  beforeEach(() => {
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(2000);
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1200);
  });
  afterEach(cleanup);
}

export function show(element: ReactElement): { update: (next: ReactElement) => void } {
  const wrap = (content: ReactElement) => <MantineProvider>{content}</MantineProvider>;
  const { rerender } = render(wrap(element));
  return { update: (next) => rerender(wrap(next)) };
}

/** The rows but the head. Found by selector: asking by role computes every element's accessibility. */
export function rowElements(): Element[] {
  return [...document.querySelectorAll('[role="row"]')].slice(1);
}

/** The cells of each row but the head, thin spaces as spaces. */
export function rowTexts(): string[][] {
  return rowElements().map((row) =>
    [...row.querySelectorAll('[role="gridcell"]')].map((cell) =>
      (cell.textContent ?? '').replaceAll('\u202f', ' '),
    ),
  );
}
