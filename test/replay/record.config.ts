import { defineConfig } from 'vitest/config';

/** `npm run record-histories`: vitest as what runs it, since it needs the servers and Workers of the tests. */
export default defineConfig({
  test: { include: ['test/replay/record.ts'], globalSetup: 'test/support/build.ts', testTimeout: 120_000 },
});
