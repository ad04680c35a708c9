import { expect, test } from 'vitest';
import { actionOf, flameKeys } from './keys';

const press = (key: string, modifiers: Partial<KeyboardEvent> = {}, searching = false) =>
  actionOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...modifiers }, searching);

test('Enter zooms to the frame, and goes from match to match while something is searched', () => {
  expect(press('Enter')).toEqual({ kind: 'open' });
  expect(press('Enter', {}, true)).toEqual({ kind: 'match', step: 1 });
  expect(press('Enter', { shiftKey: true }, true)).toEqual({ kind: 'match', step: -1 });
  expect(press('z', {}, true)).toEqual({ kind: 'open' });
});

test('f and Shift F are different, also with the caps lock on', () => {
  expect(press('f')).toMatchObject({ transform: 'focus-function' });
  expect(press('F')).toMatchObject({ transform: 'focus-function' });
  expect(press('F', { shiftKey: true })).toMatchObject({ transform: 'focus-subtree' });
});

test('keys with Ctrl, ⌘ or Alt belong to the window', () => {
  expect(press('f', { ctrlKey: true })).toBeNull();
  expect(press('0', { metaKey: true })).toBeNull();
  expect(press('ArrowLeft', { altKey: true })).toBeNull();
  expect(press('q')).toBeNull();
});

test('the help lists every key with its meaning', () => {
  const listed = flameKeys.flatMap(({ keys }) => keys);
  for (const key of [
    'W',
    'S',
    'A',
    'D',
    '0',
    'Esc',
    'F',
    'Shift F',
    'C',
    'M',
    'Enter',
    'Shift F10',
    'Shift Drag',
  ])
    expect(listed).toContain(key);
  expect(flameKeys.every(({ text }) => text !== '')).toBe(true);
});
