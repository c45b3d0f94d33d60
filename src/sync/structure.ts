import type { RemoteState, Session } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { inTransaction } from '../store/open.ts';
import type { Attention, StructureRow } from '../store/structure.ts';
import { connectionsAlive, recordStructure, selectStructure } from '../store/structure.ts';
import type { Visited } from '../store/work-loop.ts';
import { markDue } from '../store/work.ts';
import { loadConnection } from './connection-facts.ts';
import { answerFault } from './connection-work.ts';
import type { SyncEngine } from './engine.ts';
import type { SessionRecord } from './ports.ts';
import { wordsOf } from './subscriptions.ts';
import { labelsOfTarget } from './target-labels.ts';

/** How often targets are looked at where no webhook tells that their structure changed. */
export const structureEveryMs = 6 * 3_600_000;
const afterStartMs = 3_600_000;

/**
 * Looks at every configured target as the tracker is now: names are refreshed, what is gone flags the configuration with the
 * name it had, what is mended clears the flag and wakes the links that failed by it.
 */
export async function careForStructure(engine: SyncEngine, id: string, attempts: number): Promise<Visited> {
  const { store, sealKey, log } = engine.options;
  const connection = await loadConnection(store.db, sealKey, id);
  if (connection === null) {
    return { nextAt: null, because: 'The connection is gone.' };
  }
  const { asOf, configurations } = await selectStructure(store.db, id);
  const nextAt = new Date(asOf + structureEveryMs);
  if (connection.state !== 'active' || configurations.length === 0) {
    return { nextAt, because: connection.state === 'active' ? 'There is no configuration yet.' : `The connection is ${connection.state}.` };
  }
  const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
  try {
    const session = engine.env.openSession(connection, record);
    for (const configuration of configurations) {
      const targetLabels = await labelsOfTarget(session, engine.tracker(connection.tracker).targetSteps, configuration.target);
      const found = { ...(await lookAt(session, configuration, asOf)), targetLabels };
      const outcome = await inTransaction(store, (tx) => recordStructure(tx, configuration, found));
      if (outcome !== 'unchanged') {
        log('configuration looked at', { configuration: configuration.id, outcome });
      }
    }
    await engine.env.store.learnPace(id, record.hints);
    return { nextAt, cost: Math.max(0, record.calls - 1), because: 'The targets were looked at.' };
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    return answerFault(engine.env, { connectionId: id, fault, attempts, asOf, everyMs: structureEveryMs });
  }
}

interface Found {
  readonly remoteLabels: Readonly<Record<string, string>>;
  readonly attention: readonly Attention[] | null;
}

/** A target that cannot be seen is a finding; anything else that goes wrong is a trouble, and says nothing about the target. */
async function lookAt(session: Session, configuration: StructureRow, now: number): Promise<Found> {
  const { target, remote_labels: labels, attention } = configuration;
  const remoteStates = Object.entries(configuration.status_mapping).map(([status, value]) => ({ value, status, label: labels[value] ?? null }));
  const facts = { target, remoteStates, severityMapping: configuration.severity_mapping, fieldDefaults: configuration.field_defaults };
  try {
    const problems = await session.validate(facts);
    const blocking = problems.filter(({ kind }) => kind === 'blocking').map((problem) => ({ ...problem, at: new Date(now).toISOString() }));
    const states = blocking.some(({ path }) => path.startsWith('target')) ? [] : await session.remoteStates(target);
    return { remoteLabels: renamed(configuration, states), attention: blocking.length > 0 ? blocking : stillMet(attention, now) };
  } catch (fault) {
    if (fault instanceof TrackerFault && (fault.kind === 'gone' || fault.kind === 'forbidden' || fault.kind === 'rejected')) {
      const words = `The target cannot be seen: ${wordsOf(fault)}`;
      return { remoteLabels: labels, attention: [{ kind: 'blocking', path: 'target', message: words, at: new Date(now).toISOString() }] };
    }
    throw fault;
  }
}

/** The tracker's names of today; of what is gone, the name it had. */
function renamed({ remote_labels: labels, status_mapping: mapping }: StructureRow, states: readonly RemoteState[]): Readonly<Record<string, string>> {
  if (states.length === 0) {
    return labels;
  }
  const mapped = Object.values(mapping).flatMap((value) => (labels[value] === undefined ? [] : [[value, labels[value]] as const]));
  return { ...Object.fromEntries(mapped), ...Object.fromEntries(states.map(({ value, label }) => [value, label])) };
}

/** What a visit ran into and this look does not see stays for a while: it would only run into it again. */
function stillMet(attention: readonly Attention[] | null, now: number): readonly Attention[] | null {
  const met = (attention ?? []).filter(({ path, at }) => path === undefined && at !== undefined && now - Date.parse(at) < structureEveryMs / 2);
  return met.length === 0 ? null : met;
}

/** At the start: every connection has its next look, soon. */
export async function planStructure({ options }: SyncEngine): Promise<void> {
  const ids = await connectionsAlive(options.store.db);
  const dueAt = new Date(Date.now() + afterStartMs);
  await markDue(options.store.db, ids.map((id) => ({ kind: 'structure', key: id, lane: id, dueAt, because: 'Start.' })));
}
