import type { Page } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';
import { openDemoStage } from '../../demo/stage.ts';
import { hostileTexts } from './hostile-texts.ts';
import { caller, lead, openPage, patience, settled } from './person.ts';

/** What a scanner's report or a tracker's answer says is text on every screen, whatever it looks like. */
const texts = hostileTexts();
/** So many findings have them all, a part each; each of the others has its own in its title, place and rule. */
const wholes = 6;

let stage: DemoStage;
let page: Page;
let ask: ReturnType<typeof caller>;
const faults: string[] = [];

test.beforeAll(async ({ browser }) => {
  stage = await openDemoStage({ port: 4398, sandboxPort: 0, databaseUrl: null });
  ask = caller(stage);
  page = await openPage(browser, stage);
  page.on('console', (message) => (message.type() === 'error' ? faults.push(`${page.url()} ${message.text()}`) : undefined));
  page.on('pageerror', (error) => faults.push(`${page.url()} ${error.message}`));
  page.on('dialog', (dialog) => faults.push(`${page.url()} asked: ${dialog.message()}`));
  page.on('request', (request) => (new URL(request.url()).hostname === 'hostile.invalid' ? faults.push(`${page.url()} called ${request.url()}`) : undefined));
  await page.addInitScript({ content: 'globalThis.hits = []; globalThis.hit = (number) => hits.push(number); addEventListener("securitypolicyviolation", (event) => hits.push(event.violatedDirective));' });
  await page.goto('/overview');
  await settled(page);
});
test.afterAll(async () => {
  await page?.close();
  await stage?.close();
});

test('the hostile texts do run where markup is believed', async ({ page: believing }) => {
  const seen = new Set<number>();
  await believing.exposeFunction('hit', (number: number) => seen.add(number));
  // Some lead away: answered with nothing, a browser stays where it is.
  await believing.route('**/*', (route) => (route.request().isNavigationRequest() ? route.fulfill({ status: 204 }) : route.abort()));
  await believing.setContent('<main></main>');
  await believing.evaluate(`for (const text of ${JSON.stringify(texts)}) { const part = document.createElement('div'); document.body.append(part); part.innerHTML = text; }`);

  await expect.poll(() => seen.size).toBeGreaterThan(50);
});

/** A report in which every text that is shown is hostile. */
function report(): object {
  const part = Math.ceil(texts.length / wholes);
  const chunks = Array.from({ length: wholes }, (_one, index) => texts.slice(index * part, (index + 1) * part).join('\n'));
  const bodies = [...chunks, ...texts];
  const rules = bodies.map((text, index) => {
    const own = texts[index] ?? '';
    return {
      id: `rule ${index} ${own}`,
      name: own,
      shortDescription: { text: `Title ${index} ${own}` },
      fullDescription: { text, markdown: text },
      help: { text, markdown: text },
      helpUri: index % 2 === 0 ? `javascript:hit(${index})` : `https://example.com/"onmouseover="hit(${index})`,
      properties: { tags: [own, 'security'], 'security-severity': '8.0' },
    };
  });
  const results = bodies.map((text, index) => ({
    ruleId: rules[index]?.id,
    ruleIndex: index,
    level: 'error',
    message: { text: `${index} ${text}`, markdown: text },
    locations: [{ physicalLocation: { artifactLocation: { uri: `src/${texts[index] ?? 'a'}.ts` }, region: { startLine: index + 1, snippet: { text } } }, logicalLocations: [{ fullyQualifiedName: texts[index] }] }],
  }));
  return { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver: { name: `Scanner ${texts[0]}`, rules } }, results }] };
}

test(`${texts.length} hostile texts go through the importer and a tracker's answers, and are text on every screen`, async () => {
  expect(texts.length).toBeGreaterThan(300);
  const asset = await ask<{ id: string }>('POST', '/assets', { name: `Asset ${texts[6]}`, tags: texts.slice(0, 5).map((text) => text.slice(0, 50)) });
  const uploaded = await ask<{ id: string }>('POST', `/assets/${asset.id}/scans?format=sarif&category=${encodeURIComponent((texts[9] ?? '').slice(0, 90))}`, report());
  await expect.poll(async () => (await ask<{ status: string }>('GET', `/scans/${uploaded.id}`)).status, patience).toBe('completed');
  const { items } = await ask<{ items: { id: string }[] }>('GET', '/vulnerabilities?limit=200&sort=created');
  const delivery = await failedDelivery(asset.id);

  await look('/vulnerabilities?sort=created', 'Title 5');
  await page.getByRole('button', { name: 'Load more', exact: true }).click();
  await expect.poll(() => page.getByRole('row').count(), patience).toBeGreaterThan(60);
  await innocent();
  for (const { id } of items.slice(0, wholes)) {
    await look(`/vulnerabilities/${id}`, 'data-hostile');
  }
  await look(`/activity?delivery=${delivery.id}`, 'data-hostile');
  await look(delivery.preview, 'data-hostile');
  await look(`/scans/${uploaded.id}`, 'Scanner');
  await look(`/assets/${asset.id}`, 'data-hostile');
  await look('/overview', 'Board');
  expect(faults).toEqual([]);
});

/** The tracker refuses a card in hostile words; and the draft whose preview shows a hostile vulnerability. */
async function failedDelivery(assetId: string): Promise<{ readonly id: string; readonly preview: string }> {
  const { settings, credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const connection = await ask<{ id: string }>('POST', '/connections', { tracker: 'businessmap', name: `Board ${texts[12]}`, settings, credentials });
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  const wish = { scope: 'default', target, statusMapping, fieldDefaults };
  await ask('POST', `/connections/${connection.id}/configurations`, { ...wish, createOn: 'identified', boardDecisions: 'apply' });
  const message = texts.slice(0, 40).join(' ');
  stage.sandbox.misbehave({ kind: 'answer', status: 400, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ error: { code: 'BS05', message, details: { title: [message] } } }), times: Infinity, when: ({ method, path }) => method === 'POST' && path.endsWith('/cards') });
  await ask('POST', `/assets/${assetId}/vulnerabilities`, { title: `By hand ${texts[3]}`, description: texts.slice(0, 60).join('\n'), severity: 'critical' });
  const failed = () => ask<{ items: { id: string }[] }>('GET', '/deliveries?outcome=failed');
  await expect.poll(async () => (await failed()).items.length, patience).toBeGreaterThan(0);
  const draft = await ask<{ id: string }>('POST', `/connections/${connection.id}/drafts`, { body: { ...wish, scope: 'custom', assetIds: [assetId], step: 'preview' } });
  return { id: (await failed()).items[0]?.id ?? '', preview: `/connections/${connection.id}/configure/${draft.id}/preview` };
}

/** The screen stands, shows the text as text, and nothing came of it. */
async function look(path: string, shows: string): Promise<void> {
  await lead(page, path);
  await settled(page);
  await expect(page.getByText(shows).first()).toBeAttached();
  await innocent();
}

async function innocent(): Promise<void> {
  expect(await page.evaluate('({ hits, made: document.querySelectorAll("[data-hostile], x-hostile, main script, main iframe, main object, main embed, main [onerror]").length, leads: [...document.querySelectorAll("a")].filter((one) => /^(?:javascript|data|vbscript):/i.test(one.getAttribute("href") ?? "")).length })'), page.url()).toEqual({ hits: [], made: 0, leads: 0 });
}
