import { defineConfig } from '@playwright/test';
import { findBrowser } from './test/browser/browser.ts';

const { executablePath, args, env } = findBrowser();

export default defineConfig({
  testDir: 'test/browser',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  timeout: 60_000,
  workers: 2,
  forbidOnly: true,
  use: {
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    // Playwright's own environment, with what the browser needs beside it.
    launchOptions: { executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> },
  },
});
