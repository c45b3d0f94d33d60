import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Doors } from '../../test/doors.ts';
import { openDoors } from '../../test/doors.ts';
import type { CardPreview } from '../contracts/api/people.ts';
import { removeOldRecords } from '../store/retention.ts';

let doors: Doors;
const path = '/api/v1/settings';
const change = (body: object) => doors.ask({ method: 'PATCH', path, body });

beforeAll(async () => {
  doors = await openDoors();
});
afterAll(() => doors.close());

test('the card is previewed of a real vulnerability as the wish has it, and changes nothing', async () => {
  await doors.ask({ path: '/api/v1/assets', body: { name: 'Shop', key: 'shop' } });
  const found = { title: 'Coupons <b>twice</b>', description: 'Both orders get it.', severity: 'critical', remediation: 'Lock it.', location: { url: 'https://shop.example.com/pay' } };
  const { body: vulnerability } = await doors.ask<{ id: string }>({ path: '/api/v1/assets/key:shop/vulnerabilities', body: found });
  const before = (await doors.ask({ path })).body;

  const wish = { titlePrefix: '[ACME]', cardLayout: { sections: ['remediation', 'where'], note: 'Ask us.' } };
  const preview = await doors.ask<CardPreview>({ path: `${path}/card-preview`, body: wish });

  expect(preview.body.title).toBe(`[ACME] ${vulnerability.id} - Coupons <b>twice</b>`);
  expect(preview.body.body.filter(({ kind }) => kind === 'heading')).toEqual([{ kind: 'heading', text: 'Remediation' }, { kind: 'heading', text: 'Where' }]);
  expect((await doors.ask({ path })).body).toEqual(before);
});

test('a layout names each section once and knows no others; what is saved is audited', async () => {
  const layout = (sections: readonly string[]) => change({ cardLayout: { sections, note: '' } });

  expect((await layout(['what', 'what'])).status).toBe(400);
  expect((await layout(['{{secret}}'])).status).toBe(400);
  expect((await layout(['what'])).body).toMatchObject({ cardLayout: { sections: ['what'], note: '' } });
  const { body } = await doors.ask<{ items: object[] }>({ path: '/api/v1/audit?limit=1' });
  expect(body.items[0]).toMatchObject({ act: 'settings changed', detail: { cardLayout: { sections: ['what'] } } });
});

test('superseded evidence goes when it is old enough; what a vulnerability was last seen as stays', async () => {
  const { db } = doors.store;
  const scan = async (days: number) => {
    const made = await sql<{ id: string }>`
      insert into scans (id, asset_id, status, trigger, coverage, branch, started_at, finished_at)
      select gen_random_uuid(), id, 'completed', 'ci', 'complete', 'main', now(), now() - make_interval(days => ${days}) from assets returning id
    `.execute(db);
    const id = made.rows[0]?.id ?? '';
    await sql`insert into findings (scan_id, ordinal, raw) values (${id}::uuid, 0, '{}'::jsonb)`.execute(db);
    return id;
  };
  const [superseded, latest, recent] = [await scan(100), await scan(100), await scan(1)];
  await sql`
    with scope as (insert into scopes (id, asset_id, tool, branch) select gen_random_uuid(), id, 'T', 'main' from assets returning id)
    insert into detections (vulnerability_id, scope_id, state, first_seen_at, last_seen_at, last_seen_scan_id)
    select v.id, scope.id, 'detected', now(), now(), ${latest}::uuid from vulnerabilities v, scope
  `.execute(db);
  const left = async () => (await sql<{ scan_id: string }>`select scan_id from findings where scan_id = any (${[superseded, latest, recent]}::uuid[])`.execute(db)).rows.map((row) => row.scan_id);

  await removeOldRecords(doors.store);
  expect(await left()).toHaveLength(3);
  await change({ evidenceDays: 30 });
  await removeOldRecords(doors.store);

  expect((await left()).toSorted()).toEqual([latest, recent].toSorted());
});

test('the audit log is kept for ever, unless a number of days says otherwise', async () => {
  const { db } = doors.store;
  await sql`update audit_log set at = now() - interval '200 days' where act = 'settings changed'`.execute(db);
  const acts = async () => (await sql<{ act: string }>`select act from audit_log`.execute(db)).rows.map(({ act }) => act);

  await removeOldRecords(doors.store);
  expect(await acts()).toContain('settings changed');
  expect((await change({ auditDays: 10 })).status).toBe(400);
  await change({ auditDays: 90 });
  await removeOldRecords(doors.store);

  expect((await acts()).filter((act) => act === 'settings changed')).toHaveLength(1);
});
