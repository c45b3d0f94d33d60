import { defineConfig } from 'vitest/config';

/** What mutation testing runs: the tests of the core, which need no database and no network. */
export default defineConfig({
  test: {
    include: ['src/core/**/*.test.ts'],
    testTimeout: 180_000,
    pool: 'threads',
  },
});
