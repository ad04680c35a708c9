import { describe, expect, test } from 'vitest';
import {
  exactBytes,
  exactDurationUs,
  exactValue,
  formatBytes,
  formatChange,
  formatDurationMs,
  formatDurationUs,
  formatNumber,
  formatPercent,
  formatRate,
  formatTime,
  formatTimeRange,
  formatValue,
  thinSpace,
} from './format';

/** Tests read better with plain spaces. */
const plain = (text: string) => text.replaceAll(thinSpace, ' ');

describe('durations', () => {
  test.each([
    [0, '0 ms'],
    [0.5, '500 ns'],
    [1, '1 µs'],
    [412.4, '412 µs'],
    [999.6, '1 ms'],
    [4123, '4.12 ms'],
    [38_000, '38 ms'],
    [999_600, '1 s'],
    [1_240_000, '1.24 s'],
    [59_949_000, '59.9 s'],
    [59_960_000, '1 min'],
    [125_000_000, '2 min 5 s'],
    [3_599_600_000, '1 h'],
    [4_320_000_000, '1 h 12 min'],
    [-1500, '−1.5 ms'],
    [Number.NaN, '–'],
  ])('%d µs is written %s', (us, text) => {
    expect(plain(formatDurationUs(us))).toBe(text);
  });

  test('milliseconds are the same thing a thousandfold', () => {
    expect(formatDurationMs(212)).toBe(formatDurationUs(212_000));
  });
});

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [999_500, '1 MB'],
    [182_345_678, '182 MB'],
    [1_240_000_000, '1.24 GB'],
    [-2048, '−2.05 kB'],
  ])('%d bytes are written %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });

  test('the exact variant keeps every byte', () => {
    expect(plain(exactBytes(182_345_678))).toBe('182,345,678 B');
    expect(plain(exactDurationUs(1_240_512))).toBe('1,240,512 µs');
  });
});

test.each([
  [0, '0 %'],
  [0.18, '18 %'],
  [0.182, '18.2 %'],
  [0.9999, '100 %'],
  [1.5, '150 %'],
  [0.0314, '3.14 %'],
  [0.00001, '<0.01 %'],
])('the share %d is written %s', (ratio, text) => {
  expect(plain(formatPercent(ratio))).toBe(text);
});

test('counts and rates keep all digits left of the point and separate thousands', () => {
  expect(formatNumber(42_118)).toBe('42,118');
  expect(formatNumber(1_234_567)).toBe('1,234,567');
  expect(formatNumber(-1234)).toBe('−1,234');
  expect(formatNumber(3.14159)).toBe('3.14');
  expect(plain(formatRate(4812.4))).toBe('4,812 /s');
  expect(plain(formatRate(3.456))).toBe('3.46 /s');
});

test('instants switch to minutes and hours', () => {
  expect(plain(formatTime(12_400_000))).toBe('12.4 s');
  expect(plain(formatTime(62_400_000))).toBe('1:02.4');
  expect(plain(formatTime(3_602_000_000))).toBe('1:00:02');
  expect(plain(formatTime(119_999_990))).toBe('2:00.0');
});

test('neighbouring ticks of an axis are written differently', () => {
  expect(plain(formatTime(1_000_000, 500_000))).toBe('1.0 s');
  expect(plain(formatTime(1_500_000, 500_000))).toBe('1.5 s');
  expect(plain(formatTime(1_001_000, 1000))).toBe('1.001 s');
  expect(plain(formatTime(60_000_000, 10_000_000))).toBe('1:00');
});

test('a range names its unit once', () => {
  expect(plain(formatTimeRange(12_400_000, 13_100_000))).toBe('12.40–13.10 s');
  expect(plain(formatTimeRange(50_000_000, 75_000_000))).toBe('50 s – 1:15');
});

test.each([
  [0.123, '+12.3 %'],
  [-0.04, '−4 %'],
  [0, '±0 %'],
  [11.5, '×12.5'],
  [null, '–'],
])('the change %s is written %s', (change, text) => {
  expect(plain(formatChange(change))).toBe(text);
});

test('a value is written by its unit', () => {
  expect(plain(formatValue(92, 'percent'))).toBe('92 %');
  expect(plain(formatValue(0.5, 'ratio'))).toBe('50 %');
  expect(plain(formatValue(48, 'ms'))).toBe('48 ms');
  expect(plain(formatValue(42_118, 'count'))).toBe('42,118');
  expect(plain(exactValue(42_118.5, 'count'))).toBe('42,118.5');
});
