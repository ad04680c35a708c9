import type { MenuItemConstructorOptions } from 'electron';
import { expect, test, vi } from 'vitest';
import type { AnyEvent, SessionMeta } from '../main/api';
import { menuTemplate, type MenuOptions } from './menu';

vi.mock('electron', () => ({ Menu: {}, shell: {}, nativeTheme: { themeSource: 'system' } }));

function build(options: Partial<MenuOptions> = {}): {
  template: MenuItemConstructorOptions[];
  sent: AnyEvent[];
} {
  const sent: AnyEvent[] = [];
  const template = menuTemplate({
    platform: 'linux',
    isDevelopment: false,
    recent: [],
    send: (event) => sent.push(event),
    openFile: () => undefined,
    ...options,
  });
  return { template, sent };
}

function flat(items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? flat(item.submenu) : [])]);
}

test('no two entries share a key', () => {
  const keys = flat(build({ isDevelopment: true }).template).flatMap(({ accelerator }) => accelerator ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeGreaterThan(5);
});

test('every entry that can be chosen does something', () => {
  for (const item of flat(build({ isDevelopment: true }).template))
    expect(
      item.click ?? item.role ?? item.submenu ?? (item.type === 'separator' || item.enabled === false),
      item.label,
    ).toBeTruthy();
});

test('recent sessions open by their id, and a & in a name stays one', () => {
  const { template, sent } = build({
    recent: [{ id: 's1', name: 'shop & cart', commandLine: 'node shop.js' } as SessionMeta],
  });
  const entry = flat(template).find(({ label }) => label === 'shop && cart');
  entry?.click?.({} as never, undefined, {});
  expect(sent).toEqual([{ event: 'ui.open', payload: { view: 'session', id: 's1' } }]);
});

test('developer tools are there only while developing', () => {
  const roles = (isDevelopment: boolean) => flat(build({ isDevelopment }).template).map(({ role }) => role);
  expect(roles(false)).not.toContain('toggleDevTools');
  expect(roles(true)).toContain('toggleDevTools');
});
