import type { Actor } from './actors.ts';
import type { LinkRow } from './database.ts';
import { probeOf } from './model-visit.ts';
import { cardOf } from './tracker.ts';
import type { World } from './world.ts';

const minuteMs = 60_000;

/** People who do not wait until the fate of a create is known, or act on what they saw a while ago. */
export const doubtActors: readonly Actor[] = [
  {
    name: 'doubtDetached',
    everyMs: minuteMs,
    act: (world) => {
      const link = inDoubt(world);
      if (link !== null) {
        world.acts.detach(link);
        afterQuarantine(world, link, () => {
          world.acts.recreate(link);
          world.sometimes.saw('a link was detached in doubt and asked for anew');
        });
      }
    },
  },
  {
    name: 'doubtAttached',
    everyMs: minuteMs,
    act: (world) => {
      const link = inDoubt(world);
      if (link !== null) {
        afterQuarantine(world, link, () => attachHandmade(world, link));
      }
    },
  },
  {
    name: 'probeDeleted',
    everyMs: minuteMs / 2,
    act: (world) => {
      const link = inDoubt(world);
      const probe = link === null ? null : probeOf(world.database, link);
      const card = link === null ? undefined : [...world.tracker(link.connectionId).cards.values()].find(({ marker, deleted }) => marker !== null && marker === probe && !deleted);
      if (card !== undefined) {
        // Not every tracker tells of it.
        card.deleted = true;
        world.sometimes.saw('the card was deleted that a search had to show');
      }
    },
  },
  {
    name: 'attachedAgain',
    everyMs: 2 * minuteMs,
    act: (world) => {
      const linked = [...world.database.links.values()].filter(({ state }) => state === 'linked');
      const link = linked.length === 0 ? null : world.random.pick(linked);
      const tracker = link === null ? null : world.tracker(link.connectionId);
      const card = tracker?.cards.get(link?.cardRef ?? '');
      if (link !== null && tracker !== null && card !== undefined && !card.deleted) {
        // As it was when they looked at it; meanwhile a visit may have agreed on something newer.
        const looked = cardOf(tracker, card);
        world.kernel.after(world.random.between(1_000, 30_000), () => world.acts.attach(link, looked));
      }
    },
  },
];

/** A link whose create was sent and not answered. */
function inDoubt({ database, random }: World): LinkRow | null {
  const links = [...database.links.values()].filter((link) => link.cardRef === null && link.attempts > 0 && link.state === 'pending');
  return links.length === 0 ? null : random.pick(links);
}

function afterQuarantine({ kernel, random }: World, link: LinkRow, act: () => void): void {
  kernel.after(Math.max(0, link.quarantineUntil - kernel.now) + random.between(1_000, minuteMs), act);
}

/** A person makes the card themselves and attaches it, unless ours was found meanwhile. */
function attachHandmade(world: World, link: LinkRow): void {
  if (link.cardRef === null && world.database.connection(link.connectionId).state === 'active') {
    const tracker = world.tracker(link.connectionId);
    const card = tracker.makeByHand();
    world.acts.attach(link, cardOf(tracker, card));
    if (link.cardRef === card.ref) {
      world.sometimes.saw('a card was attached in the place of one in doubt');
    }
  }
}

/** A person chooses a card for a link; it is read, and a moment later the choice is kept. */
export function attachSome({ random, kernel, acts, sometimes, trackers }: World, link: LinkRow): void {
  const tracker = trackers.get(link.connectionId);
  const cards = [...(tracker?.cards.values() ?? [])].filter((card) => !card.deleted && !card.hidden && !card.forbidden);
  const likely = cards.filter((card) => card.ref === link.cardRef || card.marker?.startsWith(`pb-${link.connectionId}-${link.vulnerabilityId}-`) === true);
  if (tracker !== undefined && likely.length > 0) {
    const card = cardOf(tracker, random.pick(random.chance(0.7) ? likely : cards));
    kernel.after(random.between(5, 3_000), () => {
      acts.attach(link, card);
      sometimes.saw(link.cardRef === card.ref ? 'a person attached a card' : 'a card could not be attached');
    });
  }
}
