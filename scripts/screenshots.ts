import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { chromium } from '@playwright/test';
import type { DemoStage } from '../demo/stage.ts';
import { openDemoStage } from '../demo/stage.ts';
import { Storyteller } from '../demo/story.ts';
import { findBrowser } from '../test/browser/browser.ts';

/**
 * Pictures of every screen, light, dark and narrow; empty, full, loading and failing: `npm run screenshots [-- FOLDER [NAME …]]`.
 * It brings its own product, with the demo's story told in it.
 */
let current: string = 'light';
const folder = resolve(process.argv[2] ?? 'reports/screenshots');
/** Only these pictures; none named: all. */
const only = process.argv.slice(3);
const looks = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1360, height: 900 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1360, height: 900 } },
  { name: 'narrow', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;
const screens = ['/overview', '/vulnerabilities', '/assets', '/scans', '/integrations', '/activity', '/settings'];
const further = ['/scans?upload=true', '/activity?group=holds', '/activity?group=orphans', '/integrations/new/azure-boards', '/settings?tab=people', '/settings?tab=tokens', '/settings?tab=audit', '/settings?tab=about', '/settings?tab=account', '/vulnerabilities?q=nowhere', '/no-such-page'];

mkdirSync(folder, { recursive: true });
const stage = await openDemoStage({ port: 4395, sandboxPort: 0, databaseUrl: null });
const { executablePath, args, env } = findBrowser();
const browser = await chromium.launch({ executablePath, args: [...args], env: { ...process.env, ...env } as Record<string, string> });
try {
  await visit(looks[0], (page) => each(page, screens, 'empty-'));
  await new Storyteller(stage, () => {}).begin();
  const [connection] = (await ask<{ items: { id: string }[] }>(stage, 'GET', '/connections')).items;
  const draft = await ask<{ id: string }>(stage, 'POST', `/connections/${connection?.id}/drafts`, { body: await draftBody(stage, connection?.id ?? '') });
  const wizard = ['check', 'target', 'status', 'severity', 'fields', 'preview', 'turn-on'].map((step) => `/connections/${connection?.id}/configure/${draft.id}/${step}`);
  for (const look of looks) {
    await visit(look, async (page) => {
      await each(page, [...screens, ...further, `/connections/${connection?.id}`, ...wizard]);
      await opened(page, '/vulnerabilities', 'vulnerability');
      await opened(page, '/assets', 'asset');
      await opened(page, '/scans', 'scan');
      if (isWanted('delivery')) {
        await page.goto(`${stage.url}/activity`);
        await page.locator('tbody button').first().click();
        await page.getByRole('dialog').getByText('Succeeded').waitFor();
        await shoot(page, 'delivery', 1);
      }
    });
  }
  await visit(looks[0], async (page) => {
    await page.route('**/api/v1/{vulnerabilities,deliveries,scans,assets,connections,activity}*', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Service Unavailable', status: 503, detail: 'The database does not answer. Patchboard goes on trying.' }) }));
    await each(page, screens, 'failing-');
  });
  await visit(looks[0], async (page) => {
    await page.route('**/api/v1/vulnerabilities?*', () => new Promise(() => {}));
    await page.goto(`${stage.url}/vulnerabilities`);
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    await page.screenshot({ path: join(folder, 'loading-vulnerabilities-light.png') });
  });
} finally {
  await browser.close();
  await stage.close();
}
process.exit(0);

async function visit(look: (typeof looks)[number], act: (page: Page) => Promise<void>): Promise<void> {
  const { name: _name, ...options } = look;
  const page = await browser.newPage({ ...options, locale: 'en' });
  current = look.name;
  await page.goto(`${stage.url}/sign-in`);
  await shoot(page, 'sign-in');
  await page.getByLabel('E-mail').fill(stage.person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(stage.person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/overview');
  await act(page);
  await page.close();
}

async function each(page: Page, paths: readonly string[], prefix = ''): Promise<void> {
  for (const path of paths) {
    const name = path.includes('/configure/') ? `wizard-${path.split('/').at(-1)}` : path.startsWith('/connections/') ? 'connection' : path.slice(1).replace(/\W+/gu, '-');
    if (isWanted(prefix + name)) {
      await page.goto(`${stage.url}${path}`);
      await shoot(page, prefix + name);
    }
  }
}

function isWanted(name: string): boolean {
  return only.length === 0 || only.includes(name);
}

/** The first row's own page. */
async function opened(page: Page, list: string, name: string): Promise<void> {
  if (!isWanted(name)) {
    return;
  }
  await page.goto(`${stage.url}${list}`);
  await page.locator('tbody a').first().click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await shoot(page, name);
}

async function shoot(page: Page, name: string, screensMax = 2): Promise<void> {
  // The live stream stays open: "networkidle" never comes. What a person waits for is that nothing loads any more.
  await page.getByRole('heading', { level: 1 }).or(page.getByRole('alert')).or(page.getByText('There is nothing at this address')).first().waitFor();
  await page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'detached' });
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  // A long list is as good as its beginning.
  const { width, height } = page.viewportSize() ?? { width: 1360, height: 900 };
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.screenshot({ path: join(folder, `${name}-${current}.png`), fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(whole, height * screensMax) }, animations: 'disabled' });
}

async function draftBody({ sandbox }: DemoStage, _connectionId: string): Promise<object> {
  const { target, statusMapping, fieldDefaults } = sandbox.example;
  return { step: 'turn-on', scope: 'custom', assetIds: (await ask<{ items: { id: string }[] }>(stage, 'GET', '/assets')).items.map(({ id }) => id), target, statusMapping: { ...statusMapping, falsePositive: statusMapping.riskAccepted }, fieldDefaults };
}

async function ask<Body>({ url, token }: DemoStage, method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
  return (await response.json()) as Body;
}
