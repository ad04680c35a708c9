import { describe, expect, it } from 'vitest';
import { judge } from './judge';

describe('a change', () => {
  it('is for the better or the worse depending on the metric', () => {
    expect(judge({ a: 100, b: 120, change: 0.2, better: 'lower' })).toBe('worse');
    expect(judge({ a: 100, b: 120, change: 0.2, better: 'higher' })).toBe('better');
    expect(judge({ a: 100, b: 120, change: 0.2, better: 'neutral' })).toBe('neutral');
  });

  it('of less than 5 % is none', () => {
    expect(judge({ a: 100, b: 104, change: 0.04, better: 'lower' })).toBe('same');
  });

  it('from zero has a direction without a percentage', () => {
    expect(judge({ a: 0, b: 3, change: null, better: 'lower' })).toBe('worse');
    expect(judge({ a: 0, b: 0, change: null, better: 'lower' })).toBe('same');
  });

  it('is unknown when only one side was measured', () => {
    expect(judge({ a: null, b: 3, change: null, better: 'lower' })).toBe('unknown');
  });
});
