import { createHash } from 'node:crypto';
import type { SessionContext } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { columnLabels } from './board-order.ts';
import type { Names } from './face.ts';
import type { WireBoardField, WireCard, WireColumn, WireField, WireTag } from './wire.ts';
import { boardCustomFields, columns, customFields, tags, users } from './wire.ts';

/** How long names and definitions are taken for true: each question costs one of 30 calls a minute. */
const freshMs = 3_600_000;
/** How soon a board is asked again for a column that is not among the known ones. */
const askAgainMs = 5 * 60_000;
const sitesMax = 200;
const entriesMax = 500;

interface Entry {
  readonly at: number;
  readonly value: unknown;
}

/** What was learned of a site with one key, kept between sessions of this process. Only words and definitions: nothing of a card. */
const sites = new Map<string, Map<string, Entry>>();

/** Forgets everything, so that a simulation begins each time with the same calls. */
export function forgetKnowledge(): void {
  for (const entries of sites.values()) {
    entries.clear();
  }
  sites.clear();
}

export interface FieldOnBoard {
  readonly field: WireField;
  readonly use: WireBoardField;
}

export class Knowledge {
  readonly #api: Api;
  readonly #now: () => number;
  readonly #entries: Map<string, Entry>;

  constructor(api: Api, context: SessionContext) {
    this.#api = api;
    this.#now = context.now;
    this.#entries = entriesOf(api.origin, String(context.credentials['apiKey']));
  }

  async columns(board: string, options: Freshness = {}): Promise<readonly WireColumn[]> {
    return this.#learn(
      `columns ${board}`,
      options,
      async () => (await this.#api.get(`/boards/${board}/columns`, columns)).data,
    );
  }

  /** Fields on a board with their definitions; two calls when they are not known. */
  async fields(board: string, options: Freshness = {}): Promise<readonly FieldOnBoard[]> {
    return this.#learn(`fields ${board}`, options, async () => {
      const onBoard = await this.#api.get(`/boards/${board}/customFields`, boardCustomFields);
      if (onBoard.data.length === 0) {
        return [];
      }
      const query = {
        field_ids: onBoard.data.map((use) => use.field_id).join(','),
        expand: 'allowed_values',
      };
      const all = await this.#api.get('/customFields', customFields, query);
      return onBoard.data.flatMap((use) => {
        const field = all.data.find((candidate) => candidate.field_id === use.field_id);
        return field === undefined ? [] : [{ field, use }];
      });
    });
  }

  async tags(options: Freshness = {}): Promise<readonly WireTag[]> {
    return this.#learn('tags', options, () => this.#askTags());
  }

  forgetBoard(board: string): void {
    this.#entries.delete(`fields ${board}`);
    this.#entries.delete(`columns ${board}`);
  }

  /** Names for what these cards show. Where the key may not ask, or nobody answers, ids must do: a card is read all the same. */
  async namesFor(cards: readonly WireCard[]): Promise<Names> {
    const columnsBy = new Map<number, ReadonlyMap<number, string>>();
    for (const board of new Set(cards.map((card) => card.board_id))) {
      const wanted = cards.filter((card) => card.board_id === board).map((card) => card.column_id);
      columnsBy.set(board, await this.#columnNames(board, wanted));
    }
    const owners = cards.some((card) => (card.owner_user_id ?? null) !== null);
    const userNames = owners ? await this.#lenient('users', () => this.#askUsers(), []) : [];
    const tagged = cards.some((card) => (card.tag_ids ?? []).length > 0);
    const tagNames = tagged ? await this.#lenient('tags', () => this.#askTags(), []) : [];
    return {
      column: (board, id) => columnsBy.get(board)?.get(id) ?? null,
      user: (id) => userNames.find(([user]) => user === id)?.[1] ?? null,
      tag: (id) => tagNames.find((tag) => tag.tag_id === id)?.label ?? null,
    };
  }

  /** A column that is not among the known ones was made since: the board is asked again. */
  async #columnNames(board: number, wanted: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const path = `/boards/${board}/columns`;
    const ask = async () => (await this.#api.get(path, columns)).data;
    const known = columnLabels(await this.#lenient(`columns ${board}`, ask, []));
    const ageMs = this.#now() - (this.#entries.get(`columns ${board}`)?.at ?? 0);
    if (ageMs < askAgainMs || wanted.every((id) => known.has(id))) {
      return known;
    }
    this.#entries.delete(`columns ${board}`);
    return columnLabels(await this.#lenient(`columns ${board}`, ask, []));
  }

  async #askTags(): Promise<readonly WireTag[]> {
    return (await this.#api.get('/tags', tags, { fields: 'tag_id,label' })).data;
  }

  async #askUsers(): Promise<readonly (readonly [number, string])[]> {
    const answer = await this.#api.get('/users', users, { fields: 'user_id,username,realname' });
    return answer.data.map(
      (user) => [user.user_id, user.realname ?? user.username ?? `user ${user.user_id}`] as const,
    );
  }

  async #lenient<Value>(name: string, ask: () => Promise<Value>, instead: Value): Promise<Value> {
    try {
      return await this.#learn(name, {}, ask);
    } catch (fault) {
      if (!(fault instanceof TrackerFault)) {
        throw fault;
      }
      if (fault.kind === 'forbidden') {
        this.#keep(name, instead);
      }
      return instead;
    }
  }

  async #learn<Value>(name: string, { live = false }: Freshness, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#entries.get(name);
    if (!live && known !== undefined && this.#now() - known.at < freshMs) {
      return known.value as Value;
    }
    const value = await ask();
    this.#keep(name, value);
    return value;
  }

  #keep(name: string, value: unknown): void {
    this.#entries.delete(name);
    this.#entries.set(name, { at: this.#now(), value });
    trim(this.#entries, entriesMax);
  }
}

export interface Freshness {
  /** Asked now, because a person looks at it. */
  readonly live?: boolean;
}

function entriesOf(origin: string, apiKey: string): Map<string, Entry> {
  const key = `${origin} ${createHash('sha256').update(apiKey).digest('hex')}`;
  const known = sites.get(key) ?? new Map<string, Entry>();
  sites.delete(key);
  sites.set(key, known);
  trim(sites, sitesMax);
  return known;
}

/** The oldest go first. */
function trim(map: Map<string, unknown>, most: number): void {
  for (const key of [...map.keys()].slice(0, Math.max(0, map.size - most))) {
    map.delete(key);
  }
}
