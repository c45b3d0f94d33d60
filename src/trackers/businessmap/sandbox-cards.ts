import type { SandboxCard } from '../kit/sandbox.ts';
import type { Account } from './sandbox-account.ts';
import { labelOf } from './sandbox-account.ts';
import { Refusal } from './sandbox-answer.ts';
import {
  checkCustomFields,
  checkCustomId,
  checkLimit,
  checkPriority,
  checkTexts,
  placeOf,
} from './sandbox-rules.ts';

/** A card as the service's JSON has it, and what the service keeps beside it. */
export interface StoredCard {
  card_id: number;
  custom_id: string | null;
  board_id: number;
  workflow_id: number;
  title: string;
  owner_user_id: number | null;
  type_id: number | null;
  color: string;
  section: number;
  column_id: number;
  lane_id: number;
  position: number;
  description: string;
  size: number | null;
  priority: number | null;
  deadline: string | null;
  reporter: { type: string; value: number };
  created_at: string;
  revision: number;
  last_modified: string;
  in_current_position_since: string;
  is_blocked: number;
  block_reason: null;
  custom_fields: { field_id: number; value?: string; values?: { value_id: number; position: number }[] }[];
  tag_ids: number[];
  /** Lists give them when asked; the card's own address does not. */
  archived_at: string | null;
  discarded_at: string | null;
}

export interface Kept {
  card: StoredCard;
  deleted: boolean;
  hidden: boolean;
  foundFrom: number;
  comments: string[];
  /** Versions that were replaced: by whom, when. */
  replaced: { card: StoredCard; user_id: number; replaced_at: string }[];
}

export type Wish = Readonly<Record<string, unknown>>;

const changeable = [
  'title',
  'description',
  'deadline',
  'owner_user_id',
  'custom_id',
  'color',
  'size',
  'type_id',
] as const;

/** The cards of the sandbox and the rules of the service for changing them. */
export class CardShelf {
  readonly kept = new Map<number, Kept>();
  readonly account: Account;
  readonly #now: () => number;
  #next = 1;

  constructor(account: Account, now: () => number) {
    this.account = account;
    this.#now = now;
  }

