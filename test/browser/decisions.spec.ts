import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { choose, lead, openPage, patience, settled } from './person.ts';

let stage: DemoStage;
let page: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4394, sandboxPort: 0, databaseUrl: null });
  await new Storyteller(stage, () => {}).begin();
  page = await openPage(browser, stage);
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

test('each automatic change says why', async () => {
  await lead(page, '/vulnerabilities/2');
  await page.getByRole('button', { name: 'Why?' }).last().click();

  await expect(page.getByText('A scan decided this: what it saw, or no longer saw, in a place it covers.')).toBeVisible();
});

test('a comment is kept on the timeline', async () => {
  await lead(page, '/vulnerabilities/2');
  await page.getByRole('textbox', { name: 'Comment' }).fill('<b>Look</b> at line 15.');
  await page.getByRole('button', { name: 'Add comment' }).click();

  await expect(page.getByText('<b>Look</b> at line 15.')).toBeVisible();
});

test('many are decided at once, those between two with shift, and each has its outcome', async () => {
  await lead(page, '/vulnerabilities?sort=created');
  await page.getByRole('row').nth(6).waitFor();
  await page.getByRole('row').nth(2).getByRole('checkbox').click();
  await page.getByRole('row').nth(5).getByRole('checkbox').click({ modifiers: ['Shift'] });
  const bar = page.getByRole('region', { name: '4 selected' });
  await bar.getByRole('button', { name: 'Change status' }).click();
  await choose(page, 'Change status', 'Risk accepted');
  await page.getByLabel('Reason').fill('The module is not shipped.');
  await page.getByRole('button', { name: 'Change 4' }).click();

  await expect(page.getByText('4 changed, 0 refused')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('tab', { name: /Risk accepted/u })).toContainText('4', patience);
});

test('all that match are selected, also those that are not shown', async () => {
  await lead(page, '/vulnerabilities?severity=low');
  await page.getByRole('row').nth(1).getByRole('checkbox').click();
  await page.getByRole('button', { name: /^Select all \d+ matching/u }).click();

  await expect(page.getByText(/^(?:[2-9]|\d\d+) selected$/u)).toBeVisible();
});

test('a view is saved under a name and found again', async () => {
  await lead(page, '/vulnerabilities?severity=high');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'Save this view' }).click();
  await page.getByLabel('Name of the view').fill('High ones');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await lead(page, '/vulnerabilities');
  await page.getByRole('button', { name: 'Views' }).click();
  await page.getByRole('menuitem', { name: 'High ones' }).click();

  await page.waitForURL(/severity/u);
});

test('an upload is dropped in, survives a reload, and says its result in numbers', async () => {
  await lead(page, '/scans?upload=true');
  const report = await readFile(join(import.meta.dirname, '..', '..', 'demo', 'reports', 'node-gyp-8.4.1.bandit.json'));
  await page.locator('input[type="file"]').setInputFiles({ name: 'bandit.json', mimeType: 'application/json', buffer: report });
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.getByRole('group', { name: 'Uploads of this browser' }).getByText('bandit.json').waitFor();
  await page.reload();

  await expect(page.getByRole('group', { name: 'Uploads of this browser' }).getByText(/\d+ (?:unchanged|reappeared|findings)/u).first()).toBeVisible(patience);
});

test('a scan that would close everything is held, and a person approves', async () => {
  const empty = JSON.stringify({ errors: [], generated_at: new Date().toISOString(), metrics: { _totals: {} }, results: [] });
  const startedAt = new Date(Date.now() + 1_000).toISOString();
  const response = await fetch(`${stage.url}/api/v1/assets/key:demo/scans?format=bandit&startedAt=${startedAt}`, { method: 'POST', headers: { authorization: `Bearer ${stage.token}` }, body: empty });
  expect(response.status).toBe(202);
  await lead(page, '/activity?group=holds');
  const hold = page.getByRole('article').first();
  await expect(hold).toContainText('A scan would close many', patience);
  await hold.getByRole('button', { name: 'Approve' }).click();

  await expect(page.getByText('Nothing is held.')).toBeVisible(patience);
  await lead(page, '/vulnerabilities?status=fixed');
  await settled(page);
  await expect(page.getByRole('row').nth(5)).toBeVisible(patience);
});

