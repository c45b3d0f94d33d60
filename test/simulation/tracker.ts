import type { Card, Draft, Patch } from '../../src/contracts/tracker.ts';
import { TrackerFault } from '../../src/contracts/tracker-fault.ts';
import type { Kernel } from './kernel.ts';
import type { Profile } from './profiles.ts';
import type { Random } from './random.ts';

export interface Change {
  readonly order: number;
  readonly by: string;
  readonly at: number;
  readonly state: string;
  readonly title: string;
  readonly priority: string | null;
  readonly presence: Card['presence'];
  /** Whether this change moved the card. */
  readonly moved: boolean;
}

export interface KeptCard {
  readonly ref: string;
  readonly marker: string | null;
  /** By our create; false: a clone or a stranger. */
  readonly ours: boolean;
  readonly bornAt: number;
  readonly searchableAt: number;
  state: string;
  title: string;
  priority: string | null;
  presence: Card['presence'];
  order: number;
  deleted: boolean;
  hidden: boolean;
  forbidden: boolean;
  /** Nobody told us of what happened while we could not see it: only the comparison of all cards finds that. */
  wasHidden: boolean;
  /** What was last read of it was older than what the list of changes told; the next change or comparison finds that. */
  wasStale: boolean;
  readonly history: Change[];
}

interface LoggedChange {
  readonly ref: string;
  readonly order: number;
  readonly at: number;
  readonly visibleAt: number;
}

export type Edit = Partial<Pick<KeptCard, 'state' | 'title' | 'priority' | 'presence'>>;

/** The longest time after which a change shows in the list of changes; cursors overlap by it. */
const changesLagMs = 30_000;
/** How old an answer may be, where reads are served from a copy. */
const readLagMs = 30_000;
export const us = 'patchboard';
export const firstState = 'new';
export const states = ['new', 'todo', 'doing', 'review', 'done', 'risk', 'elsewhere'] as const;

/** One tracker account: a board of cards, with the habits of a real product. */
export class SimulatedTracker {
  readonly id: string;
  readonly profile: Profile;
  readonly cards = new Map<string, KeptCard>();
  readonly #kernel: Kernel;
  readonly #random: Random;
  readonly #log: LoggedChange[] = [];
  /** How long searches lag, within the trait or (where a seed breaks the assumption) beyond. */
  lagMs: number;
  staleReads = 0;
  tokenValid = true;
  /** Until then nothing of it can be reached. */
  awayUntil = 0;
  removedState: string | null = null;
  workflowRefuses = false;
  refuses: (title: string) => boolean = () => false;
  onFound: (marker: string, cards: readonly Card[]) => void = () => {};
  onCreate: (card: KeptCard) => void = () => {};
  onOurWrite: (card: KeptCard, before: KeptCard, patch: Patch) => void = () => {};
  onChange: (card: KeptCard, by: string) => void = () => {};

  constructor(id: string, profile: Profile, kernel: Kernel, random: Random) {
    this.id = id;
    this.profile = profile;
    this.#kernel = kernel;
    this.#random = random;
    this.lagMs = profile.traits.searchLagMs;
  }

  create(draft: Draft): KeptCard {
    if (this.refuses(draft.title)) {
      throw new TrackerFault('rejected', 'This content is refused.');
    }
    if (draft.state === this.removedState) {
      throw new TrackerFault('rejected', 'The state is gone.', { fields: [{ name: 'statusMapping.identified', message: 'gone' }] });
    }
    const state = this.profile.bornElsewhere ? firstState : draft.state;
    return this.#keep({ marker: draft.marker, ours: true, state, title: draft.title, priority: draft.priority }, us);
  }

  clone(card: KeptCard): KeptCard {
    return this.#keep({ marker: card.marker, ours: false, state: card.state, title: card.title, priority: card.priority }, 'a person');
  }

  /** A card that a person made by hand. */
  makeByHand(): KeptCard {
    return this.#keep({ marker: null, ours: false, state: firstState, title: 'Made by hand', priority: null }, 'a person');
  }

  /** What a write of ours does; throws what the tracker refuses. */
  update(ref: string, patch: Patch, revision: string): KeptCard {
    const card = this.visible(ref);
    if (this.profile.traits.conditionalWrite && revision !== String(card.order)) {
      throw new TrackerFault('stale', `The card is at ${card.order}, not at ${revision}.`);
    }
    if (patch.state !== undefined && patch.state === this.removedState) {
      throw new TrackerFault('rejected', 'The state is gone.', { fields: [{ name: 'statusMapping.x', message: 'gone' }] });
    }
    if (patch.state !== undefined && patch.state !== card.state && this.workflowRefuses) {
      const { state: _state, ...stateless } = patch;
      const told = this.profile.tellsRefusals && patch.comment !== undefined ? { told: cardOf(this, this.update(ref, stateless, revision)) } : {};
      throw new TrackerFault('rejected', 'The workflow does not allow it.', { errorClass: 'workflow', ...told });
    }
    const before = { ...card };
    const extra = this.profile.commentsCount && patch.comment !== undefined ? 1 : 0;
    this.edit(card, us, {
      ...(patch.state === undefined ? {} : { state: patch.state }),
      ...(patch.title === undefined ? {} : { title: patch.title }),
      ...(patch.priority === undefined ? {} : { priority: patch.priority }),
      ...(patch.restore === true ? { presence: 'active' as const } : {}),
    });
    if (extra > 0) {
      this.edit(card, us, {}, true);
    }
    this.onOurWrite(card, before, patch);
    return card;
  }

