import { createHmac } from 'node:crypto';
import type { Sandbox, SandboxCard, SandboxOptions } from '../kit/sandbox.ts';
import { SandboxEngine } from '../kit/sandbox-engine.ts';
import { correlationDisplay } from './face.ts';
import { answerApi } from './sandbox-api.ts';
import type { Answered, Instance, SandboxRole } from './sandbox-instance.ts';
import { failure } from './sandbox-instance.ts';
import { client, SandboxLogins } from './sandbox-oauth.ts';
import { examples } from './sandbox-examples.ts';
import type { SandboxRecord } from './sandbox-records.ts';
import { peopleOf } from './sandbox-people.ts';
import { RecordShelf } from './sandbox-records.ts';
import { people } from './sandbox-rows.ts';
import { stockTables } from './sandbox-tables.ts';

export interface ServiceNowSandboxOptions extends SandboxOptions {
  /** The table that the example and the board page are about. */
  readonly table?: string;
  readonly role?: SandboxRole;
  readonly accessSeconds?: number;
  readonly refreshSeconds?: number;
  readonly closedIsFinal?: boolean;
}

export interface ServiceNowSandbox extends Sandbox {
  /** Knobs for tests: role, hidden fields, query strictness, tables. */
  readonly instance: Instance;
  readonly logins: SandboxLogins;
}

/** A rate limit rule for the integration user, where it is asked for. */
const callsPerHour = 6_000;

/** ServiceNow on the desk: OAuth pages, Table API with its silences, access rules, state models, policies, a business rule. */
export function makeSandbox(options: ServiceNowSandboxOptions = {}): ServiceNowSandbox {
  const now = options.now ?? Date.now;
  const table = options.table ?? 'incident';
  const shelf = new RecordShelf(stockTables(), { now, closedIsFinal: options.closedIsFinal ?? false });
  const logins = new SandboxLogins(
    { accessSeconds: options.accessSeconds ?? 1_800, refreshSeconds: options.refreshSeconds ?? 8_640_000 },
    now,
  );
  const calls: number[] = [];
  const engine: SandboxEngine = new SandboxEngine(
    {
      answer: async (request, body) =>
        answer({ instance, logins, calls: options.rateLimit === true ? calls : null }, request, body),
      throttled: (seconds) =>
        wire(rateExceeded, { 'retry-after': String(seconds), 'x-ratelimit-rule': 'Sandbox' }, now()),
      credentialsRefused: () => wire(notAuthenticated, {}, now()),
      outage: () =>
        html('<title>Instance Hibernating page</title><h1>Your instance is hibernating</h1>', now()),
      signInPage: () => html('<title>Log in | ServiceNow</title><form action="/login.do"></form>', now()),
    },
    options,
  );
  const instance: Instance = {
    shelf,
    user: { sysId: people[0]?.sysId ?? '', name: people[0]?.userName ?? '' },
    role: options.role ?? 'itil',
    strictQueries: false,
    hiddenFields: new Set(),
    metaAllowed: true,
    searchLagMs: () => engine.searchLagMs,
    ignoresFilters: () => engine.ignoresFilters,
    now,
    changed: (record) => nudge(engine, record, now()),
  };
  const example = examples[table] ?? examples['incident'];
  if (example === undefined) {
    throw new Error('There is an example for incidents.');
  }
  const cards = () => [...shelf.records.values()].map((record) => cardOf(instance, record));
  return {
    handle: (request) => engine.handle(request),
    accessToken: async () => logins.grant(),
    connection: (baseUrl) => ({
      settings: { url: baseUrl },
      credentials: { clientId: client.id, clientSecret: client.secret },
    }),
    example,
    people: peopleOf(instance, example),
    cards,
    misbehave: (mischief) => engine.misbehave(mischief),
    requests: engine.requests,
    addWebhook: (webhook) => void engine.webhooks.push(webhook),
    get deliver() {
      return engine.deliver;
    },
    set deliver(deliver) {
      engine.deliver = deliver;
    },
    settled: () => engine.settled(),
    board: () =>
      (shelf.tables[table]?.columns['state']?.choices ?? [])
        .filter((choice) => !choice.inactive)
        .map(({ value, label }) => ({
          state: value,
          label,
          cards: cards().filter(
            (card) =>
              card.state === value && card.presence === 'active' && card.fields['sys_class_name'] === table,
          ),
        })),
    instance,
    logins,
  };
}

interface House {
  readonly instance: Instance;
  readonly logins: SandboxLogins;
  readonly calls: number[] | null;
}

