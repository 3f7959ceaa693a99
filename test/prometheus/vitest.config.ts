import { defineConfig } from 'vitest/config';

/** `npm run test:prometheus`: what needs a Prometheus. Apart from `npm test`, which needs none. */
export default defineConfig({
  test: {
    name: 'prometheus',
    globalSetup: 'test/support/global-setup.ts',
    include: ['test/prometheus/**/*.test.ts'],
    pool: 'forks',
    // Mostly it waits for scrapes: of two files at a time, each takes as long as alone.
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
