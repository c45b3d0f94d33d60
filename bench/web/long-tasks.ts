import type { Page } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';

const findings = 1_500;
/** Pages of fifty that are loaded one after the other: above 200 rows only those in sight are drawn. */
const pages = 10;
const boundMs = 50;

/** Scrolls and filters a long list, and says which tasks of the browser's main thread were longer than 50 ms. */
export async function measureLongTasks(page: Page, stage: DemoStage): Promise<void> {
  await fill(stage);
  await page.addInitScript('globalThis.tasks = []; new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });');
  await page.goto(`${stage.url}/vulnerabilities`);
  await page.getByRole('row').nth(20).waitFor();
  for (let n = 1; n < pages; n += 1) {
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.getByRole('button', { name: 'Load more', exact: true }).click();
    await page.getByText(new RegExp(`^${(n + 1) * 50} `, 'u')).waitFor();
  }
  await told(page);
  await page.mouse.move(700, 500);
  for (let n = 0; n < 80; n += 1) {
    await page.mouse.wheel(0, n < 40 ? -600 : 600);
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
  }
  say('scrolling 500 rows, 80 turns of the wheel', await told(page));
  await page.evaluate('scrollTo(0, 0)');
  const filters: readonly (() => Promise<void>)[] = [
    () => page.getByRole('searchbox').pressSequentially('rule 12', { delay: 60 }),
    () => page.getByRole('searchbox').fill(''),
    () => page.locator('label', { hasText: /^High/u }).click(),
    () => page.locator('label', { hasText: /^High/u }).click(),
    () => page.getByRole('tab', { name: /^Identified/u }).click(),
  ];
  for (const filter of filters) {
    const answer = page.waitForResponse((response) => response.url().includes('/api/v1/vulnerabilities?'));
    await filter();
    await answer;
    await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))');
  }
  say('filtering, five changes', await told(page));
}

/** What was observed since it was asked last. */
function told(page: Page): Promise<number[]> {
  return page.evaluate('new Promise((resolve) => setTimeout(() => resolve(tasks.splice(0)), 200))');
}

function say(what: string, tasks: readonly number[]): void {
  const longest = Math.max(0, ...tasks);
  console.log(tasks.length === 0 ? `${what}: no task over ${boundMs} ms` : `${what}: ${tasks.length} tasks over ${boundMs} ms, the longest ${longest.toFixed(0)} ms`);
}

async function fill({ url, token }: DemoStage): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  await fetch(`${url}/api/v1/assets`, { method: 'POST', headers, body: JSON.stringify({ name: 'Long list', key: 'long' }) });
  const results = Array.from({ length: findings }, (_one, n) => ({
    ruleId: `rule-${n % 40}`,
    level: ['error', 'warning', 'note'][n % 3],
    message: { text: `Finding ${n} of rule ${n % 40}.` },
    locations: [{ physicalLocation: { artifactLocation: { uri: `src/part-${n}.ts` }, region: { startLine: n + 1, snippet: { text: `call(${n})` } } } }],
  }));
  const report = JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver: { name: 'Bench', rules: [] } }, results }] });
  const uploaded = await fetch(`${url}/api/v1/assets/key:long/scans?format=sarif`, { method: 'POST', headers, body: report });
  const { id } = (await uploaded.json()) as { id: string };
  while (true) {
    const scan = (await (await fetch(`${url}/api/v1/scans/${id}`, { headers })).json()) as { status: string };
    if (scan.status === 'completed') {
      return;
    }
    if (scan.status === 'failed') {
      throw new Error('The list was not filled.');
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
