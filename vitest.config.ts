import { defineConfig } from 'vitest/config';

/** Real servers, real processes, two cores: a test waits for its condition, and this is when it gives up. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    // Once for all: bundles the workflows and finds the Temporal binaries.
    globalSetup: 'test/support/global-setup.ts',
    projects: [
      {
        test: {
          ...patience,
          name: 'behaviour',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/durability/**',
            'test/docker/**',
            'test/fuzz/**',
            'test/kubernetes/**',
            'test/prometheus/**',
            'test/traffic/**',
          ],
          // Threads crash in the SDK's native module.
          pool: 'forks',
          maxWorkers: 3,
        },
      },
      {
        // These kill processes and time what comes after, so they run one at a time, and apart from all others.
        test: {
          ...patience,
          name: 'durability',
          include: ['test/durability/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
        },
      },
    ],
  },
});
