import type {
  Card,
  Draft,
  Patch,
  Session,
  SessionContext,
  UpdateOptions,
  WriteOptions,
} from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { toHtml } from '../kit/rich-text.ts';
import type { Api } from './api.ts';
import { makeApi } from './api.ts';
import { changes, inventory } from './changes.ts';
import { checkSteps } from './check.ts';
import * as discovery from './discovery.ts';
import { cardOf, createBody, patchBody } from './face.ts';
import { ensureWebhooks, inspectWebhooks, removeWebhooks } from './subscriptions.ts';
import { cardArray, cardList, listFields, oneCard, revisions } from './wire.ts';
import { z } from 'zod';

/** The verbs, in the order of the contract. */
export function openSession(context: SessionContext): Session {
  const api = makeApi(context);
  return {
    check: (targets) => checkSteps(api, targets),
    read: (ref) => read(api, ref),
    readMany: (refs) => readMany(api, refs),
    find: (marker) => find(api, marker),
    create: (draft, options) => create(api, draft, options),
    update: (ref, patch, options) => update(api, ref, patch, options),
    changes: (cursor, targets) => changes(api, cursor, targets, context.now()),
    inventory: (cursor, targets) => inventory(api, cursor, targets),
    history: (ref, sinceOrder) => history(api, ref, sinceOrder),
    targetOptions: (step, chosen) => discovery.targetOptions(api, step, chosen),
    remoteStates: (target) => discovery.remoteStates(api, target),
    requiredFields: (target) => discovery.requiredFields(api, target),
    validate: (configuration) => discovery.validate(api, configuration),
    render: async (draft) => {
      const { title, description, ...fields } = createBody(draft, []);
      return { title: String(title), body: String(description), fields };
    },
    ensureSubscriptions: (wanted) => ensureWebhooks(api, wanted),
    inspectSubscriptions: (wanted) => inspectWebhooks(api, wanted),
    removeSubscriptions: (wanted) => removeWebhooks(api, wanted),
  };
}

async function read(api: Api, ref: string): Promise<Card> {
  const answer = await api.get(`/cards/${encodeURIComponent(ref)}`, oneCard);
  return cardOf(answer.data, api.origin);
}

/** Archived and discarded cards are invisible to a plain list: three questions find a card in every state. */
const states = ['active', 'archived', 'discarded'] as const;
const perPage = 200;

async function readMany(api: Api, refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>> {
  const found = new Map<string, Card | null>(refs.map((ref) => [ref, null]));
  for (let at = 0; at < refs.length; at += perPage) {
    const some = refs.slice(at, at + perPage);
    for (const state of states) {
      const query = { card_ids: some.join(','), state, fields: listFields, per_page: perPage };
      const answer = await api.get('/cards', cardList, query);
      for (const wire of answer.data.data.filter((card) => found.has(String(card.card_id)))) {
        found.set(String(wire.card_id), cardOf(wire, api.origin));
      }
    }
  }
  return found;
}

/** Account-wide, since people move cards to other boards. The filter is not trusted: each hit is compared. */
async function find(api: Api, marker: string): Promise<readonly Card[]> {
  const hits: Card[] = [];
  for (const state of states) {
    const answer = await api.get('/cards', cardList, {
      custom_ids: marker,
      state,
      fields: listFields,
      per_page: perPage,
    });
    hits.push(
      ...answer.data.data.filter((wire) => wire.custom_id === marker).map((wire) => cardOf(wire, api.origin)),
    );
  }
  const unique = [...new Map(hits.map((card) => [card.ref, card])).values()];
  return unique.sort((a, b) => Number(a.ref) - Number(b.ref));
}

async function create(api: Api, draft: Draft, options: WriteOptions): Promise<Card> {
  const values = await discovery.customValues(api, draft.target, draft.fields);
  const answer = await api.write({
    method: 'POST',
    path: '/cards',
    body: createBody(draft, values),
    schema: cardArray,
    sendBefore: options.sendBefore,
  });
  const [wire] = answer.data;
  if (wire === undefined || wire.custom_id !== draft.marker) {
    throw new TrackerFault('uncertain', 'POST /cards answered without the card that was to be created.');
  }
  return cardOf(wire, api.origin);
}

async function update(api: Api, ref: string, patch: Patch, options: UpdateOptions): Promise<Card> {
  const body = patchBody(patch, options.card, []);
  const changed = Object.keys(body).length === 0 ? null : await send(api, ref, body, options);
  if (patch.comment !== undefined) {
    await comment(api, ref, toHtml(patch.comment));
  }
  // A PATCH that changes nothing answers with an empty array: success, and the card is as it was read.
  return changed ?? read(api, ref);
}

async function send(api: Api, ref: string, body: object, options: UpdateOptions): Promise<Card | null> {
  const answer = await api.write({
    method: 'PATCH',
    path: `/cards/${encodeURIComponent(ref)}`,
    body,
    schema: cardArray,
    sendBefore: options.sendBefore,
  });
  const [wire] = answer.data;
  return wire === undefined ? null : cardOf(wire, api.origin);
}

/** A comment explains; the move does not depend on it, so a comment that fails is left out. */
async function comment(api: Api, ref: string, text: string): Promise<void> {
  const path = `/cards/${encodeURIComponent(ref)}/comments`;
  try {
    await api.write({ method: 'POST', path, body: { text }, schema: z.object({ data: z.unknown() }) });
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
  }
}

async function history(api: Api, ref: string, sinceOrder: number) {
  const answer = await api.get(`/cards/${encodeURIComponent(ref)}/revisions`, revisions);
  return answer.data
    .filter((entry) => entry.revision > sinceOrder)
    .map((entry) => ({
      order: entry.revision,
      at: entry.replaced_at ?? null,
      by: entry.user_id === null || entry.user_id === undefined ? null : `user ${entry.user_id}`,
      state: null,
    }))
    .sort((a, b) => a.order - b.order);
}