  /** A change by anybody. One that changes nothing leaves no trace, unless it is a comment. */
  edit(card: KeptCard, by: string, change: Edit, comment = false): void {
    const before = { ...card };
    Object.assign(card, change);
    const same = before.state === card.state && before.title === card.title && before.priority === card.priority && before.presence === card.presence;
    if (same && !comment) {
      return;
    }
    card.order += 1;
    this.#note(card, by, before.state !== card.state);
  }

  remove(card: KeptCard): void {
    card.deleted = true;
    this.onChange(card, 'a person');
  }

  /** As a signed-in account sees it; `gone` and `forbidden` as this tracker says them. */
  visible(ref: string): KeptCard {
    const card = this.cards.get(ref);
    if (card === undefined || card.deleted || card.hidden) {
      throw new TrackerFault('gone', `There is no card ${ref}.`);
    }
    if (card.forbidden) {
      throw new TrackerFault(this.profile.traits.hidesForbidden ? 'gone' : 'forbidden', `The card ${ref} is not for us.`);
    }
    return card;
  }

  read(ref: string): Card {
    const card = this.visible(ref);
    const { history } = card;
    const behind = this.staleReads > 0 && this.#random.chance(this.staleReads);
    const asOf = this.#kernel.now - this.#random.between(0, readLagMs);
    const seen = behind ? history.findLast((change) => change.at <= asOf) : undefined;
    const shown = seen === history.at(-1) ? undefined : seen;
    card.wasStale = shown !== undefined;
    return shown === undefined ? cardOf(this, card) : cardOf(this, { ...card, ...shown });
  }

  find(marker: string): readonly Card[] {
    const { now } = this.#kernel;
    const found = [...this.cards.values()].filter((card) => {
      const shown = !card.deleted && !card.hidden && !card.forbidden && (card.presence === 'active' || this.profile.traits.findsHidden);
      return card.marker === marker && shown && card.searchableAt <= now;
    });
    const unseen = [...this.cards.values()].some((card) => card.marker === marker && !card.deleted && (card.hidden || card.forbidden));
    if (found.length === 0 && unseen && this.profile.countsHidden) {
      throw new TrackerFault('forbidden', 'There are matching cards that are not for us.');
    }
    const cards = found.map((card) => cardOf(this, card));
    this.onFound(marker, cards);
    return cards;
  }

  changes(cursor: string | null): { changes: { ref: string; order: number; marker: string | null }[]; cursor: string; more: boolean } {
    const { now } = this.#kernel;
    if (cursor === null) {
      return { changes: [], cursor: String(now), more: false };
    }
    const since = Number(cursor) - changesLagMs;
    const news = this.#log.filter((entry) => entry.at >= since && entry.visibleAt <= now && !(this.cards.get(entry.ref)?.hidden ?? true));
    const changes = news.map(({ ref, order }) => ({ ref, order, marker: this.cards.get(ref)?.marker ?? null }));
    return { changes, cursor: String(now), more: false };
  }

  inventory(cursor: string | null): { cards: { ref: string; marker: string | null; order: number }[]; cursor: string | null } {
    const after = Number(cursor ?? 0);
    const shown = [...this.cards.values()].filter((card) => card.marker !== null && !card.deleted && !card.hidden && !card.forbidden && Number(card.ref) > after);
    const page = shown.slice(0, 3);
    const last = shown.length > page.length ? page.at(-1) : undefined;
    return { cards: page.map(({ ref, marker, order }) => ({ ref, marker, order })), cursor: last === undefined ? null : last.ref };
  }

  #keep(card: Pick<KeptCard, 'marker' | 'ours' | 'state' | 'title' | 'priority'>, by: string): KeptCard {
    const { now } = this.#kernel;
    const ref = String(this.cards.size + 1);
    const order = this.profile.firstOrder;
    const searchableAt = now + this.#random.between(0, this.lagMs);
    const kept: KeptCard = { ...card, ref, bornAt: now, searchableAt, presence: 'active', order, deleted: false, hidden: false, forbidden: false, wasHidden: false, wasStale: false, history: [] };
    this.cards.set(ref, kept);
    if (kept.ours) {
      this.onCreate(kept);
    }
    this.#note(kept, by, true);
    return kept;
  }

  #note(card: KeptCard, by: string, moved: boolean): void {
    const { order, state, title, priority, presence } = card;
    const at = this.#kernel.now;
    card.history.push({ order, by, at, state, title, priority, presence, moved });
    this.#log.push({ ref: card.ref, order, at, visibleAt: at + this.#random.between(0, changesLagMs) });
    this.#kernel.say(this.id, () => `card ${card.ref} is at ${order}: ${state} “${title}” ${priority} ${presence}, by ${by}`);
    this.onChange(card, by);
  }
}

export function cardOf(tracker: SimulatedTracker, card: Pick<KeptCard, 'ref' | 'marker' | 'state' | 'title' | 'priority' | 'presence' | 'order'>): Card {
  return {
    ref: card.ref,
    key: `#${card.ref}`,
    url: `sim://${tracker.id}/${card.ref}`,
    revision: String(card.order),
    order: card.order,
    marker: card.marker,
    presence: card.presence,
    state: card.state,
    stateLabel: card.state,
    place: {},
    title: card.title,
    priority: card.priority,
    assignee: null,
    labels: [],
    changedAt: null,
  };
}
