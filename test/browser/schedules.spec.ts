import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { choose, expectAccessible, signIn } from './person.ts';

let stage: DemoStage;
let pipeline: Server;
/** What the pipeline answers now, and whom it was called with. */
let answer = 202;
const calls: (string | undefined)[] = [];

test.describe.configure({ mode: 'serial' });
test.beforeAll(async () => {
  stage = await openDemoStage({ port: 4396, sandboxPort: 0, databaseUrl: null });
  pipeline = createServer((request, response) => {
    calls.push(request.headers.authorization);
    response.writeHead(answer).end(answer === 202 ? '' : 'The pipeline is being moved.');
  });
  await new Promise<void>((resolve) => pipeline.listen(0, '127.0.0.1', resolve));
  await fetch(`${stage.url}/api/v1/assets`, { method: 'POST', headers: { authorization: `Bearer ${stage.token}`, 'content-type': 'application/json' }, body: JSON.stringify({ name: 'Web shop' }) });
});
test.afterAll(async () => {
  await stage.close();
  pipeline.close();
});

test('a schedule is made, started by hand, and its failed run is seen where scans are looked at', async ({ page }) => {
  const url = `http://127.0.0.1:${(pipeline.address() as AddressInfo).port}/hook`;
  await signIn(page, stage);
  await page.goto(`${stage.url}/scans?tab=schedules`);
  await page.getByRole('button', { name: 'Add a schedule' }).click();
  const form = page.getByRole('dialog', { name: 'Add a schedule' });
  await form.getByRole('textbox', { name: 'Name' }).fill('Nightly');
  await choose(page, 'Asset', 'Web shop');
  await form.getByRole('textbox', { name: 'Address' }).fill(url);
  await form.getByRole('textbox', { name: 'Token' }).fill('a-token-for-the-hook');
  await choose(page, 'When', 'At times of my own');
  await form.getByRole('textbox', { name: 'Times' }).fill('61 3 * * *');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form.getByRole('alert')).toBeVisible();
  await form.getByRole('textbox', { name: 'Times' }).fill('0 3 * * *');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Save' }).click();

  await page.getByRole('button', { name: 'Run now: Nightly' }).click();
  await expect(page.getByText('Started', { exact: true })).toBeVisible({ timeout: 15_000 });
  expect(calls).toEqual(['Bearer a-token-for-the-hook']);

  answer = 403;
  await page.getByRole('link', { name: 'Nightly' }).click();
  await page.getByRole('button', { name: 'Run now' }).click();
  await expect(page.getByRole('table', { name: 'Runs' }).getByRole('cell', { name: 'Failed' })).toBeVisible({ timeout: 15_000 });
  await expectAccessible(page);
  await page.goto(`${stage.url}/overview`);
  await page.getByRole('link', { name: 'one scheduled scan failed' }).click();
  await page.getByRole('tab', { name: 'Scans', exact: true }).click();
  await expect(page.getByText(/^One schedule wants a look/u)).toBeVisible();
  await page.getByRole('link', { name: 'See the schedules' }).click();
  await page.getByRole('link', { name: 'Web shop' }).click();
  await expect(page.getByRole('region', { name: 'Scheduled scans' })).toContainText('Nightly');
});

test('a schedule is edited without its token, and deleted', async ({ page }) => {
  await signIn(page, stage);
  await page.goto(`${stage.url}/scans?tab=schedules`);
  await page.getByRole('button', { name: 'Edit: Nightly' }).click();
  await choose(page, 'When', 'Not at a time');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('only when asked')).toBeVisible();

  await page.getByRole('link', { name: 'Nightly' }).click();
  await page.getByRole('button', { name: 'Delete the schedule' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the schedule' }).click();
  await expect(page.getByText(/^No scan starts by itself yet/u)).toBeVisible();
});
