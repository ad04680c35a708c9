/**
 * Whole-application stories, each against every shell that can run here: the web shell and the desktop shell on a
 * stand-in for Electron's APIs (e2e/support/electron-stand-in). With a real binary: `npm run e2e:electron`.
 */
import { defineConfig } from '@playwright/test';
import type { ShellOption } from './e2e/support/app';
import { chromiumArgs, findChromium } from './scripts/find-chromium.mjs';

const executablePath = await findChromium();

export default defineConfig<ShellOption>({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  fullyParallel: false,
  forbidOnly: Boolean(process.env['CI']),
  retries: 0,
  // Each test profiles real programs under load: more at once would measure each other.
  workers: 1,
  // These limits only end what hangs: on a busy machine everything is slow at some moment, and nothing is wrong.
  timeout: 600_000,
  expect: { timeout: 90_000, toPass: { timeout: 120_000 } },
  // A workbench that shows nothing at all would otherwise wait for that in each test.
  maxFailures: 6,
  reporter: [['list']],
  use: {
    launchOptions: { executablePath, args: chromiumArgs },
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'web', testIgnore: '**/desktop-*.spec.ts', use: { shellUnderTest: 'web' } },
    { name: 'stand-in', testIgnore: '**/web-*.spec.ts', use: { shellUnderTest: 'stand-in' } },
  ],
});
