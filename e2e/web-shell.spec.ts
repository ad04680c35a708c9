/** The web shell in a real browser: its link, its cookie, its doors. Every refusal by itself: main/serve/serve.test.ts. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from './support/app';
import type { WebShellApp } from './support/web-shell';

test.use({ shellUnderTest: 'web' });

test('the link opens the UI, and its token is gone from the address bar', async ({ app }) => {
  await expect(app.page).toHaveTitle(/Scorchmark/);
  expect(app.page.url()).not.toContain('token');
  expect(await app.page.evaluate(() => document.cookie)).toBe('');
});

test('a second tab of the same browser works; another browser is sent to the printed link', async ({
  app,
  context,
  browser,
}) => {
  const second = await context.newPage();
  await second.goto(app.page.url());
  await expect(second).toHaveTitle(/Scorchmark/);
  await second.close();

  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  const response = await page.goto(app.page.url());
  expect(response?.status()).toBe(401);
  await expect(page.getByRole('heading')).toHaveText('Not signed in');
  await stranger.close();
});

test('a used link tells another browser so', async ({ app, browser }) => {
  const stranger = await browser.newContext();
  const page = await stranger.newPage();
  expect((await page.goto((app as WebShellApp).url))?.status()).toBe(401);
  await expect(page.getByRole('heading')).toHaveText('This link has been used');
  await stranger.close();
});

test('a page of another program on this machine reaches nothing, though the browser is signed in', async ({
  app,
  context,
}) => {
  const server = createServer((_request, response) =>
    response.setHeader('Content-Type', 'text/html').end('<title>evil</title>'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const target = new URL(app.page.url()).origin;
  const reached = await page.evaluate(async (origin) => {
    const socket = new Promise<string>((resolve) => {
      const opened = new WebSocket(`${origin.replace('http', 'ws')}/socket`);
      opened.onopen = () => resolve('open');
      opened.onclose = () => resolve('refused');
    });
    const read = (init?: RequestInit) =>
      fetch(`${origin}/`, { credentials: 'include', ...init }).then(
        () => 'read',
        () => 'refused',
      );
    const frame = new Promise<string>((resolve) => {
      const element = document.createElement('iframe');
      element.onload = () => {
        try {
          resolve(element.contentDocument ? 'blank' : 'refused');
        } catch {
          resolve('refused');
        }
      };
      element.src = origin;
      document.body.append(element);
    });
    return {
      socket: await socket,
      get: await read(),
      post: await read({ method: 'POST' }),
      frame: await frame,
    };
  }, target);
  expect(reached).toEqual({ socket: 'refused', get: 'refused', post: 'refused', frame: 'refused' });
  await page.close();
  await new Promise((resolve) => server.close(resolve));
});

test('the UI breaks none of its own policy', async ({ app, context }) => {
  const violations: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  page.on('pageerror', (error) => violations.push(error.message));
  await page.goto(app.page.url());
  await page.waitForLoadState('networkidle');
  expect(violations).toEqual([]);
  await page.close();
});
