import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatOutputLine, parseOutputLog } from './output-log';

const line = fc.record({
  tUs: fc.integer({ min: 0, max: 1e12 }),
  stream: fc.constantFrom('out' as const, 'err' as const),
  text: fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text)),
});

it('what is written line by line is read again exactly', () => {
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(parseOutputLog(lines.map(formatOutputLine).join(''))).toEqual(lines);
    }),
  );
});

it('a text with line breaks becomes lines of the same moment, and a torn last line is left out', () => {
  const log = formatOutputLine({ tUs: 1_500_000, stream: 'err', text: 'Error: x\r\n  at y' });
  expect(log).toBe('1.500000 err Error: x\n1.500000 err   at y\n');
  expect(parseOutputLog(`${log}2.50`)).toHaveLength(2);
});
