import type { Account } from './sandbox-account.ts';
import { boardOf, sectionOf } from './sandbox-account.ts';
import { invalid, Refusal } from './sandbox-answer.ts';
import type { Kept, StoredCard, Wish } from './sandbox-cards.ts';

/** The service's rules for a card, with the words it refuses in. */

export interface Place {
  readonly column_id: number;
  readonly lane_id: number;
  readonly workflow_id: number;
  readonly board_id: number;
  readonly section: number;
}

/** Both are demanded for a new card, both must exist, and both must be of one workflow: else 400, never 404. */
export function placeOf(
  account: Account,
  wish: { column: unknown; lane: unknown; reference: string | null },
): Place {
  for (const [name, value] of [
    ['lane_id', wish.lane],
    ['column_id', wish.column],
  ] as const) {
    if (value === undefined) {
      throw new Refusal(
        `Please provide a ${name} for the new card with reference ${wish.reference} or have it copied from an existing card by using card_properties_to_copy.`,
      );
    }
    if (!Number.isInteger(value)) {
      throw invalid({ [name]: ['The value must be an integer.'] });
    }
    if ((value as number) <= 0) {
      throw invalid({ [name]: ['The value must be a positive number.'] });
    }
  }
  const lane = account.lanes.find((one) => one.lane_id === wish.lane);
  if (lane === undefined) {
    throw new Refusal(`A lane with id ${String(wish.lane)} does not exist.`);
  }
  const column = account.columns.find((one) => one.column_id === wish.column);
  if (column === undefined) {
    throw new Refusal(`A column with id ${String(wish.column)} does not exist.`);
  }
  if (column.workflow_id !== lane.workflow_id) {
    throw new Refusal(
      `The lane and column of a card must be in the same workflow. The lane with id ${lane.lane_id} and the column with id ${column.column_id} are not.`,
    );
  }
  const board = boardOf(account, column.workflow_id);
  if (account.boards.find((one) => one.board_id === board)?.is_archived === 1) {
    throw new Refusal('The board is currently archived.');
  }
  return {
    column_id: column.column_id,
    lane_id: lane.lane_id,
    workflow_id: column.workflow_id,
    board_id: board,
    section: sectionOf(account, column.column_id),
  };
}

/** 0: exceeded freely; 1: with a reason; 2: never. The words of this refusal are not documented. */
export function checkLimit(account: Account, cards: Iterable<Kept>, place: Place, reason: unknown): void {
  const limit = account.columns.find((one) => one.column_id === place.column_id)?.limit ?? 0;
  const rule = account.settings.get(place.board_id)?.allow_exceeding ?? 0;
  if (limit === 0 || rule === 0) {
    return;
  }
  const there = [...cards].filter(
    (kept) => !kept.deleted && kept.card.column_id === place.column_id && kept.card.archived_at === null,
  );
  if (there.length < limit) {
    return;
  }
  if (rule === 2) {
    throw new Refusal('The WIP limit of the column has been reached and exceeding it is not allowed.');
  }
  if (typeof reason !== 'string' || reason === '') {
    throw new Refusal('The WIP limit of the column has been reached. Please provide an exceeding_reason.');
  }
}

export function checkPriority(value: unknown): number | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (!Number.isInteger(value)) {
    throw invalid({ priority: ['The value must be an integer.'] });
  }
  if ((value as number) < 1 || (value as number) > 250) {
    throw invalid({ priority: ['The value must be between 1 and 250.'] });
  }
  return value as number;
}

export function checkTexts(wish: Wish): void {
  const deadline = wish['deadline'];
  if (deadline !== undefined && deadline !== null && !(Date.parse(String(deadline)) > 0)) {
    throw invalid({ deadline: ['The date and time must be after 1970-01-01 00:00:00.'] });
  }
  if (wish['custom_id'] === '') {
    throw invalid({ custom_id: ['The length must be at least 1.'] });
  }
}

/** Unique only where the board's setting says so. */
export function checkCustomId(
  account: Account,
  cards: Iterable<Kept>,
  board: number,
  customId: unknown,
  self: Kept | null,
): void {
  if (
    customId === undefined ||
    customId === null ||
    account.settings.get(board)?.allow_repeating_custom_card_ids !== 0
  ) {
    return;
  }
  const twin = [...cards].find(
    (kept) =>
      kept !== self && !kept.deleted && kept.card.board_id === board && kept.card.custom_id === customId,
  );
  if (twin !== undefined) {
    throw new Refusal(`A card with custom id ${String(customId)} already exists on the board.`);
  }
}

/** New cards must have what the board demands; an old one must not lose it. */
export function checkCustomFields(
  account: Account,
  board: number,
  given: StoredCard['custom_fields'],
  age: 'new' | 'old',
): void {
  const onBoard = account.boardFields.get(board) ?? [];
  const strange = given.find((one) => !account.fields.some((field) => field.field_id === one.field_id));
  if (strange !== undefined) {
    throw new Refusal(`A custom field with id ${strange.field_id} does not exist.`);
  }
  for (const use of onBoard.filter((one) => one.is_always_present === 1 && age === 'new')) {
    const demanded = use.value_is_required === 1 || (use.min_number_of_values ?? 0) > 0;
    if (demanded && !given.some((one) => one.field_id === use.field_id)) {
      const name = account.fields.find((field) => field.field_id === use.field_id)?.name ?? '';
      throw new Refusal(`The custom field "${name}" must have a value.`);
    }
  }
}
