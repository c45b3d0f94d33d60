import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SandboxDelivery } from '../kit/sandbox.ts';
import type { AzureStage } from './test-stage.ts';
import { openStage } from './test-stage.ts';
import { webhook } from './webhook.ts';

interface Recorded {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recordings/webhook-bodies.json'), 'utf8')) as readonly Recorded[];
const read = (body: unknown) => webhook.read({ headers: {}, body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)) });

/** What they were, by hand: the work item and the number of the update. */
const meant: Readonly<Record<string, object>> = {
  'aggregator-cli.ResourceVersion-1.0': { kind: 'cards', refs: ['30'], deliveryId: 'workitem.updated:30:18' },
  'aggregator-cli.ResourceVersion-5.1-preview.3': { kind: 'cards', refs: ['30'], deliveryId: 'workitem.updated:30:7' },
  'agzyamov.test-615-direct': { kind: 'cards', refs: ['615'] },
  'agzyamov.test-workitem-615': { kind: 'cards', refs: ['615'], deliveryId: 'workitem.updated:615:6' },
  'agzyamov.test_real_payload': { kind: 'cards', refs: ['451'], deliveryId: 'workitem.updated:451:24' },
  'aspnet.workitem.created': { kind: 'test' },
  'aspnet.workitem.deleted': { kind: 'test' },
  'aspnet.workitem.updated': { kind: 'test' },
  'ms-autostate.post-task': { kind: 'cards', refs: ['197'], deliveryId: 'workitem.updated:197:8' },
};

describe('what real service hooks sent', () => {
  test.each(recorded.map((one) => [one.name, one.body] as const))('%s is rightly read', (name, body) => {
    expect(read(body)).toMatchObject(meant[name] ?? { kind: 'nobody wrote down what it means' });
  });

  test('none is missing', () => {
    expect(recorded.map(({ name }) => name)).toEqual(Object.keys(meant));
  });
});

/** Deliveries of pasted hooks while something is done. */
async function heard(stage: AzureStage, act: () => Promise<unknown>): Promise<readonly SandboxDelivery[]> {
  const deliveries: SandboxDelivery[] = [];
  stage.sandbox.deliver = async (delivery) => {
    deliveries.push(delivery);
    return 200;
  };
  await act();
  await stage.sandbox.settled();
  return deliveries;
}

const hook = { url: 'https://patchboard.example/webhooks/azure-boards/t', secret: 'secret-1' };

