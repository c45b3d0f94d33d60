import { defineConfig } from '@playwright/test';
import { findBrowser } from './test/browser/browser.ts';

const { executablePath, args, env } = findBrowser();

export default defineConfig({
  testDir: 'test/browser',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // A loaded machine is no reason to fail; a screen that never comes is.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  workers: 2,
  forbidOnly: true,
  use: {
    screenshot: 'only-on-failure',
    // A trace of every step costs more than the steps: `--trace on` where one is wanted.
    trace: 'off',
    // Playwright's own environment, with what the browser needs beside it.
    launchOptions: { executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> },
  },
});
