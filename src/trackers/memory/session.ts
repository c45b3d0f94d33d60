import type {
  Card,
  ConfigurationFacts,
  Problem,
  RemoteState,
  Session,
  SessionContext,
  Target,
} from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { makeApi } from './api.ts';
import { checkSteps } from './check.ts';
import { cardOf, createBody, patchBody } from './face.ts';
import { boards, cardHistory, cardPage, changePage, columns, wireCard } from './wire.ts';

/** The verbs, in the order of the contract. */
export function openSession(context: SessionContext): Session {
  const api = makeApi(context);
  const shown = (wire: Parameters<typeof cardOf>[0]) => cardOf(wire, api.origin);
  return {
    check: (targets) => checkSteps(api, targets),
    read: async (ref) => shown(await api.get(`/cards/${encodeURIComponent(ref)}`, wireCard)),
    readMany: (refs) => readMany(api, refs),
    find: (marker) => find(api, marker),
    create: async (draft, { sendBefore }) => {
      const wish = {
        method: 'POST',
        path: '/cards',
        body: createBody(draft),
        schema: wireCard,
        sendBefore,
      } as const;
      const wire = await api.write(wish);
      if (wire.marker !== draft.marker) {
        throw new TrackerFault(
          'uncertain',
          'POST /cards answered with another card than the one that was to be created.',
        );
      }
      return shown(wire);
    },
    update: async (ref, patch, { revision, sendBefore }) => {
      const path = `/cards/${encodeURIComponent(ref)}`;
      const body = patchBody(patch);
      return shown(
        await api.write({ method: 'PATCH', path, body, schema: wireCard, sendBefore, version: revision }),
      );
    },
    changes: async (cursor, targets) => {
      const page = await api.get(
        `/changes?${targetQuery(targets)}${cursor === null ? '' : `&after=${cursor}`}`,
        changePage,
      );
      const changes = page.items.map(({ id, version, marker }) => ({
        ref: String(id),
        order: version,
        marker,
      }));
      return { changes, cursor: String(page.last), more: page.more };
    },
    inventory: async (cursor, targets) => {
      const page = await api.get(
        `/cards?${targetQuery(targets)}${cursor === null ? '' : `&after=${cursor}`}`,
        cardPage,
      );
      const cards = page.items.map(({ id, marker, version }) => ({
        ref: String(id),
        marker,
        order: version,
      }));
      return { cards, cursor: page.next === null ? null : String(page.next) };
    },
    history: async (ref, sinceOrder) => {
      const { items } = await api.get(`/cards/${encodeURIComponent(ref)}/history`, cardHistory);
      return items
        .filter(({ version }) => version > sinceOrder)
        .map(({ version, at, by, column }) => ({ order: version, at, by, state: column }));
    },
    targetOptions: async (step) => {
      if (step !== 'board') {
        throw new TrackerFault('rejected', `There is no target step “${step}”. There is: board.`);
      }
      return (await api.get('/boards', boards)).items.map(({ id, name }) => ({ value: id, label: name }));
    },
    remoteStates: (target) => remoteStates(api, target),
    requiredFields: async () => [],
    validate: (configuration) => validate(api, configuration),
    render: async (draft) => {
      const { title, body, ...fields } = createBody(draft);
      return { title: String(title), body: String(body), fields };
    },
  };
}

function targetQuery(targets: readonly Target[]): string {
  return targets.map((target) => `board=${encodeURIComponent(target['board'] ?? '')}`).join('&');
}

async function readMany(api: Api, refs: readonly string[]): Promise<ReadonlyMap<string, Card | null>> {
  const cards = new Map<string, Card | null>(refs.map((ref) => [ref, null]));
  for (const wire of await everyCard(api, `ids=${refs.map(encodeURIComponent).join(',')}`)) {
    if (cards.has(String(wire.id))) {
      cards.set(String(wire.id), cardOf(wire, api.origin));
    }
  }
  return cards;
}

/** The filter is not trusted: each hit is compared. */
async function find(api: Api, marker: string): Promise<readonly Card[]> {
  const cards = await everyCard(api, `marker=${encodeURIComponent(marker)}`);
  return cards
    .filter((wire) => wire.marker === marker)
    .toSorted((a, b) => a.id - b.id)
    .map((wire) => cardOf(wire, api.origin));
}

const pagesMax = 1_000;

async function everyCard(api: Api, query: string) {
  const cards = [];
  let after = '';
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await api.get(`/cards?${query}${after}`, cardPage);
    cards.push(...answer.items);
    if (answer.next === null) {
      return cards;
    }
    after = `&after=${answer.next}`;
  }
  throw new TrackerFault('nonsense', `The list of cards did not end after ${pagesMax} pages.`);
}

async function remoteStates(api: Api, target: Target): Promise<readonly RemoteState[]> {
  const { items } = await api.get(`/boards/${encodeURIComponent(target['board'] ?? '')}/columns`, columns);
  return items.map(({ id, name, category }) => ({ value: id, label: name, category }));
}

async function validate(api: Api, configuration: ConfigurationFacts): Promise<readonly Problem[]> {
  const { items } = await api.get('/boards', boards);
  if (!items.some(({ id }) => id === configuration.target['board'])) {
    return [
      { kind: 'blocking', path: 'target.board', message: 'The board is gone.', hint: 'Choose another.' },
    ];
  }
  const states = await remoteStates(api, configuration.target);
  return configuration.remoteStates
    .filter(({ value }) => !states.some((state) => state.value === value))
    .map(({ status, label, value }) => ({
      kind: 'blocking',
      path: `statusMapping.${status}`,
      message: `The column “${label ?? value}” is gone.`,
      hint: 'Choose another column.',
    }));
}
