import type { Format } from '../contracts/format.ts';
import type { Tracker } from '../contracts/tracker.ts';
import type { Store } from '../store/open.ts';
import type { SyncEngine } from '../sync/engine.ts';

/** What the doors are given by main. */
export interface Surroundings {
  readonly store: Store;
  readonly engine: SyncEngine;
  readonly trackers: readonly Tracker[];
  readonly formats: readonly Format[];
  readonly publicUrl: string;
  /** Folder of the built web app; null: none is served. */
  readonly webFolder: string | null;
  /** The operator's file of commands that schedules may run; null: none. */
  readonly commandsFile: string | null;
  readonly isReady: () => Promise<boolean>;
  readonly log: (message: string, facts: Readonly<Record<string, unknown>>) => void;
}
