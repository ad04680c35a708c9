import { describe, expect, it } from 'vitest';
import { within } from './ending';

describe('ending', () => {
  it('waits for work that ends in time, and passes its failure on', async () => {
    expect(await within(Promise.resolve(3))).toBe(3);
    await expect(within(Promise.reject(new Error('disk')))).rejects.toThrow('disk');
  });

  it('says so when the work hangs, and what becomes of the recording', async () => {
    await expect(within(new Promise(() => undefined), 10)).rejects.toMatchObject({
      code: 'INTERNAL',
      hint: expect.stringContaining('completed at its next start') as string,
    });
  });
});
