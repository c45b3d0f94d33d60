import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { expectAccessible, openPage } from './person.ts';

let stage: DemoStage;
let page: Page;
const ids: string[] = [];

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4403, sandboxPort: 0, databaseUrl: null });
  const headers = { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' };
  const make = async (path: string, body: object) => (await (await fetch(`${stage.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as { id: string };
  await make('/assets', { name: 'Web shop', key: 'shop' });
  for (const place of ['pay', 'refund']) {
    const found = { title: `Coupon used twice in ${place}`, description: 'Both orders get it.', severity: 'high', location: { url: `https://shop.example.com/${place}` } };
    ids.push((await make('/assets/key:shop/vulnerabilities', found)).id);
  }
  page = await openPage(browser, stage);
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

test('a vulnerability says why it stands where it stands, and what would close it', async () => {
  await page.goto(`/vulnerabilities/${ids[0]}`);
  const panel = page.getByRole('region', { name: 'Why, and what would close it' });

  await expect(panel).toContainText('Why this status');
  await expect(panel).toContainText('needs a retest');
});

test('another one is merged into it, and split off again', async () => {
  await page.goto(`/vulnerabilities/${ids[0]}`);
  await page.getByRole('button', { name: 'Merge others into this one' }).click();
  await page.getByRole('combobox', { name: 'Others of this asset that are the same' }).fill('refund');
  await page.getByRole('option', { name: /Coupon used twice in refund/u }).click();
  await page.getByRole('textbox', { name: 'Reason' }).last().fill('One function does both.');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Merge into this one' }).click();
  await expect(page.getByRole('group', { name: 'Merged into it' })).toContainText('Coupon used twice in refund');
  await expectAccessible(page);
  await page.goto(`/vulnerabilities/${ids[1]}`);
  await page.getByRole('link', { name: `Open #${ids[0]}` }).click();

  await page.getByRole('button', { name: `Split off #${ids[1]}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Split off', exact: true }).click();
  await expect(page.getByRole('group', { name: 'Merged into it' })).toBeHidden();
});
