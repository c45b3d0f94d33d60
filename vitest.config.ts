import { setFlagsFromString } from 'node:v8';
import { defineConfig } from 'vitest/config';

// As src/main.ts does: threads that strip types can hang for good otherwise.
setFlagsFromString('--no-wasm-code-gc');

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/*.test.ts', 'test/campaign/*.test.ts', 'test/journeys/**/*.test.ts', 'test/queue/**/*.test.ts', 'test/simulation/**/*.test.ts', 'test/start/**/*.test.ts', 'scripts/**/*.test.ts', 'web/**/*.test.ts'],
    globalSetup: ['test/database.setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'threads',
    maxWorkers: 2,
    // A fresh world for each of 220 files takes two minutes of importing; no file keeps anything that another one meets.
    isolate: false,
  },
});
