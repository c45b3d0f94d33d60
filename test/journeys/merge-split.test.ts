import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrphanCard } from '../../src/contracts/api/orphans.ts';
import type { Link, TimelineEntry, Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import type { Why } from '../../src/contracts/api/why.ts';
import type { FakeFinding, Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';
import { stageTrackers } from './stage-trackers.ts';

const hole = (n: number, line = n * 10): FakeFinding => ({ rule: `rule-${n}`, path: `src/${n}.ts`, line, text: `query(request.body.field${n})` });

describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let ids: readonly string[];

  beforeAll(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000 });
    await connect(stage, { minimumSeverity: 'medium' });
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'web-shop' }, 201);
    await stage.scan('key:web-shop', [hole(1), hole(2), { ...hole(3), severity: '1.0' }]);
    const all = await stage.until('two have their cards', listed, (items) => items.filter(({ links }) => links[0]?.state === 'linked').length === 2);
    ids = all.map(({ id }) => id);
  });
  afterAll(() => stage.close());

  const listed = () => stage.call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities?sort=created').then(({ items }) => items);
  const get = (n: number) => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${ids[n]}`);
  const linkOf = async (n: number) => (await get(n)).links[0] as Link;
  const card = (ref = '') => stage.sandbox.cards().find((one) => one.ref === ref);
  const orphans = (resolved = 'false') => stage.call<{ items: OrphanCard[] }>('GET', `/api/v1/orphan-cards?resolved=${resolved}`).then(({ items }) => items);
  const merge = (n: number, others: readonly number[], reason?: string) =>
    stage.call<Vulnerability>('POST', `/api/v1/vulnerabilities/${ids[n]}/merge`, { vulnerabilityIds: others.map((one) => ids[one]), ...(reason === undefined ? {} : { reason }) });

  test('of two that are merged one card goes on; the other is told where, is listed, and stays', async () => {
    const [mine, theirs] = [await linkOf(0), await linkOf(1)];
    const bare = { ...card(theirs.card?.ref), said: card(theirs.card?.ref)?.comments.length ?? 0 };

    const merged = await merge(0, [1], 'One query, reported twice.');
    const told = await stage.until('the other card was told', async () => card(theirs.card?.ref), (one) => (one?.comments.length ?? 0) > bare.said);

    expect(merged).toMatchObject({ id: ids[0], status: 'identified', merged: [{ id: ids[1] }], links: [{ card: { ref: mine.card?.ref } }] });
    // A “#” that a board would make a reference of is parted from its number.
    expect(told?.comments.join(' ').replaceAll('\u2060', '')).toContain(`merged into vulnerability ${ids[0]}, whose card is ${mine.card?.key}`);
    expect(told).toMatchObject({ title: bare.title, state: bare.state });
    expect(await get(1)).toMatchObject({ mergedInto: ids[0], links: [{ state: 'detached' }] });
    expect((await listed()).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(await stage.call('GET', '/api/v1/assets/key:web-shop')).toMatchObject({ openVulnerabilities: 2 });
    expect(await orphans()).toMatchObject([{ kind: 'merged', vulnerabilityId: ids[1], card: { ref: theirs.card?.ref }, linkedKey: mine.card?.key }]);
    const { items } = await stage.call<{ items: TimelineEntry[] }>('GET', `/api/v1/vulnerabilities/${ids[0]}/timeline`);
    expect(items[0]).toMatchObject({ kind: 'merge', note: expect.stringContaining('One query, reported twice.') as string });
  });

  test('nobody decides on the one that is gone, or on a card of it', async () => {
    await expect(stage.call('POST', `/api/v1/vulnerabilities/${ids[1]}/status`, { status: 'in_progress' })).rejects.toThrow(`merged into vulnerability ${ids[0]}`);
    await expect(stage.call('POST', `/api/v1/links/${(await linkOf(1)).id}/recreate`)).rejects.toThrow(`merged into ${ids[0]}`);
    await expect(merge(2, [1])).rejects.toThrow('Split it off there first');
    await expect(merge(0, [0])).rejects.toThrow('into itself');
  });

  test('the next scans see both as the one, wherever they moved; it is fixed when neither is seen', async () => {
    const again = await stage.scan('key:web-shop', [hole(1, 14), hole(2, 33), { ...hole(3), severity: '1.0' }]);
    expect(again.summary).toMatchObject({ created: 0, fixed: 0 });
    expect((await get(0)).detections).toMatchObject([{ state: 'detected' }]);

    const half = await stage.scan('key:web-shop', [hole(2, 33), { ...hole(3), severity: '1.0' }]);
    expect(half.summary).toMatchObject({ created: 0, fixed: 0 });
    expect((await get(0)).status).toBe('identified');
    const why = await stage.call<Why>('GET', `/api/v1/vulnerabilities/${ids[0]}/why`);
    expect(why.closing.scopes).toMatchObject([{ state: 'detected' }]);

    const gone = await stage.scan('key:web-shop', [{ ...hole(3), severity: '1.0' }]);
    expect(gone.summary).toMatchObject({ created: 0, fixed: 1 });
    expect((await get(0)).status).toBe('fixed');
    expect(await stage.call('GET', '/api/v1/assets/key:web-shop')).toMatchObject({ openVulnerabilities: 1 });

    const back = await stage.scan('key:web-shop', [hole(2, 40), { ...hole(3), severity: '1.0' }]);
    expect(back.summary).toMatchObject({ created: 0, reappeared: 1 });
    expect(await get(0)).toMatchObject({ status: 'identified', links: [{ state: 'linked' }] });
    expect(stage.sandbox.cards()).toHaveLength(2);
  });

  test('split off again, it is what its own sightings say, has its own card, and is not merged again', async () => {
    const before = (await orphans())[0]?.card.ref;

    const parted = await stage.call<Vulnerability>('POST', `/api/v1/vulnerabilities/${ids[0]}/split`, { vulnerabilityId: ids[1], reason: 'Two after all.' });

    expect(parted).toMatchObject({ id: ids[1], mergedInto: null, status: 'identified' });
    // What it was split from has not been seen since.
    expect((await get(0)).status).toBe('fixed');
    await stage.until('the card is its again', () => linkOf(1), ({ state, card: one }) => state === 'linked' && one?.ref === before);
    expect(await orphans()).toEqual([]);
    const after = await stage.scan('key:web-shop', [hole(1, 20), hole(2, 44), { ...hole(3), severity: '1.0' }]);
    expect(after.summary).toMatchObject({ created: 0, reappeared: 1 });
    expect((await listed()).map(({ id, status }) => [id, status])).toEqual(ids.map((id) => [id, 'identified']));
    expect(stage.sandbox.cards()).toHaveLength(2);
  });

  test('one that has no card gets the other’s, which bears its name from then on', async () => {
    const { card: old } = await linkOf(1);

    await merge(2, [1]);
    const now = await stage.until('the card bears the other name', async () => card(old?.ref), (one) => one?.title.includes(` ${ids[2]} -`) === true);

    expect(now?.comments.join(' ')).not.toContain(`into vulnerability ${ids[2]}`);
    expect((await get(2)).links).toMatchObject([{ state: 'linked', card: { ref: old?.ref } }]);
    expect((await get(1)).links).toEqual([]);
    expect(stage.sandbox.cards()).toHaveLength(2);
  });
});
