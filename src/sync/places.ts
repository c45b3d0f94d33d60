import { agrees } from '../core/mapping/status-mapping.ts';
import { elsewhere, isElsewhere, ofConfiguration, remapped } from '../core/sync/place.ts';
import type { PlacedRow } from '../store/move-cards.ts';
import { cardsUnder, noteDrifts } from '../store/move-cards.ts';
import type { Transaction } from '../store/open.ts';
import type { StoredConfiguration } from './configuration-facts.ts';
import { configurationOf } from './configuration-facts.ts';
import { configuredTargets } from './connection-facts.ts';
import type { SyncEngine } from './engine.ts';

export interface Judged {
  readonly row: PlacedRow;
  /** How the card is not as its configuration says; null: it is, or its state is drift with a reason of its own. */
  readonly differs: 'elsewhere' | 'mapping' | null;
}

/** Cards as last read against the configuration that governs them now. */
export function judge(engine: SyncEngine, configuration: StoredConfiguration, rows: readonly PlacedRow[]): readonly Judged[] {
  const { targetSteps } = engine.tracker(configuration.tracker);
  const steps = { all: targetSteps.map((step) => step.id), loose: targetSteps.filter(({ loose }) => loose === true).map((step) => step.id) };
  return rows.map((row) => {
    if (isElsewhere(row.card.place, configuration.target, steps)) {
      return { row, differs: 'elsewhere' };
    }
    const known = row.drift === null || ofConfiguration(row.drift);
    return { row, differs: known && !agrees(configuration.status_mapping, row.status, row.card.state) ? 'mapping' : null };
  });
}

/** Of the cards of a connection, what a change of its configurations means. */
export interface Concerned {
  /** Cards that are not where their configuration says now. They stay, and are shown as drift until they are moved. */
  readonly elsewhere: number;
  /** Cards in another remote state than the mapping says now; likewise. */
  readonly remapped: number;
}

/** After a configuration was made, changed or deleted: every card that is no longer where it should be says so at once. */
export async function reviewPlaces(engine: SyncEngine, tx: Transaction, connectionId: string): Promise<Concerned> {
  let concerned = { elsewhere: 0, remapped: 0 };
  for (const { id } of await configuredTargets(tx, connectionId)) {
    const configuration = await configurationOf(tx, id);
    const judged = configuration === null ? [] : judge(engine, configuration, await cardsUnder(tx, id));
    const of = (kind: Judged['differs']) => judged.filter((one) => one.differs === kind).map(({ row }) => row.link_id);
    const away = of('elsewhere');
    const changed = of('mapping');
    await noteDrifts(tx, away, elsewhere);
    await noteDrifts(tx, changed, remapped);
    await noteDrifts(tx, of(null), null);
    concerned = { elsewhere: concerned.elsewhere + away.length, remapped: concerned.remapped + changed.length };
  }
  return concerned;
}
