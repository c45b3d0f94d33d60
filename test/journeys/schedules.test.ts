import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Overview } from '../../src/contracts/api/overview.ts';
import { markDue } from '../../src/store/work.ts';
import type { Stage } from './stage.ts';
import { openStage, sarif } from './stage.ts';

interface Asked {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, never>;
}

interface Run {
  readonly state: string;
  readonly because: string;
  readonly late: boolean;
  readonly scanId: string | null;
  readonly message: string | null;
  readonly url: string | null;
}

let stage: Stage;
let pipelineUrl = '';
let answer = { status: 200, type: 'application/json', body: '{}' };
const asked: Asked[] = [];
const folder = mkdtempSync(join(tmpdir(), 'patchboard-commands-'));
const commandsFile = join(folder, 'commands.json');
const pipelines = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => {
    asked.push({ url: request.url ?? '', headers: request.headers, body: text === '' ? {} : JSON.parse(text) });
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
});

beforeAll(async () => {
  await new Promise<void>((done) => pipelines.listen(0, '127.0.0.1', done));
  pipelineUrl = `http://127.0.0.1:${(pipelines.address() as AddressInfo).port}`;
  stage = await openStage({ commands: { file: commandsFile, variables: { PATH: process.env['PATH'], SCANNER_MOOD: 'thorough', UNNAMED: 'unseen' } } });
  await stage.call('POST', '/api/v1/assets', { name: 'Nightly', key: 'nightly' }, 201);
});
afterAll(async () => {
  await stage.close();
  pipelines.closeAllConnections();
  await new Promise((done) => pipelines.close(done));
  rmSync(folder, { recursive: true });
});

const token = 'a-token-of-a-pipeline';
const findings = [{ rule: 'sql-injection', path: 'src/orders.ts', line: 12, text: 'query(id)' }];

async function make(starts: object, change: object = {}): Promise<string> {
  const wish = { name: 'Scan', starts, cron: null, ...('kind' in starts && starts.kind === 'command' ? {} : { credentials: { token } }), ...change };
  return (await stage.call<{ id: string }>('POST', '/api/v1/assets/key:nightly/schedules', wish, 201)).id;
}

const runs = async (id: string) => (await stage.call<{ items: Run[] }>('GET', `/api/v1/schedules/${id}/runs`)).items;
const ranOnce = (id: string, state: string) => stage.until(`a run is ${state}`, () => runs(id), ([run]) => run?.state === state);
/** As the clock would do it. */
const turnClock = async (id: string, minutesAgo: number) => {
  const { db } = stage.house.engine.options.store;
  await sql`update schedules set next_at = clock_timestamp() - make_interval(mins => ${minutesAgo}) where id = ${id}::uuid`.execute(db);
  // A wake-up, so that a visit under way does not put the time back.
  await markDue(db, [{ kind: 'schedule', key: id, lane: 'schedule', because: 'The clock.' }]);
};

