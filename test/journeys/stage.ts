import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFormats } from '../../src/formats/index.ts';
import type { House, HousePlan } from '../../src/house.ts';
import { openHouse } from '../../src/house.ts';
import { findTrackers } from '../../src/trackers/index.ts';
import { makeSandbox } from '../../src/trackers/businessmap/sandbox.ts';
import type { Sandbox } from '../../src/trackers/kit/sandbox.ts';
import { serveSandbox } from '../../src/trackers/kit/sandbox-server.ts';
import type { TestDatabase } from '../database.ts';
import { createTestDatabase } from '../database.ts';

/** The whole house in one process, with a sandbox tracker beside it, spoken to over HTTP as scripts do. */
export interface Stage {
  /** The sandbox's tracker. */
  readonly tracker: string;
  readonly sandbox: Sandbox;
  readonly sandboxUrl: string;
  readonly house: House;
  readonly database: TestDatabase;
  readonly url: string;
  /** Calls the API as the administrator; answers the parsed body. Throws on an unexpected status. */
  call<Body = Record<string, never>>(method: string, path: string, body?: unknown, expected?: number): Promise<Body>;
  /** Uploads a SARIF report with these findings, waits until it is processed, and answers the scan. */
  scan(assetId: string, findings: readonly FakeFinding[], options?: Readonly<Record<string, string>>): Promise<ScanBody>;
  /** Waits until the condition holds; says what it saw last when it never does. */
  until<Value>(what: string, look: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value>;
  close(): Promise<void>;
}

export interface FakeFinding {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly text: string;
  readonly severity?: string;
}

export interface ScanBody {
  readonly id: string;
  readonly status: string;
  readonly summary: Readonly<Record<string, number>>;
  readonly error: { readonly message: string } | null;
}

/** The administrator's, as every call of the stage bears it. */
export const bootstrapToken = 'a-bootstrap-token-of-32-characters-or-more';
const patienceMs = 15_000;

export interface StageOptions {
  /** Scanners that schedules may run. */
  readonly commands?: HousePlan['commands'];
  readonly quarantineMs?: number;
  readonly pollMs?: number;
  readonly log?: HousePlan['log'];
  /** Default: an empty one. */
  readonly database?: TestDatabase;
  readonly deployment?: string;
  readonly publicUrl?: string;
  /** Default: BusinessMap. */
  readonly tracker?: { readonly id: string; readonly sandbox: Sandbox };
  /** Another stage whose sandbox is used: two installations, one tracker. */
  readonly beside?: Pick<Stage, 'sandbox' | 'sandboxUrl'>;
}

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const database = options.database ?? (await createTestDatabase({ poolMax: 20 }));
  const sandbox = options.beside?.sandbox ?? options.tracker?.sandbox ?? makeSandbox();
  const served = options.beside === undefined ? await serveSandbox(sandbox) : { url: options.beside.sandboxUrl, close: async () => {} };
  const house = await openHouse({
    store: database.store,
    secretKey: 'a-secret-key-for-tests-of-32-characters',
    deployment: { id: options.deployment ?? 'test', place: null },
    trackers: await findTrackers(),
    formats: await findFormats(),
    ...(options.commands === undefined ? {} : { commands: options.commands }),
    publicUrl: options.publicUrl ?? 'http://127.0.0.1:4180',
    allowedNetworks: ['127.0.0.0/8'],
    // Sandboxes that want a login of Microsoft Entra ID have its pages, too.
    entraAuthority: served.url,
    pollMs: options.pollMs ?? 5_000,
    quarantineMs: options.quarantineMs ?? 1_000,
    webFolder: null,
    bootstrapToken,
    roles: ['web', 'worker'],
    log: options.log ?? (() => {}),
  });
  const app = house.app;
  if (app === null) {
    throw new Error('The stage has doors.');
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const call = makeCall(url);
  const stage: Stage = {
    tracker: options.tracker?.id ?? 'businessmap',
    sandbox,
    sandboxUrl: served.url,
    house,
    database,
    url,
    call,
    scan: async (assetId, findings, query = {}) => {
      const search = new URLSearchParams(query).toString();
      const uploaded = await call<ScanBody>('POST', `/api/v1/assets/${assetId}/scans?${search}`, sarif(findings), 202);
      return until('the scan is processed', () => call<ScanBody>('GET', `/api/v1/scans/${uploaded.id}`), (scan) => scan.status !== 'queued' && scan.status !== 'processing');
    },
    until,
    close: async () => {
      await house.close();
      await served.close();
      await database.drop();
    },
  };
  return stage;
}

function makeCall(url: string): Stage['call'] {
  return async <Body>(method: string, path: string, body?: unknown, expected?: number): Promise<Body> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${bootstrapToken}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const fine = expected === undefined ? response.ok : response.status === expected;
    if (!fine) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    }
    return (text === '' ? null : JSON.parse(text)) as Body;
  };
}

