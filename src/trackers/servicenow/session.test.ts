import { describe, expect, test } from 'vitest';
import { draftFor, faultOf, signIn, soon } from './signed-in.ts';

const paragraph = (text: string) => [
  { kind: 'paragraph' as const, children: [{ kind: 'text' as const, text }] },
];
const json = { 'content-type': 'application/json' };

describe('an incident', () => {
  test('lives from creation to resolution and back, and each write is on it afterwards', async () => {
    await using house = await signIn();
    const { session, sandbox } = house;

    const born = await session.create(draftFor(house), soon);
    const worked = await session.update(
      born.ref,
      { state: '2', comment: paragraph('In progress.') },
      { ...soon, revision: born.revision, card: born },
    );
    const fields = sandbox.example.fieldDefaults;
    const resolved = await session.update(
      born.ref,
      { state: '6', fields, comment: paragraph('Fixed.') },
      { ...soon, revision: worked.revision, card: worked },
    );
    const reopened = await session.update(
      born.ref,
      { state: '1', fields },
      { ...soon, revision: resolved.revision, card: resolved },
    );

    expect([born, worked, resolved, reopened].map(({ stateLabel }) => stateLabel)).toEqual([
      'New',
      'In Progress',
      'Resolved',
      'New',
    ]);
    expect(sandbox.cards()[0]).toMatchObject({
      marker: 'pb-1',
      title: '[CONVISO] 1 - SQL injection in search',
      comments: ['In progress.', 'Fixed.'],
      fields: { priority: '2', correlation_display: 'Patchboard', close_code: 'Solution provided' },
    });
  });

  test('without a resolution code is refused, with the field and the cure named', async () => {
    await using house = await signIn();
    const card = await house.session.create(draftFor(house), soon);

    const fault = await faultOf(
      house.session.update(card.ref, { state: '6', fields: {} }, { ...soon, revision: card.revision, card }),
    );

    expect(fault.kind).toBe('rejected');
    expect(fault.detail.fields?.map(({ name }) => name)).toEqual(['Resolution code']);
    expect((await house.session.read(card.ref)).state).toBe('1');
  });

  test('with a value outside a choice list is refused by the read-back, though ServiceNow said 200', async () => {
    await using house = await signIn();
    const card = await house.session.create(draftFor(house), soon);

    const fault = await faultOf(
      house.session.update(card.ref, { state: '99' }, { ...soon, revision: card.revision, card }),
    );

    expect([fault.kind, fault.detail.errorClass]).toEqual(['rejected', 'workflow']);
    expect(fault.detail.fields).toEqual([{ name: 'state', message: 'stayed 1' }]);
  });

  test('whose marker cannot be written is reported and not passed over', async () => {
    await using house = await signIn();
    const column = house.sandbox.instance.shelf.tables['incident']?.columns['correlation_id'];
    if (column !== undefined) {
      column.readOnly = true;
    }

    const fault = await faultOf(house.session.create(draftFor(house), soon));

    expect(fault.kind).toBe('rejected');
    expect(fault.detail.fields?.[0]?.name).toBe('correlation_id');
  });

  test('that was closed for good refuses a write by an access rule', async () => {
    await using house = await signIn({ closedIsFinal: true });
    const card = await house.session.create(draftFor(house), soon);
    await house.sandbox.people.move(card.ref, '7');

    const fault = await faultOf(
      house.session.update(card.ref, { state: '1' }, { ...soon, revision: card.revision, card }),
    );

    expect(fault.kind).toBe('forbidden');
  });

  test('has a long title cut to the real length of the column, and that is no loss', async () => {
    await using house = await signIn();
    const columns = house.sandbox.instance.shelf.tables['incident']?.columns ?? {};
    columns['short_description'] = {
      ...columns['short_description'],
      label: 'Short description',
      type: 'string',
      maxLength: 100,
      mandatory: false,
      readOnly: false,
    };

    const card = await house.session.create(draftFor(house, 'pb-1', { title: 'x'.repeat(160) }), soon);

    expect(card.title).toBe(`${'x'.repeat(99)}…`);
  });
});