describe('a pipeline is asked to start', () => {
  test.each([
    ['webhook', () => ({ kind: 'webhook', url: `${pipelineUrl}/hook` }), '/hook', `Bearer ${token}`, { asset: { key: 'nightly' }, because: 'person' }, 200],
    ['github', () => ({ kind: 'github', url: pipelineUrl, owner: 'o', repository: 'r', workflow: 'scan.yml', inputs: { depth: 'full' } }), '/repos/o/r/actions/workflows/scan.yml/dispatches', `Bearer ${token}`, { ref: 'main', inputs: { depth: 'full' } }, 204],
    ['gitlab', () => ({ kind: 'gitlab', url: pipelineUrl, project: 'group/shop' }), '/api/v4/projects/group%2Fshop/trigger/pipeline', undefined, { token, ref: 'main' }, 201],
    ['azure-pipelines', () => ({ kind: 'azure-pipelines', url: pipelineUrl, organization: 'acme', project: 'My Shop', pipeline: 7, parameters: { depth: 'full' } }), '/acme/My%20Shop/_apis/pipelines/7/runs?api-version=7.1', `Basic ${Buffer.from(`:${token}`).toString('base64')}`, { templateParameters: { depth: 'full' }, resources: { repositories: { self: { refName: 'refs/heads/main' } } } }, 200],
  ] as const)('%s', async (_name, starts, url, authorization, body, status) => {
    answer = { status, type: 'application/json', body: status === 204 ? '' : '{"_links": {"web": {"href": "https://ci.example.com/runs/1"}}}' };
    const id = await make(starts());

    await stage.call('POST', `/api/v1/schedules/${id}/run`, undefined, 202);
    const [run] = await ranOnce(id, 'started');

    expect(asked.at(-1)).toMatchObject({ url, body });
    expect(asked.at(-1)?.headers.authorization).toBe(authorization);
    expect(run?.url).toBe(status === 204 ? null : 'https://ci.example.com/runs/1');
    expect(JSON.stringify(await stage.call('GET', `/api/v1/schedules/${id}`))).not.toContain(token);
  });

  test('and its report is the run’s, once it came', async () => {
    answer = { status: 200, type: 'application/json', body: '{}' };
    const id = await make({ kind: 'webhook', url: `${pipelineUrl}/hook` });
    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    await ranOnce(id, 'started');

    const scan = await stage.scan('key:nightly', findings, { trigger: 'scheduled' });

    expect((await runs(id))[0]).toMatchObject({ state: 'reported', scanId: scan.id, late: false });
  });

  test('and a run whose report does not come in time is late', async () => {
    const id = await make({ kind: 'webhook', url: `${pipelineUrl}/hook` }, { reportWithinMinutes: 5 });
    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    await ranOnce(id, 'started');
    const { db } = stage.house.engine.options.store;
    await sql`update schedule_runs set started_at = started_at - interval '2 days', created_at = created_at - interval '2 days' where schedule_id = ${id}::uuid`.execute(db);
    await sql`delete from scans where trigger <> 'manual'`.execute(db).catch(() => {});
    await sql`update scans set received_at = received_at - interval '9 days'`.execute(db);

    expect((await stage.call<{ lastRun: Run }>('GET', `/api/v1/schedules/${id}`)).lastRun).toMatchObject({ state: 'started', late: true });
  });

  test('and a refusal fails the run with the words and a hint, while an outage is tried again', async () => {
    const id = await make({ kind: 'github', url: pipelineUrl, owner: 'o', repository: 'r', workflow: 'scan.yml' });
    answer = { status: 404, type: 'application/json', body: '{"message": "Not Found"}' };
    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    expect((await ranOnce(id, 'failed'))[0]?.message).toMatch(/answered 404.*names.*Not Found/u);

    answer = { status: 203, type: 'text/html', body: '<html>Sign in</html>' };
    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    expect((await stage.until('two runs', () => runs(id), (all) => all.length === 2 && all[0]?.state === 'failed'))[0]?.message).toMatch(/sign-in page/u);

    answer = { status: 503, type: 'text/plain', body: 'busy' };
    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    await ranOnce(id, 'waiting');
    answer = { status: 204, type: 'text/plain', body: '' };
    const { db } = stage.house.engine.options.store;
    await sql`update schedule_runs set next_try_at = clock_timestamp() where schedule_id = ${id}::uuid and state = 'waiting'`.execute(db);
    await turnClock(id, -60);
    await ranOnce(id, 'started');
    expect(await runs(id)).toHaveLength(3);
  });
});

describe('the clock', () => {
  test('starts a run when it is due, and sets the next time', async () => {
    answer = { status: 200, type: 'application/json', body: '{}' };
    const id = await make({ kind: 'webhook', url: `${pipelineUrl}/hook` }, { cron: '0 3 * * *', timeZone: 'Europe/Berlin' });

    await turnClock(id, 1);

    expect((await ranOnce(id, 'started'))[0]?.because).toBe('schedule');
    const { nextAt } = await stage.call<{ nextAt: string }>('GET', `/api/v1/schedules/${id}`);
    expect(Date.parse(nextAt)).toBeGreaterThan(Date.now());
    expect(new Date(nextAt).toISOString()).toMatch(/T0[12]:00:00/u);
  });

  test('that was missed for long is told and not caught up on', async () => {
    const id = await make({ kind: 'webhook', url: `${pipelineUrl}/hook` }, { cron: '0 3 * * *' });
    const before = asked.length;

    await turnClock(id, 300);

    expect((await ranOnce(id, 'missed'))[0]?.message).toMatch(/not running/u);
    expect(asked).toHaveLength(before);
    const { schedules } = await stage.call<Overview>('GET', '/api/v1/overview');
    expect(schedules.missed).toBe(1);
    expect(Date.parse(schedules.next?.at ?? '')).toBeGreaterThan(Date.now());
  });

  test('does nothing for a schedule that is switched off', async () => {
    const id = await make({ kind: 'webhook', url: `${pipelineUrl}/hook` }, { cron: '0 3 * * *', enabled: false });

    expect(await stage.call('GET', `/api/v1/schedules/${id}`)).toMatchObject({ enabled: false, nextAt: null, lastRun: null });
  });
});

