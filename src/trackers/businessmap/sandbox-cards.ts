import type { SandboxCard } from '../kit/sandbox.ts';
import type { BoardColumn } from './sandbox-board.ts';
import { freshColumns, laneRows, workflowRows } from './sandbox-board.ts';

/** A card as the service's JSON has it. */
export interface StoredCard {
  card_id: number;
  custom_id: string | null;
  board_id: number;
  workflow_id: number;
  column_id: number;
  lane_id: number;
  title: string;
  description: string;
  priority: number | null;
  color: string;
  deadline: string | null;
  owner_user_id: number | null;
  revision: number;
  section: number;
  position: number;
  created_at: string;
  last_modified: string;
  in_current_position_since: string;
  archived_at: string | null;
  discarded_at: string | null;
  custom_fields: unknown[];
  tag_ids: number[];
}

export interface Kept {
  card: StoredCard;
  deleted: boolean;
  hidden: boolean;
  foundFrom: number;
  comments: string[];
  history: { revision: number; user_id: number; replaced_at: string }[];
}

export class Refusal extends Error {
  readonly code: string;
  readonly details: Record<string, string[]> | undefined;

  constructor(message: string, code = 'VE01', details?: Record<string, string[]>) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** The cards of the sandbox and the rules of the service for changing them. */
export class CardShelf {
  readonly kept = new Map<number, Kept>();
  columns: BoardColumn[] = freshColumns();
  readonly #now: () => number;
  #next = 1;

  constructor(now: () => number) {
    this.#now = now;
  }

  stamp(): string {
    return new Date(this.#now()).toISOString().replace(/\.\d+Z$/u, 'Z');
  }

  create(wish: Record<string, unknown>, foundAfterMs: number): Kept {
    const place = this.#placeOf(wish['column_id'], wish['lane_id'], true);
    const title = wish['title'] === undefined ? '' : String(wish['title']);
    const id = this.#next;
    this.#next += 1;
    const at = this.stamp();
    const card: StoredCard = {
      card_id: id,
      custom_id: wish['custom_id'] === undefined ? null : String(wish['custom_id']),
      ...place,
      title,
      description: String(wish['description'] ?? ''),
      priority: this.#priorityOf(wish['priority']),
      color: '34a97b',
      deadline: (wish['deadline'] as string | undefined) ?? null,
      owner_user_id: null,
      revision: 1,
      position: this.#lastPosition(place.column_id, place.lane_id),
      created_at: at,
      last_modified: at,
      in_current_position_since: at,
      archived_at: null,
      discarded_at: null,
      custom_fields: (wish['custom_fields_to_add_or_update'] as unknown[] | undefined) ?? [],
      tag_ids: [],
    };
    const kept = {
      card,
      deleted: false,
      hidden: false,
      foundFrom: this.#now() + foundAfterMs,
      comments: [],
      history: [],
    };
    this.kept.set(id, kept);
    return kept;
  }

  /** True if anything changed. Unknown keys are ignored, as the service does. */
  patch(kept: Kept, wish: Record<string, unknown>, userId: number): boolean {
    const next = { ...kept.card };
    if (wish['column_id'] !== undefined || wish['lane_id'] !== undefined) {
      Object.assign(
        next,
        this.#placeOf(wish['column_id'] ?? next.column_id, wish['lane_id'] ?? next.lane_id, false),
      );
    }
    for (const name of ['title', 'description', 'deadline', 'owner_user_id', 'custom_id'] as const) {
      if (wish[name] !== undefined) {
        Object.assign(next, { [name]: wish[name] });
      }
    }
    if (wish['priority'] !== undefined) {
      next.priority = this.#priorityOf(wish['priority']);
    }
    this.#presence(next, wish);
    const before = JSON.stringify(kept.card);
    if (JSON.stringify(next) === before) {
      return false;
    }
    const at = this.stamp();
    const moved = next.column_id !== kept.card.column_id || next.lane_id !== kept.card.lane_id;
    if (moved) {
      next.position = this.#lastPosition(next.column_id, next.lane_id);
      next.in_current_position_since = at;
    }
    kept.history.push({ revision: kept.card.revision + 1, user_id: userId, replaced_at: at });
    kept.card = { ...next, revision: next.revision + 1, last_modified: at };
    return true;
  }

  #presence(next: StoredCard, wish: Record<string, unknown>): void {
    if (wish['is_archived'] !== undefined) {
      next.archived_at = wish['is_archived'] === 1 ? (next.archived_at ?? this.stamp()) : null;
    }
    if (wish['is_discarded'] !== undefined) {
      next.discarded_at = wish['is_discarded'] === 1 ? (next.discarded_at ?? this.stamp()) : null;
    }
  }

