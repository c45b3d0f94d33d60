import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Link, TimelineEntry, Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { OrphanCard } from '../../src/contracts/api/orphans.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';
import { stageTrackers } from './stage-trackers.ts';

describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let connectionId: string;
  let ids: readonly string[];

  beforeAll(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000, quarantineMs: 1_000 });
    ({ connectionId } = await connect(stage));
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
    await stage.scan('key:web-shop', [1, 2].map((line) => ({ rule: `rule-${line}`, path: `src/${line}.ts`, line, text: `query(${line})` })));
    await stage.until('both have their cards', () => all(), (list) => list.length === 2 && list.every(({ links }) => links[0]?.state === 'linked'));
    ids = (await all()).map(({ id }) => id);
  });
  afterAll(() => stage.close());

  const all = () => stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities?sort=created').then(({ items }) => items);
  const linkOf = async (n: number) => (await stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${ids[n]}`)).links[0] as Link;
  const linked = (n: number) => stage.until('the link has its card', () => linkOf(n), ({ state, card }) => state === 'linked' && card !== null);
  const orphans = (query = '') => stage.call<{ items: OrphanCard[] }>('GET', `/api/v1/orphan-cards?${query}`).then(({ items }) => items);
  const notes = async (n: number) => (await stage.call<{ items: TimelineEntry[] }>('GET', `/api/v1/vulnerabilities/${ids[n]}/timeline`)).items.map(({ note }) => note ?? '');

  test('a card that is another’s, or that there is not, is not attached, and it is said why', async () => {
    const [mine, theirs] = [await linkOf(0), await linkOf(1)];

    await expect(stage.call('POST', `/api/v1/links/${mine.id}/attach`, { ref: theirs.card?.ref })).rejects.toThrow(`is linked to vulnerability ${ids[1]}`);
    await expect(stage.call('POST', `/api/v1/links/${mine.id}/attach`, { ref: (mine.card?.ref ?? '').replace(/[0-9a-f]+$/u, '0') })).rejects.toThrow(/answered 400/u);
    await expect(stage.call('POST', `/api/v1/links/${mine.id}/recreate`)).rejects.toThrow('The card is there');
    expect((await linkOf(0)).card?.ref).toBe(mine.card?.ref);
  });

  test('detached, the card is left alone; re-created, another one is made, and history names the old one', async () => {
    const before = await linkOf(0);
    await stage.call('POST', `/api/v1/links/${before.id}/detach`);
    await expect(stage.call('POST', `/api/v1/links/${before.id}/sync`)).rejects.toThrow('detached');

    await stage.call('POST', `/api/v1/links/${before.id}/recreate`);
    const after = await linked(0);

    expect(after.card?.ref).not.toBe(before.card?.ref);
    expect(stage.sandbox.cards()).toHaveLength(3);
    const markers = stage.sandbox.cards().map(({ marker }) => marker);
    expect(new Set(markers).size).toBe(3);
    expect((await notes(0)).join(' ')).toContain(`in place of ${before.card?.key}`);
    expect(await orphans()).toMatchObject([{ kind: 'replaced', vulnerabilityId: ids[0], card: { ref: before.card?.ref }, linkedKey: after.card?.key }]);
  });

  test('the old card may be taken again, and then the new one is nobody’s', async () => {
    const [old] = await orphans();
    const now = await linkOf(0);

    const settled = await stage.call<OrphanCard>('POST', `/api/v1/orphan-cards/${old?.id}/attach`, {});
    await linked(0);

    expect(settled.resolvedBecause).toBe('It was attached.');
    expect((await linkOf(0)).card?.ref).toBe(old?.card.ref);
    const left = await orphans();
    expect(left.map(({ card }) => card.ref)).toEqual([now.card?.ref]);
    await stage.call('POST', `/api/v1/orphan-cards/${left[0]?.id}/ignore`, { reason: 'It is closed by hand.' });
    expect(await orphans()).toEqual([]);
    expect(await orphans('resolved=true')).toHaveLength(2);
    expect(stage.sandbox.cards()).toHaveLength(3);
  });

  test('an attached card is brought where the status belongs and follows from then on', async () => {
    const link = await linked(0);
    const { example, people } = stage.sandbox;
    await people.move(link.card?.ref ?? '', example.statusMapping.inProgress);
    await stage.call('POST', `/api/v1/links/${link.id}/sync`);

    const followed = await stage.until('the vulnerability follows', () => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${ids[0]}`), ({ status }) => status === 'in_progress');

    expect(followed.links[0]?.card?.remoteState).toBe(example.statusMapping.inProgress);
  });

  test('no other card is made or attached while the first may still appear', async () => {
    const entered = await stage.call<Vulnerability>('POST', '/api/v1/assets/key:web-shop/vulnerabilities', { title: 'By hand', description: '', severity: 'high' }, 201);
    const link = await stage.until('it has a link', () => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${entered.id}`), ({ links }) => links[0]?.state === 'linked').then(({ links }) => links[0] as Link);
    await sql`update links set state = 'lost', card_ref = null, card = null, base = null, attempts = 1, quarantine_until = now() + interval '1 hour' where id = ${link.id}::uuid`.execute(stage.database.store.db);

    await expect(stage.call('POST', `/api/v1/links/${link.id}/recreate`)).rejects.toThrow('quarantine');
    await expect(stage.call('POST', `/api/v1/links/${link.id}/attach`, { ref: link.card?.ref })).rejects.toThrow('quarantine');
  });

  test('asked for anew after a create of unknown outcome, the card that was made is found, and no second one is', async () => {
    const isWrite = ({ method, path }: { readonly method: string; readonly path: string }) => method !== 'GET' && !/oauth|token|wiql|batch/iu.test(path);
    let sent = false;
    stage.sandbox.misbehave({ kind: 'lose-answer', when: (request) => isWrite(request) && (sent = true) });
    const end = stage.sandbox.misbehave({ kind: 'outage', times: Infinity, when: () => sent });
    const title = 'Made, and nobody knows';
    const { id } = await stage.call<Vulnerability>('POST', '/api/v1/assets/key:web-shop/vulnerabilities', { title, description: '', severity: 'high' }, 201);
    const link = () => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`).then(({ links }) => links[0] as Link);
    const made = () => stage.sandbox.cards().filter((card) => card.title.includes(title));
    await stage.until('the card is made', async () => made(), (cards) => cards.length === 1);

    await stage.call('POST', `/api/v1/links/${(await link()).id}/detach`);
    end();
    const anew = async () => stage.call('POST', `/api/v1/links/${(await link()).id}/recreate`).then(() => true, (error: Error) => !error.message.includes('quarantine') && Promise.reject(error));
    await stage.until('the quarantine is over', anew, (done) => done);
    const found = await stage.until('it has its card', link, ({ state }) => state === 'linked');

    expect(made().map(({ ref }) => ref)).toEqual([found.card?.ref]);
  });

  test('a vulnerability that was given no card gets one when a person asks, or the card that is there', async () => {
    const low = { title: 'Not worth a card', description: '', severity: 'informational' };
    const one = await stage.call<Vulnerability>('POST', '/api/v1/assets/key:web-shop/vulnerabilities', low, 201);
    await expect(stage.call('POST', `/api/v1/vulnerabilities/${one.id}/links`, { connectionId })).rejects.toThrow('gives informational no card');
    const spare = stage.sandbox.cards().find(({ marker }) => marker !== null)?.ref ?? '';
    await expect(stage.call('POST', `/api/v1/vulnerabilities/${one.id}/links`, { connectionId, ref: spare })).rejects.toThrow(/is linked to|carries a marker|was made for/u);
    expect((await stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${one.id}`)).links).toEqual([]);

    await sql`delete from links where vulnerability_id = ${ids[1]}::bigint`.execute(stage.database.store.db);
    const made = await stage.call<Link>('POST', `/api/v1/vulnerabilities/${ids[1]}/links`, { connectionId }, 201);

    expect(made.state).toBe('pending');
    const before = stage.sandbox.cards().length;
    await linked(1);
    expect(stage.sandbox.cards()).toHaveLength(before);
  });
});
