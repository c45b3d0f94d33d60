import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import type { Conformance } from './conformance.ts';
import { faultOf } from './stage.ts';

/** Credentials, and what the tracker says of its limits. */
export function promisesOfSecrets({ options, stage }: Conformance): void {
  test('a redirect is not followed, and credentials stay with their origin', async () => {
    const { session, sandbox, create, sent, baseUrl } = await stage();
    const card = await create(1);
    const thief = await listen();
    sandbox.misbehave({ kind: 'answer', status: 302, headers: { location: `${thief.url}/cards` }, body: '' });

    expect((await faultOf(session.read(card.ref))).kind).toBe('nonsense');
    expect(thief.visits()).toBe(0);
    expect([...new Set(sent.map(({ url }) => new URL(url).origin))]).toEqual([baseUrl]);
    thief.close();
  });

  test('no secret is in what is kept of the exchanges', async () => {
    const { session, sandbox, example, create, update, exchanges, baseUrl } = await stage();
    const card = await create(1);
    await update(card, { state: example.statusMapping.inProgress });
    await session.ensureSubscriptions?.({
      url: 'https://patchboard.example/webhooks/x/wh-token-1',
      secret: 'wh-secret-1',
      targets: [example.target],
      known: [],
    });
    sandbox.misbehave({ kind: 'refuse-credentials', times: Number.POSITIVE_INFINITY });
    await faultOf(session.read(card.ref));

    const kept = JSON.stringify(exchanges);
    const secrets = Object.values(sandbox.connection(baseUrl).credentials).filter(
      (value) => String(value).length > 5,
    );
    const token = await sandbox.accessToken?.();
    for (const secret of [...secrets, token, 'wh-token-1', 'wh-secret-1'].filter(
      (value) => value !== undefined,
    )) {
      expect(kept).not.toContain(String(secret));
    }
    expect(exchanges.length).toBeGreaterThan(2);
  });

  test.skipIf(options.silentPace)(
    'what the tracker says of its limits is reported, on success too',
    async () => {
      const { session, create, hints } = await stage({ rateLimit: true });
      const card = await create(1);
      await session.read(card.ref);

      expect(hints.length).toBeGreaterThan(0);
      const last = hints.at(-1);
      expect(
        [
          last?.callsLeftThisMinute,
          last?.callsLeftThisHour,
          last?.callsPerMinute,
          last?.callsPerHour,
          last?.pauseMs,
        ].some((value) => value !== undefined),
      ).toBe(true);
    },
  );
}

async function listen(): Promise<{ url: string; visits(): number; close(): void }> {
  let visits = 0;
  const server = createServer((_incoming, outgoing) => {
    visits += 1;
    outgoing.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits: () => visits,
    close: () => {
      server.close();
    },
  };
}
