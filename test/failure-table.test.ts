import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const simulation = ['test/simulation/simulation.test.ts', 'the sync engine keeps its promises in the storms'] as const;
const storm = ['test/campaign/storm.test.ts', 'processes are killed and stopped and lines fail while all move'] as const;
const conformance = (name: string) => ['src/trackers/kit/conformance-faults.ts', name] as const;
const connections = (name: string) => ['test/journeys/failures-connections.test.ts', name] as const;
const inFlight = (name: string) => ['test/journeys/failures-in-flight.test.ts', name] as const;
const webhooks = (name: string) => ['test/journeys/failures-webhooks.test.ts', name] as const;
const webhook = (name: string) => ['src/http/webhooks.test.ts', name] as const;

/**
 * Each way in which the world fails the sync engine, and the tests that prove what happens then. Those of the journeys and of the
 * conformance run for each tracker that exists; the storms know nothing of trackers but their traits.
 */
const proofs: Readonly<Record<string, readonly (readonly [file: string, name: string])[]>> = {
  'Crash at any await point': [simulation, storm],
  'Crash between POST and its DB record': [storm, ['test/journeys/acceptance-cards.test.ts', '1. Kill the worker between remote create and local save']],
  'Timeout after commit (response lost)': [conformance('after a lost answer to a create it is uncertain'), ['test/journeys/acceptance-cards.test.ts', '1. Kill the worker']],
  'Request executed late (after the client gave up)': [simulation, storm],
  '5xx, 408, connection reset, gateway HTML': [conformance('server errors and timeouts of a gateway say nothing'), ['test/journeys/acceptance-cards.test.ts', '3. Create answers 500 *after* creating']],
  'HTTP 200 with HTML or non-matching JSON': [connections('HTTP 200 with HTML'), conformance('a sign-in page in place of a card, a search, or a list is no answer')],
  'ECONNREFUSED, DNS failure, TLS handshake failure': [conformance('a tracker that cannot be reached is unavailable, for a write too')],
  'Deadline passed before send; SIGSTOP or GC pause longer than the lease': [conformance('after its moment a write sends nothing'), storm],
  '400/401/403/404/409/412/422 with a tracker-shaped body': [conformance('credentials that are refused are unauthorized'), connections('L2: a card that the tracker refuses delays no other')],
  '429/503 + Retry-After': [connections('429 and Retry-After: the whole connection pauses'), conformance('too many calls are throttled')],
  '`Retry-After` on a 2xx': [['src/store/sync/pace.test.ts', 'a pause that a successful answer asked for holds the whole connection']],
  'Duplicate webhook': [simulation, ['test/journeys/acceptance-board.test.ts', '19. Webhooks delivered twice, out of order']],
  'Reordered webhook': [simulation, ['test/journeys/acceptance-board.test.ts', '19. Webhooks delivered twice, out of order']],
  'Lost webhook, subscription on probation/disabled': [
    ['test/journeys/acceptance-board.test.ts', '20. Webhook endpoint down for an hour'],
    ['test/journeys/subscriptions-azure-boards.test.ts', 'Lost webhook, subscription on probation/disabled'],
  ],
  'Webhook before the link exists': [webhook('about a card that nobody knows yet is kept until its card is known'), webhooks('Webhook before the link exists: stored in the moment')],
  'Clock skew of workers or tracker': [simulation],
  'Token expires mid-flight': [connections('Token expires mid-flight')],
  'Refresh token revoked': [connections('Refresh token revoked')],
  'Card deleted (404)': [simulation, ['src/trackers/kit/conformance-presence.ts', 'a removed card is gone'], ['test/journeys/acceptance-cards.test.ts', '22. Card deleted'], ['test/journeys/acceptance-cards.test.ts', 'a card that stays out of sight is shown as lost']],
  'Card moved to another board/project/type': [['test/journeys/acceptance-cards.test.ts', '22. Card deleted / moved to another project'], ['src/core/sync/place.test.ts', 'a card that is elsewhere']],
  'Card merged/closed as duplicate by a human': [simulation, ['test/journeys/acceptance-board.test.ts', '13. Card closed by human']],
  'Human creates a second card with our marker': [simulation, ['test/journeys/acceptance-cards.test.ts', 'Human creates a second card with our marker'], ['src/trackers/kit/conformance-changes.ts', 'the inventory has every card of the target with its marker']],
  'Mapping edited while jobs are in flight': [inFlight('Mapping edited while jobs are in flight')],
  'Connection paused with jobs in flight': [connections('Connection paused with jobs in flight')],
  'Connection deleted with jobs in flight': [connections('Connection deleted with jobs in flight')],
  'Vulnerability deleted (asset deleted)': [inFlight('Vulnerability deleted with its asset while its card is made')],
  'Vulnerability merged (dedup)': [inFlight('Vulnerability merged while its card is made'), ['test/journeys/merge-split.test.ts', 'of two that are merged one card goes on']],
  'Workers partitioned from the DB': [storm, ['test/queue/work.test.ts', 'a dead worker’s rows are taken up after their lease']],
  'Workers partitioned from the tracker': [connections('Workers partitioned from the tracker')],
  'DB failover with lost tail or backup restore': [['test/journeys/ownership.test.ts', 'DB failover with lost tail']],
  'Cloned DB (staging copy of prod)': [['test/journeys/ownership.test.ts', 'Cloned DB']],
  'Disk full': [webhook('that cannot be stored is answered 503'), webhooks('Disk full')],
  'Poison payload': [webhook('of more than 1 MB is a dead letter'), webhook('that makes no sense is kept as a dead letter'), webhooks('Poison payload')],
  'Tracker schema change': [inFlight('Tracker schema change'), ['test/journeys/structure.test.ts', 'a column that people delete flags the configuration']],
};

test.each(Object.entries(proofs))('%s: has its proof', (_row, tests) => {
  const missing = tests.filter(([file, name]) => !readFileSync(new URL(`../${file}`, import.meta.url), 'utf8').includes(name));

  expect(tests.length).toBeGreaterThan(0);
  expect(missing).toEqual([]);
});
