import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { expectAccessible, lead, openPage, patience } from './person.ts';

let stage: DemoStage;
let inside: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  stage = await openDemoStage({ port: 4391, sandboxPort: 0, databaseUrl: null, firstRun: true });
});
test.afterAll(async () => {
  await inside?.close();
  await stage.close();
});

test('the set-up link makes the first administrator, once', async ({ page }) => {
  await page.goto(`${stage.url}/`);
  await page.waitForURL('**/setup');
  await page.goto(`${stage.url}/setup#token=${stage.setupToken}`);
  await page.reload();
  await page.getByLabel('Name').fill('Ada');
  await page.getByLabel('E-mail').fill(stage.person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(stage.person.password);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Create administrator' }).click();

  await page.waitForURL('**/overview');
  await expect(page.getByText('Ada')).toBeVisible();

  const again = await page.request.post(`${stage.url}/api/v1/setup`, { data: { token: stage.setupToken, email: 'b@example.com', name: 'B', password: 'another-password' } });
  expect(again.status()).toBe(404);
});

test('a wrong password is refused in words, the right one leads in', async ({ page }) => {
  await page.goto(`${stage.url}/sign-in`);
  await page.getByLabel('E-mail').fill(stage.person.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();

  await expect(page.getByRole('alert')).toContainText('wrong');
  await page.getByRole('textbox', { name: 'Password' }).fill(stage.person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'Overview', exact: true })).toBeVisible();
});

test('a person finds a vulnerability, moves its card on the board, and sees it follow', async ({ browser }) => {
  await new Storyteller(stage, () => {}).begin();
  inside = await openPage(browser, stage);
  const page = inside;
  await page.getByRole('navigation').getByRole('link', { name: 'Vulnerabilities' }).click();
  await page.locator('label', { hasText: /^High/u }).click();
  await page.waitForURL('**/vulnerabilities?*severity*');
  await expectAccessible(page);
  const row = page.getByRole('row').nth(1);
  await expect(row.getByRole('link', { name: /^#\d+/u })).toBeVisible();
  await row.getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: 'Timeline' })).toBeVisible();
  await expect(page.getByText('Card linked')).toBeVisible();

  const id = page.url().split('/').at(-1);
  const card = stage.sandbox.cards().find((one) => one.title.includes(` ${id} - `));
  await stage.sandbox.people.move(card?.ref ?? '', stage.sandbox.example.statusMapping.inProgress);

  await expect(page.getByText('Identified → In progress')).toBeVisible(patience);
  await expectAccessible(page);
});

test('a risk is accepted with a reason, and the card moves', async () => {
  const page = inside;
  await lead(page, '/vulnerabilities');
  await page.getByRole('row').nth(2).getByRole('link').first().click();
  await page.getByRole('combobox', { name: 'Change status' }).click();
  await page.getByRole('option', { name: 'Risk accepted' }).click();
  await page.getByLabel('Reason').fill('Only reachable from our own network.');
  await page.getByRole('button', { name: 'Save' }).click();

  await expect(page.getByText('Identified → Risk accepted')).toBeVisible();
  const id = page.url().split('/').at(-1);
  await expect.poll(() => stage.sandbox.cards().find((one) => one.title.includes(` ${id} - `))?.state, patience).toBe(stage.sandbox.example.statusMapping.riskAccepted);
});

