import type { Page } from '@playwright/test';
import type { DemoStage } from '../../demo/stage.ts';

const findings = 1_500;
/** Pages of fifty that are loaded one after the other: above 200 rows only those in sight are drawn. */
const pages = 10;
const boundMs = 50;
/** After each change, until its answer is drawn. */
const restMs = 700;

/** Of the browser's trace, in microseconds: how long it took, and how long its thread was computing. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Scrolls and filters a long list, and says which tasks of the browser's main thread were longer than 50 ms. */
export async function measureLongTasks(page: Page, stage: DemoStage): Promise<void> {
  await fill(stage);
  await page.goto(`${stage.url}/vulnerabilities`);
  await page.getByRole('row').nth(20).waitFor();
  for (let n = 1; n < pages; n += 1) {
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.getByRole('button', { name: 'Load more', exact: true }).click();
    await page.getByText(new RegExp(`^${(n + 1) * 50} `, 'u')).waitFor();
  }
  await page.mouse.move(700, 500);
  await page.waitForTimeout(restMs);
  await say('scrolling 500 rows, 80 turns of the wheel', page, async () => {
    for (let n = 0; n < 80; n += 1) {
      await page.mouse.wheel(0, n < 40 ? -600 : 600);
      await page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
    }
  });
  await page.evaluate('scrollTo(0, 0)');
  const filters: readonly (() => Promise<void>)[] = [
    () => page.getByRole('searchbox').pressSequentially('rule 12', { delay: 60 }),
    () => page.getByRole('searchbox').fill(''),
    () => page.locator('label', { hasText: /^High/u }).click(),
    () => page.locator('label', { hasText: /^High/u }).click(),
    () => page.getByRole('tab', { name: /^Identified/u }).click(),
  ];
  await say('filtering, five changes', page, async () => {
    for (const filter of filters) {
      await filter();
      await page.waitForTimeout(restMs);
    }
  });
}

/** On a machine that does other work too a task lasts longer than it computes; the second is its own. */
async function say(what: string, page: Page, act: () => Promise<void>): Promise<void> {
  const tasks = await traced(page, act);
  const long = tasks.filter(({ dur = 0 }) => dur > boundMs * 1_000);
  const longest = (times: readonly number[]) => (Math.max(0, ...times) / 1_000).toFixed(0);
  const computed = `the one that computed longest ${longest(tasks.map(({ tdur = 0 }) => tdur))} ms`;
  console.log(`${what}: ${long.length === 0 ? 'no task' : `${long.length} tasks`} over ${boundMs} ms, the longest ${longest(tasks.map(({ dur = 0 }) => dur))} ms, ${computed}`);
}

/** The tasks of the page's main thread meanwhile. */
async function traced(page: Page, act: () => Promise<void>): Promise<readonly TraceEvent[]> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'], recordMode: 'recordAsMuchAsPossible' } });
  await act();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const calls = (thread: TraceEvent) => events.filter(({ name, pid, tid }) => name === 'FunctionCall' && pid === thread.pid && tid === thread.tid).length;
  const [main] = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').sort((one, other) => calls(other) - calls(one));
  return events.filter(({ name, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && pid === main?.pid && tid === main.tid);
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
