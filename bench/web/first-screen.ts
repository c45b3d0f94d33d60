import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Cookie } from '@playwright/test';
import { chromium } from '@playwright/test';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { measureLongTasks } from './long-tasks.ts';
import { findBrowser } from '../../test/browser/browser.ts';

/**
 * `npm run bench:web`: how much script each screen loads until it stands, opened as the first one, and what comes
 * afterwards; as it goes over a wire that compresses. Fails where one of them is above the bound. Then the tasks of the main
 * thread that are longer than 50 ms while a long list is scrolled and filtered. `-- --files` names every file.
 */
const scriptMax = 250_000;

const stage = await openDemoStage({ port: 4389, sandboxPort: 0, databaseUrl: null });
const [vulnerability] = await new Storyteller(stage, () => {}).begin();
const [connection] = (await ask<{ items: { id: string }[] }>('GET', '/connections')).items;
const draft = await ask<{ id: string }>('POST', `/connections/${connection?.id}/drafts`, { body: { step: 'target', scope: 'default' } });
const screens = ['/sign-in', '/overview', '/vulnerabilities', `/vulnerabilities/${vulnerability?.id}`, '/integrations', `/connections/${connection?.id}`, `/connections/${connection?.id}/configure/${draft.id}/target`];
const { executablePath, args, env } = findBrowser();
const browser = await chromium.launch({ executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> });
let worst = 0;
try {
  let cookies: Cookie[] = [];
  for (const screen of screens) {
    // Nothing is in the cache of a first visit.
    const context = await browser.newContext();
    await context.addCookies(cookies);
    const page = await context.newPage();
    await page.addInitScript(noteHeading);
    const bodies = new Map<string, Promise<Buffer | null>>();
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') {
        // One that comes while the page is left belongs to the next screen.
        bodies.set(response.url(), response.body().catch(() => null));
      }
    });
    await page.goto(`${stage.url}${screen}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForTimeout(3_000);
    const early = new Set(await page.evaluate<string[]>('performance.getEntriesByType("resource").filter((one) => one.startTime < window.headingAt).map((one) => one.name)'));
    const heavy: { readonly name: string; readonly bytes: number }[] = [];
    const sums = { first: 0, brotli: 0, later: 0, files: 0 };
    for (const [url, reading] of bodies) {
      const body = (await reading) ?? Buffer.alloc(0);
      const isFirst = early.has(url);
      if (isFirst && process.argv.includes('--files')) {
        heavy.push({ name: url.split('/').at(-1) ?? url, bytes: gzipSync(body).length });
      }
      sums[isFirst ? 'first' : 'later'] += gzipSync(body).length;
      sums.brotli += isFirst ? brotliCompressSync(body).length : 0;
      sums.files += isFirst ? 1 : 0;
    }
    worst = Math.max(worst, sums.first);
    const kB = (bytes: number) => `${(bytes / 1_000).toFixed(0)} kB`;
    console.log(`${screen.replaceAll(/[\da-f-]{36}/gu, '…').padEnd(36)} ${kB(sums.first)} gzip, ${kB(sums.brotli)} brotli, ${sums.files} files; ${kB(sums.later)} gzip more afterwards`);
    for (const { name, bytes } of heavy.sort((a, b) => b.bytes - a.bytes)) {
      console.log(`  ${kB(bytes).padStart(7)} ${name}`);
    }
    if (screen === '/sign-in') {
      await page.getByLabel('E-mail').fill(stage.person.email);
      await page.getByRole('textbox', { name: 'Password' }).fill(stage.person.password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('**/overview');
      cookies = await context.cookies();
    }
    await context.close();
  }
  // 1,500 cards more would be work of the same machine.
  await ask('PATCH', `/connections/${connection?.id}`, { paused: true });
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  await context.addCookies(cookies);
  await measureLongTasks(await context.newPage(), stage);
  await context.close();
} finally {
  await browser.close();
  await stage.close();
}

async function ask<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${stage.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
  return (await response.json()) as Body;
}

/** Runs in the page: when its heading was first there. */
function noteHeading(): void {
  const page = globalThis as unknown as { document: { querySelector(selector: string): unknown }; headingAt?: number; MutationObserver: new (look: () => void) => { observe(node: unknown, options: object): void } };
  new page.MutationObserver(() => {
    page.headingAt ??= page.document.querySelector('h1') === null ? undefined : performance.now();
  }).observe(page.document, { childList: true, subtree: true });
}

console.log(worst <= scriptMax ? `Within ${scriptMax / 1_000} kB.` : `More than ${scriptMax / 1_000} kB.`);
process.exit(worst <= scriptMax ? 0 : 1);
