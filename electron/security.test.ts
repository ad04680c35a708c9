import { expect, test, vi } from 'vitest';
import { isAllowedExternal, isAppUrl } from './security';

vi.mock('electron', () => ({ shell: {} }));

test('only known sites over https open in the browser', () => {
  expect(isAllowedExternal('https://nodejs.org/en/learn')).toBe(true);
  for (const url of [
    'http://nodejs.org/',
    'https://nodejs.org.evil.example/',
    'https://nodejs.org@evil.example/',
    'https://user@nodejs.org/',
    'https://nodejs.org:8443/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'scorchmark://workbench/',
    'not a url',
    '',
  ])
    expect(isAllowedExternal(url), url).toBe(false);
});

test('the UI is its own scheme and host, and the development server while developing', () => {
  expect(isAppUrl('scorchmark://workbench/', undefined)).toBe(true);
  expect(isAppUrl('scorchmark://workbench/#/sessions', undefined)).toBe(true);
  expect(isAppUrl('scorchmark://workbench.evil/', undefined)).toBe(false);
  expect(isAppUrl('http://localhost:5173/', undefined)).toBe(false);
  expect(isAppUrl('http://localhost:5173/', 'http://localhost:5173/')).toBe(true);
  expect(isAppUrl('http://localhost:51730/', 'http://localhost:5173')).toBe(false);
  expect(isAppUrl('about:blank', undefined)).toBe(false);
});
