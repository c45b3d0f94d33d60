import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionBody } from '../../src/contracts/api/connections.ts';
import { markDue } from '../../src/store/work.ts';
import type { HookStatus } from '../../src/trackers/azure-boards/sandbox-hooks.ts';
import type { AzureBoardsSandbox } from '../../src/trackers/azure-boards/sandbox.ts';
import { makeSandbox } from '../../src/trackers/azure-boards/sandbox.ts';
import type { Stage } from './stage.ts';
import { connect, openStage } from './stage.ts';

let stage: Stage;
let azure: AzureBoardsSandbox;
let connectionId: string;
let made: ConnectionBody;

beforeEach(async () => {
  azure = makeSandbox();
  stage = await openStage({ tracker: { id: 'azure-boards', sandbox: azure }, pollMs: 60_000 });
  azure.deliver = async () => 200;
  ({ connectionId } = await connect(stage));
  made = await stage.call<ConnectionBody>('POST', `/api/v1/connections/${connectionId}/subscriptions`, {});
});
afterEach(() => stage.close());

const hooks = () => [...azure.hooks.subscriptions.values()];
const passwords = () => [...new Set(hooks().map(({ consumerInputs }) => consumerInputs['basicAuthPassword']))];
const look = () => stage.call<ConnectionBody>('GET', `/api/v1/connections/${connectionId}`);

async function inspectNow(): Promise<ConnectionBody> {
  const { webhook } = await look();
  await markDue(stage.database.store.db, [{ kind: 'subscriptions', key: connectionId, lane: connectionId }]);
  return stage.until('the hooks are looked at', look, (body) => body.webhook?.checkedAt !== webhook?.checkedAt);
}

describe('21. ADO disables the subscription → health job recreates it, connection page shows it. (Lost webhook, subscription on probation/disabled)', () => {
  test.each<HookStatus>(['onProbation', 'disabledByUser', 'disabledBySystem', 'disabledByInactiveIdentity'])('a hook that is %s is made anew, and there are never two', async (status) => {
    const [one] = hooks();
    if (one !== undefined) {
      one.status = status;
    }

    const after = await inspectNow();

    expect(made.webhook?.subscriptions.map(({ state }) => state)).toEqual(['active', 'active', 'active']);
    expect(after.webhook?.subscriptions.map(({ state }) => state)).toEqual(['active', 'active', 'active']);
    expect(hooks().map((hook) => hook.status)).toEqual(['enabled', 'enabled', 'enabled']);
    expect(new Set(hooks().map(({ eventType }) => eventType)).size).toBe(3);
  });
});

test('During secret rotation: hooks are made anew with the new password, and both are accepted meanwhile', async () => {
  const [before] = passwords();
  const send = async (password: string | undefined) => {
    const authorization = `Basic ${Buffer.from(`patchboard:${password}`).toString('base64')}`;
    const { pathname } = new URL(made.webhookUrl ?? '');
    return (await fetch(`${stage.url}${pathname}`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: '{}' })).status;
  };

  await stage.call('POST', `/api/v1/connections/${connectionId}/webhook-secret`, {});
  await stage.until('the hooks have one new password', async () => passwords(), (all) => all.length === 1 && all[0] !== before && hooks().length === 3);
  const answers = [await send(before), await send(passwords()[0]), await send('a guess')];

  expect(answers).toEqual([200, 200, 401]);
  expect(hooks()).toHaveLength(3);
});

test('all hooks of ours go with the connection, and no other one does', async () => {
  const foreign = azure.hooks.subscribe(
    { eventType: 'workitem.updated', resourceVersion: '1.0', publisherInputs: {}, consumerInputs: { url: 'https://somebody.example' } },
    hooks()[0]?.createdBy ?? ({} as never),
  );

  await stage.call('DELETE', `/api/v1/connections/${connectionId}`, undefined, 204);

  expect(hooks().map(({ id }) => id)).toEqual([foreign.id]);
});
