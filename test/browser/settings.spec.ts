import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import type { OpenIdProvider } from '../openid-provider.ts';
import { startOpenIdProvider } from '../openid-provider.ts';
import { choose, expectAccessible, settled, signIn } from './person.ts';

let stage: DemoStage;
let provider: OpenIdProvider;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  [stage, provider] = await Promise.all([openDemoStage({ port: 4404, sandboxPort: 0, databaseUrl: null }), startOpenIdProvider()]);
});
test.afterAll(() => Promise.all([stage.close(), provider.close()]));
test.beforeEach(({ page }) => page.setDefaultTimeout(15_000));

test('single sign-on is set up, lets somebody in, and explains why it does not let in another', async ({ page }) => {
  await signIn(page, stage);
  await page.goto(`${stage.url}/settings?tab=sign-on`);
  await page.getByRole('textbox', { name: 'Name on the button' }).fill('Acme');
  await page.getByRole('textbox', { name: 'Issuer' }).fill(`${provider.issuer}/elsewhere`);
  await page.getByRole('textbox', { name: 'Client ID' }).fill(provider.clientId);
  await page.getByRole('textbox', { name: 'Client secret' }).fill(provider.clientSecret);
  await choose(page, 'Role of new people', 'Developer');
  await page.getByRole('switch', { name: 'People may sign in with it' }).check({ force: true });
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('alert')).toContainText('does not describe itself there');
  await page.getByRole('textbox', { name: 'Issuer' }).fill(provider.issuer);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved')).toBeVisible();

  await page.getByRole('button', { name: /^Demo/u }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  provider.person = { sub: 'somebody', email: stage.person.email };
  await page.getByRole('button', { name: 'Sign in with Acme' }).click();
  await expect(page.getByRole('alert')).toContainText('sign in with your password and link the account');
  await expectAccessible(page);
  provider.person = { sub: 'ada', email: 'ada@acme.example', name: 'Ada Lovelace' };
  await page.getByRole('button', { name: 'Sign in with Acme' }).click();
  await page.waitForURL('**/overview');
  await settled(page);
  await expect(page.getByText('Ada Lovelace')).toBeVisible();
  await page.getByRole('button', { name: /^Ada Lovelace/u }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL(`${stage.url}/sign-in`);
});

test('a person links their account while signed in', async ({ page }) => {
  await signIn(page, stage);
  await page.goto(`${stage.url}/settings?tab=account`);
  provider.person = { sub: 'demo-at-acme', email: 'somebody-else@acme.example' };
  await page.getByRole('button', { name: 'Link with Acme' }).click();

  await expect(page.getByText('The account is linked: sign in with it from now on.')).toBeVisible();
});

test('what a card says is laid out by hand, with how it would read', async ({ page }) => {
  await signIn(page, stage);
  await page.goto(`${stage.url}/settings?tab=general`);
  await page.getByLabel('Title prefix').fill('[ACME]');
  await page.getByRole('button', { name: 'Move up: Where' }).click();
  await page.getByRole('checkbox', { name: 'Evidence' }).uncheck();
  await page.getByRole('textbox', { name: 'Words of your own' }).fill('Ask the security team.');
  const card = page.getByRole('article', { name: 'A card of a real vulnerability would read' });
  await expect(card).toContainText('Ask the security team.');
  await expect(card.getByRole('heading')).toHaveText(/^\[ACME\] \d+ - /u);
  await page.getByRole('textbox', { name: 'Audit log' }).fill('365');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Saved', { exact: true })).toBeVisible();
  await expectAccessible(page);

  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Words of your own' })).toHaveValue('Ask the security team.');
  await expect(page.getByRole('textbox', { name: 'Audit log' })).toHaveValue('365 days');
  await expect(page.getByRole('checkbox', { name: 'Evidence' })).not.toBeChecked();
});
