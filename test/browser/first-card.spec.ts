import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { makeSandbox as makeAzureBoards } from '../../src/trackers/azure-boards/sandbox.ts';
import type { Sandbox } from '../../src/trackers/kit/sandbox.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import { makeSandbox as makeServiceNow } from '../../src/trackers/servicenow/sandbox.ts';
import { settled, signIn } from './person.ts';

/** From an empty installation to the first synced card, by the screens alone, for each tracker. */
interface Journey {
  readonly title: string;
  readonly sandbox: (stage: DemoStage) => Sandbox;
  /** What a person types on the first screen. */
  readonly connect: (page: Page, settings: Readonly<Record<string, unknown>>, credentials: Readonly<Record<string, unknown>>) => Promise<void>;
  readonly logIn: ((page: Page) => Promise<void>) | null;
}

const journeys: readonly Journey[] = [
  {
    title: 'BusinessMap',
    sandbox: (opened) => opened.sandbox,
    connect: async (page, settings, credentials) => {
      await page.getByLabel('Site URL').fill(String(settings['url']));
      await page.getByRole('textbox', { name: 'API token' }).fill(String(credentials['apiKey']));
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
    },
    logIn: null,
  },
  {
    title: 'Azure Boards',
    sandbox: () => makeAzureBoards(),
    connect: async (page, settings, credentials) => {
      await page.getByLabel('Organization').fill(String(settings['organization']));
      await page.getByLabel('Server address').fill(String(settings['url']));
      await page.getByRole('combobox', { name: 'How to sign in' }).click();
      await page.getByRole('option', { name: 'Personal access token' }).click();
      await page.getByRole('textbox', { name: 'Personal access token' }).fill(String(credentials['personalAccessToken']));
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
    },
    logIn: null,
  },
  {
    title: 'ServiceNow',
    sandbox: () => makeServiceNow(),
    connect: async (page, settings, credentials) => {
      await page.getByLabel('Instance URL').fill(String(settings['url']));
      await page.getByLabel('Client ID').fill(String(credentials['clientId']));
      await page.getByRole('textbox', { name: 'Client secret' }).fill(String(credentials['clientSecret']));
      await page.getByRole('button', { name: 'Log in with ServiceNow' }).click();
    },
    logIn: async (page) => {
      await page.getByRole('link', { name: 'Allow' }).or(page.getByRole('button', { name: 'Allow' })).click();
      await page.waitForURL('**/connections/*login=succeeded');
      await expect(page.getByText('The login worked.')).toBeVisible();
      await page.getByRole('link', { name: 'Continue the draft' }).click();
    },
  },
];

let stage: DemoStage;
test.beforeAll(async () => {
  stage = await openDemoStage({ port: 4393, sandboxPort: 0, databaseUrl: null });
});
test.afterAll(() => stage.close());