describe('looking for a marker', () => {
  test('finds it on any table, oldest first', async () => {
    let at = 1_790_000_000_000;
    await using house = await signIn({ now: () => at });
    const first = await house.session.create(draftFor(house), soon);
    at += 5_000;
    const copy = await house.sandbox.people.clone(first.ref);
    await house.sandbox.people.moveAway(first.ref);

    const found = await house.session.find('pb-1', { table: 'incident' });

    expect(found.map(({ ref, place }) => [ref, place['table']])).toEqual([
      [first.ref, 'u_security_task'],
      [copy, 'incident'],
    ]);
  });

  test('a term that ServiceNow drops returns the whole table, which is a fault and adopts nobody', async () => {
    await using house = await signIn();
    await house.session.create(draftFor(house, 'somebody-else'), soon);
    const drop = { when: ({ path }: { path: string }) => path.includes('sysparm_query') };
    const widened = await fetchWithoutQuery(house);
    house.sandbox.misbehave({ kind: 'answer', status: 200, headers: json, body: widened, ...drop });

    expect((await faultOf(house.session.find('pb-1', { table: 'incident' }))).kind).toBe('nonsense');
  });

  test('counted and not shown is a refusal, never “not found”', async () => {
    await using house = await signIn();
    await house.session.create(draftFor(house), soon);
    house.sandbox.instance.role = 'none';

    expect((await faultOf(house.session.find('pb-1', { table: 'incident' }))).kind).toBe('forbidden');
  });

  test('a field that we may not read makes a refusal', async () => {
    await using house = await signIn();
    await house.session.create(draftFor(house), soon);
    house.sandbox.instance.hiddenFields.add('correlation_id');

    expect((await faultOf(house.session.find('pb-1', { table: 'incident' }))).kind).toBe('forbidden');
  });

  test('a marker that means something in a query is never sent', async () => {
    await using house = await signIn();

    expect(
      (await faultOf(house.session.find('x^ORnumberISNOTEMPTY', { table: 'incident' }))).detail.errorClass,
    ).toBe('bug');
  });

  test('is not fooled by the database, which compares without regard to case', async () => {
    await using house = await signIn();
    await house.session.create(draftFor(house, 'PB-1'), soon);

    expect(await house.session.find('pb-1', { table: 'incident' })).toEqual([]);
  });
});

async function fetchWithoutQuery(house: Awaited<ReturnType<typeof signIn>>): Promise<string> {
  const { path } = house.sandbox.requests.at(-1) ?? { path: '' };
  const fields = /sysparm_fields=[^&]*/u.exec(path)?.[0] ?? '';
  const url = `${house.url}/api/now/v2/table/task?sysparm_display_value=all&${fields}`;
  return (await fetch(url, { headers: { authorization: `Bearer ${house.tokens.accessToken}` } })).text();
}

describe('reading', () => {
  test('a deleted record and a hidden one are both gone', async () => {
    await using house = await signIn();
    const [a, b] = [
      await house.session.create(draftFor(house, 'pb-1'), soon),
      await house.session.create(draftFor(house, 'pb-2'), soon),
    ];
    await house.sandbox.people.remove(a.ref);
    await house.sandbox.people.hide(b.ref);

    expect((await faultOf(house.session.read(a.ref))).kind).toBe('gone');
    expect((await faultOf(house.session.read(b.ref))).kind).toBe('gone');
    expect([...(await house.session.readMany([a.ref, b.ref])).values()]).toEqual([null, null]);
  });

  test('many at once takes one call for each 150', async () => {
    await using house = await signIn();
    const card = await house.session.create(draftFor(house), soon);
    const before = house.sandbox.requests.length;
    const others = Array.from({ length: 299 }, (_, at) => at.toString(16).padStart(32, '0'));

    const cards = await house.session.readMany([card.ref, ...others]);

    expect(cards.get(card.ref)?.key).toBe(card.key);
    expect(cards.size).toBe(300);
    expect(house.sandbox.requests.length - before).toBe(2);
    expect(house.sandbox.requests.slice(before).every(({ path }) => path.length < 8_192)).toBe(true);
  });

  test('no cookie is ever sent back', async () => {
    await using house = await signIn();

    await house.session.create(draftFor(house), soon);
    await house.session.find('pb-1', { table: 'incident' });

    expect(house.sandbox.requests.some(({ headers }) => headers['cookie'] !== undefined)).toBe(false);
  });
});
