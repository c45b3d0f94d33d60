import { z } from 'zod';
import type { SessionContext, Subscription, SubscriptionWish } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { part } from './api.ts';
import type { WireSubscription } from './wire.ts';
import { subscription, subscriptions } from './wire.ts';

/** Service hooks through the API: listed before they are made, made again when they are on probation or switched off. */

interface Hook {
  readonly eventType: string;
  readonly changedFields: string;
}

/** One for every change, or the two for Board Column and State; and what no change tells. */
function hooksWanted(settings: SessionContext['settings']): readonly Hook[] {
  const fields = settings['hooks'] === 'column-and-state' ? ['System.BoardColumn', 'System.State'] : [''];
  const updated = fields.map((changedFields) => ({ eventType: 'workitem.updated', changedFields }));
  return [...updated, { eventType: 'workitem.deleted', changedFields: '' }, { eventType: 'workitem.restored', changedFields: '' }];
}

interface InProject extends Hook {
  readonly project: string;
  readonly found: WireSubscription | undefined;
  /** The same once more, by an earlier hand: it would send everything twice. */
  readonly more: readonly WireSubscription[];
}

const path = '/_apis/hooks/subscriptions';
export const userName = 'patchboard';

function textOf(inputs: Readonly<Record<string, unknown>> | null | undefined, name: string): string {
  const value = inputs?.[name];
  return typeof value === 'string' ? value : '';
}

interface LookedUp {
  readonly hooks: readonly InProject[];
  /** Ours, and wanted no more: of a project that no configuration uses, or with another filter. */
  readonly strays: readonly WireSubscription[];
}

/** By address, or by an id that we remember. Keys that the service adds are not compared; a list that fails is no empty list. */
async function lookUp(api: Api, context: SessionContext, wanted: SubscriptionWish): Promise<LookedUp> {
  const hooks = hooksWanted(context.settings);
  const lists = new Map<string, readonly WireSubscription[]>();
  for (const eventType of new Set(hooks.map((hook) => hook.eventType))) {
    const query = { publisherId: 'tfs', eventType, consumerId: 'webHooks', consumerActionId: 'httpRequest' };
    lists.set(eventType, (await api.get(path, subscriptions, query)).value);
  }
  const projects = [...new Set(wanted.targets.flatMap((target) => target['project'] ?? []))];
  const looked = projects.flatMap((project) =>
    hooks.map((hook): InProject => {
      const own = (lists.get(hook.eventType) ?? []).filter(
        (one) =>
          isOurs(one, wanted) &&
          textOf(one.publisherInputs, 'projectId').toLowerCase() === project.toLowerCase() &&
          textOf(one.publisherInputs, 'changedFields') === hook.changedFields,
      );
      const [found, ...more] = own.toSorted((a, b) => Number(b.status === 'enabled') - Number(a.status === 'enabled'));
      return { ...hook, project, found, more };
    }),
  );
  const used = new Set(looked.flatMap(({ found, more }) => [found, ...more]).map((one) => one?.id));
  const strays = [...lists.values()].flat().filter((one) => isOurs(one, wanted) && !used.has(one.id));
  return { hooks: looked, strays };
}

function isOurs(one: WireSubscription, wanted: SubscriptionWish): boolean {
  return textOf(one.consumerInputs, 'url') === wanted.url || wanted.known.some(({ id }) => id === one.id);
}

export async function ensureHooks(api: Api, context: SessionContext, wanted: SubscriptionWish): Promise<readonly Subscription[]> {
  const { hooks, strays } = await lookUp(api, context, wanted);
  const made: Subscription[] = [];
  for (const hook of hooks) {
    made.push(await ensured(api, hook, wanted));
  }
  for (const one of [...strays, ...hooks.flatMap(({ more }) => more)]) {
    await remove(api, one);
  }
  return made;
}

