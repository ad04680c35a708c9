import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { answer } from './protocol';

vi.mock('electron', () => ({ protocol: {} }));

let scratch: string;
let folder: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'scorchmark-protocol-'));
  folder = path.join(scratch, 'renderer');
  await mkdir(path.join(folder, 'assets'), { recursive: true });
  await writeFile(path.join(folder, 'index.html'), 'the UI');
  await writeFile(path.join(folder, 'assets', 'ui.js'), 'export {};');
  await writeFile(path.join(scratch, 'secret.txt'), 'secret');
  await mkdir(path.join(scratch, 'renderer-old'));
  await writeFile(path.join(scratch, 'renderer-old', 'secret.txt'), 'secret');
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

test.each([
  'scorchmark://workbench/',
  'scorchmark://workbench/index.html',
  'scorchmark://workbench/?a#b',
  'scorchmark://workbench',
])('%s is the UI, under the strict policy', async (url) => {
  const response = await answer(folder, 'GET', url);
  expect(await response.text()).toBe('the UI');
  expect(response.headers.get('content-type')).toContain('text/html');
  expect(response.headers.get('content-security-policy')).toContain(`script-src 'self'`);
  expect(response.headers.get('content-security-policy')).not.toContain('ws:');
});

test('scripts come as scripts', async () => {
  const response = await answer(folder, 'GET', 'scorchmark://workbench/assets/ui.js');
  expect(response.headers.get('content-type')).toContain('javascript');
});

test.each([
  'scorchmark://workbench/../secret.txt',
  'scorchmark://workbench/%2e%2e/secret.txt',
  'scorchmark://workbench/..%2fsecret.txt',
  'scorchmark://workbench/..%5csecret.txt',
  'scorchmark://workbench/../renderer-old/secret.txt',
  'scorchmark://workbench//../secret.txt',
  'scorchmark://workbench/index.html%00.js',
  'scorchmark://workbench/%zz',
  'scorchmark://workbench/nothing.js',
  'scorchmark://workbench/assets',
  'scorchmark://elsewhere/index.html',
  'scorchmark://workbench.evil/index.html',
])('%s is not there', async (url) => {
  const response = await answer(folder, 'GET', url);
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('Not found.');
});

test('nothing but GET is answered', async () => {
  expect((await answer(folder, 'POST', 'scorchmark://workbench/')).status).toBe(404);
});
