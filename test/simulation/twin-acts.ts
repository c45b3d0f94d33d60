import type { Card } from '../../src/contracts/tracker.ts';
import type { Base } from '../../src/core/sync/reconcile.ts';
import { statuses } from '../../src/core/vocabulary.ts';
import { markLinksDue } from '../../src/store/links.ts';
import { claimWork, extendLease, finishWork } from '../../src/store/work.ts';
import type { Attempt, Lease, Settlement, SyncStore } from '../../src/sync/ports.ts';
import type { LinkRow } from './database.ts';
import type { Immediate } from './model-store.ts';
import type { Random } from './random.ts';
import type { Act } from './twin-people.ts';
import { cardOf, peoplesActs, someLink } from './twin-people.ts';
import type { Twin } from './twin.ts';

const leaseMs = 30_000;

/** The lease of a visit, often the present one of the link, sometimes one of the past. */
function leases({ claims }: Twin, random: Random, linkId: string): { readonly ours: Lease; readonly real: Lease } {
  const own = claims.filter((claim) => claim.ours.key === linkId);
  const claim = own.length === 0 ? undefined : random.chance(0.75) ? own.at(-1) : random.pick(own);
  const lease = { kind: 'link', key: linkId };
  return { ours: { ...lease, token: String(claim?.ours.token ?? 1) }, real: { ...lease, token: claim?.real.token ?? '1' } };
}

function baseOf(card: Card, random: Random): Base {
  return { status: random.chance(0.1) ? null : random.pick(statuses), state: card.state, order: card.order, revision: card.revision, titleDigest: 't', bodyDigest: 'b', priority: { ours: '2', theirs: null } };
}

function attemptOf(act: Attempt['act'], fault: Attempt['fault'] = null): Attempt {
  return { act, fault, errorClass: fault === null ? null : 'unavailable', message: null, hint: null, exchanges: [], detail: {} };
}

/** The same call on both sides, each with its own lease and in its own time. */
async function call<Verb extends keyof SyncStore>(twin: Twin, verb: Verb, ours: Parameters<SyncStore[Verb]>, real: Parameters<SyncStore[Verb]> = ours): Promise<readonly [unknown, unknown]> {
  const model = twin.model as Immediate<SyncStore>;
  const answer = (model[verb] as (...words: unknown[]) => unknown)(...ours);
  return [answer, await (twin.real[verb] as (...words: unknown[]) => Promise<unknown>)(...real)];
}

function seen(twin: Twin, link: LinkRow, random: Random) {
  const vulnerability = twin.data.vulnerability(link.vulnerabilityId);
  const configuration = twin.data.configurations.get(twin.configurationId);
  return {
    version: String(vulnerability.version - (random.chance(0.1) ? 1 : 0)),
    configurationId: twin.configurationId,
    configurationVersion: (configuration?.version ?? 1) - (random.chance(0.1) ? 1 : 0),
  };
}

