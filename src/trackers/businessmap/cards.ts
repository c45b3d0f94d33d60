import type { Card, Draft, Patch, UpdateOptions, WriteOptions } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { toHtml } from '../kit/rich-text.ts';
import type { Api } from './api.ts';
import { anything } from './api.ts';
import type { Body } from './face.ts';
import { cardOf, createBody, noExtras, patchBody, restoreBody, withReason } from './face.ts';
import { extrasOf } from './fields.ts';
import type { Knowledge } from './knowledge.ts';
import type { WireCard } from './wire.ts';
import { cardArray, cardList, cardStates, listFields, oneCard } from './wire.ts';

/** Most ids of one question, so that its address stays short. */
const askedMax = 200;
/** The service's most: where it ignores the filter, strangers' cards are over in few calls. */
const perPage = 1_000;
const pagesMax = 20;
const commentMax = 10_000;

interface Found {
  readonly wire: WireCard;
  readonly presence: Card['presence'];
}

/** The verbs for cards. */
export class Cards {
  readonly #api: Api;
  readonly #knowledge: Knowledge;

  constructor(api: Api, knowledge: Knowledge) {
    this.#api = api;
    this.#knowledge = knowledge;
  }

  /**
   * The list of active cards answers in one call and says the state by itself; the card's own address does not tell
   * archived from active, so it has the last word only on whether the card exists.
   */
  async read(ref: string): Promise<Card> {
    for (const state of cardStates) {
      const [found] = await this.#list(state, 'card_ids', [ref]);
      if (found !== undefined) {
        return this.#shown(found);
      }
    }
    const answer = await this.#api.get(`/cards/${encodeURIComponent(ref)}`, oneCard);
    return this.#shown({ wire: answer.data, presence: 'active' });
  }

  async readMany(refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>> {
    const cards = new Map<string, Card | null>(refs.map((ref) => [ref, null]));
    for (const found of await this.#search('card_ids', refs)) {
      cards.set(String(found.wire.card_id), await this.#shown(found));
    }
    return cards;
  }

  /** Account-wide, since people move cards to other boards. */
  async find(marker: string): Promise<readonly Card[]> {
    return (await this.findMany([marker])).get(marker) ?? [];
  }

  async findMany(markers: readonly string[]): Promise<ReadonlyMap<string, readonly Card[]>> {
    const cards = new Map<string, Card[]>(markers.map((marker) => [marker, []]));
    for (const found of await this.#search('custom_ids', markers)) {
      cards.get(found.wire.custom_id ?? '')?.push(await this.#shown(found));
    }
    return cards;
  }

  /** Over active, archived and discarded cards, which no one list has together. Lowest id first, each once. */
  async #search(filter: 'card_ids' | 'custom_ids', wanted: readonly string[]): Promise<readonly Found[]> {
    const found = new Map<number, Found>();
    for (let at = 0; at < wanted.length; at += askedMax) {
      for (const state of cardStates) {
        for (const hit of await this.#list(state, filter, wanted.slice(at, at + askedMax))) {
          // A card that people moved between two of the questions is in both: the later answer is the newer one.
          found.set(hit.wire.card_id, hit);
        }
      }
    }
    return [...found.values()].toSorted((a, b) => a.wire.card_id - b.wire.card_id);
  }

  /** The filter is not trusted: one that the service does not know is ignored, and strangers' cards come. */
  async #list(
    state: Card['presence'],
    filter: 'card_ids' | 'custom_ids',
    wanted: readonly string[],
  ): Promise<readonly Found[]> {
    const hits: Found[] = [];
    for (let page = 1; page <= pagesMax; page += 1) {
      const query = {
        [filter]: wanted.join(','),
        state,
        fields: listFields,
        expand: 'tag_ids',
        per_page: perPage,
        page,
      };
      const rows = (await this.#api.get('/cards', cardList, query)).data.data;
      const mine = rows.filter((wire) =>
        wanted.includes(filter === 'card_ids' ? String(wire.card_id) : (wire.custom_id ?? '')),
      );
      hits.push(...mine.map((wire) => ({ wire, presence: state })));
      if (rows.length < perPage) {
        return hits;
      }
    }
    throw new TrackerFault(
      'nonsense',
      `The search for ${wanted.length} cards did not end after ${pagesMax} pages of strangers’ cards.`,
    );
  }

  async #shown({ wire, presence }: Found): Promise<Card> {
    const names = await this.#knowledge.namesFor([wire]);
    return cardOf(wire, { origin: this.#api.origin, presence, names });
  }

  async create(draft: Draft, options: WriteOptions): Promise<Card> {
    const extras = await extrasOf(this.#knowledge, draft.target, draft.fields);
    const body = withReason(createBody(draft, extras), draft.marker);
    const path = '/cards';
    const answer = await this.#forgetting(draft.target['board'], () =>
      this.#api.write({ method: 'POST', path, body, schema: cardArray, sendBefore: options.sendBefore }),
    );
    const wire = answer.data.find((one) => one.custom_id === draft.marker);
    if (wire === undefined) {
      throw new TrackerFault('uncertain', 'POST /cards answered without the card that was to be created.', {
        errorClass: 'bug',
      });
    }
    return this.#shown({ wire, presence: 'active' });
  }

  async update(ref: string, patch: Patch, options: UpdateOptions): Promise<Card> {
    const { card } = options;
    const back = restoreBody(patch, card);
    const restored = back === null ? null : await this.#patch(ref, back, options);
    const extras =
      patch.fields === undefined ? noExtras : await extrasOf(this.#knowledge, { ...card.place, ...patch.target }, patch.fields);
    const body = patchBody(patch, hasChange(patch) ? extras : noExtras);
    const reasoned =
      patch.state === undefined && patch.target === undefined ? body : withReason(body, card.marker);
    const written = Object.keys(body).length === 0 ? restored : await this.#patch(ref, reasoned, options);
    if (patch.comment !== undefined) {
      await this.#comment(
        ref,
        toHtml(patch.comment, { max: commentMax }),
        back !== null || Object.keys(body).length > 0,
      );
    }
    // A PATCH that changes nothing answers with an empty array: success, and the card is as it can be read.
    return written === null
      ? this.read(ref)
      : this.#shown({ wire: written, presence: back === null ? card.presence : 'active' });
  }

  async #patch(ref: string, body: Body, { card, sendBefore }: UpdateOptions): Promise<WireCard | null> {
    const path = `/cards/${encodeURIComponent(ref)}`;
    const answer = await this.#forgetting(card.place['board'], () =>
      this.#api.write({ method: 'PATCH', path, body, schema: cardArray, sendBefore }),
    );
    return answer.data.find((one) => String(one.card_id) === ref) ?? null;
  }

  /** A comment explains a move that is made already: one that fails then is left out, since a second try would move again. */
  async #comment(ref: string, text: string, moved: boolean): Promise<void> {
    const path = `/cards/${encodeURIComponent(ref)}/comments`;
    try {
      await this.#api.write({ method: 'POST', path, body: { text }, schema: anything });
    } catch (fault) {
      if (!moved || !(fault instanceof TrackerFault)) {
        throw fault;
      }
    }
  }

  /** A refusal may mean that the board is not what we remember. */
  async #forgetting<Value>(board: string | undefined, act: () => Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (fault) {
      if (fault instanceof TrackerFault && fault.kind === 'rejected') {
        this.#knowledge.forgetBoard(board ?? '');
      }
      throw fault;
    }
  }
}

/** Custom fields are the configuration's: they are written where the card changes, never alone. */
function hasChange(patch: Patch): boolean {
  return patch.state !== undefined || patch.target !== undefined;
}
