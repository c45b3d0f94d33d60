import type { Fate } from './process.ts';
import { happens } from './session.ts';
import type { SimulatedTracker } from './tracker.ts';
import type { World } from './world.ts';

const triesMax = 6;

/** The tracker's own messages about changes: lost, doubled, late and out of order, and sent again only by some. */
export function connectHooks(world: World, connectionId: string, tracker: SimulatedTracker): void {
  let number = 0;
  const stubborn = tracker.profile.id === 'azure-boards';
  tracker.onChange = (card, by) => {
    world.boardChanges += by === 'a person' ? 1 : 0;
    if (tracker.profile.id === 'servicenow' && world.random.chance(0.5)) {
      return;
    }
    number += 1;
    const delivery = { key: `${connectionId}-${number}`, ref: card.ref };
    if (happens(world.weather, 'hookLost', 0.2)) {
      return;
    }
    const copies = happens(world.weather, 'hookTwice', 0.2) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = happens(world.weather, 'hookLate', 0.2);
      const delay = late ? world.random.between(5_000, 600_000) : world.random.between(20, 1_500);
      world.kernel.after(delay, () => deliver(world, connectionId, delivery, stubborn ? triesMax : 1));
    }
  };
}

interface Delivery {
  readonly key: string;
  readonly ref: string;
}

/** One try; 2xx only when it is stored. */
function deliver(world: World, connectionId: string, delivery: Delivery, triesLeft: number): void {
  const { web, weather, random } = world;
  const again = () => {
    if (triesLeft > 1) {
      world.kernel.after(random.between(5_000, 60_000), () => deliver(world, connectionId, delivery, triesLeft - 1));
    }
  };
  if (!web.alive || world.database.connection(connectionId).state === 'deleted') {
    again();
    return;
  }
  const broken = world.kernel.now < weather.databaseAwayUntil || happens(weather, 'databaseError', 0.02);
  const doubtful = happens(weather, 'databaseDoubt', 0.02);
  const failure = { error: () => new Error('The database is away.'), when: broken ? ('before' as const) : ('after' as const) };
  const fate: Fate = { calls: 'webhook', thereMs: random.between(1, 20), backMs: random.between(1, 20), ...(broken || doubtful ? { failure } : {}), ...(happens(weather, 'crash', 0.01) ? { crash: random.pick(['before', 'after'] as const) } : {}) };
  const garbage = happens(weather, 'garbage', 0.05);
  const message = garbage
    ? ({ kind: 'garbage', because: 'It is no JSON.' } as const)
    : ({ kind: 'cards', refs: [delivery.ref], deliveryId: delivery.key, event: 'changed' } as const);
  const stored = web.ask(
    () => {
      world.store.keepHint({ connectionId, message, deliveryKey: delivery.key, body: new Uint8Array(), tracker: 'sim' });
      world.witness.hinted(connectionId, delivery.key, garbage ? [] : [delivery.ref]);
    },
    fate,
    () => random.between(500, 10_000),
  );
  stored.then(
    () => world.watch.acknowledged.set(delivery.key, world.kernel.now),
    () => {
      world.sometimes.saw('a webhook was answered with 503');
      again();
    },
  );
}
