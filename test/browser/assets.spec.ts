import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { caller, choose, expectAccessible, lead, openPage, patience, settled } from './person.ts';

let stage: DemoStage;
let page: Page;
let ask: ReturnType<typeof caller>;
let asset: string;
let entered: string;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4402, sandboxPort: 0, databaseUrl: null });
  page = await openPage(browser, stage);
  ask = caller(stage);
  asset = (await ask<{ id: string }>('POST', '/assets', { name: 'Shop', key: 'shop' })).id;
  entered = (await ask<{ id: string }>('POST', `/assets/${asset}/vulnerabilities`, { title: 'Coupons can be used twice', description: 'Two orders at once.', severity: 'high' })).id;
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

test('an assessment is planned, begun and completed, and what was looked at is decided', async () => {
  await lead(page, `/assets/${asset}`);
  const panel = page.getByRole('region', { name: 'Assessments', exact: true });
  await panel.getByRole('button', { name: 'Plan an assessment' }).click();
  const plan = page.getByRole('dialog', { name: 'Plan an assessment' });
  await plan.getByRole('textbox', { name: 'Title' }).fill('Checkout before the release');
  await expectAccessible(page);
  await plan.getByRole('button', { name: 'Plan an assessment' }).click();
  const assessment = panel.getByRole('article', { name: 'Checkout before the release' });
  await assessment.getByRole('button', { name: 'Start' }).click();
  await assessment.getByText('Running', { exact: true }).waitFor();
  await assessment.getByRole('button', { name: 'Complete' }).click();
  const done = page.getByRole('dialog', { name: 'Complete “Checkout before the release”' });
  await done.getByRole('textbox', { name: 'What was done and found' }).fill('Two orders at once are refused now.');
  await done.getByRole('radiogroup', { name: `#${entered}` }).getByText('It is gone').click();
  await expectAccessible(page);
  await done.getByRole('button', { name: 'Complete' }).click();

  await expect(assessment.getByText('Done', { exact: true })).toBeVisible();
  await lead(page, `/vulnerabilities/${entered}`);
  await expect(page.getByRole('main').getByText('Fixed', { exact: true }).first()).toBeVisible(patience);
});

test('a report and a finding become part of an assessment that runs', async () => {
  const { id } = await ask<{ id: string }>('POST', `/assets/${asset}/assessments`, { title: 'Pentest of June' });
  await ask('POST', `/assessments/${id}/start`, {});
  await lead(page, `/assets/${asset}`);
  const assessment = page.getByRole('article', { name: 'Pentest of June' });
  await assessment.getByRole('button', { name: 'Enter a finding' }).click();
  const form = page.getByRole('dialog');
  await form.getByRole('textbox', { name: 'Title' }).fill('Invoices of others can be read');
  await form.getByRole('button', { name: 'Enter it' }).click();
  await page.waitForURL('**/vulnerabilities/*');
  await lead(page, `/assets/${asset}`);

  await expect(assessment).toContainText('one vulnerability', patience);
  await assessment.getByRole('link', { name: 'Add a report' }).click();
  await expect(page.getByRole('combobox', { name: 'Assessment', exact: true })).toHaveValue('Pentest of June', patience);
});

test('a renamed scope is merged into the other, and one that nobody scans is retired', async () => {
  await upload('old name');
  await upload('new name');
  await lead(page, `/assets/${asset}`);
  await page.getByRole('button', { name: 'Actions on Bench · main · old name' }).click();
  await page.getByRole('menuitem', { name: 'Merge into another' }).click();
  await choose(page, 'The other scope', 'Bench · main · new name');
  await expectAccessible(page);
  await page.getByRole('dialog').getByRole('button', { name: 'Merge into another' }).click();
  await expect(page.getByRole('cell', { name: 'old name', exact: true })).toHaveCount(0, patience);
  await page.getByRole('button', { name: 'Actions on Bench · main · new name' }).click();
  await page.getByRole('menuitem', { name: 'Retire' }).click();
  await page.getByRole('dialog').getByRole('textbox', { name: 'Reason' }).fill('The scanner is gone.');
  await page.getByRole('dialog').getByRole('button', { name: 'Retire' }).click();

  await expect(page.getByRole('cell', { name: 'new name', exact: true })).toHaveCount(0, patience);
});

test('the list is narrowed to what is due and to cards in a state, and the address says so', async () => {
  await lead(page, '/vulnerabilities?status=all');
  await settled(page);
  await page.getByRole('row').nth(1).waitFor();
  await choose(page, 'Card', 'No link');
  await page.waitForURL(/cardState/u);
  await expect(page.getByRole('link', { name: 'Coupons can be used twice' })).toBeVisible();
  await choose(page, 'Card', 'Linked');
  await expect(page.getByText('No vulnerability matches these filters.')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await choose(page, 'Due', 'Overdue');

  await page.waitForURL(/due=overdue/u);
  await expect(page.getByText('No vulnerability matches these filters.')).toBeVisible();
});

test('a vulnerability from before the connection is given its card by hand', async () => {
  const { settings, credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const later = (await ask<{ id: string }>('POST', `/assets/${asset}/vulnerabilities`, { title: 'Passwords are kept in plain', description: 'In a table.', severity: 'critical' })).id;
  const connection = await ask<{ id: string }>('POST', '/connections', { tracker: stage.boards[0]?.tracker, name: 'The board', settings, credentials });
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  await ask('POST', `/connections/${connection.id}/configurations`, { scope: 'default', target, statusMapping, fieldDefaults, createOn: 'identified', boardDecisions: 'apply' });
  await lead(page, `/vulnerabilities/${later}`);
  await page.getByRole('region', { name: 'Card', exact: true }).getByRole('button', { name: 'Make its card' }).click();

  await expect(page.getByText('Card linked', { exact: true })).toBeVisible({ timeout: 30_000 });
  expect(stage.sandbox.cards().map(({ title }) => title)).toEqual([`[CONVISO] ${later} - Passwords are kept in plain`]);
});

/** One finding, in a scope of this category. */
async function upload(category: string): Promise<void> {
  const results = [{ ruleId: 'one', message: { text: 'Found.' }, locations: [{ physicalLocation: { artifactLocation: { uri: 'src/a.ts' }, region: { startLine: 3, snippet: { text: 'call()' } } } }] }];
  const body = JSON.stringify({ version: '2.1.0', runs: [{ tool: { driver: { name: 'Bench', rules: [] } }, results }] });
  const answer = await fetch(`${stage.url}/api/v1/assets/${asset}/scans?format=sarif&category=${encodeURIComponent(category)}`, { method: 'POST', headers: { authorization: `Bearer ${stage.token}` }, body });
  const { id } = (await answer.json()) as { id: string };
  await expect.poll(async () => (await ask<{ status: string }>('GET', `/scans/${id}`)).status, patience).toBe('completed');
}
