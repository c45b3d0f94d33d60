import { describe, expect, test } from 'vitest';
import type { SubscriptionWish } from '../../contracts/tracker.ts';
import { faultOf, makeStage } from '../kit/stage.ts';
import tracker from './index.ts';
import type { AzureBoardsSandbox } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';
import type { AzureStage } from './test-stage.ts';
import { openStage } from './test-stage.ts';

const url = 'https://patchboard.example/webhooks/azure-boards/0123456789abcdef';

function wish({ example }: AzureStage, more: Partial<SubscriptionWish> = {}): SubscriptionWish {
  return { url, secret: 'secret-1', targets: [example.target], known: [], ...more };
}

const ensure = async (stage: AzureStage, more: Partial<SubscriptionWish> = {}) => (await stage.session.ensureSubscriptions?.(wish(stage, more))) ?? [];
const inspect = async (stage: AzureStage, more: Partial<SubscriptionWish> = {}) => (await stage.session.inspectSubscriptions?.(wish(stage, more))) ?? [];
const all = ({ azure }: AzureStage) => [...azure.hooks.subscriptions.values()];

describe('service hooks', () => {
  test('one for every change, and two for what no change tells, with a password and nothing to read on the way', async () => {
    await using stage = await openStage();

    const made = await ensure(stage);

    expect(made.map(({ describes }) => describes.split(',')[0])).toEqual(['Work item updated', 'Work item deleted', 'Work item restored']);
    expect(all(stage)).toHaveLength(3);
    for (const { publisherInputs, consumerInputs } of all(stage)) {
      expect(publisherInputs['projectId']).toBe(stage.example.target['project']);
      expect(consumerInputs).toMatchObject({ url, basicAuthUsername: 'patchboard', basicAuthPassword: 'secret-1', messagesToSend: 'none' });
    }
  });

  test('or the two for Board Column and State', async () => {
    const stage = await makeStage(tracker, (options) => {
      const sandbox = makeSandbox(options);
      const { connection } = sandbox;
      const asked: typeof connection = (base) => ({ ...connection(base), settings: { ...connection(base).settings, hooks: 'column-and-state' } });
      return Object.defineProperty(sandbox, 'connection', { value: asked });
    });

    await stage.session.ensureSubscriptions?.({ url, secret: 's', targets: [stage.example.target], known: [] });

    const made = [...(stage.sandbox as AzureBoardsSandbox).hooks.subscriptions.values()];
    expect(made.map(({ publisherInputs }) => publisherInputs['changedFields'] ?? '')).toEqual(['System.BoardColumn', 'System.State', '', '']);
    await stage.close();
  });

  test('each project of the configurations has its own', async () => {
    await using stage = await openStage();

    await ensure(stage, { targets: [stage.example.target, stage.example.otherTarget ?? {}, stage.example.target] });

    expect(all(stage)).toHaveLength(6);
  });

  test('what no configuration uses any more is removed', async () => {
    await using stage = await openStage();
    await ensure(stage, { targets: [stage.example.target, stage.example.otherTarget ?? {}] });

    await ensure(stage, { targets: [stage.example.otherTarget ?? {}] });

    expect(new Set(all(stage).map(({ publisherInputs }) => publisherInputs['projectId']))).toEqual(new Set([stage.example.otherTarget?.['project']]));
    expect(all(stage)).toHaveLength(3);
  });

  test('a hook on probation, or turned off, is told so, and made anew', async () => {
    await using stage = await openStage();
    const made = await ensure(stage);
    const [first, second] = all(stage);
    Object.assign(first ?? {}, { status: 'onProbation' });
    Object.assign(second ?? {}, { status: 'disabledBySystem' });

    const seen = await inspect(stage, { known: made });
    const again = await ensure(stage, { known: made });

    expect(seen.map(({ state }) => state)).toEqual(['degraded', 'disabled', 'active']);
    expect(again.every(({ state }) => state === 'active')).toBe(true);
    expect(again[2]?.id).toBe(made[2]?.id);
    expect(all(stage).map(({ status }) => status)).toEqual(['enabled', 'enabled', 'enabled']);
    expect(all(stage)).toHaveLength(3);
  });

  test('a hook whose password nobody remembers, or with an older address, is corrected and stays the same', async () => {
    await using stage = await openStage();
    const made = await ensure(stage);

    const forgotten = await ensure(stage, { secret: 'secret-2' });
    expect(new Set(all(stage).map(({ consumerInputs }) => consumerInputs['basicAuthPassword']))).toEqual(new Set(['secret-2']));
    const moved = await ensure(stage, { url: `${url}2`, secret: 'secret-2', known: made });

    expect(forgotten.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    expect(moved.map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    expect(all(stage).map(({ consumerInputs }) => [consumerInputs['url'], consumerInputs['basicAuthPassword']])).toEqual(made.map(() => [`${url}2`, 'secret-2']));
  });

  test('doubles of an earlier hand are removed, and strangers’ hooks are left alone', async () => {
    await using stage = await openStage();
    const made = await ensure(stage);
    const own = all(stage)[0];
    const by = stage.azure.organization.people[1];
    if (own === undefined || by === undefined) {
      throw new Error('There is a hook.');
    }
    stage.azure.hooks.subscribe(own, by);
    stage.azure.hooks.subscribe({ ...own, consumerInputs: { url: 'https://stranger.example/' } }, by);

    await ensure(stage, { known: made });
    expect(all(stage).map(({ consumerInputs }) => consumerInputs['url'])).toEqual([url, url, url, 'https://stranger.example/']);

    await stage.session.removeSubscriptions?.(wish(stage, { known: made }));
    expect(all(stage).map(({ consumerInputs }) => consumerInputs['url'])).toEqual(['https://stranger.example/']);
  });

  test('a list that fails makes no second set', async () => {
    await using stage = await openStage();
    const made = await ensure(stage);
    stage.sandbox.misbehave({ kind: 'outage', when: ({ method, path }) => method === 'GET' && path.includes('hooks') });

    await faultOf(ensure(stage, { known: made }));

    expect(all(stage)).toHaveLength(3);
  });

  test('without the right, which is refused with 400, the words say which right and what else there is', async () => {
    await using stage = await openStage();
    stage.azure.organization.rights.editSubscriptions = false;

    const fault = await faultOf(ensure(stage));

    expect(fault.kind).toBe('forbidden');
    expect(fault.detail.hint).toContain('Edit subscriptions');
  });
});
