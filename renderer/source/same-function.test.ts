import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from '../../profiles/builder';
import { keyAt, placeOfKey } from './same-function';

describe('the same function on the other side of a source map', () => {
  it('begins at the place, or next after it on its line', () => {
    const builder = new ProfileBuilder('microseconds');
    const node = (functionName: string, columnNumber: number, id: number) => ({
      id,
      callFrame: { functionName, scriptId: '1', url: '/a.js', lineNumber: 0, columnNumber },
      children: [],
    });
    builder.appendV8Chunk(
      {
        nodes: [{ ...node('(root)', -1, 1), children: [2, 3] }, node('a', 10, 2), node('b', 50, 3)],
        startTime: 0,
        endTime: 2,
        samples: [2, 3],
        timeDeltas: [1, 1],
      },
      0,
    );
    const { frames } = builder.profile;
    expect(keyAt(frames, { url: '/a.js', line: 1, column: 8 })).toBe('a\n/a.js\n1\n11');
    expect(keyAt(frames, { url: '/a.js', line: 1, column: 12 })).toBe('b\n/a.js\n1\n51');
    expect(keyAt(frames, { url: '/a.js', line: 2, column: 1 })).toBeNull();
    expect(placeOfKey('a\n/a.js\n1\n11')).toEqual({ url: '/a.js', line: 1, column: 11 });
  });
});
