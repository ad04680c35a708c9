import { expect, it } from 'vitest';
import { whereOf } from './place-at-end';

it('takes the place from the end of a description', () => {
  expect(whereOf('Socket, onReadableStreamEnd() node:_stream:123')).toEqual({
    what: 'Socket, onReadableStreamEnd()',
    folder: '',
    file: 'node:_stream:123',
  });
  expect(whereOf('"cache" in prog/src/session.mjs')).toEqual({
    what: '"cache" in',
    folder: 'prog/src/',
    file: 'session.mjs',
  });
  expect(whereOf('src/server.js:12')).toEqual({ what: '', folder: 'src/', file: 'server.js:12' });
});

it('leaves what has no place as it is', () => {
  for (const text of ['Map', 'settled with Array', 'global "[…]"', ''])
    expect(whereOf(text)).toEqual({ what: text, folder: '', file: '' });
});
