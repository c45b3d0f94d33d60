import { randomUUID } from 'node:crypto';
import { forward } from '../core/mapping/status-mapping.ts';
import { measuredPace } from '../store/backfill.ts';
import type { JobRow } from '../store/jobs.ts';
import { endJob, insertJob, runningJob, setJobState, takeJob } from '../store/jobs.ts';
import { askMoves, cardsUnder, countMoves, endRefusedMoves, holdMoves, planMoves } from '../store/move-cards.ts';
import type { Connection, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { Visited } from '../store/work-loop.ts';
import { markDue } from '../store/work.ts';
import type { JobStarted } from './backfill.ts';
import { configurationOf } from './configuration-facts.ts';
import type { Refused } from './connections.ts';
import { refuse } from './connections.ts';
import type { SyncEngine } from './engine.ts';
import { judge } from './places.ts';

export interface MovePlan {
  readonly cards: number;
  readonly toPlace: number;
  readonly toState: number;
  /** What stands where it should, or is shown as drift with its own reason, or was put away by people. */
  readonly unchanged: number;
  readonly sample: readonly { readonly vulnerabilityId: string; readonly key: string; readonly url: string; readonly from: string; readonly to: string }[];
}

interface Planned extends MovePlan {
  readonly configurationId: string;
  readonly linkIds: readonly string[];
}

const sampleMax = 20;

/** Which cards are not where the configuration says, as last read. Nothing is asked of the tracker, and nothing written. */
export async function planMove(engine: SyncEngine, id: string): Promise<Planned | Refused> {
  return plan(engine, engine.options.store.db, id);
}

async function plan(engine: SyncEngine, db: Connection, id: string): Promise<Planned | Refused> {
  const configuration = await configurationOf(db, id);
  if (configuration === null) {
    return refuse(404, 'There is no such configuration.');
  }
  const { status_mapping: mapping, remote_labels: labels } = configuration;
  const judged = judge(engine, configuration, await cardsUnder(db, id));
  const moving = judged.filter(({ row, differs }) => row.card.presence === 'active' && differs !== null);
  const toPlace = moving.filter(({ differs }) => differs === 'elsewhere').length;
  const sample = moving.slice(0, sampleMax).map(({ row: { vulnerability_id: vulnerabilityId, status, card } }) => {
    const state = forward(mapping, status) ?? mapping.identified;
    return { vulnerabilityId, key: card.key, url: card.url, from: card.stateLabel, to: labels[state] ?? state };
  });
  const counts = { cards: moving.length, toPlace, toState: moving.length - toPlace, unchanged: judged.length - moving.length };
  return { ...counts, sample, configurationId: configuration.id, linkIds: moving.map(({ row }) => row.link_id) };
}

/** The plan, done: each card in its own visit, with all that holds for a change of a card. */
export async function startMove(engine: SyncEngine, id: string, by: string): Promise<JobStarted> {
  return inTransaction(engine.options.store, async (tx): Promise<JobStarted> => {
    const planned = await plan(engine, tx, id);
    if ('kind' in planned) {
      return planned;
    }
    if ((await runningJob(tx, planned.configurationId)) !== null) {
      return refuse(409, 'A job of this configuration is not over yet. Let it end, or cancel it.');
    }
    const jobId = randomUUID();
    await insertJob(tx, { id: jobId, kind: 'move_cards', configurationId: planned.configurationId, options: {}, total: planned.cards, by });
    await planMoves(tx, jobId, planned.linkIds);
    await markDue(tx, [{ kind: 'move_cards', key: jobId, lane: 'inner', because: 'A move of cards was started.' }]);
    return { kind: 'started', jobId };
  });
}

export async function steerMove(tx: Transaction, job: JobRow, state: 'running' | 'paused' | 'cancelled'): Promise<void> {
  await setJobState(tx, job.id, state);
  if (state === 'running') {
    await markDue(tx, [{ kind: 'move_cards', key: job.id, lane: 'inner', because: 'The move of cards was resumed.' }]);
  } else {
    await holdMoves(tx, job.id, state === 'paused' ? 'planned' : null);
  }
}

const wantedPerHand = 2;
const stepMs = 200;
const idleMs = 5_000;

export async function stepMove(engine: SyncEngine, jobId: string): Promise<Visited> {
  return inTransaction(engine.options.store, async (tx) => {
    const job = await takeJob(tx, jobId);
    if (job === null || job.state !== 'running') {
      return { nextAt: null, because: `The job is ${job?.state ?? 'gone'}.` };
    }
    const configuration = await configurationOf(tx, job.configuration_id);
    const pace = configuration === null ? null : await measuredPace(tx, configuration.connection_id);
    if (pace === null || pace.connection_state === 'deleted') {
      const because = 'The configuration or its connection was deleted.';
      await holdMoves(tx, jobId, null);
      await endJob(tx, jobId, 'cancelled', because);
      return { nextAt: null, because };
    }
    await endRefusedMoves(tx, jobId);
    const { planned, wanted } = await countMoves(tx, jobId);
    if (planned + wanted === 0) {
      await endJob(tx, jobId, 'completed', null);
      return { nextAt: null, because: 'All of it is done.' };
    }
    const room = pace.concurrency_max * wantedPerHand - wanted;
    const asked = room <= 0 ? 0 : await askMoves(tx, jobId, room);
    return { nextAt: new Date(Date.now() + (pace.connection_state === 'active' ? stepMs : idleMs)), because: `${asked} moves asked for.` };
  });
}
