import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { Status } from '../../src/core/vocabulary.ts';
import type { ServiceNowSandbox } from '../../src/trackers/servicenow/sandbox.ts';
import { makeSandbox } from '../../src/trackers/servicenow/sandbox.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

/** The main job on each kind of table, with what its state model allows. */

const finding = { rule: 'sql-injection', path: 'src/orders.ts', line: 12, text: 'db.query("select * from orders where id = " + id)' };
const other = { rule: 'weak-hash', path: 'src/login.ts', line: 40, text: 'createHash("md5")', severity: '3.0' };

let stage: Stage;
let sandbox: ServiceNowSandbox;
let connectionId: string;
let warnings: readonly { readonly path: string; readonly message: string }[];

/** One vulnerability with its record; what was said when the configuration was saved. */
async function begin(made: ServiceNowSandbox): Promise<void> {
  sandbox = made;
  stage = await openStage({ tracker: { id: 'servicenow', sandbox }, pollMs: 60_000 });
  const ids = await connect(stage);
  connectionId = ids.connectionId;
  sandbox.addWebhook({ url: ids.webhookUrl });
  const { target, statusMapping, fieldDefaults } = sandbox.example;
  const again = { scope: 'default', target, statusMapping, fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };
  const saved = await stage.call<{ warnings: typeof warnings }>('PUT', `/api/v1/configurations/${ids.configurationId}`, again);
  warnings = saved.warnings;
  await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
  const first = await stage.scan('key:web-shop', [finding, other]);
  expect(first.summary).toMatchObject({ created: 2 });
  await stage.until('both records are linked', list, (all) => all.length === 2 && all.every(({ links }) => links[0]?.state === 'linked'));
}
afterEach(async () => {
  sandbox.deliver = async () => 200;
  await sandbox.settled();
  await stage.close();
});

