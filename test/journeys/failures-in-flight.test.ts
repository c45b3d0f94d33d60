import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrphanCard } from '../../src/contracts/api/orphans.ts';
import type { Link, Vulnerability } from '../../src/contracts/api/vulnerabilities.ts';
import { markDue } from '../../src/store/work.ts';
import { stageTrackers } from './stage-trackers.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

/** The rows of the failure table that are about acts of people while a request is on its way. */
describe.each(stageTrackers)('$name', (tracker) => {
  let stage: Stage;
  let ids: Awaited<ReturnType<typeof connect>>;

  beforeAll(async () => {
    stage = await openStage({ tracker: { id: tracker.id, sandbox: tracker.make() }, pollMs: 60_000, quarantineMs: 500 });
    ids = await connect(stage);
  });
  afterAll(() => stage.close());

  const asset = (key: string) => stage.call<{ id: string }>('POST', '/api/v1/assets', { name: `Asset ${key}`, key }, 201);
  const enter = (key: string, title: string) => stage.call<Vulnerability>('POST', `/api/v1/assets/key:${key}/vulnerabilities`, { title, description: '', severity: 'high' }, 201);
  const link = async (id: string): Promise<Link | undefined> => (await stage.call<Vulnerability>('GET', `/api/v1/vulnerabilities/${id}`)).links[0];
  const linked = (id: string) => stage.until('it has a card', () => link(id), (one) => one?.state === 'linked');
  const orphans = async () => (await stage.call<{ items: readonly OrphanCard[] }>('GET', '/api/v1/orphan-cards')).items;
  const titled = (title: string) => stage.sandbox.cards().filter((card) => card.title.includes(title));
  const writing = ({ method, path }: { readonly method: string; readonly path: string }) => method !== 'GET' && !/oauth|token|wiql|batch/iu.test(path);
  /** Writes take so long; resolves when one is on its way. */
  const slowly = async (act: () => Promise<unknown>) => {
    const before = stage.sandbox.requests.filter(writing).length;
    const end = stage.sandbox.misbehave({ kind: 'latency', ms: 1_500, times: Infinity, when: writing });
    await act();
    await stage.until('a write is on its way', async () => stage.sandbox.requests.filter(writing).length, (count) => count > before);
    return end;
  };

  test('Mapping edited while jobs are in flight: what was sent is recorded as it was sent, and the edit moves nothing by itself', async () => {
    await asset('mapping');
    let id = '';
    const end = await slowly(async () => (id = (await enter('mapping', 'Made under the old mapping')).id));
    const { example } = stage.sandbox;
    const wish = { scope: 'default', target: example.target, fieldDefaults: example.fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };
    const edited = { ...example.statusMapping, identified: example.statusMapping.inProgress };
    await stage.call('PUT', `/api/v1/configurations/${ids.configurationId}`, { ...wish, statusMapping: edited });
    end();
    const made = await linked(id);
    const next = await linked((await enter('mapping', 'Made under the new mapping')).id);

    expect(titled('Made under the old mapping')).toHaveLength(1);
    expect(next?.card?.remoteState).toBe(example.statusMapping.inProgress);
    expect([example.statusMapping.identified, example.statusMapping.inProgress]).toContain(made?.card?.remoteState);
    await stage.call('PUT', `/api/v1/configurations/${ids.configurationId}`, { ...wish, statusMapping: example.statusMapping });
    expect((await link(id))?.card?.remoteState).toBe(made?.card?.remoteState);
  });

  test('Vulnerability deleted with its asset while its card is made: the card is listed and told, and never deleted', async () => {
    await asset('gone');
    const kept = await linked((await enter('gone', 'Had a card')).id);
    const end = await slowly(() => enter('gone', 'Was on its way'));
    await stage.call('DELETE', '/api/v1/assets/key:gone', undefined, 204);
    end();

    const told = ({ comments }: { readonly comments: readonly string[] }) => comments.some((text) => text.includes('does not update this card any more'));
    await stage.until('both are told', async () => [...titled('Had a card'), ...titled('Was on its way')], (cards) => cards.length === 2 && cards.every(told));
    const listed = await stage.until('both are listed', orphans, (all) => all.length >= 2);
    expect(listed.map(({ kind }) => kind).toSorted()).toEqual(['late', 'left']);
    expect(listed.map(({ card }) => card.ref)).toContain(kept?.card?.ref);
    expect(listed.find(({ kind }) => kind === 'left')?.because).toContain('was deleted with its asset, Asset gone');
    for (const { id } of listed) {
      await stage.call('POST', `/api/v1/orphan-cards/${id}/ignore`, { reason: 'The service was shut down.' });
    }
  });

  test('Vulnerability merged while its card is made: one link survives, and no card is unknown or deleted', async () => {
    await asset('merge');
    const survivor = await enter('merge', 'The survivor');
    await linked(survivor.id);
    let loser = '';
    const end = await slowly(async () => (loser = (await enter('merge', 'The loser')).id));
    await stage.call('POST', `/api/v1/vulnerabilities/${survivor.id}/merge`, { vulnerabilityIds: [loser], reason: 'The same.' });
    end();

    await stage.until('what was sent has arrived', async () => stage.sandbox.requests.filter(writing).every(({ status }) => status !== null), (done) => done);
    await stage.until('each card is linked or listed', async () => [(await link(survivor.id))?.card?.ref, ...(await orphans()).map(({ card }) => card.ref)], (known) => [...titled('The survivor'), ...titled('The loser')].every(({ ref }) => known.includes(ref)));
    expect(await link(survivor.id)).toMatchObject({ state: 'linked' });
    expect(titled('The survivor')).toHaveLength(1);
    expect(titled('The loser')).toHaveLength(1);
    await stage.until('it is told where to look', async () => titled('The loser')[0]?.comments.join(' '), (text) => text?.includes(`merged into vulnerability ${survivor.id}`) === true);
  });

  test('Tracker schema change: a state that people delete flags the configuration with the name it had', async () => {
    const { statusMapping } = stage.sandbox.example;
    const name = stage.sandbox.board().find(({ state }) => state === statusMapping.awaitingValidation)?.label ?? statusMapping.awaitingValidation;
    await stage.sandbox.people.removeState(statusMapping.awaitingValidation);
    await markDue(stage.database.store.db, [{ kind: 'structure', key: ids.connectionId, lane: ids.connectionId }]);

    const attention = () => stage.call<{ attention: readonly { message: string }[] | null }>('GET', `/api/v1/configurations/${ids.configurationId}`);
    const flagged = await stage.until('the configuration needs attention', attention, (body) => body.attention !== null);

    expect(flagged.attention?.map(({ message }) => message).join(' ')).toContain(name);
    expect((await stage.call<{ health: { state: string } }>('GET', `/api/v1/connections/${ids.connectionId}`)).health.state).toBe('action_needed');
  });
});
