import { defineConfig } from 'vitest/config';

/** `npm run fuzz`: generated input from outside, thrown at a running worker for as long as FUZZ_SECONDS says. */
export default defineConfig({
  test: {
    name: 'fuzz',
    globalSetup: 'test/support/global-setup.ts',
    include: ['test/fuzz/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 4 * 3_600_000,
    hookTimeout: 120_000,
  },
});
