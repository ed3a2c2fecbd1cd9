import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    // Real servers and processes: what takes longer than this has hung.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most of them wait for carriers and clocks, so more than there are cores run side by side.
    maxWorkers: 3,
  },
});
