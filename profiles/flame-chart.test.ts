import { describe, expect, test } from 'vitest';
import { chartTransferables, layoutChart, type ChartLayout, type ChartOptions } from './flame-chart';
import { coarsestBits, levelStart } from './flame-chart-detail';
import { ProfileBuilder } from './builder';
import { addStack, profileOf } from './testing';
import type { Profile } from './types';

/** `row name start-end` per box, in drawing order; times in µs since the origin. */
function boxesOf(layout: ChartLayout): string[] {
  const lines: string[] = [];
  for (let row = 0; row < layout.rows; row++)
    for (let position = layout.rowStart[row]!; position < layout.rowStart[row + 1]!; position++) {
      const name = layout.frames.name[layout.frame[position]!]!;
      const from = layout.startUs + layout.x0[position]! * layout.tickUs;
      const to = layout.startUs + layout.x1[position]! * layout.tickUs;
      lines.push(`${row} ${name} ${from}-${to}`);
    }
  return lines;
}

const chartOf = (profile: Profile, options?: ChartOptions) =>
  layoutChart([{ key: 'p1', title: 'main', profile }], options);

const story = () =>
  profileOf(
    ['main:a > work:a > leaf:a', 100],
    ['main:a > work:a', 200],
    ['main:a > work:a > leaf:a', 250],
    ['(idle)', 400],
    ['main:a', 600],
    ['main:a > other:a', 700],
    ['', 1000],
  );

test('a box lasts from the sample where its call appears until the one where it is gone', () => {
  expect(boxesOf(chartOf(story()))).toEqual([
    '0 main 100-400',
    '0 main 600-1000',
    '1 work 100-400',
    '1 other 700-1000',
    '2 leaf 100-200',
    '2 leaf 250-400',
  ]);
});

test('idle time is a gap unless it is asked for', () => {
  expect(boxesOf(chartOf(story(), { includeIdle: true }))).toContain('0 (idle) 400-600');
});

test('a range cuts the boxes that reach over its edges', () => {
  const layout = chartOf(story(), { range: { startUs: 150, endUs: 650 } });
  expect(boxesOf(layout)).toEqual([
    '0 main 150-400',
    '0 main 600-650',
    '1 work 150-400',
    '2 leaf 150-200',
    '2 leaf 250-400',
  ]);
  expect([layout.startUs, layout.endUs]).toEqual([150, 650]);
});

test('the same function called by another one is another call', () => {
  const profile = profileOf(['a:x > f:x', 0], ['b:x > f:x', 10], ['', 20]);
  expect(boxesOf(chartOf(profile))).toEqual(['0 a 0-10', '0 b 10-20', '1 f 0-10', '1 f 10-20']);
});

describe('collections', () => {
  const profile = () =>
    profileOf(['main:a > work:a', 0], ['(garbage collector)', 10], ['main:a > work:a', 30], ['', 40]);

  test('stand beside the stack, as V8 reports them', () => {
    expect(boxesOf(chartOf(profile()))).toEqual([
      '0 main 0-10',
      '0 (garbage collector) 10-30',
      '0 main 30-40',
      '1 work 0-10',
      '1 work 30-40',
    ]);
  });

  test('or on top of the stack that they interrupted', () => {
    expect(boxesOf(chartOf(profile(), { gcOnStack: true }))).toEqual([
      '0 main 0-40',
      '1 work 0-40',
      '2 (garbage collector) 10-30',
    ]);
  });
});

test('a sample of another unit lasts until the next one', () => {
  const builder = new ProfileBuilder('bytes');
  const profile = builder.profile;
  builder.addSample(addStack(builder, 'a:x'), 0);
  builder.addSample(addStack(builder, 'b:x'), 50);
  builder.finish(80);
  expect(boxesOf(chartOf(profile))).toEqual(['0 a 0-50', '0 b 50-80']);
});

