import { describe, expect, it } from 'vitest';
import type { SessionDetail, SessionFile } from '../api';
import { loadSession } from './load-session';

function sourceOf(kind: SessionFile['kind'], text: string) {
  const file: SessionFile = { name: `${kind}.json`, kind, sizeBytes: text.length };
  return {
    get: () => ({ name: 'shop', originUs: 0, files: [file] }) as unknown as SessionDetail,
    readFile: () => Promise.resolve(new TextEncoder().encode(text)),
  };
}

describe('loading a session', () => {
  it.each([
    ['timeline', '{"series":[', 'timeline.json of session "shop" cannot be read'],
    ['timeline', 'null', 'the whole file'],
    [
      'timeline',
      '{"series":[{"metric":"cpu","scope":"tree","tUs":[1],"values":["<b>"]}],"marks":[]}',
      'series.0.values.0',
    ],
    ['load', '{"preset":"smoke"}', 'users'],
  ] as const)('a damaged %s (%s) is said to be so, with the place', async (kind, text, reason) => {
    await expect(loadSession(sourceOf(kind, text), 'x')).rejects.toMatchObject({
      code: 'SESSION_DAMAGED',
      message: expect.stringContaining(reason) as string,
    });
  });

  it.each(['snapshot', 'allocation-history', 'sources', 'output', 'other'] as SessionFile['kind'][])(
    'does not open files of kind %s',
    async (kind) => {
      const source = sourceOf(kind, 'not for here');
      const readFile = (): Promise<never> => Promise.reject(new Error('was opened'));
      await expect(loadSession({ ...source, readFile }, 'x')).resolves.toMatchObject({ load: null });
    },
  );

  it('takes marks and metrics that it does not know', async () => {
    const text =
      '{"series":[{"metric":"new","scope":"tree","tUs":[1],"values":[2]}],"marks":[{"kind":"new","tUs":1}]}';
    const { timeline } = await loadSession(sourceOf('timeline', text), 'x');
    expect(timeline.series).toHaveLength(1);
    expect(timeline.marks).toHaveLength(1);
  });
});
