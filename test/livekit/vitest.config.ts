import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Of another kind than `npm test` takes: they need Go once, for the server.
    include: ['test/livekit/*.livekit.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
