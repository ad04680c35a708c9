import { expect, it } from 'vitest';
import { placedText } from './place-at-end';

it('takes the place from the end of a description', () => {
  expect(placedText('Socket, onReadableStreamEnd() node:_stream:123')).toEqual({
    what: 'Socket, onReadableStreamEnd()',
    folder: '',
    file: 'node:_stream',
    line: ':123',
  });
  expect(placedText('"cache" in prog/src/session.mjs')).toEqual({
    what: '"cache" in',
    folder: 'prog/src/',
    file: 'session.mjs',
    line: '',
  });
  expect(placedText('src/server.js:12:3')).toEqual({
    what: '',
    folder: 'src/',
    file: 'server.js',
    line: ':12:3',
  });
  expect(placedText('node:internal/timers:504')).toEqual({
    what: '',
    folder: 'node:internal/',
    file: 'timers',
    line: ':504',
  });
  expect(placedText('"list" in node:internal/url')).toMatchObject({
    what: '"list" in',
    file: 'node:internal/url',
  });
});

it('leaves what has no place as it is', () => {
  for (const text of [
    'Map',
    'settled with Array',
    'global "[…]"',
    '',
    'global "<symbol node:exports>.primordials"',
  ])
    expect(placedText(text)).toEqual({ what: text, folder: '', file: '', line: '' });
});
