import { expect, it } from 'vitest';
import { formatWhen } from './when';

it('says when in the words of today', () => {
  const now = new Date(2026, 2, 7, 14, 5);
  const at = (...parts: [number, number, number, number, number]): string =>
    formatWhen(new Date(...parts).toISOString(), now);
  expect(at(2026, 2, 7, 14, 5)).toBe('just now');
  expect(at(2026, 2, 7, 9, 30)).toBe('09:30');
  expect(at(2026, 2, 6, 23, 59)).toBe('yesterday 23:59');
  expect(at(2026, 0, 3, 8, 0)).toBe('3 Jan 08:00');
  expect(at(2025, 0, 3, 8, 0)).toBe('3 Jan 2025');
  expect(formatWhen('nonsense')).toBe('–');
});
