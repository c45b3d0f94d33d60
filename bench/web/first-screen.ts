import { brotliCompressSync, gzipSync } from 'node:zlib';
import { chromium } from '@playwright/test';
import { openDemoStage } from '../../demo/stage.ts';
import { findBrowser } from '../../test/browser/browser.ts';

/** `npm run bench:web`: how much script each first screen loads, as it goes over a wire that compresses. Fails above the bound. */
const scriptMax = 250_000;
const screens = ['/sign-in', '/overview', '/vulnerabilities', '/integrations'];

const stage = await openDemoStage({ port: 4396, sandboxPort: 0, databaseUrl: null });
const { executablePath, args, env } = findBrowser();
const browser = await chromium.launch({ executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> });
let worst = 0;
try {
  const context = await browser.newContext();
  for (const screen of screens) {
    const page = await context.newPage();
    const scripts: Buffer[] = [];
    const reads: Promise<unknown>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') {
        reads.push(response.body().then((body) => scripts.push(body)));
      }
    });
    await page.goto(`${stage.url}${screen}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await Promise.all(reads);
    const gzip = scripts.reduce((sum, body) => sum + gzipSync(body).length, 0);
    const brotli = scripts.reduce((sum, body) => sum + brotliCompressSync(body).length, 0);
    worst = Math.max(worst, gzip);
    console.log(`${screen.padEnd(18)} ${(gzip / 1_000).toFixed(0)} kB gzip, ${(brotli / 1_000).toFixed(0)} kB brotli, ${scripts.length} files`);
    if (screen === '/sign-in') {
      await page.getByLabel('E-mail').fill(stage.person.email);
      await page.getByRole('textbox', { name: 'Password' }).fill(stage.person.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('**/overview');
    }
    await page.close();
  }
} finally {
  await browser.close();
  await stage.close();
}
console.log(worst <= scriptMax ? `Within ${scriptMax / 1_000} kB.` : `More than ${scriptMax / 1_000} kB.`);
process.exit(worst <= scriptMax ? 0 : 1);
