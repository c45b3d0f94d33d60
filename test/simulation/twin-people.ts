import { sql } from 'kysely';
import type { Card } from '../../src/contracts/tracker.ts';
import type { LinkAct } from '../../src/core/sync/link-acts.ts';
import { whyNot } from '../../src/core/sync/link-acts.ts';
import { resumeHeldLink } from '../../src/store/holds.ts';
import type { LinkInHand } from '../../src/store/link-acts.ts';
import { attach, detach, recreate, takeLink } from '../../src/store/link-acts.ts';
import { wakeLinks } from '../../src/store/links.ts';
import type { Transaction } from '../../src/store/open.ts';
import { applyTransitions } from '../../src/store/transitions.ts';
import { resumeConnection, resumeWhatWaited } from '../../src/sync/connection-states.ts';
import type { LinkRow } from './database.ts';
import type { Random } from './random.ts';
import type { Twin } from './twin.ts';

/** One act on both sides; what they answered must be the same. */
export type Act = (twin: Twin, random: Random) => Promise<readonly [unknown, unknown]>;

export function someLink({ data, linkIds }: Twin, random: Random): LinkRow {
  return data.link(random.pick(linkIds));
}

export function cardOf(link: LinkRow, random: Random): Card {
  const ref = link.cardRef !== null && random.chance(0.8) ? link.cardRef : `${link.id.slice(0, 8)}-${random.whole(1, 2)}`;
  const state = random.pick(['todo', 'doing', 'done', 'elsewhere']);
  const marker = random.chance(0.9) ? link.marker : random.pick([null, 'pb-another']);
  const order = Math.max(0, (link.base?.order ?? 0) + random.pick([-1, 0, 1, 1, 2]));
  return { ref, key: `#${ref}`, url: 'https://board.example', revision: String(order), order, marker, presence: 'active', state, stateLabel: state, place: {}, title: 'A card', priority: null, assignee: null, labels: [], changedAt: null };
}

/** What a person does to a link, if it may be done. */
async function onLink({ db }: Twin, { id }: LinkRow, act: LinkAct, effect: (tx: Transaction, link: LinkInHand) => Promise<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const taken = await takeLink(tx, id, { lock: true });
    if (taken !== null && whyNot(act, taken.standing) === null) {
      await effect(tx, taken);
    }
  });
}

/** What people do through the other doors. */
export const peoplesActs: Readonly<Record<string, Act>> = {
  personDecides: async (twin, random) => {
    const { vulnerabilityId } = someLink(twin, random);
    const to = random.pick(['identified', 'in_progress', 'awaiting_validation'] as const);
    const asOf = twin.data.clock();
    twin.model.transition(vulnerabilityId, to, { kind: 'person', cause: {}, asOf });
    await twin.db.transaction().execute((tx) =>
      applyTransitions(tx, [{ vulnerabilityId, to, at: Date.now(), asOf: Date.now(), actor: { kind: 'person', name: 'A person' }, cause: { kind: 'person' }, note: null }]),
    );
    return [0, 0];
  },
  titleChanges: async (twin, random) => {
    const { vulnerabilityId } = someLink(twin, random);
    twin.data.vulnerability(vulnerabilityId).version += 1;
    twin.model.wakeLinksOf(vulnerabilityId, null);
    await sql`update vulnerabilities set version = version + 1 where id = ${vulnerabilityId}::bigint`.execute(twin.db);
    await wakeLinks(twin.db, [vulnerabilityId], 'The title changed.');
    return [0, 0];
  },
  mappingEdited: async (twin) => {
    const row = twin.data.configurations.get(twin.configurationId);
    if (row !== undefined) {
      row.version += 1;
    }
    await sql`update configurations set version = version + 1 where id = ${twin.configurationId}::uuid`.execute(twin.db);
    return [0, 0];
  },
  detached: async (twin, random) => {
    const link = someLink(twin, random);
    if (random.chance(0.8)) {
      return [0, 0];
    }
    twin.people.detach(link);
    await onLink(twin, link, 'detach', (tx, taken) => detach(tx, taken, 'A person', 'A test.'));
    return [0, 0];
  },
  recreated: async (twin, random) => {
    const link = someLink(twin, random);
    twin.people.recreate(link);
    await onLink(twin, link, 'recreate', (tx, taken) => recreate(tx, taken, 'A person'));
    const rows = await sql<{ marker: string }>`select marker from links where id = ${link.id}::uuid`.execute(twin.db);
    // Each side makes its own markers.
    Object.assign(link, { marker: rows.rows[0]?.marker });
    return [0, 0];
  },
  attached: async (twin, random) => {
    const link = someLink(twin, random);
    const card = { ...cardOf(link, random), marker: random.pick([link.marker, null]) };
    twin.people.attach(link, card);
    await onLink(twin, link, 'attach', (tx, taken) => attach(tx, taken, card, 'A person'));
    return [0, 0];
  },
  letGo: async (twin, random) => {
    const link = someLink(twin, random);
    const hold = twin.data.holds.find((row) => row.linkId === link.id && row.kind === 'breaker' && row.state === 'open');
    if (hold !== undefined) {
      twin.people.decideHold(hold, true);
      await sql`update holds set state = 'approved' where link_id = ${link.id}::uuid and kind = 'breaker' and state = 'open'`.execute(twin.db);
      await twin.db.transaction().execute((tx) => resumeHeldLink(tx, link.id));
    }
    return [0, 0];
  },
  resumed: async (twin, random) => {
    const way = random.pick(['resume', 'login'] as const);
    twin.people[way](twin.connectionId);
    await twin.db.transaction().execute((tx) => (way === 'resume' ? resumeConnection(tx, twin.connectionId) : resumeWhatWaited(tx, twin.connectionId, 'A test.')));
    return [0, 0];
  },
};