const list = async () => (await stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities')).items;
const one = async () => {
  const id = (await list()).find(({ title }) => title.includes('sql-injection'))?.id ?? '';
  return stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`);
};
const record = () => sandbox.cards().find(({ title }) => title.includes('sql-injection')) ?? expect.fail('There is no record.');
const drift = (now: Vulnerability) => now.links[0]?.drift?.kind ?? null;
const is = (status: Status, state: string, shown: string | null = null) =>
  stage.until(
    `it is ${status}, its record in ${state}, drift ${shown}`,
    async () => ({ now: await one(), state: record().state }),
    ({ now, state: at }) => now.status === status && at === state && drift(now) === shown,
  );
const moves = async (state: string, status: Status) => {
  await sandbox.people.move(record().ref, state);
  await is(status, state);
};
const scan = (...findings: readonly (typeof finding)[]) => stage.scan('key:web-shop', findings);

describe.each([
  ['incident', 'INC', /priority 2 - High$/u, /Priority Lookup Rules/u],
  ['u_security_task', 'SEC', /priority 2 - High$/u, /no rule that computes a priority/u],
])('%s', (table, prefix, priority, how) => {
  beforeEach(() => begin(makeSandbox({ table })));

  test('a report makes one record, people move it, what they resolve is a claim, scans fix and reopen it', async () => {
    const { statusMapping: at } = sandbox.example;
    const { ref, key, title } = record();
    expect([key.slice(0, 3), title]).toEqual([prefix, `[CONVISO] ${(await one()).id} - ${(await one()).title}`]);
    await is('identified', at.identified);

    await moves(at.inProgress, 'in_progress');
    await moves(at.fixed, 'awaiting_validation');
    await scan(other);
    await is('fixed', at.fixed);
    const third = await scan(finding, other);
    await is('identified', at.identified);

    expect(third.summary).toMatchObject({ created: 0, reappeared: 1 });
    expect(sandbox.cards()).toHaveLength(2);
    expect(record().ref).toBe(ref);
    expect(record().comments.join(' ')).toMatch(/Patchboard: identified\./u);
    const about = await stage.call<{ severityChoices: { value: string; label: string; description: string }[] }>('POST', `/api/v1/connections/${connectionId}/remote-states`, { target: sandbox.example.target });
    const high = about.severityChoices.find(({ value }) => value === '1/2');
    expect([high?.label, high?.description]).toEqual([expect.stringMatching(priority), expect.stringMatching(how)]);
    // Reopened, and then fixed without anybody's help: moved by us, with all that the table asks for.
    await scan(other);
    await is('fixed', at.fixed);
    expect(warnings).toEqual([]);
  });
});

describe('problem', () => {
  beforeEach(() => begin(makeSandbox({ table: 'problem' })));

  test('a report makes one record, people move it, and what its state model refuses is told by one work note and shown', async () => {
    const { statusMapping: at } = sandbox.example;
    const { ref } = record();
    expect(warnings.map(({ path }) => path)).toEqual(expect.arrayContaining(['statusMapping.inProgress', 'statusMapping.awaitingValidation', 'statusMapping.fixed']));
    expect(warnings.find(({ path }) => path === 'statusMapping.fixed')?.message).toMatch(/state model.*probably refuse/u);

    const { target, statusMapping, fieldDefaults } = sandbox.example;
    const wish = { scope: 'default', target, statusMapping, fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };
    const { remarks } = await stage.call<{ remarks: { path: string; message: string; blocking: boolean }[] }>('POST', `/api/v1/connections/${connectionId}/preview`, wish);
    expect(remarks.find(({ path }) => path === 'statusMapping.fixed')).toMatchObject({ blocking: false, message: expect.stringContaining('state model') });
    await moves(at.inProgress, 'in_progress');
    await moves(at.fixed, 'awaiting_validation');
    await scan(other);
    await is('fixed', at.fixed);
    await scan(finding, other);
    const refused = await is('identified', at.fixed, 'refused');
    await sandbox.settled();

    expect(refused.now.links[0]?.drift?.because).toMatch(/state stayed 106/u);
    expect(record().comments.filter((note) => note.includes('Patchboard: identified'))).toHaveLength(1);
    const { items } = await stage.call<{ items: { message: string; hint: string; errorClass: string; outcome: string }[] }>('GET', `/api/v1/deliveries?errorClass=workflow&connectionId=${connectionId}`);
    expect(items[0]).toMatchObject({ errorClass: 'workflow' });
    expect(items[0]?.hint).toMatch(/state model/u);

    // People bring it back by hand, and both sides agree again.
    await moves(at.inProgress, 'in_progress');
    expect(record().ref).toBe(ref);
    expect(sandbox.cards()).toHaveLength(2);
  });

  test('a refusal is not repeated by what comes in, and is tried again when a person asks', async () => {
    const { statusMapping: at } = sandbox.example;
    const id = (await one()).id;
    await stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status: 'in_progress' });
    await is('in_progress', at.identified, 'refused');
    const seen = async () => (await one()).links[0]?.lastSyncedAt;
    const last = await seen();
    await sandbox.people.comment(record().ref, 'We are on it.');
    await stage.until('the comment was seen', seen, (now) => now !== last);
    const writes = () => sandbox.requests.filter(({ method }) => method === 'PATCH').length;
    const before = writes();

    await stage.call('POST', `/api/v1/links/${(await one()).links[0]?.id}/sync`, {});
    await stage.until('it was tried again', async () => writes(), (now) => now === before + 1);

    await is('in_progress', at.identified, 'refused');
  });
});

describe('change_request', () => {
  beforeEach(() => begin(makeSandbox({ table: 'change_request' })));

  test('it goes where its model lets it, waits for approvals where it does not, and follows people all the way', async () => {
    const { statusMapping: at } = sandbox.example;
    const id = (await one()).id;
    const decide = (status: Status, reason?: string) => stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status, reason });
    expect(warnings.map(({ path }) => path)).toEqual(expect.arrayContaining(['statusMapping.awaitingValidation', 'statusMapping.riskAccepted', 'statusMapping.fixed']));
    // No rule computes its priority: it is written.
    expect(record().fields['priority']).toBe('2');

    await decide('in_progress');
    await is('in_progress', at.inProgress);
    await decide('awaiting_validation');
    const waits = await is('awaiting_validation', at.inProgress, 'refused');
    expect(waits.now.links[0]?.drift?.because).toMatch(/Change Model: Check State Transition/u);
    // Approved, implemented, reviewed and closed by people.
    await sandbox.people.move(record().ref, '-1');
    await is('awaiting_validation', '-1', 'unmapped_state');
    await moves(at.fixed, 'awaiting_validation');
    await scan(other);
    await is('fixed', at.fixed);
    await scan(finding, other);
    await is('identified', at.fixed, 'refused');

    expect(record().comments.filter((note) => note.startsWith('Patchboard'))).toHaveLength(3);
    expect(sandbox.cards()).toHaveLength(2);
  });
});

describe('an incident that nobody may write to once it is closed', () => {
  beforeEach(() => begin(makeSandbox({ closedIsFinal: true })));

  test('shows what reappeared as a difference, stays the same record, and stops nothing else', async () => {
    await scan(other);
    await is('fixed', sandbox.example.statusMapping.fixed);
    // Resolved records are closed by ServiceNow itself after some days.
    await sandbox.people.move(record().ref, '7');
    await is('fixed', '7', 'lifecycle');

    await scan(finding, other);
    const after = await is('identified', '7', 'refused');

    expect(after.now.links[0]?.state).toBe('linked');
    expect(sandbox.cards()).toHaveLength(2);
  });
});

test('a priority that the instance makes otherwise than expected is told, on the timeline and in Sync activity, and stops nothing', async () => {
  const made = makeSandbox();
  made.instance.shelf.priorityRules['1/2'] = '1';
  await begin(made);

  const { id } = await one();
  const told = expect.stringContaining('where 2 was expected') as string;
  const { items } = await stage.call<{ items: readonly object[] }>('GET', `/api/v1/vulnerabilities/${id}/timeline`);
  expect(items).toContainEqual(expect.objectContaining({ kind: 'link', note: told }));
  const activity = await stage.call<{ items: readonly object[] }>('GET', `/api/v1/deliveries?vulnerabilityId=${id}&direction=outbound`);
  expect(activity.items).toMatchObject([{ act: 'create', outcome: 'succeeded', message: told }]);
});
