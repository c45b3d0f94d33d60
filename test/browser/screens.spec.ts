import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { expectAccessible, settled, signIn, violationsOf } from './person.ts';

let stage: DemoStage;
let paths: readonly string[];

test.beforeAll(async () => {
  stage = await openDemoStage({ port: 4392, sandboxPort: 0, databaseUrl: null });
  await new Storyteller(stage, () => {}).begin();
  const { items } = await ask<{ items: { id: string }[] }>('GET', '/connections');
  const connection = items[0]?.id ?? '';
  const asset = (await ask<{ items: { id: string }[] }>('GET', '/assets')).items[0]?.id ?? '';
  const scan = (await ask<{ items: { id: string }[] }>('GET', '/scans')).items[0]?.id ?? '';
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  const body = { step: 'turn-on', scope: 'custom', assetIds: [asset], target, statusMapping: { ...statusMapping, falsePositive: statusMapping.riskAccepted }, fieldDefaults };
  const draft = await ask<{ id: string }>('POST', `/connections/${connection}/drafts`, { body });
  const steps = ['check', 'target', 'fields', 'severity', 'status', 'preview', 'turn-on'].map((step) => `/connections/${connection}/configure/${draft.id}/${step}`);
  const tabs = ['account', 'general', 'people', 'tokens', 'audit', 'about'].map((tab) => `/settings?tab=${tab}`);
  paths = ['/overview', '/vulnerabilities', '/vulnerabilities?q=nowhere', '/vulnerabilities/1', '/assets', `/assets/${asset}`, '/scans?upload=true', '/scans?tab=schedules', `/scans/${scan}`, '/integrations', '/integrations/new/azure-boards', '/integrations/new/servicenow', `/connections/${connection}`, ...steps, '/activity', '/activity?group=holds', ...tabs, '/nowhere'];
});
test.afterAll(() => stage.close());

async function ask<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${stage.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });
  return (await response.json()) as Body;
}

for (const scheme of ['light', 'dark'] as const) {
  test(`every screen is accessible in the ${scheme} theme, and nothing breaks the content security policy`, async ({ page }) => {
    test.setTimeout(240_000);
    const faults: string[] = [];
    page.on('console', (message) => (message.type() === 'error' ? faults.push(`${page.url()} ${message.text()}`) : undefined));
    page.on('pageerror', (error) => faults.push(`${page.url()} ${error.message}`));
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await signIn(page, stage);
    for (const path of paths) {
      await page.goto(`${stage.url}${path}`);
      await settled(page).catch((error: Error) => faults.push(`${path} ${error.message}`));
      faults.push(...(await violationsOf(page, scheme === 'dark' ? ['color-contrast', 'link-in-text-block'] : undefined)));
    }
    expect(faults).toEqual([]);
  });
}

test('the keyboard leads everywhere, and the sheet says how', async ({ page }) => {
  await signIn(page, stage);
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
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Keyboard shortcuts');
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await page.getByPlaceholder('Go to, or find a vulnerability…').fill('#1');
  await page.getByRole('dialog').getByText('Open vulnerability #1').waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/vulnerabilities/1');
});

test('the whole app speaks Portuguese', async ({ page }) => {
  await signIn(page, stage);
  await page.goto(`${stage.url}/settings?tab=account`);
  await page.getByRole('combobox', { name: 'Language' }).click();
  await page.getByRole('option', { name: 'Português (Brasil)' }).click();

  await expect(page.getByRole('link', { name: 'Vulnerabilidades' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'pt-BR');
});

test('what changes on the server is seen without a reload', async ({ page }) => {
  await signIn(page, stage);
  await page.goto(`${stage.url}/assets`);
  await page.getByRole('row').nth(1).waitFor();

  await ask('POST', '/assets', { name: 'Made by somebody else' });

  await expect(page.getByRole('link', { name: 'Made by somebody else' })).toBeVisible({ timeout: 5_000 });
});
