import { expect, test, vi } from 'vitest';
import { usableState } from './window-state';

vi.mock('electron', () => ({ screen: {} }));

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const right = { x: 1920, y: 0, width: 1280, height: 1024 };
const at = (x: number, y: number) => ({ bounds: { x, y, width: 1200, height: 800 }, isMaximized: false });

test('a window stays where it was while that is on a screen', () => {
  expect(usableState(at(100, 50), [screen])).toEqual(at(100, 50));
  expect(usableState(at(2000, 50), [screen, right])).toEqual(at(2000, 50));
  expect(usableState(at(-1000, 50), [screen])).toEqual(at(-1000, 50));
});

test('a window whose screen is gone, or whose title bar could not be reached, opens in the default place', () => {
  for (const state of [at(2000, 50), at(-1150, 50), at(100, -500), at(100, 1070)])
    expect(usableState(state, [screen])).toEqual({ isMaximized: false });
});

test('it is still maximised then', () => {
  expect(usableState({ ...at(5000, 0), isMaximized: true }, [screen])).toEqual({ isMaximized: true });
});
