import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SubscriptionWish, WebhookRequest } from '../../contracts/tracker.ts';
import type { Conformance } from './conformance.ts';
import type { SandboxDelivery } from './sandbox.ts';
import type { Stage } from './stage.ts';

const url = 'https://patchboard.example/webhooks/x/0123456789abcdef';

export function promisesOfWebhooks({ tracker, options, stage }: Conformance): void {
  const { webhook } = tracker;
  if (webhook === null) {
    return;
  }

  test('the instructions name the address to paste, in the tracker’s own words', () => {
    expect(webhook.instructions).toContain('{url}');
    expect(webhook.instructions.length).toBeGreaterThan(80);
  });

  test('a webhook names the card that a person moved', async () => {
    const now = await stage();
    const deliveries = listenTo(now, 'secret-1');
    const card = await now.create(1);
    await now.sandbox.settled();
    deliveries.length = 0;

    await now.sandbox.people.move(card.ref, now.example.statusMapping.inProgress);
    await now.sandbox.settled();

    const messages = deliveries.map((delivery) => webhook.read(requestOf(delivery)));
    expect(messages.some((message) => message.kind === 'cards' && message.refs.includes(card.ref))).toBe(
      true,
    );
    expect(deliveries.filter((delivery) => delivery.url !== url)).toEqual([]);
  });

  test.skipIf(webhook.secret === 'none')(
    'a webhook proves itself by its secret, an older one too, and by nothing else',
    async () => {
      const now = await stage();
      const deliveries = listenTo(now, 'secret-1');
      await now.create(1);
      await now.sandbox.settled();

      const requests = deliveries.map(requestOf);
      expect(requests.length).toBeGreaterThan(0);
      for (const request of requests) {
        expect(webhook.isGenuine(request, ['secret-0', 'secret-1'])).toBe(true);
        expect(webhook.isGenuine(request, ['secret-2', 'secret-10', 'Secret-1', ''])).toBe(false);
        expect(webhook.isGenuine(request, [])).toBe(false);
        expect(webhook.isGenuine({ headers: {}, body: request.body }, ['secret-1', ''])).toBe(false);
      }
    },
  );

  test('our own writes are told too, so nothing may rest on who wrote', async () => {
    const now = await stage();
    const deliveries = listenTo(now, 'secret-1');

    const card = await now.create(1);
    await now.update(card, { state: now.example.statusMapping.inProgress });
    await now.sandbox.settled();

    const refs = deliveries
      .map((delivery) => webhook.read(requestOf(delivery)))
      .flatMap((message) => (message.kind === 'cards' ? message.refs : []));
    expect(refs).toContain(card.ref);
  });

  test('deliveries get lost, come twice and late', async () => {
    const lost = await stage();
    const none = listenTo(lost, 'secret-1');
    lost.sandbox.misbehave({ kind: 'webhooks', lose: 1 });
    await lost.create(1);
    await lost.sandbox.settled();
    const doubled = await stage();
    const twice = listenTo(doubled, 'secret-1');
    doubled.sandbox.misbehave({ kind: 'webhooks', duplicate: 1, delayMs: 5 });
    const card = await doubled.create(1);
    await doubled.sandbox.settled();
    twice.length = 0;
    await doubled.sandbox.people.move(card.ref, doubled.example.statusMapping.inProgress);
    await doubled.sandbox.settled();

    expect(none).toEqual([]);
    expect(twice.length).toBeGreaterThan(1);
    expect(new Set(twice.map(({ body }) => body)).size).toBe(twice.length / 2);
  });

  test('whatever comes in is read as something, and garbage as garbage', () => {
    const garbage = ['', '{', 'null', '[]', '"text"', '{}', '{"event":5}', '<html></html>', '\u0000', '[[[['];
    const kinds = garbage.map((body) => webhook.read({ headers: {}, body: Buffer.from(body) }).kind);
    expect(kinds.filter((kind) => kind !== 'garbage' && kind !== 'ignored')).toEqual([]);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (body) => {
          const message = webhook.read({ headers: { 'content-type': 'application/json' }, body });

          expect(['cards', 'structure', 'test', 'ignored', 'garbage']).toContain(message.kind);
          expect(webhook.isGenuine({ headers: {}, body }, ['secret'])).toBe(webhook.secret === 'none');
        },
      ),
    );
  });

  test.runIf(options.testEvent)('the tracker’s test event is recognised', () => {
    const { headers, body } = options.testEvent ?? { headers: {}, body: '' };

    expect(webhook.read({ headers, body: Buffer.from(body) }).kind).toBe('test');
  });

  if (tracker.traits.subscriptions === 'api') {
    promisesOfSubscriptions({ tracker, stage });
  }
}

function promisesOfSubscriptions({ stage }: Pick<Conformance, 'tracker' | 'stage'>): void {
  const wish = (now: Stage, known: SubscriptionWish['known'] = []): SubscriptionWish => ({
    ...{ url, known },
    secret: 'secret-1',
    targets: [now.example.target],
  });

  test('subscriptions are made once, however often they are ensured', async () => {
    const now = await stage();

    const made = (await now.session.ensureSubscriptions?.(wish(now))) ?? [];
    const known = made.map(({ id, secret }) => ({ id, ...(secret === undefined ? {} : { secret }) }));
    const again = (await now.session.ensureSubscriptions?.(wish(now, known))) ?? [];

    expect(made.length).toBeGreaterThan(0);
    expect(made.every(({ state }) => state === 'active')).toBe(true);
    expect(again.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
  });

  test('subscriptions that are gone are missing when inspected, and made again when ensured', async () => {
    const now = await stage();
    const made = (await now.session.ensureSubscriptions?.(wish(now))) ?? [];
    const known = made.map(({ id, secret }) => ({ id, ...(secret === undefined ? {} : { secret }) }));

    await now.session.removeSubscriptions?.(wish(now, known));
    const missing = (await now.session.inspectSubscriptions?.(wish(now, known))) ?? [];
    const remade = (await now.session.ensureSubscriptions?.(wish(now, known))) ?? [];

    expect(missing.length).toBe(made.length);
    expect(missing.every(({ state }) => state === 'missing')).toBe(true);
    expect(remade.every(({ state, id }) => state === 'active' && id !== '')).toBe(true);
  });

  test('what a subscription sends proves itself with the secret that the engine keeps of it', async () => {
    const now = await stage();
    const deliveries: SandboxDelivery[] = [];
    now.sandbox.deliver = async (delivery) => {
      deliveries.push(delivery);
      return 200;
    };
    const [made] = (await now.session.ensureSubscriptions?.(wish(now))) ?? [];
    const card = await now.create(1);
    await now.sandbox.people.move(card.ref, now.example.statusMapping.inProgress);
    await now.sandbox.settled();

    expect(deliveries.length).toBeGreaterThan(0);
    for (const delivery of deliveries) {
      expect(delivery.url).toBe(url);
      expect(now.tracker.webhook?.isGenuine(requestOf(delivery), [made?.secret ?? 'secret-1'])).toBe(true);
    }
  });
}

function listenTo(now: Stage, secret: string): SandboxDelivery[] {
  const deliveries: SandboxDelivery[] = [];
  now.sandbox.deliver = async (delivery) => {
    deliveries.push(delivery);
    return 200;
  };
  now.sandbox.addWebhook({ url, secret });
  return deliveries;
}

function requestOf(delivery: SandboxDelivery): WebhookRequest {
  const headers = Object.fromEntries(
    Object.entries(delivery.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return { headers, body: Buffer.from(delivery.body) };
}
