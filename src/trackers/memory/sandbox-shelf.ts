import type { SandboxCard } from '../kit/sandbox.ts';
import type { WireCard } from './wire.ts';

export interface Column {
  readonly id: string;
  readonly name: string;
  readonly category: 'waiting' | 'requested' | 'in_progress' | 'done';
}

export interface Kept {
  wire: WireCard;
  body: string;
  comments: string[];
  deleted: boolean;
  hidden: boolean;
  foundFrom: number;
  history: { version: number; at: string; by: string; column: string }[];
}

/** Refuses a write: status, code, words, and the field that is wrong. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

export type Wish = Readonly<Record<string, unknown>>;

/** Cards, columns, and one number for each change. */
export class Shelf {
  readonly cards = new Map<number, Kept>();
  readonly changes: { change: number; id: number }[] = [];
  readonly boards = [
    { id: 'web', name: 'Web shop' },
    { id: 'app', name: 'Mobile app' },
  ];
  columns: Column[] = [
    { id: 'inbox', name: 'Inbox', category: 'waiting' },
    { id: 'todo', name: 'To do', category: 'requested' },
    { id: 'doing', name: 'Doing', category: 'in_progress' },
    { id: 'review', name: 'Review', category: 'in_progress' },
    { id: 'done', name: 'Done', category: 'done' },
    { id: 'accepted', name: 'Accepted', category: 'done' },
    { id: 'not-a-bug', name: 'Not a bug', category: 'done' },
  ];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  create(wish: Wish, by: string, foundAfterMs: number): Kept {
    const id = this.cards.size + 1;
    const column = this.#columnOf(wish['column']);
    if (!this.boards.some((board) => board.id === wish['board'])) {
      throw new Refusal(422, 'no-such-board', `There is no board ${String(wish['board'])}.`, 'target.board');
    }
    const wire: WireCard = {
      id,
      marker: (wish['marker'] as string | undefined) ?? null,
      board: String(wish['board']),
      ...{ column: column.id, columnName: column.name },
      title: String(wish['title'] ?? ''),
      priority: (wish['priority'] as string | null | undefined) ?? null,
      ...{ assignee: null, labels: [], version: 0, changedAt: '', state: 'active' },
    };
    const foundFrom = this.#now() + foundAfterMs;
    const kept: Kept = {
      wire,
      body: String(wish['body'] ?? ''),
      comments: [],
      deleted: false,
      hidden: false,
      foundFrom,
      history: [],
    };
    this.cards.set(id, kept);
    this.#note(kept, by);
    return kept;
  }

  /** Changes what is given and different; a write that changes nothing counts no change. */
  patch(kept: Kept, { comment, body, column, ...wish }: Wish, by: string): boolean {
    const before = JSON.stringify([kept.wire, kept.body, kept.comments.length]);
    const place = column === undefined ? null : this.#columnOf(column);
    kept.wire = {
      ...kept.wire,
      ...wish,
      ...(place === null ? {} : { column: place.id, columnName: place.name }),
    } as WireCard;
    kept.body = body === undefined ? kept.body : String(body);
    if (comment !== undefined) {
      kept.comments.push(String(comment));
    }
    const changed = JSON.stringify([kept.wire, kept.body, kept.comments.length]) !== before;
    if (changed) {
      this.#note(kept, by);
    }
    return changed;
  }

  #note(kept: Kept, by: string): void {
    const at = new Date(this.#now()).toISOString();
    kept.wire = { ...kept.wire, version: kept.wire.version + 1, changedAt: at };
    kept.history.push({ version: kept.wire.version, at, by, column: kept.wire.column });
    this.changes.push({ change: this.changes.length + 1, id: kept.wire.id });
  }

  #columnOf(id: unknown): Column {
    const column = this.columns.find((one) => one.id === id);
    if (column === undefined) {
      throw new Refusal(
        422,
        'no-such-column',
        `There is no column ${String(id)}.`,
        `statusMapping.${String(id)}`,
      );
    }
    return column;
  }

  shown({ wire, body, comments, deleted }: Kept): SandboxCard {
    return {
      ...{
        ref: String(wire.id),
        key: `M-${wire.id}`,
        marker: wire.marker,
        title: wire.title,
        body,
        comments,
      },
      ...{ state: wire.column, stateLabel: wire.columnName, priority: wire.priority, revision: wire.version },
      presence: deleted ? 'deleted' : wire.state,
      fields: { ...wire },
    };
  }
}
