import type { Answered } from './sandbox-answer.ts';
import { list, ok } from './sandbox-answer.ts';
import type { Call, Route } from './sandbox-call.ts';
import { jsonOf } from './sandbox-call.ts';
import { ApiError, badRequest } from './sandbox-errors.ts';
import type { HookStatus, Notification, Subscription } from './sandbox-hooks.ts';
import { same } from './sandbox-organization.ts';
import { isoOf } from './sandbox-rules.ts';
import type { Json } from './sandbox-wire.ts';
import { personOf } from './sandbox-wire.ts';

/** Service hooks through the API. */
export const hookRoutes: readonly Route[] = [
  ['GET', /^hooks\/subscriptions$/iu, listed],
  ['POST', /^hooks\/subscriptions$/iu, create],
  ['GET', /^hooks\/subscriptions\/([^/]+)$/iu, (call, [, id = '']) => ok(shown(call, found(call, id)))],
  ['PUT', /^hooks\/subscriptions\/([^/]+)$/iu, replace],
  ['DELETE', /^hooks\/subscriptions\/([^/]+)$/iu, remove],
  ['GET', /^hooks\/subscriptions\/([^/]+)\/notifications$/iu, notifications],
  ['POST', /^hooks\/subscriptionsquery$/iu, queried],
  ['POST', /^hooks\/testnotifications$/iu, test],
];

const eventTypes = ['created', 'updated', 'deleted', 'restored', 'commented'].map(
  (name) => `workitem.${name}`,
);
export const masked = '********';

function found(call: Call, id: string): Subscription {
  const subscription = call.desk.hooks.subscriptions.get(id.toLowerCase());
  if (subscription === undefined) {
    throw new ApiError(404, 'SubscriptionNotFoundException', `The subscription ${id} does not exist.`);
  }
  return subscription;
}

function shown(call: Call, one: Subscription): Json {
  const { base } = call.site;
  const by = personOf(one.createdBy, base);
  const url = `${base}/_apis/hooks/subscriptions/${one.id}`;
  const { basicAuthPassword: password, ...inputs } = one.consumerInputs;
  return {
    id: one.id,
    url,
    status: one.status,
    publisherId: 'tfs',
    eventType: one.eventType,
    resourceVersion: one.resourceVersion,
    eventDescription: describe(one),
    consumerId: 'webHooks',
    consumerActionId: 'httpRequest',
    actionDescription: `To host ${URL.parse(inputs['url'] ?? '')?.host ?? ''}`,
    createdBy: by,
    createdDate: one.createdDate,
    modifiedBy: by,
    modifiedDate: one.modifiedDate,
    ...(one.status === 'onProbation' ? { probationRetries: one.probes } : {}),
    publisherInputs: { ...one.publisherInputs, hostId: call.desk.organization.id, tfsSubscriptionId: one.id },
    consumerInputs: { ...inputs, ...(password === undefined ? {} : { basicAuthPassword: masked }) },
    _links: { self: { href: url } },
  };
}

function describe({ publisherInputs }: Subscription): string {
  const told = Object.entries(publisherInputs).filter(
    ([name, value]) => name !== 'projectId' && value !== '',
  );
  return told.length === 0 ? 'Any work item' : told.map(([name, value]) => `${name} ${value}`).join(', ');
}

function listed(call: Call): Answered {
  const fits = (name: string, value: string) => same(call.query.text(name) ?? value, value);
  const all = [...call.desk.hooks.subscriptions.values()].filter(
    ({ eventType }) =>
      fits('publisherId', 'tfs') &&
      fits('eventType', eventType) &&
      fits('consumerId', 'webHooks') &&
      fits('consumerActionId', 'httpRequest'),
  );
  return list(all.map((one) => shown(call, one)));
}

function texts(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries((value ?? {}) as Json).map(([name, one]) => [name, String(one ?? '')]),
  );
}

/** What a subscription may be. Missing rights are told with 400, not with 403. */
function wished(call: Call, wish: Json) {
  const { organization } = call.desk;
  if (!organization.rights.editSubscriptions) {
    throw badRequest(
      `TF400813: ${call.who.displayName} needs the following permission(s) on the resource ServiceHooks to perform this action: Edit subscriptions`,
      'AccessCheckException',
    );
  }
  if (wish['publisherId'] !== 'tfs' || !eventTypes.includes(String(wish['eventType']))) {
    throw badRequest(
      `The event type ${String(wish['eventType'])} of publisher ${String(wish['publisherId'])} does not exist.`,
      'SubscriptionEventTypeNotFoundException',
    );
  }
  if (wish['consumerId'] !== 'webHooks' || wish['consumerActionId'] !== 'httpRequest') {
    throw badRequest('The consumer does not exist.', 'ConsumerNotFoundException');
  }
  const { hostId: _host, tfsSubscriptionId: _own, ...publisherInputs } = texts(wish['publisherInputs']);
  const projectId = publisherInputs['projectId'] ?? '';
  if (projectId !== '' && organization.projects.every(({ id }) => !same(id, projectId))) {
    throw badRequest(`The project ${projectId} does not exist.`, 'SubscriptionInputException');
  }
  const consumerInputs = texts(wish['consumerInputs']);
  checkConsumer(consumerInputs, organization.hookAddresses);
  return {
    eventType: String(wish['eventType']),
    resourceVersion: String(wish['resourceVersion'] ?? '1.0'),
    ...{ publisherInputs, consumerInputs },
  };
}

