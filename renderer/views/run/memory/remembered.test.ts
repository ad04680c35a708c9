import { expect, it } from 'vitest';
import { Remembered } from './remembered';

it('asks once for each question, and again for what was forgotten or has failed', async () => {
  const asked: string[] = [];
  const answers = new Remembered<string>(2);
  const get = (key: string): Promise<string> =>
    answers.get(key, () => {
      asked.push(key);
      return asked.length === 1 ? Promise.reject(new Error('busy')) : Promise.resolve(`about ${key}`);
    });
  await expect(get('a')).rejects.toThrow('busy');
  expect(await get('a')).toBe('about a');
  await get('b');
  await get('a');
  expect(asked).toEqual(['a', 'a', 'b']);
  // `b` was asked for longest ago.
  await get('c');
  await get('a');
  expect(asked).toEqual(['a', 'a', 'b', 'c']);
  await get('b');
  expect(asked).toEqual(['a', 'a', 'b', 'c', 'b']);
});