test('threads lie one below the other, each under its title, with one table of functions', () => {
  const one = profileOf(['main:a > f:a', 0], ['', 100]);
  const two = profileOf(['main:a', 50], ['g:b', 100], ['', 150]);
  const layout = layoutChart([
    { key: 'p1', title: 'main', profile: one },
    { key: 'p1-w1', title: 'worker', profile: two },
  ]);
  expect(layout.tracks).toEqual([
    { key: 'p1', title: 'main', titleRow: 0, firstRow: 1, rows: 2 },
    { key: 'p1-w1', title: 'worker', titleRow: 3, firstRow: 4, rows: 1 },
  ]);
  expect(boxesOf(layout)).toEqual(['1 main 0-100', '2 f 0-100', '4 main 50-100', '4 g 100-150']);
  expect(layout.frames.name.filter((name) => name === 'main')).toHaveLength(1);
  expect([layout.startUs, layout.endUs]).toEqual([0, 150]);
});

test('nothing, one sample and a profile without time have a layout too', () => {
  expect(layoutChart([]).rows).toBe(0);
  expect(boxesOf(chartOf(profileOf(['a:x', 5], ['', 6])))).toEqual(['0 a 5-6']);
  expect(
    layoutChart([{ key: 'x', title: 'x', profile: new ProfileBuilder('bytes').profile }]).tracks,
  ).toEqual([]);
});

test('stacks thousands of calls deep are no trouble', () => {
  const deep = Array.from({ length: 3000 }, (_, depth) => `f${depth}:a`).join(' > ');
  const layout = chartOf(profileOf([deep, 0], ['f0:a', 10], [deep, 20], ['', 30]));
  expect(layout.rows).toBe(3000);
  expect(layout.length).toBe(1 + 2 * 2999);
});

test('a day is kept to a few µs, a microsecond to parts of a nanosecond', () => {
  const dayUs = 86_400e6;
  const long = chartOf(profileOf(['a:x', 0], ['b:x', dayUs / 3], ['', dayUs]));
  expect(long.x1[0]! * long.tickUs).toBeCloseTo(dayUs / 3, -2);
  const short = chartOf(profileOf(['a:x', 0], ['b:x', 0.3], ['', 1]));
  expect(short.x1[0]! * short.tickUs).toBeCloseTo(0.3, 8);
});

test('levels of detail say which call fills most of each bin, and how full it is', () => {
  const builder = new ProfileBuilder('microseconds');
  const long = addStack(builder, 'long:a');
  const short = addStack(builder, 'short:a');
  const idle = addStack(builder, '(idle)');
  // Periods of 16 µs: 10 long, 2 short, 4 idle.
  const periods = 4096;
  for (let period = 0; period < periods; period++) {
    builder.addSample(long, period * 16);
    builder.addSample(short, period * 16 + 10);
    builder.addSample(idle, period * 16 + 12);
  }
  builder.finish(periods * 16 - 1);
  const layout = chartOf(builder.profile);
  const { detail } = layout;
  expect(layout.length).toBe(2 * periods);
  expect(2 ** detail.domainBits).toBe(2 ** 32);
  for (let bits = detail.bits[0]!; bits >= coarsestBits; bits--) {
    const at = levelStart(detail, 0, bits);
    const middle = at + 2 ** (bits - 1);
    expect(layout.frames.name[layout.frame[detail.box[middle]!]!]).toBe('long');
  }
  const coarse = levelStart(detail, 0, coarsestBits);
  expect(Math.abs(detail.cover[coarse + 100]! - 255 * 0.75)).toBeLessThan(12);
  expect(detail.start[1]).toBe(coarse + 2 ** coarsestBits);
});

test('what is handed over shares no memory with the profile', () => {
  const profile = story();
  const layout = chartOf(profile);
  const ours = new Set<ArrayBufferLike>([
    profile.frames.line.buffer,
    profile.frames.column.buffer,
    profile.frames.category.buffer,
    profile.nodes.frame.buffer,
  ]);
  const buffers = chartTransferables(layout);
  expect(buffers.some((buffer) => ours.has(buffer))).toBe(false);
  const moved = structuredClone(layout, { transfer: buffers });
  expect(boxesOf(moved)).toHaveLength(6);
});