function checkConsumer(inputs: Readonly<Record<string, string>>, addresses: 'any' | 'public'): void {
  const refuse = (name: string) => {
    throw badRequest(`The value for input ${name} is not valid.`, 'SubscriptionInputException');
  };
  const url = URL.parse(inputs['url'] ?? '');
  const { basicAuthUsername: name, basicAuthPassword: password } = inputs;
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    refuse('url');
  }
  for (const [input, value] of Object.entries({ basicAuthUsername: name, basicAuthPassword: password })) {
    if (value !== undefined && value !== '' && !/^\S{1,256}$/u.test(value)) {
      refuse(input);
    }
  }
  const isLocal = /^(?:localhost|127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|\[)/iu.test(
    url?.hostname ?? '',
  );
  const isBare = url?.protocol === 'http:' && password !== undefined && password !== '';
  if (addresses === 'public' && (isLocal || isBare)) {
    refuse('url');
  }
}

function create(call: Call): Answered {
  return ok(shown(call, call.desk.hooks.subscribe(wished(call, jsonOf(call)), call.who)));
}

/** The whole subscription is sent again, the password in clear: a masked one would become the password. */
function replace(call: Call, [, id = '']: readonly string[]): Answered {
  const subscription = found(call, id);
  const wish = jsonOf(call);
  const status = wish['status'] === undefined ? subscription.status : (String(wish['status']) as HookStatus);
  if (!['enabled', 'disabledByUser', subscription.status].includes(status)) {
    throw badRequest(`The status ${status} cannot be set.`, 'SubscriptionInputException');
  }
  Object.assign(subscription, wished(call, wish), {
    status,
    probes: 0,
    modifiedDate: isoOf(call.desk.now()),
  });
  return ok(shown(call, subscription));
}

function remove(call: Call, [, id = '']: readonly string[]): Answered {
  const subscription = found(call, id);
  if (!call.desk.organization.rights.editSubscriptions) {
    throw badRequest(
      'TF400813: needs the following permission(s): Delete subscriptions',
      'AccessCheckException',
    );
  }
  call.desk.hooks.subscriptions.delete(subscription.id);
  return { status: 204, body: null };
}

function notificationJson(one: Notification, subscription: Subscription): Json {
  return {
    id: one.id,
    subscriptionId: subscription.id,
    subscriberId: '00000000-0000-0000-0000-000000000000',
    eventId: one.eventId,
    status: one.status === 'dropped' ? 'completed' : one.status,
    result: one.result,
    createdDate: one.at,
    modifiedDate: one.at,
  };
}

function notifications(call: Call, [, id = '']: readonly string[]): Answered {
  const subscription = found(call, id);
  const status = call.query.text('status');
  const result = call.query.text('result');
  const all = subscription.notifications
    .toReversed()
    .filter(
      (one) => (status === null || same(one.status, status)) && (result === null || same(one.result, result)),
    )
    .slice(0, call.query.number('maxResults', 100));
  return list(all.map((one) => notificationJson(one, subscription)));
}

interface Filter {
  readonly conditions?: readonly {
    readonly inputId?: string;
    readonly inputValue?: string;
    readonly operator?: string;
  }[];
}

function queried(call: Call): Answered {
  const wish = jsonOf(call);
  const fits = (name: string, value: string) =>
    wish[name] === undefined || wish[name] === null || same(String(wish[name]), value);
  const meets = (inputs: Readonly<Record<string, string>>, filters: unknown) =>
    !Array.isArray(filters) ||
    filters.length === 0 ||
    (filters as Filter[]).some(({ conditions = [] }) =>
      conditions.every(
        ({ inputId = '', inputValue = '', operator = 'equals' }) =>
          same(inputs[inputId] ?? '', inputValue) === (operator === 'equals'),
      ),
    );
  const all = [...call.desk.hooks.subscriptions.values()].filter(
    (one) =>
      fits('publisherId', 'tfs') &&
      fits('eventType', one.eventType) &&
      fits('consumerId', 'webHooks') &&
      fits('consumerActionId', 'httpRequest') &&
      meets(one.publisherInputs, wish['publisherInputFilters']) &&
      meets(one.consumerInputs, wish['consumerInputFilters']),
  );
  return ok({ ...wish, results: all.map((one) => shown(call, one)) });
}

/** With the id of a subscription, as its Test button does. */
function test(call: Call): Answered {
  const wish = jsonOf(call);
  const subscription = found(call, String(wish['subscriptionId'] ?? ''));
  return ok(notificationJson(call.desk.hooks.test(subscription), subscription));
}
