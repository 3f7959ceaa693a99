import { defineConfig } from 'vitest/config';

/** `npm run test:docker`: what needs a Docker engine. Apart from `npm test`, which needs none. */
export default defineConfig({
  test: {
    name: 'docker',
    globalSetup: ['test/support/global-setup.ts', 'test/traffic/global-setup.ts', 'test/docker/images.ts'],
    include: ['test/docker/**/*.test.ts'],
    pool: 'forks',
    // One stack, for all.
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 300_000,
  },
});
