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
    // Real processes are started and profiled; a loaded machine may be slow, never wrong. These limits only end what
    // hangs: no test has one of its own, and none is told to wait for less.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 60_000,
    expect: { poll: { timeout: 120_000, interval: 20 } },
    // Each test file may start Node processes and put them under load: two cores' worth at once is enough anywhere.
    maxWorkers: 2,
    // A test run must not see the person's own sessions.
    env: { SCORCHMARK_TEST: '1', NO_COLOR: '1' },
    unstubEnvs: true,
    restoreMocks: true,
  },
});