test('a card that reaches awaiting validation starts a scan, once for those that come together', async () => {
  answer = { status: 200, type: 'application/json', body: '{}' };
  await stage.call('POST', '/api/v1/assets', { name: 'Awaited', key: 'awaited' }, 201);
  const made = await stage.call<{ id: string }>('POST', '/api/v1/assets/key:awaited/schedules', { name: 'On demand', starts: { kind: 'webhook', url: `${pipelineUrl}/hook` }, cron: null, onAwaitingValidation: true }, 201);
  await stage.scan('key:awaited', findings);
  const { items } = await stage.call<{ items: { id: string; assetName: string }[] }>('GET', '/api/v1/vulnerabilities?limit=200');
  const found = items.find(({ assetName }) => assetName === 'Awaited');

  await stage.call('POST', `/api/v1/vulnerabilities/${found?.id}/status`, { status: 'awaiting_validation' });
  const { db } = stage.house.engine.options.store;
  const due = async () => (await sql<{ due_at: Date }>`select due_at from work where kind = 'schedule' and key = ${made.id}`.execute(db)).rows[0]?.due_at;
  await stage.until('it waits a little for more', due, (at) => at !== undefined && at.getTime() > Date.now() + 60_000);
  await sql`update vulnerabilities set status_changed_at = status_changed_at - interval '10 minutes' where id = ${found?.id}::bigint`.execute(db);
  await sql`update schedules set created_at = created_at - interval '1 hour' where id = ${made.id}::uuid`.execute(db);
  await turnClock(made.id, -60);

  expect((await ranOnce(made.id, 'started'))[0]?.because).toBe('awaiting_validation');
});

describe('a command', () => {
  const allow = (commands: object[], mode = 0o600) => {
    writeFileSync(commandsFile, JSON.stringify({ commands }));
    chmodSync(commandsFile, mode);
  };
  const script = (words: string) => [process.execPath, '-e', words, '{report}', '{asset}'];
  const writes = `require('fs').writeFileSync(process.argv[1], ${JSON.stringify(sarif(findings, 'Local scanner'))})`;

  test('that the operator allows runs here, and its report becomes a scheduled scan', async () => {
    allow([{ name: 'local', description: 'Reads the sources', run: script(`${writes}; process.exit(1)`), goodExitCodes: [0, 1] }]);
    const id = await make({ kind: 'command', command: 'local' });

    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    const [run] = await ranOnce(id, 'finished');
    const scan = await stage.until('the report is read', () => stage.call<{ status: string; trigger: string; tool: string }>('GET', `/api/v1/scans/${run?.scanId}`), ({ status }) => status === 'completed');

    expect(scan).toMatchObject({ trigger: 'scheduled' });
    expect((await stage.call<{ items: object[] }>('GET', '/api/v1/schedule-commands')).items).toEqual([{ name: 'local', description: 'Reads the sources' }]);
  });

  test('sees of our variables only what the operator names', async () => {
    allow([{ name: 'curious', run: script('console.error(JSON.stringify(process.env)); process.exit(3)'), environment: ['SCANNER_MOOD'] }]);
    const id = await make({ kind: 'command', command: 'curious' });

    await stage.call('POST', `/api/v1/schedules/${id}/run`);
    const [run] = await ranOnce(id, 'failed');

    expect(run?.message).toMatch(/exit code 3/u);
    expect(run?.message).toContain('thorough');
    expect(run?.message).not.toContain('unseen');
  });

  test('that is not allowed, or no longer, is refused', async () => {
    allow([{ name: 'other', run: script(writes) }]);
    await stage.call('POST', '/api/v1/assets/key:nightly/schedules', { name: 'x', starts: { kind: 'command', command: 'rm' }, cron: null }, 400);
    const id = await make({ kind: 'command', command: 'other' });
    allow([]);

    await stage.call('POST', `/api/v1/schedules/${id}/run`);

    expect((await ranOnce(id, 'failed'))[0]?.message).toMatch(/does not allow/u);
  });

  test('is allowed by nobody in a file that others may write', async () => {
    allow([{ name: 'other', run: script(writes) }], 0o666);

    await stage.call('POST', '/api/v1/assets/key:nightly/schedules', { name: 'x', starts: { kind: 'command', command: 'other' }, cron: null }, 400);
  });
});

describe('a schedule that cannot work is refused when it is saved', () => {
  test.each([
    ['cron', { starts: { kind: 'webhook', url: 'https://ci.example.com' }, cron: 'every day' }],
    ['timeZone', { starts: { kind: 'webhook', url: 'https://ci.example.com' }, cron: '0 3 * * *', timeZone: 'Mars' }],
    ['an inner address', { starts: { kind: 'webhook', url: 'http://169.254.169.254/latest' }, cron: null }],
  ])('%s', async (_name, wish) => {
    await stage.call('POST', '/api/v1/assets/key:nightly/schedules', { name: 'x', ...wish }, 400);
  });

  test('a token does not follow to another address', async () => {
    const id = await make({ kind: 'webhook', url: `${pipelineUrl}/hook` });

    await stage.call('PUT', `/api/v1/schedules/${id}`, { name: 'x', starts: { kind: 'webhook', url: 'https://elsewhere.example.com/' }, cron: null }, 400);
    await stage.call('PUT', `/api/v1/schedules/${id}`, { name: 'x', starts: { kind: 'webhook', url: `${pipelineUrl}/other` }, cron: null }, 200);
    await stage.call('DELETE', `/api/v1/schedules/${id}`, undefined, 204);
    await stage.call('GET', `/api/v1/schedules/${id}`, undefined, 404);
  });
});
