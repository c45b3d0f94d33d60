import { afterEach, describe, expect, test } from 'vitest';
import { paragraph } from '../../core/rich-text.ts';
import { drainChanges, drainInventory, faultOf, makeStage, markerOf, soon } from '../kit/stage.ts';
import tracker from './index.ts';
import type { BusinessMapSandbox } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';
import { faultsOfAnswer, faultsOfRequest, knownSlips } from './vendor-document.ts';

interface Spoken {
  readonly request: { method: string; path: string; body: string | null };
  readonly status: number;
  readonly text: string;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A stage whose every exchange is kept whole. */
async function overhear() {
  const spoken: Spoken[] = [];
  const stage = await makeStage(tracker, (options) => {
    const sandbox = makeSandbox(options);
    const { handle } = sandbox;
    const listening: BusinessMapSandbox['handle'] = async (request) => {
      const body = await request.clone().text();
      const answer = await handle(request);
      const { pathname, search } = new URL(request.url);
      const facts = { method: request.method, path: pathname + search, body: body === '' ? null : body };
      spoken.push({ request: facts, status: answer.status, text: await answer.clone().text() });
      return answer;
    };
    return Object.defineProperty(sandbox, 'handle', { value: listening });
  });
  closers.push(() => stage.close());
  return { ...stage, spoken, account: (stage.sandbox as BusinessMapSandbox).account };
}

/** Everything the adapter can say, and everything that it can be answered. */
async function wholeConversation() {
  const now = await overhear();
  const { session, example, sandbox, account, create, update, clock } = now;
  const configuration = {
    target: example.target,
    remoteStates: Object.entries(example.statusMapping).map(([status, value]) => ({
      status,
      value,
      label: null,
    })),
    severityMapping: tracker.defaultSeverityMapping,
    fieldDefaults: { tags: 'Security, Unknown', Note: 'a' },
  };
  account.columns = account.columns.map((column) =>
    column.column_id === 305 ? { ...column, limit: 3 } : column,
  );
  for await (const _step of session.check([
    { name: 'Default', target: example.target, remoteStates: ['301'] },
  ])) {
    // Each step is asked for.
  }
  for (const step of tracker.targetSteps) {
    await session.targetOptions(step.id, example.target);
  }
  await session.requiredFields(example.otherTarget ?? {});
  await session.validate(configuration);
  const card = await create(1, {
    dueAt: '2026-06-01T00:00:00.000Z',
    fields: { tags: 'Security', Note: 'text' },
  });
  const other = {
    target: example.otherTarget ?? {},
    state: '310',
    fields: { Team: 'Red', 'Cost centre': 12 },
  };
  await create(2, other);
  await session.findMany?.([markerOf(3), markerOf(4)], example.target);
  await sandbox.people.edit(card.ref, { assignee: 'sam', labels: ['Security'] });
  clock.at += 1_000;
  const moved = await update(card, {
    state: '305',
    comment: [paragraph('Moved.')],
    title: 'New',
    body: [paragraph('New')],
    priority: null,
    dueAt: null,
  });
  await update(moved, { state: '305' });
  await sandbox.people.archive(card.ref);
  await update(await session.read(card.ref), { restore: true, state: '306' });
  await sandbox.people.discard(card.ref);
  await update(await session.read(card.ref), { restore: true, priority: '1' });
  await session.readMany([card.ref, '4711']);
  await session.history?.(card.ref, 1);
  await drainChanges(now, (await drainChanges(now, null)).cursor);
  await drainInventory(now);
  const wish = {
    url: 'https://patchboard.example/webhooks/businessmap/t',
    secret: 's',
    targets: [example.target],
    known: [],
  };
  const [made] = (await session.ensureSubscriptions?.(wish)) ?? [];
  await session.ensureSubscriptions?.({ ...wish, url: `${wish.url}2`, known: [{ id: made?.id ?? '' }] });
  await session.removeSubscriptions?.({ ...wish, known: [{ id: made?.id ?? '' }] });
  return now;
}

describe('the vendor’s document', () => {
  test('every request of the adapter is valid by it, and every answer of the sandbox', async () => {
    const { spoken } = await wholeConversation();

    expect(spoken.flatMap(({ request }) => faultsOfRequest(request))).toEqual([]);
    expect(spoken.flatMap(({ request, status, text }) => faultsOfAnswer(request, status, text))).toEqual([]);
  });

  test('the conversation uses each path that the adapter knows', async () => {
    const { spoken } = await wholeConversation();

    const used = new Set(
      spoken.map(
        ({ request }) =>
          `${request.method} ${request.path.split('?')[0]?.replaceAll(/(?<=\/)\d+(?=\/|$)/gu, '{id}')}`,
      ),
    );
    expect([...used].toSorted()).toEqual([
      'DELETE /api/v2/webhooks/{id}',
      'GET /api/v2/boards',
      'GET /api/v2/boards/{id}/columns',
      'GET /api/v2/boards/{id}/customFields',
      'GET /api/v2/boards/{id}/lanes',
      'GET /api/v2/boards/{id}/settings',
      'GET /api/v2/boards/{id}/tags',
      'GET /api/v2/boards/{id}/workflows',
      'GET /api/v2/cards',
      'GET /api/v2/cards/{id}/revisions',
      'GET /api/v2/cards/{id}/revisions/{id}',
      'GET /api/v2/customFields',
      'GET /api/v2/me',
      'GET /api/v2/tags',
      'GET /api/v2/users',
      'GET /api/v2/webhooks',
      'GET /api/v2/workspaces',
      'PATCH /api/v2/cards/{id}',
      'PATCH /api/v2/webhooks/{id}',
      'POST /api/v2/cards',
      'POST /api/v2/cards/{id}/comments',
      'POST /api/v2/webhooks',
    ]);
  });

  test('refusals are answered in its error envelope', async () => {
    const { session, spoken, sandbox, create, update, http, draft } = await overhear();
    const card = await create(1);
    await faultOf(create(2, { state: '999' }));
    await faultOf(create(3, { target: { lane: '210' } }));
    await faultOf(session.create(draft(4, { priority: '999' }), { sendBefore: soon(http) }));
    await sandbox.people.remove(card.ref);
    await faultOf(session.read(card.ref));
    await faultOf(update(card, { state: '303' }));
    sandbox.misbehave({ kind: 'refuse-credentials' });
    await faultOf(session.read(card.ref));
    sandbox.misbehave({ kind: 'throttle', retryAfterSeconds: 3 });
    await faultOf(session.read(card.ref));

    const refused = spoken.filter(({ status }) => status >= 400);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([400, 401, 404, 429]));
    expect(refused.flatMap(({ request, status, text }) => faultsOfAnswer(request, status, text))).toEqual([]);
  });

  test('the judge sees what it should: unknown names, wrong values, wrong shapes', () => {
    const wrong = [
      { method: 'GET', path: '/api/v2/cards?custom_id=a', body: null },
      { method: 'GET', path: '/api/v2/cards?state=all', body: null },
      { method: 'GET', path: '/api/v2/cards?fields=card_id,nonsense', body: null },
      { method: 'GET', path: '/api/v2/moon', body: null },
      { method: 'POST', path: '/api/v2/cards', body: '{"column":1}' },
      { method: 'POST', path: '/api/v2/cards', body: '{"priority":"high"}' },
      { method: 'POST', path: '/api/v2/cards', body: '{"custom_fields_to_add_or_update":[{"value":"a"}]}' },
      { method: 'POST', path: '/api/v2/webhooks', body: '{"is_enabled":1}' },
    ];

    expect(wrong.map((request) => faultsOfRequest(request).length > 0)).toEqual(wrong.map(() => true));
    expect(
      faultsOfAnswer({ method: 'GET', path: '/api/v2/cards/1' }, 200, '{"data":{"card_id":"1"}}'),
    ).not.toEqual([]);
    expect(
      faultsOfAnswer({ method: 'GET', path: '/api/v2/cards/1' }, 200, '{"data":{"moon":1}}'),
    ).not.toEqual([]);
    expect(knownSlips.length).toBe(13);
  });
});
