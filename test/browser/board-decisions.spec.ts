import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { caller, expectAccessible, lead, openPage, patience } from './person.ts';

/** What somebody decides by moving a card, where a person here has the last word. */

let stage: DemoStage;
let page: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4399, sandboxPort: 0, databaseUrl: null });
  await new Storyteller(stage, () => {}).begin();
  page = await openPage(browser, stage);
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

/** The default configuration, with other rules for what is decided on the board. */
async function configure(rules: { readonly boardDecisions: 'ask' | 'apply'; readonly falsePositive?: string }): Promise<void> {
  const ask = caller(stage);
  const { items } = await ask<{ items: { id: string }[] }>('GET', '/connections');
  const configurations = await ask<{ items: { id: string }[] }>('GET', `/connections/${items[0]?.id}/configurations`);
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  const { falsePositive = statusMapping.falsePositive, boardDecisions } = rules;
  await ask('PUT', `/configurations/${configurations.items[0]?.id}`, { scope: 'default', target, statusMapping: { ...statusMapping, falsePositive }, fieldDefaults, createOn: 'identified', boardDecisions });
}

const cardOf = (id: string) => stage.sandbox.cards().find(({ title }) => title.includes(` ${id} - `));

async function moveCard(id: string, to: keyof DemoStage['sandbox']['example']['statusMapping']): Promise<void> {
  await stage.sandbox.people.move(cardOf(id)?.ref ?? '', stage.sandbox.example.statusMapping[to]);
}

/** The question about this vulnerability, among what waits for a person. */
async function questionAbout(id: string) {
  await lead(page, '/activity?group=holds');
  const question = page.getByRole('article').filter({ has: page.getByRole('link', { name: new RegExp(`^#${id} `, 'u') }) });
  await question.waitFor(patience);
  return question;
}

async function expectStatus(id: string, status: string): Promise<void> {
  await lead(page, `/vulnerabilities/${id}`);
  await page.getByRole('main').getByText(`#${id}`, { exact: true }).first().waitFor();
  await expect(page.getByRole('main').getByText(status, { exact: true }).first()).toBeVisible(patience);
}

test('a risk that is accepted on the board waits, and counts when a person approves it', async () => {
  await configure({ boardDecisions: 'ask' });
  await moveCard('1', 'riskAccepted');
  const question = await questionAbout('1');
  await expect(question).toContainText('A decision made on the board');
  await expectAccessible(page);
  await lead(page, '/vulnerabilities/1');
  await expect(page.getByRole('main').getByText('Identified', { exact: true }).first()).toBeVisible();
  await lead(page, '/activity?group=holds');
  await question.getByRole('textbox', { name: /note/iu }).fill('The service is behind a firewall.');
  await question.getByRole('button', { name: 'Approve' }).click();

  await question.waitFor({ state: 'detached', ...patience });
  await expectStatus('1', 'Identified → Risk accepted');
});

test('a false positive that a person rejects is none, and the card goes back', async () => {
  await moveCard('2', 'falsePositive');
  const question = await questionAbout('2');
  await question.getByRole('button', { name: 'Reject' }).click();

  await question.waitFor({ state: 'detached', ...patience });
  await expectStatus('2', 'Identified');
  await expect.poll(() => cardOf('2')?.state, patience).toBe(stage.sandbox.example.statusMapping.identified);
});

test('where a column can mean two things, a person says which of them', async () => {
  await configure({ boardDecisions: 'apply', falsePositive: stage.sandbox.example.statusMapping.riskAccepted });
  await moveCard('3', 'riskAccepted');
  const question = await questionAbout('3');
  await expect(question.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await question.getByRole('radio', { name: 'False positive' }).check();
  await question.getByRole('button', { name: 'Approve' }).click();

  await question.waitFor({ state: 'detached', ...patience });
  await expectStatus('3', 'Identified → False positive');
});
