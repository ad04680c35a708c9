/**
 * Unit tests stand beside the code they test; whole-application stories are in e2e/ (Playwright).
 * A test file that needs a DOM says so itself: `// @vitest-environment happy-dom`.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [react()],
  test: {
    include: ['{electron,main,profiles,renderer,bench,scripts,resources}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', 'out/**'],
    environment: 'node',
    // Real processes are started and profiled; a loaded machine may be slow, never wrong.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Each test file may start Node processes and put them under load: two cores' worth at once is enough anywhere.
    maxWorkers: 2,
    // A test run must not see the person's own sessions.
    env: { SCORCHMARK_TEST: '1', NO_COLOR: '1' },
    unstubEnvs: true,
    restoreMocks: true,
  },
});