test('what the lifecycle refuses is said for each of many, and can be tried again', async () => {
  await lead(page, '/vulnerabilities?status=fixed');
  await page.getByRole('row').nth(2).waitFor();
  await page.getByRole('row').nth(1).getByRole('checkbox').click();
  await page.getByRole('row').nth(2).getByRole('checkbox').click({ modifiers: ['Shift'] });
  await page.getByRole('region', { name: '2 selected' }).getByRole('button', { name: 'Change status' }).click();
  await choose(page, 'Change status', 'False positive');
  await page.getByLabel('Reason').fill('Not ours.');
  await page.getByRole('button', { name: 'Change 2' }).click();

  await expect(page.getByText('0 changed, 2 refused')).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: 'Refused' }).getByRole('listitem')).toHaveCount(2);
  await page.getByRole('button', { name: 'Try the refused ones again' }).click();
  await expect(page.getByText('0 changed, 2 refused')).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
});

test('a held closure that a person rejects closes nothing', async () => {
  const report = await readFile(join(import.meta.dirname, '..', '..', 'demo', 'reports', 'node-gyp-8.4.1.bandit.json'));
  const { summary } = await scanned(report, 2_000);
  expect(summary.reappeared).toBeGreaterThan(5);
  await scanned(JSON.stringify({ errors: [], generated_at: new Date().toISOString(), metrics: { _totals: {} }, results: [] }), 3_000);
  await lead(page, '/activity?group=holds');
  const hold = page.getByRole('article').first();
  await expect(hold).toContainText('A scan would close many', patience);
  await hold.getByRole('button', { name: 'Reject' }).click();

  await expect(page.getByText('Nothing is held.')).toBeVisible(patience);
  await lead(page, '/vulnerabilities');
  await expect(page.getByRole('tab', { name: /^Open/u })).toContainText(String(summary.reappeared), patience);
});

/** A report of a scan that started so long from now, read to its end. */
async function scanned(report: string | Buffer<ArrayBuffer>, laterMs: number): Promise<{ summary: { reappeared: number } }> {
  const headers = { authorization: `Bearer ${stage.token}` };
  const startedAt = new Date(Date.now() + laterMs).toISOString();
  const answer = await fetch(`${stage.url}/api/v1/assets/key:demo/scans?format=bandit&startedAt=${startedAt}`, { method: 'POST', headers, body: report });
  const { id } = (await answer.json()) as { id: string };
  const read = async () => (await fetch(`${stage.url}/api/v1/scans/${id}`, { headers })).json() as Promise<{ status: string; summary: { reappeared: number } }>;
  await expect.poll(async () => (await read()).status, patience).toMatch(/^(?:completed|held)$/u);
  return read();
}

test('a refused login stops the connection, and new credentials mend it', async () => {
  const connections = await fetch(`${stage.url}/api/v1/connections`, { headers: { authorization: `Bearer ${stage.token}` } });
  const { items } = (await connections.json()) as { items: { id: string }[] };
  const end = stage.sandbox.misbehave({ kind: 'refuse-credentials', times: Infinity });
  await lead(page, `/connections/${items[0]?.id}`);
  await expect(page.getByText('Action needed')).toBeVisible(patience);
  end();
  await page.getByRole('button', { name: 'Change credentials' }).click();
  const { credentials } = stage.sandbox.connection(stage.sandboxUrl);
  await page.getByRole('dialog').getByRole('textbox', { name: 'API token' }).fill(String(credentials['apiKey']));
  await page.getByRole('button', { name: 'Save', exact: true }).click();

  await expect(page.getByText('Healthy')).toBeVisible(patience);
});

test('who may only look is not offered what would be refused', async ({ browser }) => {
  const person = { email: 'viewer@example.com', password: 'a-long-password-to-look' };
  const made = await fetch(`${stage.url}/api/v1/users`, { method: 'POST', headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ ...person, name: 'Vera', role: 'viewer' }) });
  expect(made.status).toBe(201);
  const theirs = await openPage(browser, { url: stage.url, person });
  const offered = ['Enter by hand', 'Add comment', 'Save', 'Retest', 'Sync now', 'Unlink', 'Merge others into this one', 'Upload a report', 'Edit', 'Delete asset', 'Plan an assessment', 'Add custom configuration', 'Change credentials'];
  const { items } = (await (await fetch(`${stage.url}/api/v1/connections`, { headers: { authorization: `Bearer ${stage.token}` } })).json()) as { items: { id: string }[] };
  for (const path of ['/vulnerabilities', '/vulnerabilities/2', '/assets/key:demo', '/scans', `/connections/${items[0]?.id}`]) {
    await lead(theirs, path);
    await settled(theirs);
    const seen = await theirs.getByRole('main').getByRole('button').or(theirs.getByRole('main').getByRole('link')).allInnerTexts();
    expect(seen.filter((text) => offered.includes(text.trim())), path).toEqual([]);
  }
  await theirs.close();
});
