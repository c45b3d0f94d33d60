import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { sql } from 'kysely';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { caller, expectAccessible, inTheme, lead, openPage, patience, settled, violationsOf } from './person.ts';

let stage: DemoStage;
let page: Page;
let paths: readonly string[];

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4392, sandboxPort: 0, databaseUrl: null });
  await new Storyteller(stage, () => {}).begin();
  page = await openPage(browser, stage);
  const ask = caller(stage);
  const first = async (list: string) => (await ask<{ items: { id: string }[] }>('GET', list)).items[0]?.id ?? '';
  const [connection, asset, scan, delivery] = [await first('/connections'), await first('/assets'), await first('/scans'), await first('/deliveries')];
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  const body = { step: 'turn-on', scope: 'custom', assetIds: [asset], target, statusMapping: { ...statusMapping, falsePositive: statusMapping.riskAccepted }, fieldDefaults };
  const draft = await ask<{ id: string }>('POST', `/connections/${connection}/drafts`, { body });
  const steps = ['check', 'target', 'fields', 'severity', 'status', 'preview', 'turn-on'].map((step) => `/connections/${connection}/configure/${draft.id}/${step}`);
  const tabs = ['account', 'general', 'people', 'sign-on', 'tokens', 'audit', 'about'].map((tab) => `/settings?tab=${tab}`);
  const vulnerabilities = ['/vulnerabilities', '/vulnerabilities?q=nowhere', '/vulnerabilities/1'];
  const activity = ['/activity', `/activity?delivery=${delivery}`, '/activity?group=holds', '/activity?group=orphans'];
  paths = ['/overview', ...vulnerabilities, '/assets', `/assets/${asset}`, '/scans?upload=true', '/scans?tab=schedules', `/scans/${scan}`, '/integrations', '/integrations/new/azure-boards', '/integrations/new/servicenow', `/connections/${connection}`, ...steps, ...activity, ...tabs, '/nowhere'];
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

test('every screen is accessible in both themes, and nothing breaks the content security policy', async () => {
  test.setTimeout(180_000);
  const faults: string[] = [];
  page.on('console', (message) => (message.type() === 'error' ? faults.push(`${page.url()} ${message.text()}`) : undefined));
  page.on('pageerror', (error) => faults.push(`${page.url()} ${error.message}`));
  await page.goto('/overview');
  for (const [index, path] of paths.entries()) {
    await lead(page, path);
    await settled(page).catch((error: Error) => faults.push(`${path} ${error.message}`));
    const without = index === 0 ? [] : ['header', 'nav'];
    faults.push(...(await violationsOf(page, { without })));
    await inTheme(page, 'dark');
    faults.push(...(await violationsOf(page, { without, rules: ['color-contrast', 'link-in-text-block'] })));
    await inTheme(page, 'light');
  }
  expect(faults).toEqual([]);
});

test('the keyboard leads everywhere, and the sheet says how', async () => {
  await page.goto('/overview');
  await settled(page);
  await page.keyboard.press('g');
  await page.keyboard.press('v');
  await page.waitForURL('**/vulnerabilities');
  await page.getByRole('row').nth(2).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('Shift+X');
  await expect(page.getByRole('region', { name: '3 selected' })).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Keyboard shortcuts');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to, or find a vulnerability…').fill('#1');
  await page.getByRole('dialog').getByText('Open vulnerability #1').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/vulnerabilities/1');
  await page.getByRole('heading', { name: 'Timeline', exact: true }).waitFor();
});

test('a selection ends when the list becomes another one', async () => {
  await lead(page, '/vulnerabilities');
  await page.getByRole('row').nth(2).getByRole('checkbox').click();
  await page.getByRole('region', { name: '1 selected' }).waitFor();
  await page.getByRole('searchbox').fill('eval');
  await page.waitForURL('**/vulnerabilities?q=eval');

  await expect(page.getByRole('region', { name: /selected$/u })).toHaveCount(0);
  await page.getByRole('searchbox').fill('');
  await page.waitForURL('**/vulnerabilities');
  await settled(page);
  await expect(page.getByRole('region', { name: /selected$/u })).toHaveCount(0);
});

test('what changes on the server is seen without a reload', async () => {
  await lead(page, '/assets');
  await page.getByRole('row').nth(1).waitFor();

  await caller(stage)('POST', '/assets', { name: 'Made by somebody else' });

  await expect(page.getByRole('link', { name: 'Made by somebody else' })).toBeVisible(patience);
});

test('a copy of another installation says on every screen that it only reads, until an administrator takes over', async () => {
  await sql`update instance set sync_owner = 'another installation'`.execute(stage.house.engine.options.store.db);
  await page.goto('/vulnerabilities');
  await page.getByRole('status').filter({ hasText: 'This installation only reads' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Take over', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take over', exact: true }).click();

  await expect(page.getByText('This installation writes to the trackers now.')).toBeVisible();
  await expect(page.getByText('This installation only reads')).toHaveCount(0);
});

test('the whole app speaks Portuguese', async () => {
  await lead(page, '/settings?tab=account');
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: 'Português (Brasil)' }).click();

  await expect(page.getByRole('link', { name: 'Vulnerabilidades', exact: true })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'pt-BR');
});