for (const { title, sandbox: make, connect, logIn } of journeys) {
  test(`${title}: from nothing to the first synced card`, async ({ page }) => {
    test.setTimeout(90_000);
    page.setDefaultTimeout(15_000);
    const sandbox = make(stage);
    const served = sandbox === stage.sandbox ? { url: stage.sandboxUrl, close: async () => {} } : await serveSandbox(sandbox);
    const { settings, credentials } = sandbox.connection(served.url);
    const asset = await ask<{ id: string }>('POST', '/assets', { name: `Shop on ${title}` });
    await signIn(page, stage);
    await page.goto(`${stage.url}/integrations`);
    await page.getByRole('link', { name: `Integrate: ${title}` }).click();
    await connect(page, settings, credentials);
    await logIn?.(page);

    await page.waitForURL('**/configure/*/check');
    await expect(page.getByText('Everything that can be checked without writing is fine.')).toBeVisible();
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await chooseTarget(page, sandbox.example.target);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await fillFields(page);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.waitForURL('**/severity');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await mapStatuses(page, sandbox);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.waitForURL('**/preview');
    await expect(page.getByText(/^\[CONVISO\] \d+ - /u)).toBeVisible();
    expect(sandbox.cards()).toHaveLength(0);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByRole('button', { name: 'Turn on', exact: true }).click();
    await expect(page.getByText('It is on.').first()).toBeVisible();

    const made = await ask<{ id: string }>('POST', `/assets/${asset.id}/vulnerabilities`, { title: 'Coupons can be used twice', description: 'Two orders at once.', severity: 'high' });
    await page.goto(`${stage.url}/vulnerabilities/${made.id}`);
    await expect(page.getByText('Card linked')).toBeVisible({ timeout: 30_000 });
    await settled(page);
    expect(sandbox.cards().map((card) => card.title)).toEqual([`[CONVISO] ${made.id} - Coupons can be used twice`]);
    // The next tracker's journey counts its own cards alone.
    const { items } = await ask<{ items: { id: string }[] }>('GET', '/connections');
    await Promise.all(items.map(({ id }) => ask('DELETE', `/connections/${id}`)));
    await served.close();
  });
}

/** The pickers one after the other, as the tracker lists them. */
async function chooseTarget(page: Page, target: Readonly<Record<string, string>>): Promise<void> {
  await page.waitForURL('**/target');
  const [, connection = ''] = /connections\/([^/]+)/u.exec(page.url()) ?? [];
  const { tracker } = await ask<{ tracker: string }>('GET', `/connections/${connection}`);
  const { items: trackers } = await ask<{ items: { id: string; targetSteps: { id: string; label: string }[] }[] }>('GET', '/trackers');
  const chosen: Record<string, string> = {};
  for (const { id, label } of trackers.find((one) => one.id === tracker)?.targetSteps ?? []) {
    const value = target[id];
    if (value === undefined) {
      continue;
    }
    const { items } = await ask<{ items: { value: string; label: string }[] }>('GET', `/connections/${connection}/target-options/${id}?${new URLSearchParams(chosen).toString()}`);
    const option = items.find((one) => one.value === value)?.label ?? value;
    const field = page.getByRole('region', { name: 'Target', exact: true }).getByLabel(new RegExp(`^${label}`, 'u')).first();
    await field.click();
    await field.fill(option);
    await page.getByRole('option', { name: option, exact: true }).first().click();
    chosen[id] = value;
  }
}

/** What the target asks for and has no default. */
async function fillFields(page: Page): Promise<void> {
  await page.waitForURL('**/fields');
  await page.getByText('A card is made when').waitFor();
  for (const field of await page.locator('section input[required]').all()) {
    if ((await field.inputValue()) === '') {
      await field.click();
      const option = page.getByRole('option').first();
      if (await option.isVisible()) {
        await option.click();
      } else {
        await field.fill('Patchboard');
      }
    }
  }
}

async function mapStatuses(page: Page, sandbox: Sandbox): Promise<void> {
  await page.waitForURL('**/status');
  const [, connection = ''] = /connections\/([^/]+)/u.exec(page.url()) ?? [];
  const { items } = await ask<{ items: { value: string; label: string }[] }>('POST', `/connections/${connection}/remote-states`, { target: sandbox.example.target });
  const names = { Identified: 'identified', 'In progress': 'inProgress' } as const;
  for (const [label, name] of Object.entries(names)) {
    const option = items.find(({ value }) => value === sandbox.example.statusMapping[name])?.label ?? '';
    await page.getByRole('combobox', { name: label, exact: true }).click();
    await page.getByRole('option', { name: option, exact: true }).first().click();
  }
}

async function ask<Body>(method: string, path: string, body?: object): Promise<Body> {
  const response = await fetch(`${stage.url}/api/v1${path}`, { method, headers: { authorization: `Bearer ${stage.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${text}`).toBe(true);
  return (text === '' ? null : JSON.parse(text)) as Body;
}
