import { agrees } from '../../src/core/mapping/status-mapping.ts';
import { deservesCard } from '../../src/core/sync/faults.ts';
import { logInAgain } from './actors.ts';
import type { ConfigurationRow, LinkRow } from './database.ts';
import type { KeptCard } from './tracker.ts';
import { Violation } from './watch.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;
/** Writes to one card after the storm: what was under way, and what both sides still had to tell each other. */
const writesAfterStormMax = 4;

/** The storm is over: lines work, people mend what was broken and leave everything alone. */
export function makePeace(world: World): void {
  const { weather, database, kernel } = world;
  kernel.say('world', () => 'the storm is over');
  weather.stormy = false;
  world.watch.quietSince = kernel.now;
  weather.databaseAwayUntil = 0;
  logInAgain(world);
  if (!database.mayWrite) {
    world.acts.takeOver();
  }
  for (const [id, tracker] of world.trackers) {
    tracker.staleReads = 0;
    tracker.awayUntil = 0;
    tracker.workflowRefuses = false;
    tracker.removedState = null;
    for (const card of tracker.cards.values()) {
      card.hidden = false;
      card.forbidden = false;
    }
    const connection = database.connection(id);
    if (connection.state === 'paused') {
      world.acts.resume(id);
    }
    if (world.comparesAll) {
      connection.inventoryAt = null;
    }
  }
  retryAll(world);
  // What was under way when the storm ended may have failed since.
  kernel.after(6 * minuteMs, () => retryAll(world));
  kernel.after(6 * minuteMs, () => logInAgain(world));
  if (world.comparesAll) {
    // A comparison that was under way when the storm ended saw the world of the storm.
    kernel.after(6 * minuteMs, () => database.connections.forEach((row) => (row.inventoryAt = null)));
  }
}

/** A person retries everything in Sync activity that failed, or waits for hours because the board's own rules refused it. */
function retryAll(world: World): void {
  const { database, kernel } = world;
  for (const link of database.links.values()) {
    const failed = database.deliveries.some((row) => row.linkId === link.id && row.direction === 'outbound' && row.outcome === 'failed');
    const due = database.work.get(`link/${link.id}`)?.dueAt ?? 0;
    if (failed || due > kernel.now + 20 * minuteMs) {
      world.acts.retry(link);
    }
  }
}

/** Convergence, and what only the end can tell. */
export function checkPeace(world: World, quietMs: number): void {
  for (const key of world.watch.acknowledged.keys()) {
    if (!world.database.inbox.has(key)) {
      throw new Violation('I4', `The webhook ${key} was answered with 2xx and is not stored.`);
    }
  }
  checkInbox(world);
  checkWrites(world, quietMs);
  for (const link of world.database.links.values()) {
    checkLink(world, link);
  }
  checkWork(world);
  checkDeliveries(world);
  checkReplaced(world);
  checkQuestions(world);
  if (world.comparesAll) {
    checkCards(world);
  }
}

/** I4: a webhook that came before we knew whose card it was waits for its link, and for no longer. */
function checkInbox({ database }: World): void {
  for (const { key, connectionId, state, refs, receivedAt } of database.inbox.values()) {
    const owner = (ref: string) => [...database.links.values()].find((link) => link.connectionId === connectionId && link.cardRef === ref);
    const known = refs.every((ref) => owner(ref) !== undefined);
    expectThat(state !== 'unmatched' || !known, 'I4', `The webhook ${key} of ${receivedAt} still waits for cards that are linked: ${refs.join(', ')}.`);
  }
}

function checkLink(world: World, link: LinkRow): void {
  const { database } = world;
  if (database.connection(link.connectionId).state === 'deleted') {
    expectThat(link.state === 'detached', 'S7', `${link.id} is ${link.state} though its connection was deleted.`);
    return;
  }
  const vulnerability = database.vulnerability(link.vulnerabilityId);
  const configuration = database.configurationOf(vulnerability.assetId, link.connectionId);
  if (configuration === null || world.isPoisoned(link.vulnerabilityId)) {
    return;
  }
  const card = link.cardRef === null ? undefined : world.tracker(link.connectionId).cards.get(link.cardRef);
  switch (link.state) {
    case 'detached':
      return;
    case 'duplicated':
    case 'held':
      expectThat(database.holds.some((hold) => hold.state === 'open' && hold.linkId === link.id), 'L1', `${link.id} is held, and nobody is asked.`);
      return;
    case 'lost':
      expectThat(card === undefined || card.deleted || !world.comparesAll, 'S7', `${link.id} is lost, and its card can be seen.`);
      return;
    case 'inaccessible':
      expectThat(card === undefined || card.deleted || !world.comparesAll, 'S7', `${link.id} is inaccessible, and its card can be seen.`);
      return;
    case 'pending': {
      const needless = !deservesCard(vulnerability.status) || configuration.severityMapping[vulnerability.severity] === null;
      expectThat(needless, 'I2', `${link.id} has no card though the vulnerability is ${vulnerability.status}.`);
      return;
    }
    case 'linked':
      expectThat((card !== undefined && !card.deleted) || !world.comparesAll, 'S7', `${link.id} is linked to card ${link.cardRef}, which is gone.`);
      if (card !== undefined && !card.deleted) {
        checkAgreement(world, { link, card, configuration });
      }
  }
}

interface Pair {
  readonly link: LinkRow;
  readonly card: KeptCard;
  readonly configuration: ConfigurationRow;
}