async function until<Value>(what: string, look: () => Promise<Value>, holds: (value: Value) => boolean): Promise<Value> {
  const deadline = Date.now() + patienceMs;
  while (true) {
    const value = await look();
    if (holds(value)) {
      return value;
    }
    if (Date.now() > deadline) {
      throw new Error(`Waited in vain until ${what}. Last seen: ${JSON.stringify(value).slice(0, 2_000)}`);
    }
    await sleep(25);
  }
}

export function sarif(findings: readonly FakeFinding[], tool = 'Stage scanner'): string {
  const results = findings.map((finding) => ({
    ruleId: finding.rule,
    level: 'error',
    message: { text: `${finding.rule} here.` },
    locations: [
      { physicalLocation: { artifactLocation: { uri: finding.path }, region: { startLine: finding.line, snippet: { text: finding.text } } } },
    ],
    properties: { 'security-severity': finding.severity ?? '8.0' },
  }));
  return JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [{ tool: { driver: { name: tool, rules: [] } }, results }] });
}

/** A connection to the stage's sandbox with its example configuration. */
export async function connect(stage: Stage, change: Readonly<Record<string, unknown>> = {}): Promise<{ connectionId: string; configurationId: string; webhookUrl: string }> {
  const { settings, credentials } = stage.sandbox.connection(stage.sandboxUrl);
  const connection = await stage.call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', { tracker: stage.tracker, name: 'Board', settings, credentials }, 201);
  await logIn(stage, connection.id);
  const { target, statusMapping, fieldDefaults } = stage.sandbox.example;
  const configuration = await stage.call<{ id: string }>(
    'POST',
    `/api/v1/connections/${connection.id}/configurations`,
    { scope: 'default', target, statusMapping, fieldDefaults, createOn: 'identified', boardDecisions: 'apply', ...change },
    201,
  );
  const webhookUrl = connection.webhookUrl.replace('http://127.0.0.1:4180', stage.url);
  return { connectionId: connection.id, configurationId: configuration.id, webhookUrl };
}

/** As a person in a browser does, where the connection's credentials go through a login. */
export async function logIn(stage: Stage, connectionId: string): Promise<void> {
  const { login } = await stage.call<{ login: { flow: string } | null }>('GET', `/api/v1/connections/${connectionId}`);
  if (login?.flow !== 'interactive') {
    return;
  }
  const { authorizationUrl } = await stage.call<{ authorizationUrl: string }>('POST', `/api/v1/connections/${connectionId}/authorize`, {});
  const page = await fetch(authorizationUrl, { redirect: 'manual' });
  const { pathname, search } = new URL(page.headers.get('location') ?? 'about:blank');
  const back = await fetch(`${stage.url}${pathname}${search}`, { headers: { authorization: `Bearer ${bootstrapToken}` }, redirect: 'manual' });
  if (!(back.headers.get('location') ?? '').endsWith('login=succeeded')) {
    throw new Error(`The login came back with ${back.status} ${await back.text()} to ${back.headers.get('location')}.`);
  }
}