  #placeOf(columnId: unknown, laneId: unknown, isNew: boolean) {
    for (const [name, value] of [
      ['column_id', columnId],
      ['lane_id', laneId],
    ] as const) {
      if (value === undefined && isNew) {
        throw new Refusal(
          `Please provide a ${name} for the new card with reference CCR or have it copied from an existing card by using card_properties_to_copy.`,
        );
      }
      if (!Number.isInteger(value) || (value as number) <= 0) {
        throw new Refusal('The parameters in the request body did not pass validation.', 'VE02', {
          [name]: ['The value must be a positive number.'],
        });
      }
    }
    const column = this.columns.find((one) => one.column_id === columnId);
    const lane = laneRows.find((one) => one.lane_id === laneId);
    if (lane === undefined) {
      throw new Refusal(`A lane with id ${String(laneId)} does not exist.`);
    }
    if (column === undefined) {
      throw new Refusal(`A column with id ${String(columnId)} does not exist.`);
    }
    if (column.workflow_id !== lane.workflow_id) {
      throw new Refusal(
        `The lane and column of a card must be in the same workflow. The lane with id ${lane.lane_id} and the column with id ${column.column_id} are not.`,
      );
    }
    const board = workflowRows.find((one) => one.workflow_id === column.workflow_id)?.board_id ?? 0;
    return {
      column_id: column.column_id,
      lane_id: lane.lane_id,
      workflow_id: column.workflow_id,
      board_id: board,
      section: this.#sectionOf(column),
    };
  }

  #sectionOf(column: BoardColumn): number {
    const parent = this.columns.find((one) => one.column_id === column.parent_column_id);
    return column.section ?? (parent === undefined ? 3 : this.#sectionOf(parent));
  }

  #priorityOf(value: unknown): number | null {
    if (value === undefined || value === null) {
      return null;
    }
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > 250) {
      const details = { priority: ['The value must be between 1 and 250.'] };
      throw new Refusal('The parameters in the request body did not pass validation.', 'VE02', details);
    }
    return value as number;
  }

  #lastPosition(column: number, lane: number): number {
    return [...this.kept.values()].filter(({ card }) => card.column_id === column && card.lane_id === lane)
      .length;
  }

  labelOf(column: number): string {
    const own = this.columns.find((one) => one.column_id === column);
    const parent = this.columns.find((one) => one.column_id === own?.parent_column_id);
    return own === undefined
      ? `column ${column}`
      : parent === undefined
        ? own.name
        : `${parent.name} / ${own.name}`;
  }

  shown(kept: Kept): SandboxCard {
    const { card } = kept;
    const presence = kept.deleted
      ? 'deleted'
      : card.discarded_at !== null
        ? 'discarded'
        : card.archived_at !== null
          ? 'archived'
          : 'active';
    return {
      ref: String(card.card_id),
      key: `#${card.card_id}`,
      marker: card.custom_id,
      title: card.title,
      body: card.description,
      state: String(card.column_id),
      stateLabel: this.labelOf(card.column_id),
      priority: card.priority === null ? null : String(card.priority),
      presence,
      revision: card.revision,
      comments: kept.comments,
      fields: { ...card },
    };
  }
}
