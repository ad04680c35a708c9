import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LaneChart, type TimeWindow } from './lane-chart';
import type { Lane, LaneSeries } from './lane-model';

/** A canvas that remembers its picture, and how often it was given one. */
class FakeCanvas {
  readonly style = {};
  readonly given: Uint8Array[] = [];
  setAttribute(): void {
    // Nobody reads it.
  }
  getContext(): { putImageData(image: { data: Uint8ClampedArray }): void } {
    return { putImageData: ({ data }) => void this.given.push(new Uint8Array(data)) };
  }
}

beforeEach(() => {
  vi.stubGlobal('document', { createElement: () => new FakeCanvas() });
  vi.stubGlobal(
    'ImageData',
    class {
      constructor(readonly data: Uint8ClampedArray) {}
    },
  );
  vi.stubGlobal('devicePixelRatio', 1);
});
afterEach(() => void vi.unstubAllGlobals());

const wide = 200;

function chartOf(): { chart: LaneChart; given: Uint8Array[] } {
  const chart = new LaneChart();
  chart.resize(wide, 50);
  return { chart, given: (chart.canvas as unknown as FakeCanvas).given };
}

/** Values every 250 ms, with a silence and with spikes that are there for one of them. */
function columnOf(everyUs = 250_000): LaneSeries['column'] {
  const tUs: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < 400e6; at += everyUs) {
    if (at > 120e6 && at < 135e6) continue;
    tUs.push(at);
    values.push(at % 7.25e6 === 0 ? 95 : 30 + 20 * Math.sin(at / 9e6) + ((at / 250_000) % 11));
  }
  return { tUs: Float64Array.from(tUs), values: Float64Array.from(values) };
}

function laneOf(...styles: LaneSeries['style'][]): Lane {
  const series = styles.map((style, i): LaneSeries => ({
    name: (['heap', 'rss', 'cpu', 'external', 'heapFloor'] as const)[i % 5]!,
    label: style,
    unit: 'bytes',
    mode: 'sum',
    summary: 'max',
    style,
    column: columnOf(style === 'dots' ? 3e6 : undefined),
    parts: [],
  }));
  return { name: 'heap', label: 'Heap', series, max: 100 };
}

function windowAt(startUs: number, spanUs = 100e6): TimeWindow {
  return { startUs, endUs: startUs + spanUs };
}

const pxUs = 100e6 / wide;

describe('a picture that is moved', () => {
  test('by whole pixels, there and back, is the one that is drawn anew', () => {
    const lane = laneOf('dots', 'area', 'line', 'bars');
    const { chart, given } = chartOf();
    let start = 50e6;
    chart.draw(lane, windowAt(start), 'dark', false);
    for (const px of [60, 1, 17, -30, -150, 199, 45]) {
      start += px * pxUs;
      chart.draw(lane, windowAt(start), 'dark', false);
      const anew = chartOf();
      anew.chart.draw(lane, windowAt(start), 'dark', false);
      expect(Buffer.compare(given.at(-1)!, anew.given[0]!)).toBe(0);
    }
  });

  test('takes its dashes with it, and goes on with them', () => {
    const lane = laneOf('faint');
    lane.series[0]!.column = {
      tUs: Float64Array.from([0, 400e6]),
      values: Float64Array.from([50, 50]),
    };
    const { chart, given } = chartOf();
    const dashes = (): string =>
      Array.from({ length: wide }, (_, x) =>
        Array.from({ length: 50 }, (__, y) => given.at(-1)![(y * wide + x) * 4 + 3]!).some(
          (alpha) => alpha > 0,
        )
          ? '#'
          : '.',
      ).join('');
    chart.draw(lane, windowAt(100e6), 'dark', false);
    const before = dashes();
    expect(before).toMatch(/^(###\.\.)+$/);
    chart.draw(lane, windowAt(100e6 + 23 * pxUs), 'dark', false);
    expect(dashes()).toBe('###..'.repeat(50).slice(23, 23 + wide));
    chart.draw(lane, windowAt(100e6), 'dark', false);
    expect(dashes()).toBe(before);
  });

  test('is not given to the canvas again where nothing moved', () => {
    const lane = laneOf('area');
    const { chart, given } = chartOf();
    for (let i = 0; i < 3; i++) chart.draw(lane, windowAt(50e6), 'dark', false);
    expect(given).toHaveLength(1);
  });
});

describe('a picture is drawn anew', () => {
  function drawnAgain(change: (lane: Lane) => [TimeWindow?, ('light' | 'dark')?, boolean?]): boolean {
    const lane = laneOf('line');
    const { chart, given } = chartOf();
    chart.draw(lane, windowAt(50e6), 'dark', false);
    const [window = windowAt(50e6), scheme = 'dark' as const, grows = false] = change(lane);
    chart.draw(lane, window, scheme, grows);
    const anew = chartOf();
    anew.chart.draw(lane, window, scheme, grows);
    expect(Buffer.compare(given.at(-1)!, anew.given[0]!)).toBe(0);
    return given.length === 2;
  }

  test('when it moves by less than a pixel, is zoomed, or leaves what was seen', () => {
    expect(drawnAgain(() => [windowAt(50e6 + 0.4 * pxUs)])).toBe(true);
    expect(drawnAgain(() => [windowAt(50e6, 90e6)])).toBe(true);
    expect(drawnAgain(() => [windowAt(50e6 + 1000 * pxUs)])).toBe(true);
  });

  test('when its line is another, its axis, or its colours', () => {
    expect(
      drawnAgain(({ series }) => {
        series[0]!.column = columnOf(1e6);
        return [];
      }),
    ).toBe(true);
    expect(
      drawnAgain((lane) => {
        lane.max = 200;
        return [];
      }),
    ).toBe(true);
    expect(drawnAgain(() => [undefined, 'light'])).toBe(true);
  });

  test('when what it shows may have grown in place', () => {
    expect(drawnAgain(() => [undefined, undefined, true])).toBe(true);
  });

  test('in its new size', () => {
    const lane = laneOf('line');
    const { chart, given } = chartOf();
    chart.draw(lane, windowAt(50e6), 'dark', false);
    chart.resize(wide, 60);
    chart.draw(lane, windowAt(50e6), 'dark', false);
    expect(given.map(({ length }) => length)).toEqual([wide * 50 * 4, wide * 60 * 4]);
  });
});
