import { randomUUID } from 'node:crypto';
import type { BackfillFilter } from '../store/backfill.ts';
import { countBacklog, countLinks, measuredPace, openBacklog, takeBack } from '../store/backfill.ts';
import type { JobRow } from '../store/jobs.ts';
import { endJob, insertJob, runningJob, setJobState, takeJob } from '../store/jobs.ts';
import type { Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { Visited } from '../store/work-loop.ts';
import { markDue } from '../store/work.ts';
import { configurationOf } from './configuration-facts.ts';
import type { Refused } from './connections.ts';
import { refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';
import { estimate } from './estimate.ts';
import { cardsOf } from './preview.ts';

export interface BackfillWish extends BackfillFilter {
  readonly perMinute?: number | null;
  readonly limit?: number;
}

/** How many cards a backfill would make and how long it would take; asks the tracker nothing. */
export async function estimateBackfill(engine: SyncEngine, id: string, wish: BackfillWish) {
  const { db } = engine.options.store;
  const configuration = await configurationOf(db, id);
  if (configuration === null) {
    return refuse(404, 'There is no such configuration.');
  }
  const counted = cardsOf(await countBacklog(db, id, wish));
  const cards = { ...counted, total: Math.min(counted.total, wish.limit ?? Infinity) };
  const pace = await estimate(engine, { connectionId: configuration.connection_id, tracker: configuration.tracker, cards: cards.total, perMinute: wish.perMinute ?? null });
  return pace === null ? refuse(404, 'There is no such configuration.') : { cards, ...pace };
}

export type JobStarted = { readonly kind: 'started'; readonly jobId: string } | Refused;

export async function startBackfill(engine: SyncEngine, id: string, wish: BackfillWish, by: string): Promise<JobStarted> {
  const { store } = engine.options;
  const configuration = await configurationOf(store.db, id);
  if (configuration === null) {
    return refuse(404, 'There is no such configuration.');
  }
  return inTransaction(store, async (tx): Promise<JobStarted> => {
    const other = await runningJob(tx, configuration.id);
    if (other !== null) {
      return refuse(409, 'A job of this configuration is not over yet. Let it end, or cancel it.');
    }
    const { total } = cardsOf(await countBacklog(tx, id, wish));
    const jobId = randomUUID();
    await insertJob(tx, { id: jobId, kind: 'backfill', configurationId: configuration.id, options: wish, total: Math.min(total, wish.limit ?? Infinity), by });
    await markDue(tx, [{ kind: 'backfill', key: jobId, lane: 'inner', because: 'A backfill was started.' }]);
    return { kind: 'started', jobId };
  });
}

/** A pause stops before the next card: what is opened and untried is taken back, and opened again by whoever resumes. */
export async function steerBackfill(tx: Transaction, job: JobRow, state: 'running' | 'paused' | 'cancelled', perMinute?: number | null): Promise<void> {
  await setJobState(tx, job.id, state, perMinute);
  if (state === 'running') {
    await markDue(tx, [{ kind: 'backfill', key: job.id, lane: 'inner', because: 'The backfill was resumed.' }]);
  } else {
    await takeBack(tx, job.id);
  }
}

/** Links of a backfill on their way at once, for each of the connection's hands: enough to keep them all busy. At least as many as are looked for at once. */
const openPerHand = 2;
const stepMs = 200;
const idleMs = 5_000;
const minuteMs = 60_000;

/**
 * One step of a backfill: as many links opened as there is room for. The cards are made by the links' own visits, so that
 * everything which holds for one card holds for these; all that a step decides on is in the database.
 */
export async function stepBackfill(engine: SyncEngine, jobId: string): Promise<Visited> {
  return inTransaction(engine.options.store, async (tx) => {
    const job = await takeJob(tx, jobId);
    if (job === null || job.state !== 'running') {
      return rest(`The backfill is ${job?.state ?? 'gone'}.`);
    }
    const configuration = await configurationOf(tx, job.configuration_id);
    const pace = configuration === null ? null : await measuredPace(tx, configuration.connection_id);
    if (pace === null || pace.connection_state === 'deleted') {
      const because = 'The configuration or its connection was deleted.';
      await takeBack(tx, jobId);
      await endJob(tx, jobId, 'cancelled', because);
      return rest(because);
    }
    const { bulkMax = 1 } = configuration === null ? {} : engine.tracker(configuration.tracker).traits;
    const counts = await countLinks(tx, jobId);
    const { perMinute, limit, ...filter } = job.options as BackfillWish;
    const inMinute = perMinute === undefined || perMinute === null ? Infinity : perMinute - counts.lately;
    const inAll = (limit ?? Infinity) - counts.opened;
    const atOnce = Math.max(pace.concurrency_max * openPerHand, bulkMax);
    const room = Math.min(atOnce - counts.waiting, inMinute, inAll);
    const opened = room <= 0 ? 0 : await openBacklog(tx, { id: jobId, configurationId: job.configuration_id, filter }, room);
    const exhausted = inAll <= 0 || (room > 0 && opened < room);
    if (exhausted && counts.waiting + opened === 0) {
      await endJob(tx, jobId, 'completed', null);
      return rest('All of it is done.');
    }
    const idle = pace.connection_state !== 'active';
    const full = inMinute <= 0 && counts.first_lately !== null ? counts.first_lately.getTime() + minuteMs : 0;
    const nextAt = Math.max(Date.now() + (idle ? idleMs : stepMs), exhausted ? 0 : full);
    return { nextAt: new Date(nextAt), because: `${opened} links opened.` };
  });
}

function rest(because: string): Visited {
  return { nextAt: null, because };
}
