import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { findBrowser } from '../test/browser/browser.ts';

/**
 * Pictures of every screen of a running Patchboard, light, dark and narrow: `npm run screenshots -- URL EMAIL PASSWORD [FOLDER]`.
 * The demo's are `http://127.0.0.1:4180 demo@example.com patchboard-demo`.
 */
const [url = 'http://127.0.0.1:4180', email = 'demo@example.com', password = 'patchboard-demo', folder = 'reports/screenshots'] = process.argv.slice(2);
const looks = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;
const screens = ['/overview', '/vulnerabilities', '/vulnerabilities?q=no-such-thing', '/integrations', '/activity'] as const;

mkdirSync(resolve(folder), { recursive: true });
const { executablePath, args, env } = findBrowser();
const browser = await chromium.launch({ executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> });
for (const { name, ...look } of looks) {
  const page = await browser.newPage(look);
  const shoot = async (screen: string) => {
    await page.waitForLoadState('networkidle');
    await page.screenshot({ path: join(resolve(folder), `${screen}-${name}.png`) });
  };
  await page.goto(`${url}/sign-in`);
  await shoot('sign-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/overview');
  for (const screen of screens) {
    await page.goto(`${url}${screen}`);
    await shoot(screen.slice(1).replace(/\W+/gu, '-'));
  }
  await page.goto(`${url}/vulnerabilities?status=all`);
  await page.locator('tbody a').first().click();
  await page.getByRole('heading', { name: 'Timeline' }).waitFor();
  await shoot('vulnerability');
  await page.close();
}
await browser.close();
