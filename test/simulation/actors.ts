import { severities, statuses } from '../../src/core/vocabulary.ts';
import { attachSome, doubtActors } from './doubts.ts';
import type { FaultClass } from './faults.ts';
import { randomMapping } from './mappings.ts';
import type { KeptCard, SimulatedTracker } from './tracker.ts';
import { states } from './tracker.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

export interface Actor {
  readonly name: FaultClass;
  /** Between two acts, on average, at the usual rate. */
  readonly everyMs: number;
  readonly act: (world: World) => void;
}

/** People, scanners and automatons on both sides, as long as the storm lasts. */
export function startActors(world: World, stormMs: number): void {
  const { random, kernel, swarm } = world;
  for (let id = 1; id <= world.vulnerabilitiesMax; id += 1) {
    const at = random.between(0, random.chance(0.5) ? 5_000 : stormMs * 0.7);
    const severity = random.pick(severities);
    kernel.after(at, () => world.acts.identify(String(id), severity, `Weakness ${id}`));
  }
  if (swarm.has('copiedDatabase')) {
    world.database.mayWrite = false;
    kernel.after(random.between(20_000, 5 * minuteMs), () => world.acts.takeOver());
  }
  const until = kernel.now + stormMs;
  for (const { name, everyMs, act } of [...actors, ...doubtActors]) {
    const rate = swarm.get(name);
    if (rate === undefined) {
      continue;
    }
    const next = () => {
      const at = kernel.now - Math.log(1 - random.next()) * (everyMs / rate);
      if (at < until) {
        kernel.at(at, () => {
          act(world);
          next();
        });
      }
    };
    next();
  }
}

function someCard(world: World): { readonly tracker: SimulatedTracker; readonly card: KeptCard } | null {
  const tracker = world.random.pick([...world.trackers.values()]);
  const cards = [...tracker.cards.values()].filter((card) => !card.deleted);
  return cards.length === 0 ? null : { tracker, card: world.random.pick(cards) };
}

function onCard(act: (world: World, card: KeptCard, tracker: SimulatedTracker) => void): Actor['act'] {
  return (world) => {
    const found = someCard(world);
    if (found !== null) {
      act(world, found.card, found.tracker);
    }
  };
}

function someLink(world: World) {
  const links = [...world.database.links.values()];
  return links.length === 0 ? null : world.random.pick(links);
}

function someVulnerability(world: World) {
  const rows = [...world.database.vulnerabilities.values()];
  return rows.length === 0 ? null : world.random.pick(rows);
}

