import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Visit } from '../../src/sync/ports.ts';
import type { TestDatabase } from '../database.ts';
import { createTestDatabase } from '../database.ts';
import { Random } from './random.ts';
import { acts } from './twin-acts.ts';
import { modelTables, realTables, relative } from './twin-tables.ts';
import type { StillClock } from './still-clock.ts';
import { stopClock } from './still-clock.ts';
import { Twin } from './twin.ts';

let database: TestDatabase;
let clock: StillClock;

beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 1 });
  clock = await stopClock(database.address, database.store, Date.parse('2027-03-04T05:06:07Z'));
});
afterAll(async () => {
  await clock.store.close();
  await database.drop();
});

const stepsPerSequence = 90;
const often = ['wake', 'claim', 'claim', 'claim', 'extend', 'settle', 'settle', 'recordCard', 'commitPush', 'commitPush', 'commitIntent', 'commitIntent', 'resumed'];
const names = [...Object.keys(acts), ...often];

/** What a visit decides on, times as how far they are away. */
function plain(visit: Visit | null): unknown {
  if (visit === null) {
    return null;
  }
  const { link, vulnerability, configuration, asOf, mayWrite, connection } = visit;
  const { quarantineUntil, missedSince, recentWrites, pending, deliveryId, drift } = link;
  const at = (moment: number | null) => relative(moment, asOf);
  return {
    link: [link.id, link.state, link.marker, link.cardRef, link.base, link.intent, link.attempts, at(quarantineUntil), link.misses, at(missedSince), recentWrites.map(at)],
    more: [pending && { ...pending, until: at(pending.until) }, link.probe, deliveryId === null, drift?.kind ?? null, mayWrite, connection.id, connection.state],
    vulnerability: [vulnerability.id, vulnerability.title, vulnerability.severity, vulnerability.status, vulnerability.causedBy, vulnerability.version],
    configuration: configuration && [configuration.id, configuration.version, configuration.target, configuration.statusMapping, configuration.severityMapping, configuration.boardDecisions],
  };
}

const answers = new Set<string>();

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])('the model of the simulation does what the database does, whatever the order of calls (%i)', async (seed) => {
  const random = new Random(seed);
  const twin = new Twin(clock);
  await twin.fill(5);
  const done: string[] = [];

  for (let step = 0; step < stepsPerSequence; step += 1) {
    await clock.advance(random.whole(1, 40));
    const name = random.pick(names);
    done.push(name);
    const [ours, real] = (await acts[name]?.(twin, random)) ?? [];
    const story = `seed ${seed}, after ${done.slice(-12).join(', ')}`;

    expect(real, story).toEqual(ours);
    answers.add(`${name}: ${String(ours)}`);
    expect(await realTables(twin), story).toEqual(modelTables(twin));
    const linkId = random.pick(twin.linkIds);
    expect(plain(await twin.real.loadVisit(linkId)), story).toEqual(plain(twin.model.loadVisit(linkId)));
  }
}, 300_000);

test('what they agreed on was not all refused', () => {
  const decisive = ['commitIntent: true', 'commitPush: true', 'recordCard: true', 'recordCard: false', 'settle: settled', 'settle: moved on', 'settle: superseded', 'recordChanges: false', 'recordMiss: null'];

  expect(decisive.filter((answer) => !answers.has(answer))).toEqual([]);
});
