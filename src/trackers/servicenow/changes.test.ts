import { describe, expect, test } from 'vitest';
import type { SignedIn } from './signed-in.ts';
import { draftFor, faultOf, signIn, soon } from './signed-in.ts';

const incidents = [{ table: 'incident' }];

async function drain(house: SignedIn, cursor: string | null, targets = incidents) {
  const refs: string[] = [];
  let next = cursor;
  let pages = 0;
  for (let more = true; more; pages += 1) {
    const page = await house.session.changes(next, targets);
    refs.push(...page.changes.map(({ ref }) => ref));
    next = page.cursor;
    more = page.more;
  }
  return { refs, cursor: next ?? '', pages };
}

async function fill(house: SignedIn, count: number): Promise<readonly string[]> {
  const { shelf } = house.sandbox.instance;
  const table = shelf.tables['incident'];
  if (table === undefined) {
    throw new Error('There is an incident table.');
  }
  return Array.from({ length: count }, (_, at) => {
    const change = {
      short_description: `Record ${at}`,
      correlation_id: `pb-${at}`,
      correlation_display: 'Patchboard',
    };
    return shelf.insert(table, change, 'somebody', 0).fields['sys_id'] ?? '';
  });
}

describe('changes', () => {
  test('are found after the cursor, on several tables', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    const targets = [{ table: 'incident' }, { table: 'u_security_task' }];
    const start = await drain(house, null, targets);
    at += 600_000;
    const one = await house.session.create(draftFor(house), soon);
    const two = await house.session.create(
      draftFor(house, 'pb-2', { target: { table: 'u_security_task' }, fields: {} }),
      soon,
    );

    const found = await drain(house, start.cursor, targets);

    expect(found.refs.sort()).toEqual([one.ref, two.ref].sort());
  });

  test('are asked for inclusively with an overlap, so that a late commit is not missed', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    await drain(house, null);
    at += 600_000;
    const polled = await drain(house, (await drain(house, null)).cursor);
    const [late] = await fill(house, 1);
    const fields = house.sandbox.instance.shelf.records.get(late ?? '')?.fields ?? {};
    fields['sys_updated_on'] = new Date(at - 60_000).toISOString().slice(0, 19).replace('T', ' ');

    expect((await drain(house, polled.cursor)).refs).toEqual([late]);
  });

  test('of 500 records in one second are all found, page after page', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    const { cursor } = await drain(house, null);
    at += 600_000;
    const refs = await fill(house, 500);
    at += 5_000;
    const [last] = await fill(house, 1);

    const found = await drain(house, cursor);

    expect(new Set(found.refs)).toEqual(new Set([...refs, last]));
    expect(found.pages).toBeLessThan(8);
  });

  test('behind rows which we may not see are found', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    const { cursor } = await drain(house, null);
    at += 600_000;
    const hidden = await fill(house, 230);
    at += 1_000;
    const [seen] = await fill(house, 1);
    for (const ref of hidden.slice(1)) {
      await house.sandbox.people.hide(ref);
    }

    expect((await drain(house, cursor)).refs).toContain(seen);
  });

  test('go on although a record is dated 2035', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    const [odd] = await fill(house, 1);
    (house.sandbox.instance.shelf.records.get(odd ?? '')?.fields ?? {})['sys_updated_on'] =
      '2035-05-28 12:30:56';
    const start = await drain(house, null);
    const first = await drain(house, start.cursor);
    at += 600_000;
    const card = await house.session.create(draftFor(house), soon);

    expect((await drain(house, first.cursor)).refs).toContain(card.ref);
  });

  test('go on although the only record that changed is hidden from us', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    const [visible, hidden] = await fill(house, 2);
    const { cursor } = await drain(house, null);
    at += 600_000;
    const later = await drain(house, cursor);
    await house.sandbox.people.hide(hidden ?? '');
    await house.sandbox.people.edit(hidden ?? '', { title: 'Moved to another domain' });

    expect(visible).toBeDefined();
    expect((await drain(house, later.cursor)).refs).toEqual([]);
  });

  test('are refused and not empty where the role was taken away', async () => {
    await using house = await signIn();
    const { cursor } = await drain(house, null);
    await house.session.create(draftFor(house), soon);
    house.sandbox.instance.role = 'none';

    expect((await faultOf(house.session.changes(cursor, incidents))).kind).toBe('forbidden');
  });

  test('with a filter that ServiceNow dropped are a fault and not the whole table', async () => {
    await using house = await signIn();
    const { cursor } = await drain(house, null);
    const { shelf } = house.sandbox.instance;
    const table = shelf.tables['incident'];
    if (table !== undefined) {
      shelf.insert(table, { short_description: 'A stranger' }, 'somebody', 0);
    }
    house.sandbox.instance.hiddenFields.add('correlation_display');

    expect((await faultOf(house.session.changes(cursor, incidents))).kind).toBe('nonsense');
  });

  test('of a cursor that is not ours are refused as a bug', async () => {
    await using house = await signIn();

    expect((await faultOf(house.session.changes('{"v":9}', incidents))).detail.errorClass).toBe('bug');
  });
});

test('the inventory lists every record of ours once, and nobody else’s', async () => {
  await using house = await signIn();
  const refs = await fill(house, 450);
  const { shelf } = house.sandbox.instance;
  if (shelf.tables['incident'] !== undefined) {
    shelf.insert(
      shelf.tables['incident'],
      { short_description: 'A stranger', correlation_id: 'other' },
      'somebody',
      0,
    );
  }

  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await house.session.inventory(cursor, [...incidents, { table: 'problem' }]);
    found.push(...page.cards.map(({ ref }) => ref));
    cursor = page.cursor;
  } while (cursor !== null);

  expect(found.sort()).toEqual([...refs].sort());
});
