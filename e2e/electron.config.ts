/** The same stories in the real desktop shell: `npm run e2e:electron`, on a machine with its binary and a display. */
import { defineConfig } from '@playwright/test';
import base from '../playwright.config';
import { electronBinary } from './support/electron-binary';
import type { ShellOption } from './support/app';

const whyNot = !electronBinary()
  ? 'Electron’s binary is not installed (npx install-electron fetches it)'
  : process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']
    ? 'there is no display (xvfb-run gives one)'
    : undefined;
if (whyNot && process.env['TEST_WORKER_INDEX'] === undefined)
  console.log(`Skipping the desktop stories: ${whyNot}.`);

export default defineConfig<ShellOption>({
  ...base,
  testDir: '.',
  projects: [
    {
      name: 'electron',
      // The web-* and desktop-* specs are about the other two shells.
      testIgnore: whyNot ? '**/*' : ['**/web-*.spec.ts', '**/desktop-*.spec.ts'],
      use: { shellUnderTest: 'electron' },
    },
  ],
});
