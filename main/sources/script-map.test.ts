import { transform } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { ScriptMap } from './script-map';

const source = `
export class Basket {
  constructor(private readonly owner: string) {}
  addItem(count: number) { return this.owner + count; }
  static fromOwner = (owner: string) => new Basket(owner);
}
export function totalPrice(prices: number[]) { return prices.reduce((sum, price) => sum + price, 0); }
export const applyDiscount = async (price: number) => price * 0.9;
const handlers = { onClick: function (event: string) { return event; } };
export const run = () => handlers.onClick('x');
`;

async function minified(
  options: Parameters<typeof transform>[1] = {},
): Promise<{ code: string; map: string }> {
  return transform(source, {
    loader: 'ts',
    minify: true,
    sourcemap: 'external',
    sourcefile: 'basket.ts',
    format: 'esm',
    ...options,
  });
}

function mapOf(code: string, map: string): ScriptMap {
  return new ScriptMap({
    scriptUrl: 'file:///app/dist/basket.js',
    text: code,
    map,
    sourceMapUrl: 'basket.js.map',
  });
}

/** V8's place of a function: its parameters. */
function placeIn(code: string, snippet: RegExp): [line: number, column: number] {
  const match = snippet.exec(code)!;
  const before = code.slice(0, match.index + match[0].length);
  return [before.split('\n').length, before.length - before.lastIndexOf('\n')];
}

describe('a source map', () => {
  it('tells the names that minifying took, of functions and of what functions are given to', async () => {
    const { code, map } = await minified();
    const found = mapOf(code, map);
    const nameOf = (snippet: RegExp): string => found.place(...placeIn(code, snippet))!.name;
    expect(nameOf(/function \w+(?=\(\w+\)\{return \w+\.reduce)/)).toBe('totalPrice');
    expect(nameOf(/\w+=async (?=\w+=>)/)).toBe('applyDiscount');
    expect(nameOf(/static fromOwner=(?=\w+=>)/)).toBe('fromOwner');
    expect(nameOf(/addItem(?=\()/)).toBe('addItem');
    expect(nameOf(/constructor(?=\()/)).toBe('Basket');
    expect(nameOf(/onClick:function(?=\()/)).toBe('onClick');
  });

  it('gives no name to a function without one, least of all that of its first parameter', async () => {
    const { code, map } = await minified();
    const place = mapOf(code, map).place(...placeIn(code, /reduce\((?=\()/));
    expect(place).toMatchObject({ name: '', line: 7 });
  });

  it('finds names in the original text where the map lists none', async () => {
    const { code, map } = await minified({ minify: false });
    const bare = JSON.stringify({ ...(JSON.parse(map) as object), names: [] });
    expect(mapOf(code, bare).place(...placeIn(code, /function totalPrice(?=\()/))?.name).toBe('totalPrice');
  });

  it('maps a whole line only where all of it comes from one line', async () => {
    const { code, map } = await minified({ minify: false });
    const found = mapOf(code, map);
    const line = code.split('\n').findIndex((each) => each.includes('price * 0.9')) + 1;
    expect(found.place(line, 0)).toEqual({ source: 0, line: 8, column: 0, name: '' });
    const small = await minified();
    expect(mapOf(small.code, small.map).place(1, 0)).toBeUndefined();
  });

  it('names originals relative to the map, and carries their text', async () => {
    const { code, map } = await minified();
    const found = mapOf(code, map);
    expect(found.originals).toEqual(['file:///app/dist/basket.ts']);
    expect(found.contentOf(0)).toBe(source);
  });

  it('can be indexed, in sections', async () => {
    const { code, map } = await minified();
    const sections = [
      { offset: { line: 0, column: 0 }, map: { version: 3, sources: [], names: [], mappings: '' } },
      { offset: { line: 1, column: 0 }, map: JSON.parse(map) as object },
    ];
    const indexed = mapOf(`// banner\n${code}`, JSON.stringify({ version: 3, sections }));
    const [line, column] = placeIn(code, /function \w+(?=\(\w+\)\{return \w+\.reduce)/);
    expect(indexed.place(line + 1, column)).toMatchObject({ line: 7, name: 'totalPrice' });
  });

  it.each([
    ['{"version":3', /not JSON/],
    ['null', /no mappings/],
    ['{"version":2,"sources":[],"mappings":""}', /version 2/],
    ['{"version":3,"sources":[1],"mappings":"","names":[]}', /not names/],
    ['{"version":3,"mappings":""}', /no mappings/],
  ])('says why it cannot be used: %s', (map, reason) => {
    expect(() => mapOf('x', map)).toThrow(reason);
  });

  it('answers tens of thousands of positions', async () => {
    const { code, map } = await minified();
    const found = mapOf(code, map);
    for (let i = 0; i < 60_000; i++) found.place(1, 1 + (i % code.length));
    expect(found.place(1, 1)).toBeDefined();
  });
});