describe('service hooks of the sandbox', () => {
  test('both filtered hooks tell one move, and it counts once', async () => {
    await using stage = await openStage({ pastedHooks: 'filtered' });
    const card = await stage.create(1);
    stage.sandbox.addWebhook(hook);

    const deliveries = await heard(stage, () => stage.sandbox.people.move(card.ref, stage.example.statusMapping.inProgress));
    const messages = deliveries.map(({ body }) => read(body));

    expect(messages).toHaveLength(2);
    expect(new Set(deliveries.map(({ body }) => (JSON.parse(body) as { id: string }).id)).size).toBe(2);
    expect(new Set(messages.map((message) => (message.kind === 'cards' ? message.deliveryId : message.kind))).size).toBe(1);
  });

  test('a comment, a deletion, a restored item and a link are told as the work item they are about', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    stage.sandbox.addWebhook(hook);

    const deliveries = await heard(stage, async () => {
      await stage.sandbox.people.comment(card.ref, 'Look at this');
      await stage.sandbox.people.discard(card.ref);
      await stage.sandbox.people.restore(card.ref);
      const link = { kind: 'add', rel: 'System.LinkTypes.Related', url: `${stage.baseUrl}/_apis/wit/workItems/9`, attributes: {} } as const;
      stage.azure.items.change(stage.azure.items.visible(1), { tests: [], fields: [], relations: [link], formats: {} }, { who: stage.azure.items.visible(1).revisions[0]?.by ?? raise() });
    });
    const messages = deliveries.map(({ body }) => read(body));

    expect(messages.map(({ kind, ...more }) => [kind, 'event' in more ? more.event : ''])).toEqual([
      ['cards', 'workitem.updated'],
      ['cards', 'workitem.deleted'],
      ['cards', 'workitem.restored'],
      ['cards', 'workitem.updated'],
    ]);
    expect(messages.every((message) => message.kind === 'cards' && message.refs[0] === card.ref)).toBe(true);
    expect(new Set(messages.map((message) => (message.kind === 'cards' ? message.deliveryId : ''))).size).toBe(4);
  });

  test('the Test button is recognised', async () => {
    await using stage = await openStage();
    const deliveries = await heard(stage, async () => {
      const [made] = (await stage.session.ensureSubscriptions?.({ ...hook, targets: [stage.example.target], known: [] })) ?? [];
      const subscription = stage.azure.hooks.subscriptions.get(made?.id ?? '');
      stage.azure.hooks.test(subscription ?? raise());
    });

    expect(deliveries.map(({ body }) => read(body).kind)).toEqual(['test']);
  });

  test('a hook whose deliveries are refused goes on probation, and one that is answered with 503 is tried again', async () => {
    await using stage = await openStage();
    const card = await stage.create(1);
    const made = (await stage.session.ensureSubscriptions?.({ ...hook, targets: [stage.example.target], known: [] })) ?? [];
    const answers = [503, 200, 500];
    stage.sandbox.deliver = async () => answers.shift() ?? 200;

    await stage.sandbox.people.move(card.ref, stage.example.statusMapping.inProgress);
    await stage.sandbox.settled();
    stage.clock.at += 2_000;
    await stage.sandbox.settled();
    const calm = await stage.session.inspectSubscriptions?.({ ...hook, targets: [stage.example.target], known: made });
    await stage.sandbox.people.move(card.ref, stage.example.statusMapping.fixed);
    await stage.sandbox.settled();
    const hurt = await stage.session.inspectSubscriptions?.({ ...hook, targets: [stage.example.target], known: made });

    expect(answers).toEqual([]);
    expect(calm?.[0]?.state).toBe('active');
    expect(hurt?.[0]).toMatchObject({ state: 'degraded' });
  });
});

describe('the password of a hook', () => {
  const basic = (pair: string) => ({ headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }, body: Buffer.from('{}') });

  test('counts, whatever the user name, and may hold colons', () => {
    expect(webhook.isGenuine(basic('patchboard:a:b'), ['x', 'a:b'])).toBe(true);
    expect(webhook.isGenuine(basic('somebody:a:b'), ['a:b'])).toBe(true);
    expect(webhook.isGenuine(basic('patchboard:a:b '), ['a:b'])).toBe(false);
    expect(webhook.isGenuine(basic('patchboard:'), [''])).toBe(false);
    expect(webhook.isGenuine({ headers: { authorization: 'Bearer a:b' }, body: Buffer.from('{}') }, ['a:b'])).toBe(false);
  });
});

test('events of other things are ignored, and an update that names no work item is garbage', () => {
  expect(read({ eventType: 'git.push', resource: {} }).kind).toBe('ignored');
  expect(read({ eventType: 'workitem.updated', resource: { id: 7 } }).kind).toBe('garbage');
  expect(read(`\uFEFF${JSON.stringify({ eventType: 'workitem.created', resource: { id: 7 } })}`)).toMatchObject({ refs: ['7'] });
  expect(read({ eventType: 'workitem.updated', resource: { id: 2, workItemId: 0, rev: 2 } }).kind).toBe('test');
  expect(read({ eventType: 'workitem.updated', resource: { id: 7, revision: { id: 12 } } })).toMatchObject({ refs: ['12'] });
  expect(read({ eventType: 'workitem.updated', resource: { id: 7, workItemId: '12', fields: { 'System.AssignedTo': {} } } })).toMatchObject({ refs: ['12'] });
});

function raise(): never {
  throw new Error('It is there.');
}
