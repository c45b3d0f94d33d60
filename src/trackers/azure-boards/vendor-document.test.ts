import { afterEach, describe, expect, test } from 'vitest';
import { paragraph } from '../../core/rich-text.ts';
import { drainChanges, drainInventory, faultOf, makeStage, markerOf } from '../kit/stage.ts';
import tracker from './index.ts';
import type { AzureBoardsSandbox, AzureBoardsSandboxOptions } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';
import type { SpokenRequest } from './vendor-document.ts';
import { faultsOfAnswer, faultsOfRequest, knownSlips } from './vendor-document.ts';

interface Spoken {
  readonly request: SpokenRequest;
  readonly status: number;
  readonly text: string;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A stage whose every exchange is kept whole. */
async function overhear(more: AzureBoardsSandboxOptions = {}) {
  const spoken: Spoken[] = [];
  const stage = await makeStage(tracker, (options) => {
    const sandbox = makeSandbox({ ...options, ...more });
    const { handle } = sandbox;
    const listening: AzureBoardsSandbox['handle'] = async (request) => {
      const body = await request.clone().text();
      const contentType = request.headers.get('content-type');
      const answer = await handle(request);
      const { pathname, search } = new URL(request.url);
      const facts = { method: request.method, path: pathname + search, body: body === '' ? null : body, contentType };
      spoken.push({ request: facts, status: answer.status, text: await answer.clone().text() });
      return answer;
    };
    return Object.defineProperty(sandbox, 'handle', { value: listening });
  });
  closers.push(() => stage.close());
  return { ...stage, spoken, azure: stage.sandbox as AzureBoardsSandbox };
}

/** Everything the adapter can say, and everything that it can be answered. */
async function wholeConversation(more: AzureBoardsSandboxOptions = {}) {
  const now = await overhear(more);
  const { session, example, sandbox, create, update, clock } = now;
  const remoteStates = Object.entries(example.statusMapping).map(([status, value]) => ({ status, value, label: null }));
  for await (const _step of session.check([{ name: 'Default', target: example.target, remoteStates: [] }])) {
    // Each step is asked for.
  }
  for (const step of tracker.targetSteps) {
    await session.targetOptions(step.id, example.target);
  }
  await session.severityChoices?.(example.target);
  await session.requiredFields(example.target);
  await session.validate({
    ...{ target: example.target, remoteStates, fieldDefaults: {} },
    severityMapping: tracker.defaultSeverityMapping,
  });
  const card = await create(1, { dueAt: '2026-06-01T00:00:00.000Z', state: example.statusMapping.inProgress });
  await create(2);
  await sandbox.people.edit(card.ref, { assignee: 'sam', labels: ['Security'] });
  clock.at += 1_000;
  const fresh = await session.read(card.ref);
  const moved = await update(fresh, {
    state: example.statusMapping.fixed,
    ...{ comment: [paragraph('Moved.')], title: 'New', body: [paragraph('New')], priority: '2', dueAt: null },
  });
  await update(moved, { state: example.statusMapping.identified, target: { ...example.target, lane: '' } });
  await sandbox.people.discard(card.ref);
  await update(await session.read(card.ref), { restore: true, priority: '1' });
  await sandbox.people.discard(card.ref);
  await session.find(markerOf(2), example.target);
  await session.readMany([card.ref, '4711', '2']);
  await session.history?.('2', 0);
  await drainChanges(now, (await drainChanges(now, null)).cursor);
  await drainInventory(now);
  const wish = { url: 'https://patchboard.example/webhooks/azure-boards/t', secret: 's', targets: [example.target], known: [] };
  const made = (await session.ensureSubscriptions?.(wish)) ?? [];
  await session.ensureSubscriptions?.({ ...wish, url: `${wish.url}2`, known: made });
  await session.inspectSubscriptions?.(wish);
  await session.removeSubscriptions?.({ ...wish, known: made });
  return now;
}

describe('Microsoft’s documents', () => {
  test.each(['agile', 'basic', 'scrum', 'inherited'] as const)(
    'every request of the adapter is valid by them, and every answer of the sandbox (%s)',
    async (example) => {
      const { spoken } = await wholeConversation({ example });
      const told = spoken.filter(({ request }) => !/connectionData/u.test(request.path));

      expect(told.flatMap(({ request }) => faultsOfRequest(request))).toEqual([]);
      const answered = told.filter(({ status }) => status < 300);
      expect(answered.flatMap(({ request, status, text }) => faultsOfAnswer(request, status, text))).toEqual([]);
    },
  );

  test('the conversation uses each path that the adapter knows', async () => {
    const { spoken } = await wholeConversation();

    const plain = (path: string) =>
      (path.split('?')[0] ?? '')
        .replaceAll(/\/[0-9a-f-]{36}(?=\/|$)/gu, '/{id}')
        .replaceAll(/\/\d+(?=\/|$)/gu, '/{number}');
    const used = new Set(spoken.map(({ request }) => `${request.method} ${plain(request.path)}`));
    expect([...used].toSorted()).toEqual([
      'DELETE /fabrikam/_apis/hooks/subscriptions/{id}',
      'GET /fabrikam/_apis/connectionData',
      'GET /fabrikam/_apis/hooks/subscriptions',
      'GET /fabrikam/_apis/projects',
      'GET /fabrikam/_apis/projects/{id}',
      'GET /fabrikam/_apis/projects/{id}/teams',
      'GET /fabrikam/_apis/wit/recyclebin/{number}',
      'GET /fabrikam/_apis/wit/workitems/{number}',
      'GET /fabrikam/_apis/wit/workitems/{number}/revisions',
      'GET /fabrikam/{id}/_apis/wit/reporting/workitemrevisions',
      'GET /fabrikam/{id}/_apis/wit/workitemtypecategories',
      'GET /fabrikam/{id}/_apis/wit/workitemtypes',
      'GET /fabrikam/{id}/_apis/wit/workitemtypes/Bug',
      'GET /fabrikam/{id}/_apis/wit/workitemtypes/Bug/fields',
      'GET /fabrikam/{id}/{id}/_apis/work/boards',
      'GET /fabrikam/{id}/{id}/_apis/work/boards/{id}',
      'GET /fabrikam/{id}/{id}/_apis/work/teamsettings/teamfieldvalues',
      'PATCH /fabrikam/_apis/wit/recyclebin/{number}',
      'PATCH /fabrikam/_apis/wit/workitems/{number}',
      'POST /fabrikam/_apis/hooks/subscriptions',
      'POST /fabrikam/_apis/wit/wiql',
      'POST /fabrikam/_apis/wit/workitemsbatch',
      'POST /fabrikam/{id}/_apis/wit/workitems/$Bug',
      'PUT /fabrikam/_apis/hooks/subscriptions/{id}',
    ]);
  });

  test('the judge sees what it should: unknown names, wrong values, wrong shapes', () => {
    const patch = 'application/json-patch+json';
    const wrong: readonly SpokenRequest[] = [
      { method: 'GET', path: '/f/_apis/wit/workitems/1?api-version=7.1&expand=all', body: null, contentType: null },
      { method: 'GET', path: '/f/_apis/wit/workitems/1?api-version=7.1&$expand=everything', body: null, contentType: null },
      { method: 'GET', path: '/f/_apis/wit/workitems/1', body: null, contentType: null },
      { method: 'GET', path: '/f/_apis/moon?api-version=7.1', body: null, contentType: null },
      { method: 'PATCH', path: '/f/_apis/wit/workitems/1?api-version=7.1', body: '[{"op":"add"}]', contentType: 'application/json' },
      { method: 'PATCH', path: '/f/_apis/wit/workitems/1?api-version=7.1', body: '[{"op":"put"}]', contentType: patch },
      { method: 'POST', path: '/f/_apis/wit/wiql?api-version=7.1', body: '{"sql":"select"}', contentType: 'application/json' },
      { method: 'POST', path: '/f/_apis/hooks/subscriptions?api-version=7.1', body: '{"consumer":"x"}', contentType: 'application/json' },
    ];

    expect(wrong.map((request) => faultsOfRequest(request).length > 0)).toEqual(wrong.map(() => true));
    const read = { method: 'GET', path: '/f/_apis/wit/workitems/1?api-version=7.1' };
    expect(faultsOfAnswer(read, 200, '{"id":"1"}')).not.toEqual([]);
    expect(faultsOfAnswer(read, 200, '{"moon":1}')).not.toEqual([]);
    expect(knownSlips.length).toBe(12);
  });

  test('refusals come in the service’s error envelope, and none of it is lost on the way to a person', async () => {
    const { session, spoken, sandbox, create, update } = await overhear();
    const card = await create(1);
    const faults = [
      await faultOf(create(2, { fields: { 'Custom.Unknown': 'x' } })),
      await faultOf(create(3, { target: { ...card.place, workItemType: 'Moon' } })),
    ];
    await sandbox.people.remove(card.ref);
    faults.push(await faultOf(session.read(card.ref)), await faultOf(update(card, { title: 'x' })));

    const refused = spoken.filter(({ status }) => status >= 400).map(({ text }) => JSON.parse(text) as { message: string });
    expect(refused.length).toBeGreaterThanOrEqual(faults.length);
    for (const { detail } of faults) {
      expect(refused.map(({ message }) => message)).toContain(detail.trackerMessage);
      expect(detail.trackerCode).toMatch(/^(?:TF|VS)\d+$/u);
    }
  });
});
