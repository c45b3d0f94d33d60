import type { Random } from './random.ts';

/** Everything that can go wrong, and everything that people do, by name. A seed draws which of them happen to it. */
export const faultClasses = [
  'crash',
  'pause',
  'longPause',
  'skew',
  'databaseError',
  'databaseDoubt',
  'databaseOutage',
  'trackerOutage',
  'refusedConnection',
  'copiedDatabase',
  'requestLost',
  'answerLost',
  'lateExecution',
  'serverError',
  'signInPage',
  'throttled',
  'unauthorized',
  'forbidden',
  'missing',
  'staleRead',
  'slow',
  'hookLost',
  'hookTwice',
  'hookLate',
  'poison',
  'workflow',
  'stateRemoved',
  'massLoss',
  'boardMoves',
  'boardEdits',
  'boardPresence',
  'boardDelete',
  'boardClone',
  'boardHide',
  'decisions',
  'busyPerson',
  'severity',
  'scans',
  'expiry',
  'mappingEdited',
  'customAdded',
  'connectionPaused',
  'connectionDeleted',
  'linkActs',
  'holdsDecided',
  'boardAsk',
  'garbage',
  'doubtDetached',
  'doubtAttached',
  'probeDeleted',
  'attachedAgain',
] as const;
export type FaultClass = (typeof faultClasses)[number];

/** Rate of each class that is on, relative to its usual rate. */
export type Swarm = ReadonlyMap<FaultClass, number>;

/** Thought of later: drawn apart, so that where they are off the seeds from before keep their storms. */
const apart: ReadonlySet<FaultClass> = new Set(['doubtDetached', 'doubtAttached', 'probeDeleted', 'attachedAgain']);

/** Each seed has its own mix: with all faults on at once, most runs would drown before anything interesting happens. */
export function drawSwarm(randoms: { readonly main: Random; readonly apart: Random }, without: ReadonlySet<FaultClass>): Swarm {
  const share = randoms.main.pick([0.15, 0.3, 0.5, 0.7]);
  const swarm = new Map<FaultClass, number>();
  for (const name of faultClasses) {
    const random = apart.has(name) ? randoms.apart : randoms.main;
    const on = random.chance(share);
    const rate = random.pick([0.3, 1, 1, 3]);
    if (on && !without.has(name)) {
      swarm.set(name, rate);
    }
  }
  return swarm;
}