/** I2: both sides agree, or the difference is shown with its reason. */
function checkAgreement(world: World, { link, card, configuration }: Pair): void {
  const { database, swarm } = world;
  const vulnerability = database.vulnerability(link.vulnerabilityId);
  if ((card.wasHidden || card.wasStale) && !world.comparesAll) {
    return;
  }
  if (card.presence === 'discarded') {
    expectThat(link.drift?.kind === 'discarded' || link.base?.state === card.state, 'I2', `${link.id}: the card is discarded, and nobody is told.`);
    return;
  }
  const remapped = swarm.has('mappingEdited') || swarm.has('customAdded');
  const agreed = agrees(configuration.statusMapping, vulnerability.status, card.state);
  const told = link.drift !== null || database.holds.some((hold) => hold.state === 'open' && hold.linkId === link.id);
  const words = `${link.id}: ${vulnerability.status} and ${card.state} (${JSON.stringify(configuration.statusMapping)})`;
  expectThat(agreed || told || remapped, 'I2', `${words} do not agree.`);
  const settled = (card.presence === 'archived' && (agreed || remapped)) || (link.base?.status === vulnerability.status && link.base.state === card.state);
  expectThat(settled, 'I2', `${words} are not what was last agreed (${link.base?.status}, ${link.base?.state}).`);
  const title = `[SIM] ${vulnerability.id} - ${vulnerability.title}`;
  expectThat(card.title === title || card.presence === 'archived', 'I2', `${link.id}: the card says “${card.title}” and not “${title}”.`);
}

/** L1: whatever is not at rest has a reason that a person can see; in peace there is none. */
function checkWork(world: World): void {
  for (const row of world.database.work.values()) {
    const link = row.kind === 'link' ? world.database.links.get(row.key) : undefined;
    const deleted = link !== undefined && (link.state === 'detached' || world.database.connection(link.connectionId).state === 'deleted');
    if (link !== undefined && !deleted && !world.isPoisoned(link.vulnerabilityId)) {
      throw new Violation('L1', `${row.key} is still at work, due in ${Math.round((row.dueAt - world.kernel.now) / 1000)} s (${link.state}; ${JSON.stringify(world.database.connection(link.connectionId))}, lane ${world.database.lanesPausedUntil.get(row.lane)}).`);
    }
  }
}

/** L1: what says that it waits has somebody who comes back for it. */
function checkDeliveries({ database }: World): void {
  for (const { linkId, direction, outcome, act } of database.deliveries) {
    const link = database.links.get(linkId);
    const waits = outcome === 'waiting' && direction === 'outbound';
    if (!waits || link === undefined || link.state === 'detached' || link.state === 'held' || database.connection(link.connectionId).state === 'deleted') {
      continue;
    }
    expectThat(database.work.has(`link/${linkId}`), 'L1', `The ${act} of ${linkId} (${link.state}) is said to wait, and nobody comes back for it.`);
  }
}

/** L1: nobody is asked about a decision on the board that is not so any more. */
function checkQuestions({ database }: World): void {
  for (const { state, kind, linkId, detail } of database.holds) {
    const link = linkId === null ? undefined : database.links.get(linkId);
    if (state === 'open' && kind !== 'breaker' && link?.state === 'linked' && database.connection(link.connectionId).state !== 'deleted') {
      expectThat(link.drift !== null && link.card?.state === detail['state'], 'L1', `A person is asked about ${linkId} (${kind}), and the card moved on.`);
    }
  }
}

/** I5: no writes in quiescence, and few on the way to it. */
function checkWrites(world: World, quietMs: number): void {
  const { now } = world.kernel;
  for (const [card, writes] of world.watch.ourWrites) {
    const late = writes.filter((at) => at > now - quietMs / 3);
    expectThat(late.length === 0, 'I5', `Card ${card} is still written to: ${late.length} times.`);
    const after = writes.filter((at) => at > now - quietMs + 7 * minuteMs);
    expectThat(after.length <= writesAfterStormMax, 'I5', `Card ${card} was written to ${after.length} times after the storm.`);
  }
}

/** I6, where writes carry no condition: what was replaced unseen is told. */
function checkReplaced(world: World): void {
  const { timeline, links } = world.database;
  for (const { connectionId, ref, order } of world.watch.replaced) {
    const link = [...links.values()].find((one) => one.connectionId === connectionId && one.cardRef === ref);
    if (link?.state !== 'linked') {
      continue;
    }
    const told = timeline.some((entry) => (entry.kind === 'conflict' || entry.kind === 'card') && entry.cause['connectionId'] === connectionId && entry.cause['card'] === ref && Number(entry.cause['order']) >= order && entry.cause['ours'] !== true);
    expectThat(told, 'I6', `A person's move of card ${ref} (change ${order}) was replaced, and nobody is told.`);
    world.sometimes.saw('a move that was replaced unseen is listed');
  }
}

/** I14: every card with a marker of ours is a link's, or listed. */
function checkCards(world: World): void {
  const { database } = world;
  for (const [connectionId, tracker] of world.trackers) {
    if (database.connection(connectionId).state === 'deleted') {
      continue;
    }
    for (const card of tracker.cards.values()) {
      const linked = [...database.links.values()].some((link) => link.connectionId === connectionId && link.cardRef === card.ref);
      const known = linked || database.orphans.has(`${connectionId}/${card.ref}`);
      expectThat(known || card.deleted || card.marker === null, 'I14', `Card ${card.ref} with ${card.marker} is neither linked nor listed.`);
    }
  }
}

function expectThat(holds: boolean, invariant: string, message: string): void {
  if (!holds) {
    throw new Violation(invariant, message);
  }
}
