import { describe, expect, it } from 'vitest';
import type { OutputLine } from '../api';
import { Recording } from './recording';

const lines = (count: number, text: string): OutputLine[] =>
  Array.from({ length: count }, (_, tUs) => ({ tUs, stream: 'out', text: `${tUs} ${text}` }));

function outputOf(chunks: OutputLine[][]): OutputLine[] {
  const recording = new Recording();
  for (const chunk of chunks) recording.apply({ k: 'output', lines: chunk });
  return recording.output;
}

describe('the output a recording keeps in memory', () => {
  it('is everything while that is little', () => {
    expect(outputOf([lines(3, 'a'), lines(4, 'b')])).toHaveLength(7);
  });

  it('is the newest lines of a program that prints many', () => {
    const output = outputOf(Array.from({ length: 300 }, () => lines(100, 'x')));
    expect(output.length).toBeGreaterThanOrEqual(5000);
    expect(output.length).toBeLessThanOrEqual(10_000);
    expect(output.at(-1)?.text).toBe('99 x');
  });

  it('stays bounded for a program that prints without line breaks', () => {
    const output = outputOf(Array.from({ length: 400 }, () => lines(1, 'x'.repeat(64 * 1024))));
    const characters = output.reduce((sum, { text }) => sum + text.length, 0);
    expect(characters).toBeLessThanOrEqual(8_000_000);
    expect(characters).toBeGreaterThan(3_000_000);
  });
});

describe('a value that is told late', () => {
  it('is put where it belongs, so that everything can be looked up by time', () => {
    const recording = new Recording();
    for (const tUs of [1, 5, 3])
      recording.apply({ k: 'points', points: [{ metric: 'heapFloor', scope: 'p1', tUs, value: tUs * 10 }] });
    expect([...recording.series.values()]).toMatchObject([{ tUs: [1, 3, 5], values: [10, 30, 50] }]);
  });
});
