import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type {
  Card,
  ChangePage,
  Draft,
  Exchange,
  HttpClient,
  HttpRequest,
  PaceHint,
  Patch,
  Session,
  Tracker,
  TrackerEnvironment,
} from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { paragraph } from '../../core/rich-text.ts';
import { makeHttpClient } from './http.ts';
import type { Sandbox, SandboxExample, SandboxOptions } from './sandbox.ts';
import { serveSandbox } from './sandbox-server.ts';

export type MakeSandbox = (options?: SandboxOptions) => Sandbox;

/** Acts which the people of some trackers do not have. */
export type PeopleAct = keyof Sandbox['people'];

export interface StageOptions {
  readonly environment?: (baseUrl: string) => TrackerEnvironment;
  readonly lacks?: readonly PeopleAct[];
}

/** A tracker and its sandbox face to face over loopback HTTP, with a clock that only the test moves. */
export interface Stage {
  readonly tracker: Tracker;
  readonly sandbox: Sandbox;
  readonly example: SandboxExample;
  readonly session: Session;
  readonly http: HttpClient;
  /** Every request that the adapter made, with its purpose. */
  readonly sent: HttpRequest[];
  readonly exchanges: Exchange[];
  readonly hints: PaceHint[];
  readonly clock: { at: number };
  readonly baseUrl: string;
  draft(number: number, more?: Partial<Draft>): Draft;
  create(number: number, more?: Partial<Draft>): Promise<Card>;
  update(card: Card, patch: Patch): Promise<Card>;
  close(): Promise<void>;
}

/** A moment that no test reaches. */
export function soon(http: HttpClient): number {
  return http.now() + 60_000;
}

export async function makeStage(
  tracker: Tracker,
  makeSandbox: MakeSandbox,
  options: StageOptions & { readonly sandbox?: SandboxOptions } = {},
): Promise<Stage> {
  const clock = { at: Date.parse('2026-03-02T08:00:00Z') };
  const sandbox = makeSandbox({ now: () => clock.at, random: () => 0.5, ...options.sandbox });
  sandbox.deliver = async () => 200;
  const served = await serveSandbox(sandbox);
  const { settings: typed, credentials: given } = sandbox.connection(served.url);
  const settings = tracker.settings.parse(typed);
  const credentials = tracker.credentials.parse(given);
  const environment = options.environment?.(served.url) ?? { entraAuthority: served.url };
  const exchanges: Exchange[] = [];
  const sent: HttpRequest[] = [];
  const client = makeHttpClient({
    allowedOrigins: [tracker.origin(settings), ...(tracker.otherOrigins?.(settings, environment) ?? [])],
    allowedNetworks: ['127.0.0.0/8'],
    onExchange: (exchange) => exchanges.push(exchange),
  });
  const http: HttpClient = {
    now: () => client.now(),
    send: (wish) => {
      sent.push(wish);
      return client.send(wish);
    },
  };
  const hints: PaceHint[] = [];
  const session = tracker.open({
    settings,
    credentials,
    environment,
    http,
    accessToken: async () => {
      if (sandbox.accessToken === undefined) {
        throw new TrackerFault('unauthorized', 'This sandbox has no login.');
      }
      return sandbox.accessToken();
    },
    now: () => clock.at,
    onPace: (hint) => hints.push(hint),
  });
  const draft: Stage['draft'] = (number, more) => draftOf(tracker, sandbox.example, number, more);
  return {
    ...{ tracker, sandbox, example: sandbox.example, session, http, sent, exchanges, hints, clock, draft },
    baseUrl: served.url,
    create: (number, more) => session.create(draft(number, more), { sendBefore: soon(http) }),
    update: (card, patch) => {
      const fields = patch.state === undefined ? {} : { fields: sandbox.example.fieldDefaults };
      return session.update(
        card.ref,
        { ...fields, ...patch },
        { card, revision: card.revision, sendBefore: soon(http) },
      );
    },
    close: () => served.close(),
  };
}

export function markerOf(number: number): string {
  return `pb-${createHash('sha256').update(String(number)).digest('hex').slice(0, 26)}`;
}

function draftOf(
  tracker: Tracker,
  example: SandboxExample,
  number: number,
  more: Partial<Draft> = {},
): Draft {
  return {
    marker: markerOf(number),
    target: example.target,
    state: example.statusMapping.identified,
    title: `[CONVISO] ${number} - SQL injection in the search form`,
    body: [
      { kind: 'heading', text: 'Where' },
      paragraph('In ', { kind: 'code', text: `src/search.ts:${number}` }),
    ],
    priority: tracker.defaultSeverityMapping.high,
    url: `https://patchboard.example/vulnerabilities/${number}`,
    fields: example.fieldDefaults,
    ...more,
  };
}

export async function faultOf(act: Promise<unknown>): Promise<TrackerFault> {
  const outcome = await act.then(
    () => 'success',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(TrackerFault);
  return outcome as TrackerFault;
}

const pagesMax = 200;

/** Follows the cursor to the end. */
export async function drainChanges(stage: Stage, from: string | null): Promise<ChangePage> {
  const changes: ChangePage['changes'][number][] = [];
  let cursor = from;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await stage.session.changes(cursor, [stage.example.target]);
    changes.push(...answer.changes);
    cursor = answer.cursor;
    if (!answer.more) {
      return { changes, cursor, more: false };
    }
  }
  throw new Error(`The changes did not end after ${pagesMax} pages.`);
}

export async function drainInventory(
  stage: Stage,
): Promise<readonly { ref: string; marker: string | null }[]> {
  const cards: { ref: string; marker: string | null }[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer: Awaited<ReturnType<Session['inventory']>> = await stage.session.inventory(cursor, [
      stage.example.target,
    ]);
    cards.push(...answer.cards);
    cursor = answer.cursor;
    if (cursor === null) {
      return cards;
    }
  }
  throw new Error(`The inventory did not end after ${pagesMax} pages.`);
}
