import { recomputeDueDates } from '../store/due-dates.ts';
import type { Store, Transaction } from '../store/open.ts';
import { inTransaction } from '../store/open.ts';
import type { WorkKind } from '../store/work-loop.ts';
import { markDue } from '../store/work.ts';

const leaseMs = 60_000;
/** Few enough that no card waits long for a row which is locked here. */
const atOnce = 2_000;

/** After the setting changed: every open vulnerability, in the transaction of the change. */
export async function askForDueDates(tx: Transaction): Promise<void> {
  await markDue(tx, [{ kind: 'due-dates', key: 'all', lane: 'inner', because: 'The days until vulnerabilities are due changed.' }]);
}

export function dueDateWork(store: Store): Readonly<Record<string, WorkKind>> {
  return {
    'due-dates': {
      leaseMs,
      handle: async () => {
        let after: string | null = '0';
        while (after !== null) {
          const from: string = after;
          after = await inTransaction(store, (tx) => recomputeDueDates(tx, from, atOnce));
        }
        return { nextAt: null };
      },
    },
  };
}
