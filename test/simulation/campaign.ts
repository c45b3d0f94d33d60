import type { Engine } from './bugs/load.ts';
import { Sometimes } from './sometimes.ts';
import type { Plan } from './world.ts';

export interface Failed {
  readonly plan: Plan;
  readonly violation: Error;
}

/** What many seeds came to. */
export interface Sum {
  seeds: number;
  readonly calls: { tracker: number; store: number; queue: number; webhook: number };
  events: number;
  virtualMs: number;
  cardWrites: number;
  boardChanges: number;
  twins: number;
  readonly failed: Failed[];
  readonly sometimes: Sometimes;
}

export function emptySum(): Sum {
  const calls = { tracker: 0, store: 0, queue: 0, webhook: 0 };
  return { seeds: 0, calls, events: 0, virtualMs: 0, cardWrites: 0, boardChanges: 0, twins: 0, failed: [], sometimes: new Sometimes() };
}

/** Runs the plans one after the other and adds up what they came to. Stops early if `until` says so. */
export async function runAll(engine: Engine, plans: Iterable<Plan>, options: { readonly sum?: Sum; readonly failuresMax?: number; readonly onSeed?: (sum: Sum) => void } = {}): Promise<Sum> {
  const sum = options.sum ?? emptySum();
  for (const plan of plans) {
    const outcome = await engine.runSeed(plan);
    sum.seeds += 1;
    sum.calls.tracker += outcome.calls.tracker;
    sum.calls.store += outcome.calls.store;
    sum.calls.queue += outcome.calls.queue;
    sum.calls.webhook += outcome.calls.webhook;
    sum.events += outcome.events;
    sum.virtualMs += outcome.virtualMs;
    sum.cardWrites += outcome.cardWrites;
    sum.boardChanges += outcome.boardChanges;
    sum.twins += outcome.twins;
    sum.sometimes.add(outcome.sometimes);
    if (outcome.violation !== null) {
      sum.failed.push({ plan, violation: outcome.violation });
      if (sum.failed.length >= (options.failuresMax ?? Infinity)) {
        break;
      }
    }
    options.onSeed?.(sum);
  }
  return sum;
}

export function callsOf({ calls }: Pick<Sum, 'calls'>): number {
  return calls.tracker + calls.store + calls.queue + calls.webhook;
}

export function* seedsBetween(first: number, last: number, plan: Omit<Plan, 'seed'> = {}): Iterable<Plan> {
  for (let seed = first; seed <= last; seed += 1) {
    yield { ...plan, seed };
  }
}
