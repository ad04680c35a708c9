import { describe, expect, it } from 'vitest';
import { parseAnsi, stripAnsi } from './ansi';

describe('terminal colours', () => {
  it('become styled pieces', () => {
    expect(parseAnsi('\u001b[31mError:\u001b[39m \u001b[1mbold\u001b[0m end')).toEqual([
      { text: 'Error:', color: 1 },
      { text: ' ', color: undefined },
      { text: 'bold', color: undefined, bold: true },
      { text: ' end' },
    ]);
  });

  it('of 256 and true colours do not leak their numbers', () => {
    expect(
      parseAnsi('\u001b[38;5;196ma\u001b[38;2;1;31;4mb').map((piece) => [piece.text, piece.color]),
    ).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
  });

  it('and other sequences are removed for searching', () => {
    expect(stripAnsi('\u001b]0;title\u0007a\u001b[2Kb\u001b[?25lc')).toBe('abc');
  });
});