const actors: readonly Actor[] = [
  { name: 'boardMoves', everyMs: minuteMs / 2, act: onCard(({ random }, card, tracker) => tracker.edit(card, 'a person', { state: random.pick(states) })) },
  {
    name: 'boardEdits',
    everyMs: minuteMs,
    act: onCard(({ random }, card, tracker) => {
      const change = random.pick([{ priority: random.pick(['1', '2', '3', '4']) }, { priority: null }, {}]);
      tracker.edit(card, 'a person', change, Object.keys(change).length === 0);
    }),
  },
  {
    name: 'boardPresence',
    everyMs: 3 * minuteMs,
    act: onCard((world, card, tracker) => {
      // A card that no search shows any more, before we know that it is ours, cannot be told from one that was never made.
      if (tracker.profile.traits.findsHidden || isLinked(world, tracker, card)) {
        tracker.edit(card, 'a person', { presence: world.random.pick(['active', 'active', 'archived', 'discarded']) });
      }
    }),
  },
  {
    name: 'boardDelete',
    everyMs: 8 * minuteMs,
    act: onCard((world, card, tracker) => {
      if (isLinked(world, tracker, card)) {
        tracker.remove(card);
      }
    }),
  },
  {
    name: 'boardClone',
    everyMs: 8 * minuteMs,
    act: onCard((world, card, tracker) => {
      tracker.clone(card);
      world.sometimes.saw('a person cloned a card');
    }),
  },
  {
    name: 'boardHide',
    everyMs: 5 * minuteMs,
    act: onCard((world, card, tracker) => {
      if (isLinked(world, tracker, card)) {
        const way = world.random.pick(['hidden', 'forbidden'] as const);
        card[way] = true;
        card.wasHidden = true;
        world.kernel.after(world.random.between(minuteMs, 15 * minuteMs), () => {
          card[way] = false;
        });
      }
    }),
  },
  {
    name: 'massLoss',
    everyMs: 12 * minuteMs,
    act: (world) => {
      for (const tracker of world.trackers.values()) {
        const linked = [...tracker.cards.values()].filter((card) => isLinked(world, tracker, card));
        linked.forEach((card) => Object.assign(card, { hidden: true, wasHidden: true }));
        world.kernel.after(world.random.between(8 * minuteMs, 20 * minuteMs), () => linked.forEach((card) => (card.hidden = false)));
      }
    },
  },
  {
    name: 'decisions',
    everyMs: minuteMs,
    act: (world) => {
      const row = someVulnerability(world);
      if (row !== null) {
        const expires = world.random.chance(0.5) ? world.kernel.now + world.random.between(minuteMs, 20 * minuteMs) : null;
        world.acts.decide(row.id, world.random.pick(statuses), expires);
      }
    },
  },
  {
    name: 'busyPerson',
    everyMs: 10 * minuteMs,
    act: (world) => {
      const row = someVulnerability(world);
      for (let at = 0; row !== null && at < 16; at += 1) {
        world.kernel.after(at * world.random.between(10_000, 40_000), () => {
          if (world.weather.stormy) {
            world.acts.decide(row.id, at % 2 === 0 ? 'in_progress' : 'identified', null);
          }
        });
      }
    },
  },
  {
    name: 'severity',
    everyMs: 2 * minuteMs,
    act: (world) => {
      const row = someVulnerability(world);
      if (row !== null) {
        world.acts.edit(row.id, world.random.chance(0.5) ? { severity: world.random.pick(severities) } : { title: `${row.title.slice(0, 12).trim()} ${world.random.whole(1, 99)}` });
      }
    },
  },
  {
    name: 'scans',
    everyMs: minuteMs,
    act: (world) => {
      const row = someVulnerability(world);
      if (row !== null) {
        world.acts.scan(row.id, world.random.chance(0.5), world.kernel.now - world.random.between(0, 2 * minuteMs));
      }
    },
  },
  { name: 'expiry', everyMs: 2 * minuteMs, act: (world) => [...world.database.vulnerabilities.keys()].forEach((id) => world.acts.expire(id)) },
  {
    name: 'mappingEdited',
    everyMs: 5 * minuteMs,
    act: (world) => {
      const row = world.random.pick([...world.database.configurations.values()]);
      row.statusMapping = randomMapping(world.random);
      row.version += 1;
    },
  },
  {
    name: 'customAdded',
    everyMs: 6 * minuteMs,
    act: (world) => {
      const customs = [...world.database.configurations.values()].filter((row) => row.scope === 'custom' && !row.deleted);
      const [first] = customs;
      if (first === undefined) {
        world.addConfiguration(world.random.pick([...world.trackers.keys()]), 'custom', ['even']);
      } else {
        first.deleted = true;
        first.version += 1;
      }
    },
  },
  {
    name: 'connectionPaused',
    everyMs: 6 * minuteMs,
    act: (world) => {
      const id = world.random.pick([...world.trackers.keys()]);
      world.acts.pause(id);
      world.kernel.after(world.random.between(10_000, 4 * minuteMs), () => {
        if (world.database.connection(id).state === 'paused') {
          world.acts.resume(id);
        }
      });
    },
  },
  { name: 'connectionDeleted', everyMs: 40 * minuteMs, act: (world) => world.acts.deleteConnection(world.random.pick([...world.trackers.keys()])) },
  { name: 'unauthorized', everyMs: 3 * minuteMs, act: (world) => logInAgain(world) },
  {
    name: 'databaseOutage',
    everyMs: 5 * minuteMs,
    act: ({ weather, kernel, random, sometimes }) => {
      weather.databaseAwayUntil = kernel.now + random.between(5_000, 90_000);
      sometimes.saw('the database was away for a while');
    },
  },
  {
    name: 'trackerOutage',
    everyMs: 6 * minuteMs,
    act: (world) => {
      const tracker = world.random.pick([...world.trackers.values()]);
      tracker.awayUntil = world.kernel.now + world.random.between(10_000, 6 * minuteMs);
    },
  },
  {
    name: 'linkActs',
    everyMs: 2 * minuteMs,
    act: (world) => {
      const link = someLink(world);
      if (link !== null) {
        world.random.pick([() => world.acts.detach(link), () => world.acts.recreate(link), () => world.acts.recreate(link), () => world.acts.retry(link), () => attachSome(world, link)])();
      }
    },
  },
  {
    name: 'holdsDecided',
    everyMs: 3 * minuteMs,
    act: (world) => {
      const open = world.database.holds.filter((hold) => hold.state === 'open');
      if (open.length > 0) {
        world.acts.decideHold(world.random.pick(open), world.random.chance(0.5));
      }
    },
  },
  {
    name: 'workflow',
    everyMs: 6 * minuteMs,
    act: (world) => {
      const tracker = world.random.pick([...world.trackers.values()]);
      tracker.workflowRefuses = !tracker.workflowRefuses;
    },
  },
  {
    name: 'stateRemoved',
    everyMs: 8 * minuteMs,
    act: (world) => {
      const tracker = world.random.pick([...world.trackers.values()]);
      tracker.removedState = tracker.removedState === null ? world.random.pick(states) : null;
    },
  },
];

function isLinked(world: World, tracker: SimulatedTracker, card: KeptCard): boolean {
  return [...world.database.links.values()].some((link) => link.connectionId === tracker.id && link.cardRef === card.ref);
}

/** A person renews the credentials; what waited resumes. */
export function logInAgain(world: World): void {
  for (const [id, tracker] of world.trackers) {
    tracker.tokenValid = true;
    if (world.acts.login(id)) {
      world.sometimes.saw('a person logged in again');
    }
  }
}