const notAuthenticated = failure(401, 'User Not Authenticated', 'Required to provide Auth information');
const rateExceeded = failure(
  429,
  'Rate limit exceeded',
  `Rate limit of ${callsPerHour} requests per hour for Table API exceeded`,
);

function answer({ instance, logins, calls }: House, request: Request, body: string): Response {
  const url = new URL(request.url);
  switch (url.pathname) {
    case '/oauth_auth.do':
      return logins.authorize(url, request.headers.get('sec-fetch-mode') === 'navigate');
    case '/oauth_token.do':
      return logins.token(url, body);
    case '/oauth_revoke_token.do':
      return logins.revoke(url, body);
  }
  if (!url.pathname.startsWith('/api/')) {
    return html('<title>Log in | ServiceNow</title><form action="/login.do"></form>', instance.now());
  }
  const token = /^Bearer (.+)$/u.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  if (!logins.isValid(token)) {
    return wire(notAuthenticated, {}, instance.now());
  }
  // Requests of one session queue up behind each other; what does not fit is dropped with 202.
  if (/JSESSIONID/u.test(request.headers.get('cookie') ?? '')) {
    return new Response(null, { status: 202 });
  }
  const headers = calls === null ? {} : counted(calls, instance.now());
  if (headers['retry-after'] !== undefined) {
    return wire(rateExceeded, headers, instance.now());
  }
  return wire(answerApi(instance, request, body), headers, instance.now());
}

function counted(calls: number[], now: number): Record<string, string> {
  const hour = Math.floor(now / 3_600_000);
  calls.push(now);
  calls.splice(
    0,
    Math.max(
      0,
      calls.findIndex((at) => Math.floor(at / 3_600_000) === hour),
    ),
  );
  const reset = (hour + 1) * 3_600;
  const over: Record<string, string> =
    calls.length > callsPerHour ? { 'retry-after': String(Math.ceil(reset - now / 1_000)) } : {};
  return {
    'x-ratelimit-limit': String(callsPerHour),
    'x-ratelimit-reset': String(reset),
    'x-ratelimit-rule': 'Sandbox',
    ...over,
  };
}

function wire(
  { status, body, headers }: Answered,
  more: Readonly<Record<string, string>>,
  now: number,
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8', ...common(now), ...headers, ...more },
  });
}

function html(inner: string, now: number): Response {
  return new Response(`<!doctype html><html>${inner}</html>`, {
    headers: { 'content-type': 'text/html;charset=UTF-8', ...common(now) },
  });
}

function common(now: number): Record<string, string> {
  return {
    server: 'snow_adc',
    date: new Date(now).toUTCString(),
    'set-cookie': 'JSESSIONID=5AC3C0F1; Path=/; HttpOnly',
    'x-transaction-id': Math.floor(now).toString(16).padStart(12, '0').slice(-12),
  };
}

/** The business rule of the connection's page, on every record that carries our name. */
function nudge(engine: SandboxEngine, { fields }: SandboxRecord, now: number): void {
  if (fields['correlation_display'] !== correlationDisplay) {
    return;
  }
  const body = JSON.stringify({
    v: 1,
    table: fields['sys_class_name'],
    sys_id: fields['sys_id'],
    number: fields['number'],
    correlation_id: fields['correlation_id'],
    sys_mod_count: fields['sys_mod_count'],
  });
  const timestamp = String(Math.floor(now / 1_000));
  engine.notifyAll(engine.webhooks, ({ url, secret }) => {
    const signature =
      secret === undefined
        ? null
        : createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('base64');
    const signed =
      signature === null
        ? {}
        : { 'x-patchboard-timestamp': timestamp, 'x-patchboard-signature': `v1=${signature}` };
    const headers = { 'content-type': 'application/json', 'user-agent': 'ServiceNow/1.0', ...signed };
    return { url, body, headers: headers as Record<string, string> };
  });
}

function cardOf(instance: Instance, { fields, workNotes, deleted }: SandboxRecord): SandboxCard {
  const text = (name: string) => fields[name] ?? '';
  const choice = instance.shelf.tables[text('sys_class_name')]?.columns['state']?.choices?.find(
    (one) => one.value === text('state'),
  );
  return {
    ref: text('sys_id'),
    key: text('number'),
    marker: text('correlation_id') === '' ? null : text('correlation_id'),
    title: text('short_description'),
    body: text('description'),
    state: text('state'),
    stateLabel: choice?.label ?? text('state'),
    priority: `${text('impact')}/${text('urgency')}`,
    presence: deleted ? 'deleted' : 'active',
    revision: Number(text('sys_mod_count')),
    comments: workNotes,
    fields,
  };
}
