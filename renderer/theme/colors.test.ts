import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DEFAULT_THEME } from '@mantine/core';
import { describe, expect, test } from 'vitest';
import { categories } from '../../profiles/types';
import {
  categoryColor,
  chromeColors,
  colorModes,
  flamePalette,
  seriesColors,
  type ColorScheme,
} from './colors';
import { colorDifference } from './color-vision';
import { contrast, mixColors, oklch } from './oklch';
import { cssVariablesResolver } from './theme';

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8');
const schemes: ColorScheme[] = ['light', 'dark'];

/** The variables of one theme's block. */
function variables(scheme: ColorScheme): Map<string, string> {
  const block = css.split(`[data-mantine-color-scheme='${scheme}'] {`)[1]?.split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/(--sm-[\w-]+):\s*([^;]+);/g)].map((match) => [match[1] ?? '', match[2] ?? '']),
  );
}
const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

test('a mix of two colours stands between them', () => {
  expect(mixColors('#000000', '#ffffff', 0.5)).toBe('#808080');
  expect(mixColors('#102030', '#ffffff', 0)).toBe('#102030');
});

test('simulated dichromats confuse red with green, but not blue with yellow', () => {
  for (const vision of ['protanopia', 'deuteranopia'] as const) {
    expect(colorDifference('#b08000', '#7f9000', vision)).toBeLessThan(
      0.6 * colorDifference('#b08000', '#7f9000'),
    );
    expect(colorDifference('#2040ff', '#ffd000', vision)).toBeGreaterThan(40);
  }
});

test('OKLCH conversion knows black, white and a mid grey', () => {
  expect(oklch(0, 0, 0)).toBe('#000000');
  expect(oklch(1, 0, 0)).toBe('#ffffff');
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});

describe.each(schemes)('%s theme', (scheme) => {
  test('tokens.css has the same colours as colors.ts', () => {
    const inCss = variables(scheme);
    for (const category of categories)
      expect(inCss.get(`--sm-category-${category}`)).toBe(categoryColor(category, scheme));
    for (const [name, color] of Object.entries(chromeColors[scheme]))
      expect(inCss.get(`--sm-${kebab(name)}`)).toBe(color);
    for (const [name, color] of Object.entries(seriesColors[scheme]))
      expect(inCss.get(`--sm-series-${kebab(name)}`)).toBe(color);
  });

  test('text on every flame fill reaches AA', () => {
    for (const mode of colorModes)
      for (const { fill, text } of flamePalette(scheme, mode).paints)
        expect(contrast(fill, text), `${text} on ${fill}`).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['normal', 'protanopia', 'deuteranopia'] as const)(
    'categories can be told apart with %s vision',
    (vision) => {
      for (const [index, one] of categories.entries())
        for (const other of categories.slice(index + 1)) {
          const difference = colorDifference(
            categoryColor(one, scheme),
            categoryColor(other, scheme),
            vision,
          );
          // What the time went to must differ clearly; the greys of what is no work need only not be the same.
          const working = [one, other].every((each) =>
            ['app', 'dependency', 'node', 'native', 'gc'].includes(each),
          );
          expect(difference, `${one} and ${other}`).toBeGreaterThan(working ? 6 : 3);
        }
    },
  );

  test('what a field says is wrong with it reaches AA on both grounds', () => {
    const error = cssVariablesResolver(DEFAULT_THEME)[scheme]['--mantine-color-error'] ?? '';
    const color = variables(scheme).get(/var\((.*)\)/.exec(error)?.[1] ?? '') ?? '';
    for (const ground of [chromeColors[scheme].background, chromeColors[scheme].surface])
      expect(contrast(color, ground), `${error} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test('text colours reach AA on both grounds, lines of charts reach the 3:1 of graphics', () => {
    const chrome = chromeColors[scheme];
    for (const ground of [chrome.background, chrome.surface]) {
      for (const text of [chrome.text, chrome.muted, chrome.faint, chrome.accent, chrome.match])
        expect(contrast(text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      for (const line of Object.values(seriesColors[scheme]))
        expect(contrast(line, ground), line).toBeGreaterThanOrEqual(3);
    }
  });
});