  stamp(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/u, 'Z');
  }

  create(wish: Wish, by: { readonly user: number; readonly foundAfterMs: number }): Kept {
    const { account } = this;
    const place = placeOf(account, {
      column: wish['column_id'],
      lane: wish['lane_id'],
      reference: referenceOf(wish),
    });
    checkTexts(wish);
    checkCustomId(account, this.kept.values(), place.board_id, wish['custom_id'], null);
    checkLimit(account, this.kept.values(), place, wish['exceeding_reason']);
    const customFields = customFieldsOf(wish, []);
    checkCustomFields(account, place.board_id, customFields, 'new');
    const at = this.stamp();
    const card: StoredCard = {
      card_id: this.#next,
      custom_id: wish['custom_id'] === undefined ? null : String(wish['custom_id']),
      ...place,
      title: String(wish['title'] ?? ''),
      owner_user_id: (wish['owner_user_id'] as number | undefined) ?? null,
      type_id: null,
      color: String(wish['color'] ?? '34a97b')
        .replace('#', '')
        .toLowerCase(),
      position: this.#lastPosition(place.column_id, place.lane_id),
      description: String(wish['description'] ?? ''),
      size: null,
      priority: checkPriority(wish['priority']),
      deadline: (wish['deadline'] as string | undefined) ?? null,
      reporter: { type: 'internal', value: by.user },
      ...{ created_at: at, revision: 1, last_modified: at, in_current_position_since: at },
      ...{ is_blocked: 0, block_reason: null, custom_fields: customFields },
      tag_ids: tagsOf(account, wish, []),
      ...{ archived_at: null, discarded_at: null },
    };
    this.#next += 1;
    const kept = {
      card,
      deleted: false,
      hidden: false,
      foundFrom: this.#now() + by.foundAfterMs,
      comments: [],
      replaced: [],
    };
    this.kept.set(card.card_id, kept);
    return kept;
  }

  /** True if anything changed. Unknown keys are ignored without a word, as the service does. */
  patch(kept: Kept, wish: Wish, user: number): boolean {
    const next = this.#patched(kept, wish);
    if (JSON.stringify(next) === JSON.stringify(kept.card)) {
      return false;
    }
    const at = this.stamp();
    if (next.column_id !== kept.card.column_id || next.lane_id !== kept.card.lane_id) {
      next.position = this.#lastPosition(next.column_id, next.lane_id);
      next.in_current_position_since = at;
    }
    kept.replaced.push({ card: kept.card, user_id: user, replaced_at: at });
    kept.card = { ...next, revision: next.revision + 1, last_modified: at };
    return true;
  }

  #patched(kept: Kept, wish: Wish): StoredCard {
    const { account } = this;
    const next = { ...kept.card };
    applyPresence(next, wish, this.stamp());
    const put = next.archived_at !== null || next.discarded_at !== null;
    const asked = wish['column_id'] !== undefined || wish['lane_id'] !== undefined;
    if (
      put &&
      (asked || changeable.some((name) => wish[name] !== undefined) || wish['priority'] !== undefined)
    ) {
      throw new Refusal(`The card is currently ${next.archived_at === null ? 'discarded' : 'archived'}.`);
    }
    if (asked) {
      const place = placeOf(account, {
        column: wish['column_id'] ?? next.column_id,
        lane: wish['lane_id'] ?? next.lane_id,
        reference: null,
      });
      if (place.column_id !== next.column_id) {
        checkLimit(account, this.kept.values(), place, wish['exceeding_reason']);
      }
      Object.assign(next, place);
    }
    checkTexts(wish);
    for (const name of changeable) {
      if (wish[name] !== undefined) {
        Object.assign(next, { [name]: wish[name] });
      }
    }
    if (wish['custom_id'] !== undefined) {
      checkCustomId(account, this.kept.values(), next.board_id, wish['custom_id'], kept);
    }
    if (wish['priority'] !== undefined) {
      next.priority = checkPriority(wish['priority']);
    }
    next.tag_ids = tagsOf(account, wish, next.tag_ids);
    next.custom_fields = customFieldsOf(wish, next.custom_fields);
    checkCustomFields(account, next.board_id, next.custom_fields, 'old');
    return next;
  }

  #lastPosition(column: number, lane: number): number {
    return [...this.kept.values()].filter(({ card }) => card.column_id === column && card.lane_id === lane)
      .length;
  }

  shown(kept: Kept): SandboxCard {
    const { card } = kept;
    return {
      ref: String(card.card_id),
      key: `#${card.card_id}`,
      marker: card.custom_id,
      title: card.title,
      body: card.description,
      state: String(card.column_id),
      stateLabel: labelOf(this.account, card.column_id),
      priority: card.priority === null ? null : String(card.priority),
      presence: kept.deleted ? 'deleted' : stateOf(card),
      revision: card.revision,
      comments: kept.comments,
      fields: { ...card },
    };
  }
}

export function stateOf(card: StoredCard): 'active' | 'archived' | 'discarded' {
  return card.discarded_at !== null ? 'discarded' : card.archived_at !== null ? 'archived' : 'active';
}

function applyPresence(next: StoredCard, wish: Wish, at: string): void {
  if (wish['is_archived'] !== undefined) {
    next.archived_at = wish['is_archived'] === 1 ? (next.archived_at ?? at) : null;
  }
  if (wish['is_discarded'] !== undefined) {
    next.discarded_at = wish['is_discarded'] === 1 ? (next.discarded_at ?? at) : null;
  }
}

export function referenceOf(wish: Wish): string {
  return typeof wish['reference'] === 'string' ? wish['reference'] : 'CCR';
}

function tagsOf(account: Account, wish: Wish, before: readonly number[]): number[] {
  const added = (wish['tag_ids_to_add'] as number[] | undefined) ?? [];
  const strange = added.find((id) => !account.tags.some((tag) => tag.tag_id === id));
  if (strange !== undefined) {
    throw new Refusal(`A tag with id ${strange} does not exist.`);
  }
  return [...new Set([...before, ...added])];
}

type WishedField = {
  field_id: number;
  value?: string;
  selected_values_to_add_or_update?: { value_id: number }[];
};

function customFieldsOf(wish: Wish, before: StoredCard['custom_fields']): StoredCard['custom_fields'] {
  const given = (wish['custom_fields_to_add_or_update'] as WishedField[] | undefined) ?? [];
  const made = given.map((one) =>
    one.selected_values_to_add_or_update === undefined
      ? { field_id: one.field_id, value: String(one.value) }
      : {
          field_id: one.field_id,
          values: one.selected_values_to_add_or_update.map(({ value_id }, position) => ({
            value_id,
            position,
          })),
        },
  );
  return [...before.filter((old) => !made.some((one) => one.field_id === old.field_id)), ...made];
}
