import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job, JobItem } from '../../src/contracts/api/jobs.ts';
import type { Link, Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import { stageTrackers } from './stage-trackers.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

interface RemoteStates {
  readonly items: readonly { readonly value: string; readonly label: string }[];
  readonly requiredFields: readonly { readonly name: string; readonly onState?: string; readonly choices?: readonly { readonly value: string }[] }[];
}

describe.each(stageTrackers)('$name', ({ id: tracker, make }) => {
  let stage: Stage;
  let ids: Awaited<ReturnType<typeof connect>>;
  let vulnerabilities: readonly string[];

  beforeAll(async () => {
    stage = await openStage({ tracker: { id: tracker, sandbox: make() }, pollMs: 60_000 });
    ids = await connect(stage);
    await stage.call('POST', '/api/v1/assets', { name: 'Web shop', key: 'shop' }, 201);
    const enter = (n: number) => stage.call<Vulnerability>('POST', '/api/v1/assets/key:shop/vulnerabilities', { title: `Thing ${n}`, description: '', severity: 'high' }, 201);
    vulnerabilities = (await Promise.all([1, 2].map(enter))).map(({ id }) => id).toSorted();
    for (const id of vulnerabilities) {
      await linked(id);
    }
  });
  afterAll(() => stage.close());

  const link = async (id: string): Promise<Link | undefined> => (await stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`)).links[0];
  const linked = (id: string) => stage.until('it has a card', () => link(id), (one) => one?.state === 'linked');
  const drifts = async () => (await Promise.all(vulnerabilities.map(link))).map((one) => one?.drift?.kind ?? null);
  const cards = () => stage.sandbox.cards().filter(({ presence }) => presence === 'active');
  const over = (job: Job) => stage.until('the job is over', () => stage.call<Job>('GET', `/api/v1/jobs/${job.id}`), ({ state }) => state === 'completed');
  const sync = async (id: string) => stage.call('POST', `/api/v1/links/${(await link(id))?.id}/sync`);
  const rest = () => stage.until('nothing is due', () => stage.call<{ items: unknown[] }>('GET', '/api/v1/deliveries?outcome=waiting'), ({ items }) => items.length === 0);

  /** Not every tracker can: each card says why, stays where it is, and can be re-created. */
  async function everyRefused(items: readonly JobItem[]): Promise<void> {
    expect(items).toEqual(vulnerabilities.map((vulnerabilityId) => expect.objectContaining({ vulnerabilityId, became: 'failed', message: expect.stringMatching(/move/u) as string }) as object));
    const old = await link(vulnerabilities[0] ?? '');
    await stage.call('POST', `/api/v1/links/${old?.id}/detach`);
    await stage.call('POST', `/api/v1/links/${old?.id}/recreate`);
    const fresh = await linked(vulnerabilities[0] ?? '');
    expect(fresh?.card?.ref).not.toBe(old?.card?.ref);
    expect(fresh?.drift ?? null).toBeNull();
  }

  async function everyMoved(items: readonly JobItem[], configurationId: string): Promise<void> {
    expect(items.map(({ became }) => became)).toEqual(['made', 'made']);
    expect(await drifts()).toEqual([null, null]);
    expect(cards()).toHaveLength(2);
    expect((await stage.call<{ cards: number }>('POST', `/api/v1/configurations/${configurationId}/move-cards`)).cards).toBe(0);
  }

  test('29. Custom configuration added/edited/removed for an asset that already has cards on the default board → defined: move, keep, or re-create — user is asked.', async () => {
    const { otherTarget } = stage.sandbox.example;
    expect(otherTarget).toBeDefined();
    const states = await stage.call<RemoteStates>('POST', `/api/v1/connections/${ids.connectionId}/remote-states`, { target: otherTarget });
    const [first] = states.items;
    const asked = states.requiredFields.filter(({ onState }) => onState === undefined);
    const fieldDefaults = Object.fromEntries(asked.map(({ name, choices }) => [name, choices?.[0]?.value ?? 'Security']));
    const custom = { scope: 'custom', assetIds: ['key:shop'], target: otherTarget, statusMapping: { identified: first?.value }, fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };
    const before = cards();

    // Added: the cards stay, each says so, and nothing is written.
    const added = await stage.call<{ id: string; concerned: object }>('POST', `/api/v1/connections/${ids.connectionId}/configurations`, custom, 201);
    expect(added.concerned).toEqual({ elsewhere: 2, remapped: 0 });
    expect(await drifts()).toEqual(['elsewhere', 'elsewhere']);
    const timeline = await stage.call<{ items: { kind: string; note: string }[] }>('GET', `/api/v1/vulnerabilities/${vulnerabilities[0]}/timeline`);
    expect(timeline.items[0]).toMatchObject({ kind: 'drift', note: expect.stringContaining('not where its configuration says') as string });
    // Our side changes: the card is read, and not written to where the mapping means nothing.
    await stage.call('POST', `/api/v1/vulnerabilities/${vulnerabilities[0]}/status`, { status: 'in_progress' });
    await rest();
    expect(cards()).toEqual(before);

    // The plan says how many, and does nothing; the job does it where the tracker can.
    const plan = await stage.call('POST', `/api/v1/configurations/${added.id}/move-cards`);
    expect(plan).toMatchObject({ cards: 2, toPlace: 2, toState: 0, unchanged: 0, sample: [{ to: first?.label }, {}] });
    expect(cards()).toEqual(before);
    const { progress, id } = await over(await stage.call<Job>('POST', `/api/v1/configurations/${added.id}/move-cards`, { apply: true }, 202));
    expect(progress).toMatchObject({ total: 2, waiting: 0 });
    expect(progress.created + progress.failed).toBe(2);
    const { items } = await stage.call<{ items: readonly JobItem[] }>('GET', `/api/v1/jobs/${id}/items`);
    await (progress.failed > 0 ? everyRefused(items) : everyMoved(items, added.id));

    // Removed: the default governs again, and the cards stay where they are now.
    const moved = cards();
    const removed = await stage.call('DELETE', `/api/v1/configurations/${added.id}`);
    expect(removed).toMatchObject({ cards: 0, concerned: { elsewhere: progress.failed > 0 ? 1 : 2 } });
    for (const one of vulnerabilities) {
      await sync(one);
    }
    await rest();
    expect(cards()).toEqual(moved);
  });

  test('an edited mapping moves no card by itself, and says how many it concerns', async () => {
    const { example } = stage.sandbox;
    await stage.call('POST', '/api/v1/assets', { name: 'Api', key: 'api' }, 201);
    const { id } = await stage.call<Vulnerability>('POST', '/api/v1/assets/key:api/vulnerabilities', { title: 'One more', description: '', severity: 'high' }, 201);
    const made = await linked(id);
    const wish = { scope: 'default', target: example.target, statusMapping: { ...example.statusMapping, identified: example.statusMapping.inProgress }, fieldDefaults: example.fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };

    const saved = await stage.call<{ concerned: { remapped: number } }>('PUT', `/api/v1/configurations/${ids.configurationId}`, wish);
    expect(saved.concerned.remapped).toBeGreaterThanOrEqual(1);
    await sync(id);
    await stage.until('it was read', () => link(id), (one) => (one?.lastSyncedAt ?? '') > (made?.lastSyncedAt ?? ''));
    expect(await link(id)).toMatchObject({ drift: { kind: 'mapping' }, card: { remoteState: made?.card?.remoteState } });

    const job = await over(await stage.call<Job>('POST', `/api/v1/configurations/${ids.configurationId}/move-cards`, { apply: true }, 202));
    expect(job.progress.created).toBeGreaterThanOrEqual(1);
    expect(await link(id)).toMatchObject({ card: { remoteState: example.statusMapping.inProgress } });
    expect((await link(id))?.drift ?? null).toBeNull();
  });
});
