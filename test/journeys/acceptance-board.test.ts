import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConfigurationBody } from '../../src/contracts/api/configurations.ts';
import type { Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import { stageTrackers } from './stage-trackers.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

interface Entry {
  readonly kind: string;
  readonly to: string | null;
  readonly note: string | null;
}

/** Acceptance tests 12 to 20: what people do on the board, and what comes of it. */
describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let ids: Awaited<ReturnType<typeof connect>>;
  let mapping: Stage['sandbox']['example']['statusMapping'];

  beforeAll(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000 });
    const { statusMapping } = stage.sandbox.example;
    // One state stands for two: work, and the claim that it is done.
    mapping = { ...statusMapping, awaitingValidation: statusMapping.inProgress };
    ids = await connect(stage, { statusMapping: mapping });
    stage.sandbox.addWebhook({ url: ids.webhookUrl });
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'shop' }, 201);
  });
  afterAll(async () => {
    stage.sandbox.deliver = async () => 200;
    await stage.sandbox.settled();
    await stage.close();
  });

  let count = 0;
  const read = (id: string) => stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`);
  const enter = async () => {
    count += 1;
    const { id } = await stage.call<Vulnerability>('POST', '/api/v1/assets/key:shop/vulnerabilities', { title: `Thing ${count}`, description: '', severity: 'high' }, 201);
    const made = await stage.until('it has a card', () => read(id), ({ links }) => links[0]?.state === 'linked');
    return { id, ref: made.links[0]?.card?.ref ?? '' };
  };
  const cardOf = (ref: string) => stage.sandbox.cards().find((card) => card.ref === ref);
  const becomes = (id: string, status: string) => stage.until(`it is ${status}`, () => read(id), (one) => one.status === status);
  const driftOf = (id: string, kind: string) => stage.until(`it shows ${kind}`, () => read(id), ({ links }) => links[0]?.drift?.kind === kind);
  const stands = (ref: string, state: string) => stage.until(`the card stands in ${state}`, async () => cardOf(ref)?.state, (now) => now === state);
  const statuses = async (id: string) => (await stage.call<{ items: readonly Entry[] }>('GET', `/api/v1/vulnerabilities/${id}/timeline`)).items.filter(({ kind }) => kind === 'status');
  const seen = async (id: string, ref: string) => {
    await stage.until('the link knows the card’s state', () => read(id), ({ links }) => links[0]?.card?.remoteState === cardOf(ref)?.state);
  };

  test('14. Card moved to a state that two statuses map to → deterministic documented result, shown on timeline as "ambiguous".', async () => {
    const { id, ref } = await enter();
    await stage.sandbox.people.move(ref, mapping.inProgress);
    await becomes(id, 'in_progress');
    expect((await statuses(id))[0]).toMatchObject({ to: 'in_progress', note: expect.stringContaining('ambiguous') as string });
  });

  test('15. Card moved inside the same mapped group (Resolved → Closed) → no change.', async () => {
    const { id, ref } = await enter();
    await stage.sandbox.people.move(ref, mapping.fixed);
    await becomes(id, 'awaiting_validation');
    const before = await statuses(id);
    await stage.sandbox.people.move(ref, mapping.inProgress);
    await seen(id, ref);
    expect((await read(id)).status).toBe('awaiting_validation');
    expect(await statuses(id)).toEqual(before);
  });

  test('16. Card moved to an unmapped state → no status change, timeline entry, counted on the configuration page.', async () => {
    const { id, ref } = await enter();
    await stage.sandbox.people.move(ref, stage.sandbox.example.unmappedState);
    await driftOf(id, 'unmapped_state');
    expect((await read(id)).status).toBe('identified');
    const { items } = await stage.call<{ items: readonly Entry[] }>('GET', `/api/v1/vulnerabilities/${id}/timeline`);
    expect(items[0]).toMatchObject({ kind: 'drift', note: expect.stringContaining('No status is mapped') as string });
    expect(await stage.call<ConfigurationBody>('GET', `/api/v1/configurations/${ids.configurationId}`)).toMatchObject({ drifting: 1 });
  });

  test('17. Risk Accepted / False Positive vulnerability: any card move, any scan → status unchanged, discrepancy noted.', async () => {
    for (const status of ['risk_accepted', 'false_positive'] as const) {
      const { id, ref } = await enter();
      await stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status, reason: 'Decided.' });
      await stands(ref, status === 'risk_accepted' ? mapping.riskAccepted : mapping.falsePositive);
      await stage.sandbox.people.move(ref, mapping.identified);
      await driftOf(id, 'lifecycle');
      await stage.call('POST', '/api/v1/assets/key:shop/retests', { results: [{ vulnerabilityId: id, outcome: 'detected' }] }, 201);
      expect((await read(id)).status).toBe(status);
    }
  });

  test('18. Our own write’s webhook → ignored (by revision). A human with the *same account* moving the card a second later → applied.', async () => {
    const { id, ref } = await enter();
    await stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status: 'risk_accepted', reason: 'Decided.' });
    await stands(ref, mapping.riskAccepted);
    await stage.call('POST', `/api/v1/vulnerabilities/${id}/status`, { status: 'identified' });
    await stands(ref, mapping.identified);
    await stage.sandbox.settled();
    const entries = (await statuses(id)).length;
    await stage.sandbox.people.move(ref, mapping.fixed);
    await becomes(id, 'awaiting_validation');
    // The echoes of our two writes came to nothing; the one move of a person came to one change.
    expect(await statuses(id)).toHaveLength(entries + 1);
  });

  test('19. Webhooks delivered twice, out of order, or 24 h late → final state equals the remote state.', async () => {
    const { id, ref } = await enter();
    const end = stage.sandbox.misbehave({ kind: 'webhooks', duplicate: 1, delayMs: 300, times: Infinity });
    for (const state of [mapping.inProgress, mapping.identified, mapping.fixed]) {
      await stage.sandbox.people.move(ref, state);
    }
    await stage.sandbox.settled();
    end();
    await becomes(id, 'awaiting_validation');
    await seen(id, ref);
    expect(cardOf(ref)?.state).toBe(mapping.fixed);
  });

  test('20. Webhook endpoint down for an hour → reconciler repairs, log says so.', async () => {
    const { id, ref } = await enter();
    const { deliver } = stage.sandbox;
    stage.sandbox.deliver = async () => 503;
    await stage.sandbox.people.move(ref, mapping.fixed);
    await stage.sandbox.settled();
    stage.sandbox.deliver = deliver;
    expect((await read(id)).status).toBe('identified');
    // The hour is over: the sweep is due.
    await sql`update work set due_at = clock_timestamp() where kind = 'sweep'`.execute(stage.database.store.db);
    await becomes(id, 'awaiting_validation');
    const { items } = await stage.call<{ items: readonly { act: string; outcome: string }[] }>('GET', `/api/v1/deliveries?direction=inbound&vulnerabilityId=${id}`);
    expect(items).toContainEqual(expect.objectContaining({ act: 'pull', outcome: 'succeeded' }));
  });

  test('12. Severity re-rated → same card, one update, priority changed only if nobody changed it by hand.', async () => {
    const finding = (severity: string) => [{ rule: 'rated', path: 'src/rated.ts', line: 1, text: 'query(id)', severity }, { rule: 'other', path: 'src/other.ts', line: 1, text: 'other(id)' }];
    await stage.call('POST', '/api/v1/assets', { name: 'Rated', key: 'rated' }, 201);
    await stage.scan('key:rated', finding('8.0'));
    const { items } = await stage.call<{ items: readonly Vulnerability[] }>('GET', '/api/v1/vulnerabilities?assetId=key:rated');
    const { id } = items.find(({ title }) => title.includes('rated')) ?? { id: '' };
    const ref = (await stage.until('it has a card', () => read(id), ({ links }) => links[0]?.state === 'linked')).links[0]?.card?.ref ?? '';
    const born = cardOf(ref)?.priority ?? null;

    await stage.scan('key:rated', finding('9.8'));
    await stage.until('the priority follows', async () => cardOf(ref)?.priority, (now) => now !== born);
    const followed = cardOf(ref);
    await stage.sandbox.people.edit(ref, { priority: born });
    await stage.scan('key:rated', finding('5.0'));
    await stage.until('the severity is known', () => read(id), ({ severity }) => severity === 'medium');
    await stage.until('nothing is on its way', () => stage.call<{ items: unknown[] }>('GET', '/api/v1/deliveries?outcome=waiting'), ({ items: waiting }) => waiting.length === 0);

    expect(followed?.priority).not.toBe(born);
    expect(cardOf(ref)?.priority).toBe(born);
    expect((await read(id)).links).toMatchObject([{ card: { ref } }]);
  });

  test('13. Card closed by human → Awaiting Validation; next scan sees it → Identified and the same card re-opened; next scan clean → Fixed.', async () => {
    const findings = [1, 2, 3].map((line) => ({ rule: `closed-${line}`, path: `src/closed-${line}.ts`, line, text: `query(${line})` }));
    await stage.call('POST', '/api/v1/assets', { name: 'Closed', key: 'closed' }, 201);
    await stage.scan('key:closed', findings);
    const { items } = await stage.call<{ items: readonly Vulnerability[] }>('GET', '/api/v1/vulnerabilities?assetId=key:closed');
    const { id } = items.find(({ title }) => title.includes('closed-1')) ?? { id: '' };
    const ref = (await stage.until('it has a card', () => read(id), ({ links }) => links[0]?.state === 'linked')).links[0]?.card?.ref ?? '';

    await stage.sandbox.people.move(ref, mapping.fixed);
    await becomes(id, 'awaiting_validation');
    await stage.scan('key:closed', findings);
    await becomes(id, 'identified');
    await stands(ref, mapping.identified);
    await stage.scan('key:closed', findings.slice(1));
    await becomes(id, 'fixed');
    await stands(ref, mapping.fixed);
  });
});
