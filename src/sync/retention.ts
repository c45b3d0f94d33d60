import { supersedeAnswered } from '../store/holds.ts';
import { removeBrokenUploads, removeOldActivity, removeOldRecords } from '../store/retention.ts';
import type { WorkKind } from '../store/work-loop.ts';
import type { SyncEngine } from './engine.ts';

const everyMs = 6 * 3_600_000;
const soonMs = 1_000;
const leaseMs = 120_000;

/** Sync activity, stored webhooks, broken uploads, superseded evidence and the audit log do not grow for ever. */
export function retentionWork({ options }: SyncEngine): WorkKind {
  const { store } = options;
  return {
    leaseMs,
    handle: async () => {
      const more = [await removeOldActivity(store), await removeBrokenUploads(store), await removeOldRecords(store)].includes(true);
      return { nextAt: new Date(Date.now() + (more ? soonMs : everyMs)), because: more ? 'There was more to remove.' : 'Nothing old is left.' };
    },
  };
}

const mootEveryMs = 60_000;

/** Questions that time has answered are withdrawn by themselves. */
export function holdsWork({ options }: SyncEngine): WorkKind {
  return {
    leaseMs,
    handle: async () => {
      const count = await supersedeAnswered(options.store.db);
      return { nextAt: new Date(Date.now() + mootEveryMs), because: `${count} holds were moot.` };
    },
  };
}
