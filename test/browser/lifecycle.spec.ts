import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import { sql } from 'kysely';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { Storyteller } from '../../demo/story.ts';
import { choose, lead, openPage, patience } from './person.ts';

/** Every row of the lifecycle, done on the screen as a person, a pentester and a developer at the board do. */
type Act =
  | { readonly kind: 'decide'; readonly status: string; readonly reason?: string; readonly until?: string }
  | { readonly kind: 'day of the end comes' }
  | { readonly kind: 'retest'; readonly outcome: 'It is still there' | 'It is gone' }
  | { readonly kind: 'card'; readonly to: keyof DemoStage['sandbox']['example']['statusMapping'] };

interface Row {
  readonly act: Act;
  /** What is said afterwards, once more than before. */
  readonly says?: string;
  /** Nothing is said: the status is this one still. */
  readonly stays?: string;
}

const detected: Act = { kind: 'retest', outcome: 'It is still there' };
const gone: Act = { kind: 'retest', outcome: 'It is gone' };
const inProgress: Act = { kind: 'decide', status: 'In progress' };
const awaiting: Act = { kind: 'decide', status: 'Awaiting validation' };
const accepted: Act = { kind: 'decide', status: 'Risk accepted', reason: 'Nobody reaches it.' };
const acceptedFor: Act = { kind: 'decide', status: 'Risk accepted', reason: 'Until the release.', until: '2099-12-31' };
const falsePositive: Act = { kind: 'decide', status: 'False positive', reason: 'The flag is a constant.' };
const reopened: Act = { kind: 'decide', status: 'Identified' };
const moved = (to: Extract<Act, { kind: 'card' }>['to']): Act => ({ kind: 'card', to });

const drift = 'The two sides differ';

/** One vulnerability goes through each list, from row to row. */
const lives: readonly (readonly Row[])[] = [
  [
    { act: detected, stays: 'Identified' },
    { act: inProgress, says: 'Identified → In progress' },
    { act: detected, stays: 'In progress' },
    { act: awaiting, says: 'In progress → Awaiting validation' },
    { act: detected, says: 'Awaiting validation → Identified' },
    { act: awaiting, says: 'Identified → Awaiting validation' },
    { act: gone, says: 'Awaiting validation → Fixed' },
    { act: gone, stays: 'Fixed' },
    { act: accepted, says: 'This did not work' },
  ],
  [
    { act: gone, says: 'Identified → Fixed' },
    { act: falsePositive, says: 'This did not work' },
    { act: moved('inProgress'), says: drift },
    { act: detected, says: 'Fixed → Identified' },
    { act: inProgress, says: 'Identified → In progress' },
    { act: gone, says: 'In progress → Fixed' },
  ],
  [
    { act: accepted, says: 'Identified → Risk accepted' },
    { act: detected, stays: 'Risk accepted' },
    { act: moved('inProgress'), says: drift },
    { act: reopened, says: 'Risk accepted → Identified' },
    { act: accepted, says: 'Identified → Risk accepted' },
    { act: gone, says: 'Risk accepted → Fixed' },
  ],
  [
    { act: acceptedFor, says: 'Identified → Risk accepted' },
    { act: { kind: 'day of the end comes' }, says: 'Risk accepted → Identified' },
  ],
  [
    { act: falsePositive, says: 'Identified → False positive' },
    { act: detected, stays: 'False positive' },
    { act: gone, stays: 'False positive' },
    { act: moved('inProgress'), says: drift },
    { act: reopened, says: 'False positive → Identified' },
  ],
  [
    { act: moved('inProgress'), says: 'Identified → In progress' },
    { act: moved('fixed'), says: 'In progress → Awaiting validation' },
    { act: moved('riskAccepted'), says: 'Awaiting validation → Risk accepted' },
  ],
];

let stage: DemoStage;
let page: Page;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4397, sandboxPort: 0, databaseUrl: null });
  await new Storyteller(stage, () => {}).begin();
  page = await openPage(browser, stage);
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

async function act(id: string, one: Act): Promise<void> {
  switch (one.kind) {
    case 'decide':
      await choose(page, 'Change status', one.status);
      if (one.reason !== undefined) {
        await page.getByLabel('Reason').fill(one.reason);
      }
      if (one.until !== undefined) {
        await page.getByLabel('Accepted until').fill(one.until);
      }
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      return;
    case 'day of the end comes': {
      const { db } = stage.house.engine.options.store;
      await sql`update vulnerabilities set accepted_until = now() where id = ${id}::bigint and accepted_until is not null`.execute(db);
      await sql`update work set due_at = now() where kind = 'expiry'`.execute(db);
      return;
    }
    case 'retest':
      await page.getByRole('button', { name: 'Retest', exact: true }).click();
      await page.getByRole('radio', { name: one.outcome }).check();
      await page.getByRole('button', { name: 'Record the retest' }).click();
      await page.getByRole('button', { name: 'Retest', exact: true }).waitFor();
      return;
    case 'card': {
      const card = stage.sandbox.cards().find(({ title }) => title.includes(` ${id} - `));
      await stage.sandbox.people.move(card?.ref ?? '', stage.sandbox.example.statusMapping[one.to]);
    }
  }
}

for (const [index, rows] of lives.entries()) {
  test(`a life: ${rows.map(({ says, stays }) => says ?? `stays ${stays}`).join(', ')}`, async () => {
    const id = String(index + 1);
    await lead(page, `/vulnerabilities/${id}`);
    await page.getByRole('main').getByText(`#${id}`, { exact: true }).first().waitFor();
    await page.getByText('Card linked', { exact: true }).waitFor();
    for (const { act: one, says, stays } of rows) {
      const said = page.getByRole('main').getByText(says ?? '', { exact: true });
      const before = says === undefined ? 0 : await said.count();
      await act(id, one);
      if (says !== undefined) {
        await expect.poll(() => said.count(), { message: says, ...patience }).toBeGreaterThan(before);
      }
      if (stays !== undefined) {
        await expect(page.getByRole('main').getByText(stays, { exact: true }).first()).toBeVisible();
      }
    }
  });
}

test('nobody but a scan can say that it is fixed', async () => {
  await page.getByRole('combobox', { name: 'Change status', exact: true }).click();

  await expect(page.getByRole('option', { name: 'False positive', exact: true })).toBeVisible();
  await expect(page.getByRole('option', { name: 'Fixed', exact: true })).toHaveCount(0);
  await page.keyboard.press('Escape');
});