export const acts: Readonly<Record<string, Act>> = {
  wake: async (twin, random) => {
    const link = someLink(twin, random);
    twin.model.wake(link);
    await markLinksDue(twin.db, [link.id], 'A test.');
    return [0, 0];
  },
  claim: async (twin) => {
    const ours = twin.queue.claim(50, leaseMs, 'link');
    const real = await claimWork(twin.clock.store, { kinds: ['link'], most: 50, leaseMs, holder: 'one' });
    for (const claim of ours) {
      const other = real.find((one) => one.key === claim.key);
      if (other !== undefined) {
        twin.claims.push({ ours: claim, real: other });
      }
    }
    return [ours.map((claim) => `${claim.key} ${claim.attempts}`).toSorted(), real.map((claim) => `${claim.key} ${claim.attempts}`).toSorted()];
  },
  extend: async (twin, random) => {
    const claim = twin.claims.length === 0 ? undefined : random.pick(twin.claims.slice(-6));
    if (claim !== undefined) {
      twin.queue.extend(claim.ours, leaseMs);
      await extendLease(twin.clock.store, claim.real, leaseMs);
    }
    return [0, 0];
  },
  finish: async (twin, random) => {
    const claim = twin.claims.length === 0 ? undefined : random.pick(twin.claims.slice(-6));
    if (claim !== undefined) {
      const nextAt = random.chance(0.5) ? null : twin.data.clock() + random.pick([0, 100_000]);
      const attempts = random.whole(0, 2);
      twin.queue.finish(claim.ours, { nextAt, attempts });
      await finishWork(twin.clock.store, [{ claim: claim.real, nextAt: nextAt === null ? null : new Date(nextAt), attempts }]);
    }
    return [0, 0];
  },
  commitIntent: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const { configurationId, ...rest } = seen(twin, link, random);
    const { order: _order, revision: _revision, ...base } = baseOf(cardOf(link, random), random);
    const wish = { ...rest, linkId: link.id, marker: random.chance(0.95) ? link.marker : 'pb-old', intent: { configurationId, base }, quarantineMs: 185_000 };
    return call(twin, 'commitIntent', [{ ...wish, lease: ours }], [{ ...wish, lease: real }]);
  },
  withdrawIntent: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    return call(twin, 'withdrawIntent', [link.id, ours], [link.id, real]);
  },
  recordCard: (twin, random) => {
    const link = someLink(twin, random);
    const card = cardOf(link, random);
    const duplicates = random.chance(0.2) ? [{ ...card, ref: `${card.ref}-twin` }] : [];
    return call(twin, 'recordCard', [{ linkId: link.id, connectionId: link.connectionId, card, base: baseOf(card, random), configurationId: twin.configurationId, attempt: attemptOf(random.pick(['create', 'adopt'])), duplicates }]);
  },
  commitPush: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const card = cardOf(link, random);
    const { order: _order, revision: _revision, ...written } = baseOf(card, random);
    const wish = {
      ...seen(twin, link, random), linkId: link.id, card,
      agreedBefore: random.chance(0.5) ? ('identified' as const) : null,
      pending: { order: card.order, base: written, from: card.state, state: random.pick([null, 'done']) },
      base: { ...baseOf(card, random), order: (link.base?.order ?? 0) + (random.chance(0.1) ? 1 : 0) },
      overwritten: random.chance(0.2) ? [{ order: 3, by: null, state: 'doing' }] : [],
      openMs: 185_000,
      conflict: random.chance(0.3) ? ({ ours: 'fixed', theirs: 'doing', winner: 'ours', because: 'A scan.' } as const) : null,
      note: random.chance(0.2) ? 'It moved and came back.' : null,
    };
    return call(twin, 'commitPush', [{ ...wish, lease: ours }], [{ ...wish, lease: real }]);
  },
  withdrawPush: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    return call(twin, 'withdrawPush', [link.id, ours], [link.id, real]);
  },
  settle: async (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const card = cardOf(link, random);
    const visit = [twin.model.loadVisit(link.id), await twin.real.loadVisit(link.id)] as const;
    const pushed = random.pick([[], [], ['state'], ['title']]);
    const pull = pushed.length === 0 && random.chance(0.4) ? { status: random.pick(statuses.filter((status) => status !== 'fixed')), because: 'The card was moved.', by: 'a person' } : null;
    const hold: Settlement['hold'] = pull === null && random.chance(0.2) ? { kind: 'board_decision', status: 'risk_accepted', state: card.state } : null;
    const held: Settlement['drift'] = hold === null && random.chance(0.7) ? null : { kind: 'held', because: 'It waits for a person.' };
    const drift: Settlement['drift'] = random.chance(0.3) ? { kind: random.pick(['lifecycle', 'discarded']), because: 'It is fixed.' } : held;
    const conflict: Settlement['conflict'] = random.chance(0.2) ? { ours: 'fixed', theirs: 'doing', winner: random.pick(['ours', 'theirs']), because: 'Both moved.' } : null;
    const settlement = {
      ...seen(twin, link, random), linkId: link.id, card, base: baseOf(card, random), pull, hold, drift, conflict, pushed,
      overwritten: random.chance(0.1) ? [{ order: 3, by: null, state: 'doing' }] : [],
      agreedBefore: random.chance(0.5) ? ('identified' as const) : null,
      note: null,
      moved: null,
      attempt: random.chance(0.5) ? attemptOf(pushed.length > 0 ? 'update' : 'pull') : null,
    };
    return call(twin, 'settle', [{ ...settlement, lease: ours, deliveryId: visit[0]?.link.deliveryId ?? null }], [{ ...settlement, lease: real, deliveryId: visit[1]?.link.deliveryId ?? null }]);
  },
  recordFault: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const nextAt = random.chance(0.5) ? null : twin.data.clock() + 100_000;
    const refusal = random.chance(0.3) ? 'The column is full.' : null;
    const failed = { linkId: link.id, attempt: attemptOf('update', 'unavailable'), deliveryId: null, refusal };
    return call(twin, 'recordFault', [{ ...failed, lease: ours, nextAt }], [{ ...failed, lease: real, nextAt }]);
  },
  supersede: async (twin, random) => {
    const link = someLink(twin, random);
    const ours = twin.model.loadVisit(link.id)?.link.deliveryId ?? null;
    const real = (await twin.real.loadVisit(link.id))?.link.deliveryId ?? null;
    return ours === null || real === null ? [ours === null, real === null] : call(twin, 'supersede', [ours, 'Nothing to do.'], [real, 'Nothing to do.']);
  },
  recordMiss: async (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const [one, other] = await call(twin, 'recordMiss', [link.id, ours], [link.id, real]);
    const plain = (answer: unknown) => (answer === null ? null : { ...(answer as object), missedSince: 0 });
    return [plain(one), plain(other)];
  },
  setLinkState: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const change = { linkId: link.id, cardRef: random.chance(0.9) ? link.cardRef : 'another', state: random.pick(['lost', 'inaccessible'] as const), because: 'It cannot be seen.' };
    return call(twin, 'setLinkState', [{ ...change, lease: ours }], [{ ...change, lease: real }]);
  },
  holdLink: (twin, random) => {
    const link = someLink(twin, random);
    const { ours, real } = leases(twin, random, link.id);
    const hold = { linkId: link.id, cardRef: random.chance(0.9) ? link.cardRef : 'another', because: 'Too often.', summary: 'Too often.', detail: {} };
    return random.chance(0.8) ? Promise.resolve([0, 0]) : call(twin, 'holdLink', [{ ...hold, lease: ours }], [{ ...hold, lease: real }]);
  },
  openHold: (twin) => call(twin, 'openHold', [{ kind: 'lost_cards', connectionId: twin.connectionId, summary: 'Many.', detail: {} }]),
  haltConnection: (twin, random) => (random.chance(0.8) ? Promise.resolve([0, 0]) : call(twin, 'haltConnection', [twin.connectionId, 'unauthorized', 'The login ended.', twin.data.clock() - random.pick([0, 0, 1, 2, 100_000])])),
  throttle: (twin, random) => (random.chance(0.7) ? Promise.resolve([0, 0]) : call(twin, 'throttle', [twin.connectionId, 100_000])),
  learnPace: (twin, random) => (random.chance(0.7) ? Promise.resolve([0, 0]) : call(twin, 'learnPace', [twin.connectionId, [{ pauseMs: 60_000 }, {}]])),
  flagConfiguration: (twin) => call(twin, 'flagConfiguration', [twin.configurationId, 'A column is gone.']),
  recordChanges: (twin, random) => {
    const links = twin.linkIds.map((id) => twin.data.link(id)).filter((link) => link.cardRef !== null && random.chance(0.5));
    const changes = links.map((link) => ({ ref: link.cardRef ?? '', order: random.chance(0.2) ? null : (link.base?.order ?? 0) + random.whole(-1, 1), marker: link.marker }));
    const { cursor } = twin.data.connection(twin.connectionId);
    return call(twin, 'recordChanges', [twin.connectionId, { changes, cursor: String(random.whole(1, 1_000)), since: random.chance(0.9) ? cursor : 'elsewhere' }]);
  },
  recordInventory: (twin, random) => {
    const links = twin.linkIds.map((id) => twin.data.link(id)).filter(() => random.chance(0.7));
    const cards = links.map((link) => ({ ref: link.cardRef ?? `${link.id.slice(0, 8)}-1`, marker: link.marker, order: random.chance(0.2) ? null : (link.base?.order ?? 0) + random.whole(-1, 1) }));
    const strange = random.chance(0.3) ? [{ ref: 'strange', marker: 'pb-nobodys', order: 1 }, ...cards.slice(0, 1).map((card) => ({ ...card, ref: `${card.ref}-clone` }))] : [];
    const beganAt = twin.data.clock() - random.pick([0, 100_000]);
    return call(twin, 'recordInventory', [twin.connectionId, [...cards, ...strange], beganAt]);
  },
  keepHint: (twin, random) => {
    const link = someLink(twin, random);
    const garbage = { kind: 'garbage', because: 'It is no JSON.' } as const;
    const message = random.chance(0.1) ? garbage : ({ kind: 'cards', refs: [link.cardRef ?? `${link.id.slice(0, 8)}-1`, ...(random.chance(0.2) ? ['unknown'] : [])], deliveryId: null, event: 'changed' } as const);
    return call(twin, 'keepHint', [{ connectionId: twin.connectionId, message, deliveryKey: `key ${random.whole(1, 12)}`, body: new Uint8Array([1]), tracker: 'Memory' }]);
  },
  ...peoplesActs,
  wait: async (twin, random) => {
    await twin.clock.advance(random.pick([25_000, 250_000, 4_000_000]));
    return [0, 0];
  },
};
