import type { Locator, Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { makeSandbox as makeAzureBoards } from '../../src/trackers/azure-boards/sandbox.ts';
import { makeSandbox as makeBusinessMap } from '../../src/trackers/businessmap/sandbox.ts';
import type { Sandbox } from '../../src/trackers/kit/sandbox.ts';
import type { ServedSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import { makeSandbox as makeServiceNow } from '../../src/trackers/servicenow/sandbox.ts';
import type { Hand } from './hand.ts';
import { keyboard, mouse } from './hand.ts';
import { caller, expectAccessible, lead, openPage, patience, settled } from './person.ts';

/** From an empty installation to the first synced card, by the screens alone, for each tracker and each way to sign in. */
interface Journey {
  readonly name: string;
  readonly title: string;
  readonly sandbox: () => Sandbox;
  readonly hand?: (page: Page) => Hand;
  /** What a person types on the first screen, field by field. */
  readonly typed: (settings: Texts, credentials: Texts) => Readonly<Record<string, string | undefined>>;
  readonly way?: string;
  /** The button that ends the first screen, and what the tracker's own page is answered with. */
  readonly submit: string;
  readonly allow?: string;
  /** What an administrator does with the connection once the first card is there. */
  readonly afterwards?: () => Promise<void>;
}
type Texts = Readonly<Record<string, string>>;

const entra = makeAzureBoards({ signIn: 'entra' });
const serviceNow = makeServiceNow();
const businessMap = { title: 'BusinessMap', typed: (settings: Texts, credentials: Texts) => ({ 'Site URL': settings['url'], 'API token': credentials['apiKey'] }), submit: 'Connect' };
const journeys: readonly Journey[] = [
  { ...businessMap, name: 'BusinessMap', sandbox: () => makeBusinessMap(), afterwards: askForJobs },
  { ...businessMap, name: 'BusinessMap, by the keyboard alone', sandbox: () => makeBusinessMap(), hand: keyboard },
  {
    name: 'Azure Boards with a personal access token',
    title: 'Azure Boards',
    sandbox: () => makeAzureBoards(),
    way: 'Personal access token',
    typed: (settings, credentials) => ({ Organization: settings['organization'], 'Server address': settings['url'], 'Personal access token': credentials['personalAccessToken'] }),
    submit: 'Connect',
    afterwards: makeWebhooks,
  },
  {
    name: 'Azure Boards with Microsoft Entra ID',
    title: 'Azure Boards',
    sandbox: () => entra,
    typed: (settings, credentials) => ({
      ...{ Organization: settings['organization'], 'Server address': settings['url'] },
      ...{ 'Application (client) ID': credentials['clientId'], 'Client secret': credentials['clientSecret'], 'Directory (tenant) ID': credentials['tenantId'] },
    }),
    submit: 'Log in with Azure Boards',
    allow: 'Accept',
    afterwards: async () => {
      entra.entra.revokeAll();
      await logInAgain('Accept');
    },
  },
  {
    name: 'ServiceNow',
    title: 'ServiceNow',
    sandbox: () => serviceNow,
    typed: (settings, credentials) => ({ 'Instance URL': settings['url'], 'Client ID': credentials['clientId'], 'Client secret': credentials['clientSecret'] }),
    submit: 'Log in with ServiceNow',
    allow: 'Allow',
    afterwards: async () => {
      serviceNow.logins.revokeAll();
      await denyOnce();
      await logInAgain('Allow');
    },
  },
];

let stage: DemoStage;
let microsoft: ServedSandbox;
let page: Page;
let ask: ReturnType<typeof caller>;

test.describe.configure({ mode: 'serial' });
test.beforeAll(async ({ browser }) => {
  microsoft = await serveSandbox(entra);
  stage = await openDemoStage({ port: 4393, sandboxPort: 0, databaseUrl: null, entraAuthority: microsoft.url });
  page = await openPage(browser, stage);
  ask = caller(stage);
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
  await microsoft?.close();
});

for (const journey of journeys) {
  test(`${journey.name}: from nothing to the first synced card`, async () => {
    const sandbox = journey.sandbox();
    const served = sandbox === entra ? { url: microsoft.url, close: async () => {} } : await serveSandbox(sandbox);
    const hand = (journey.hand ?? mouse)(page);
    const asset = await ask<{ id: string }>('POST', '/assets', { name: `Shop on ${journey.name}` });
    await lead(page, '/integrations');
    await hand.press(page.getByRole('link', { name: `Integrate: ${journey.title}`, exact: true }));
    await connect(journey, hand, sandbox, served.url);

    await page.waitForURL('**/configure/*/check');
    await expect(page.getByText('Everything that can be checked without writing is fine.')).toBeVisible();
    const { items: trackers } = await ask<{ items: { title: string; stepOrder: (keyof typeof steps)[] }[] }>('GET', '/trackers');
    for (const step of trackers.find(({ title }) => title === journey.title)?.stepOrder ?? []) {
      await goOn(hand, steps[step].title);
      await steps[step].answer(hand, sandbox);
    }
    await goOn(hand, 'Preview');
    await expect(page.getByText(/^\[CONVISO\] \d+ - /u)).toBeVisible();
    expect(sandbox.cards()).toHaveLength(0);
    await goOn(hand, 'Turn on');
    await hand.press(page.getByRole('button', { name: 'Turn on', exact: true }));
    await page.waitForURL('**/connections/*?on=true');
    await expect(page.getByRole('status').filter({ hasText: 'It is on.' })).toBeVisible();

    const made = await ask<{ id: string }>('POST', `/assets/${asset.id}/vulnerabilities`, { title: 'Coupons can be used twice', description: 'Two orders at once.', severity: 'high' });
    await lead(page, `/vulnerabilities/${made.id}`);
    await expect(page.getByText('Card linked', { exact: true })).toBeVisible({ timeout: 30_000 });
    expect(sandbox.cards().map((card) => card.title)).toEqual([`[CONVISO] ${made.id} - Coupons can be used twice`]);
    await journey.afterwards?.();
    // The next tracker's journey counts its own cards alone.
    const { items } = await ask<{ items: { id: string }[] }>('GET', '/connections');
    await Promise.all(items.map(({ id }) => ask('DELETE', `/connections/${id}`)));
    await served.close();
  });
}

/** What a person answers where; in which order, each tracker says. */
const steps = {
  target: { title: 'Target', answer: (hand: Hand, sandbox: Sandbox) => chooseTarget(hand, sandbox.example.target) },
  fields: { title: 'Fields', answer: (hand: Hand) => fillFields(hand) },
  severity: { title: 'Severity', answer: async () => {} },
  status: { title: 'Status', answer: (hand: Hand, sandbox: Sandbox) => mapStatuses(hand, sandbox) },
};

async function connect(journey: Journey, hand: Hand, sandbox: Sandbox, url: string): Promise<void> {
  const form = page.getByRole('region', { name: 'Connect', exact: true });
  const { settings, credentials } = sandbox.connection(url) as { settings: Texts; credentials: Texts };
  await form.waitFor();
  if (journey.way !== undefined) {
    await mouse(page).pick(form.getByRole('combobox', { name: 'How to sign in' }), journey.way);
  }
  for (const [label, text] of Object.entries(journey.typed(settings, credentials))) {
    if (text !== undefined) {
      await hand.fill(form.getByRole('textbox', { name: label }), text);
    }
  }
  await hand.press(form.getByRole('button', { name: journey.submit, exact: true }));
  if (journey.allow !== undefined) {
    await page.getByRole('link', { name: journey.allow, exact: true }).click();
    await page.waitForURL('**/connections/*login=succeeded');
    await expect(page.getByText('The login worked.')).toBeVisible();
    await page.getByRole('link', { name: 'Continue the draft' }).click();
  }
}

/** Continues, and stands on the next step. */
async function goOn(hand: Hand, step: string): Promise<void> {
  await hand.press(page.getByRole('button', { name: 'Continue', exact: true }));
  await page.getByRole('region', { name: step, exact: true }).waitFor();
}

/** The pickers one after the other, as the tracker lists them. */
async function chooseTarget(hand: Hand, target: Texts): Promise<void> {
  const [, connection = ''] = /connections\/([^/]+)/u.exec(page.url()) ?? [];
  const { tracker } = await ask<{ tracker: string }>('GET', `/connections/${connection}`);
  const { items: trackers } = await ask<{ items: { id: string; targetSteps: { id: string; label: string }[] }[] }>('GET', '/trackers');
  const chosen: Record<string, string> = {};
  for (const { id, label } of trackers.find((one) => one.id === tracker)?.targetSteps ?? []) {
    const value = target[id];
    if (value !== undefined) {
      const { items } = await ask<{ items: { value: string; label: string }[] }>('GET', `/connections/${connection}/target-options/${id}?${new URLSearchParams(chosen).toString()}`);
      await hand.pick(picker('Target', new RegExp(`^${label}`, 'u')), items.find((one) => one.value === value)?.label ?? value);
      chosen[id] = value;
    }
  }
}

function picker(step: string, name: string | RegExp): Locator {
  const region = page.getByRole('region', { name: step, exact: true });
  return (typeof name === 'string' ? region.getByRole('combobox', { name, exact: true }) : region.getByRole('combobox', { name }).or(region.getByRole('textbox', { name }))).first();
}

/** What the target asks for and has no default. */
async function fillFields(hand: Hand): Promise<void> {
  await page.getByText('A card is made when').waitFor();
  for (const field of await page.getByRole('region', { name: 'Fields', exact: true }).locator('input[required]').all()) {
    if ((await field.inputValue()) !== '') {
      continue;
    }
    if ((await field.getAttribute('aria-haspopup')) === 'listbox') {
      await field.click();
      await page.getByRole('option').first().click();
    } else {
      await hand.fill(field, 'Patchboard');
    }
  }
}

async function mapStatuses(hand: Hand, sandbox: Sandbox): Promise<void> {
  const [, connection = ''] = /connections\/([^/]+)/u.exec(page.url()) ?? [];
  const { items } = await ask<{ items: { value: string; label: string }[] }>('POST', `/connections/${connection}/remote-states`, { target: sandbox.example.target });
  const names = { Identified: 'identified', 'In progress': 'inProgress' } as const;
  for (const [label, name] of Object.entries(names)) {
    await hand.pick(picker('Status', label), items.find(({ value }) => value === sandbox.example.statusMapping[name])?.label ?? '');
  }
}

async function openConnection(): Promise<void> {
  const { items } = await ask<{ items: { id: string }[] }>('GET', '/connections');
  await lead(page, `/connections/${items[0]?.id}`);
  await settled(page);
}

/** What a backfill and a move of cards would do is said before they do it. */
async function askForJobs(): Promise<void> {
  await openConnection();
  await page.getByRole('button', { name: 'Make cards for what is known', exact: true }).click();
  const backfill = page.getByRole('dialog', { name: 'Cards for what is known already', exact: true });
  await expect(backfill.getByText(/^(?:One card|\d+ cards) would be made/u)).toBeVisible();
  await expectAccessible(page);
  await backfill.getByRole('button', { name: 'Cancel', exact: true }).click();
  await page.getByRole('button', { name: 'Move its cards to where it says', exact: true }).click();
  const move = page.getByRole('dialog', { name: 'Move cards?', exact: true });
  await expect(move.getByText('Every card is where it should be.')).toBeVisible();
  await expectAccessible(page);
  await move.getByRole('button', { name: 'Cancel', exact: true }).click();
}

async function makeWebhooks(): Promise<void> {
  await openConnection();
  await page.getByRole('button', { name: 'Make the webhooks' }).click();

  await expect(page.getByRole('region', { name: 'Webhook URL', exact: true }).getByText('Active', { exact: true }).first()).toBeVisible();
}

/** A person who changes their mind at the tracker's page reads what happened. */
async function denyOnce(): Promise<void> {
  await openConnection();
  await page.getByRole('button', { name: 'Log in again' }).click();
  await page.getByRole('link', { name: 'Deny', exact: true }).click();
  await page.waitForURL('**/connections/*login=failed');

  await expect(page.getByRole('alert').filter({ hasText: 'The login did not work.' })).toBeVisible();
}

/** The token is refused: everything waits until somebody logs in again. */
async function logInAgain(allow: string): Promise<void> {
  await openConnection();
  await expect(page.getByText('Action needed', { exact: true })).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Log in again' }).click();
  await page.getByRole('link', { name: allow, exact: true }).click();
  await page.waitForURL('**/connections/*login=succeeded');

  await expect(page.getByText('Healthy', { exact: true })).toBeVisible(patience);
}
