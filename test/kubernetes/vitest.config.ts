import { defineConfig } from 'vitest/config';

/** `npm run test:kubernetes`: what needs a cluster. Apart from `npm test`, which needs none. */
export default defineConfig({
  test: {
    name: 'kubernetes',
    globalSetup: ['test/support/global-setup.ts', 'test/kubernetes/global-setup.ts'],
    include: ['test/kubernetes/**/*.test.ts'],
    pool: 'forks',
    // One node, for all; some tests kill parts of it.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
