import { defineConfig } from 'vitest/config';

/** `npm run test:kills`: minutes of starting and killing workers, more than `npm test` is to take. */
export default defineConfig({
  test: {
    include: ['test/kills/*.kills.ts'],
    globalSetup: 'test/support/build.ts',
    testTimeout: 900_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
