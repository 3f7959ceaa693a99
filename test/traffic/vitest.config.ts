import { defineConfig } from 'vitest/config';

/** `npm run test:traffic`: what needs a Traefik. Apart from `npm test`, which needs none. */
export default defineConfig({
  test: {
    name: 'traffic',
    globalSetup: ['test/support/global-setup.ts', 'test/traffic/global-setup.ts'],
    include: ['test/traffic/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