async function ensured(api: Api, hook: InProject, wanted: SubscriptionWish): Promise<Subscription> {
  const { found } = hook;
  if (found !== undefined && found.status === 'enabled') {
    const known = wanted.known.find(({ id }) => id === found.id);
    const isRight = textOf(found.consumerInputs, 'url') === wanted.url && known !== undefined;
    // A password is never shown again: one that we did not set ourselves is replaced, and the whole hook with it.
    const kept = isRight ? found : await api.write({ method: 'PUT', path: `${path}/${part(found.id)}`, schema: subscription, body: { ...bodyOf(hook, wanted), id: found.id, status: 'enabled' } });
    return shown(hook, kept);
  }
  if (found !== undefined) {
    await remove(api, found);
  }
  return shown(hook, await api.write({ method: 'POST', path, schema: subscription, body: bodyOf(hook, wanted) }));
}

function bodyOf({ eventType, changedFields, project }: InProject, { url, secret }: SubscriptionWish) {
  return {
    ...{ publisherId: 'tfs', eventType, resourceVersion: '1.0', consumerId: 'webHooks', consumerActionId: 'httpRequest' },
    publisherInputs: {
      ...{ projectId: project, areaPath: '', workItemType: '' },
      ...(eventType === 'workitem.updated' ? { changedFields } : {}),
    },
    consumerInputs: {
      ...{ url, basicAuthUsername: userName, basicAuthPassword: secret },
      // Only the number of the work item is used: the less is sent, the less can be seen on the way.
      ...{ resourceDetailsToSend: 'all', messagesToSend: 'none', detailedMessagesToSend: 'none' },
    },
  };
}

const nothing = z.unknown();

async function remove(api: Api, { id }: Pick<WireSubscription, 'id'>): Promise<void> {
  await api.write({ method: 'DELETE', path: `${path}/${part(id)}`, schema: nothing });
}

export async function inspectHooks(api: Api, context: SessionContext, wanted: SubscriptionWish): Promise<readonly Subscription[]> {
  return (await lookUp(api, context, wanted)).hooks.map((hook) =>
    hook.found === undefined
      ? { id: '', state: 'missing', describes: describe(hook), message: 'There is no such service hook with our address.' }
      : shown(hook, hook.found),
  );
}

/** With the connection, whatever became of its projects. */
export async function removeHooks(api: Api, wanted: SubscriptionWish): Promise<void> {
  const { value } = await api.get(path, subscriptions, { publisherId: 'tfs', consumerId: 'webHooks', consumerActionId: 'httpRequest' });
  for (const one of value.filter((hook) => isOurs(hook, wanted))) {
    await remove(api, one);
  }
}

function shown(hook: Hook & { readonly project: string }, { id, status }: WireSubscription): Subscription {
  const base = { id, describes: describe(hook) };
  switch (status) {
    case 'enabled':
    case null:
    case undefined:
      return { ...base, state: 'active' };
    case 'onProbation':
      return { ...base, state: 'degraded', message: 'On probation: deliveries failed, and events are dropped meanwhile.' };
    case 'disabledByUser':
      return { ...base, state: 'disabled', message: 'Somebody turned it off in Azure DevOps.' };
    case 'disabledByInactiveIdentity':
      return { ...base, state: 'disabled', message: 'Its creator became inactive, so Azure DevOps turned it off.' };
    default:
      return { ...base, state: 'disabled', message: `Azure DevOps turned it off after failed deliveries (${status}).` };
  }
}

const titles: Readonly<Record<string, string>> = {
  'workitem.updated': 'Work item updated',
  'workitem.deleted': 'Work item deleted',
  'workitem.restored': 'Work item restored',
};

function describe({ eventType, changedFields, project }: Hook & { readonly project: string }): string {
  const field = changedFields === '' ? '' : `: ${changedFields === 'System.State' ? 'State' : 'Board Column'}`;
  return `${titles[eventType] ?? eventType}${field}, project ${project}`;
}
