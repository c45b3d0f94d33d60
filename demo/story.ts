import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoStage } from './stage.ts';

/** One step of the story: what is done, and what was seen. Throws where the story does not hold. */
export type Tell = (step: string, saw: string) => void;

const reports = join(import.meta.dirname, 'reports');
const patienceMs = 60_000;

interface Scan {
  readonly id: string;
  readonly status: string;
  readonly summary: { readonly findings: number; readonly created: number; readonly fixed: number; readonly reappeared: number; readonly unchanged: number };
  readonly error: { readonly message: string } | null;
}

interface Vulnerability {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly links: readonly { readonly state: string; readonly card?: { readonly key: string; readonly remoteState: string } | null }[];
}

interface Detail {
  readonly location: { readonly path?: string };
}

/** Bandit's JSON, as far as the story looks into it. */
interface BanditReport {
  readonly results: readonly { readonly test_id: string; readonly filename: string }[];
}

/** Bandit's reports on two released versions of node-gyp's Python part; see reports/README.md. */
const files = { first: 'node-gyp-8.4.1.bandit.json', second: 'node-gyp-11.2.0.bandit.json' } as const;

/** Where the story is told. */
export type StorySetting = Pick<DemoStage, 'url' | 'token' | 'sandbox' | 'sandboxUrl'>;

export class Storyteller {
  readonly #stage: StorySetting;
  readonly #tell: Tell;
  #startedAt = Date.now() - 3_600_000;

  constructor(stage: StorySetting, tell: Tell) {
    this.#stage = stage;
    this.#tell = tell;
  }

  /** Asset, connection, configuration, first report, cards. What `npm run demo` opens with. */
  async begin(): Promise<readonly Vulnerability[]> {
    const { sandbox, sandboxUrl, url } = this.#stage;
    const asset = await this.#call<{ name: string }>('POST', '/api/v1/assets', { name: 'Demo application', key: 'demo' });
    this.#tell('An asset is made', asset.name);
    const { settings, credentials } = sandbox.connection(sandboxUrl);
    const connection = await this.#call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', { tracker: 'businessmap', name: 'Team board', settings, credentials });
    const { target, statusMapping } = sandbox.example;
    const wish = { scope: 'default', target, statusMapping, createOn: 'identified', boardDecisions: 'apply' };
    const configuration = await this.#call<{ id: string }>('POST', `/api/v1/connections/${connection.id}/configurations`, wish);
    sandbox.addWebhook({ url: connection.webhookUrl });
    const checked = await this.#call<{ ok: boolean; steps: readonly unknown[] }>('POST', `/api/v1/connections/${connection.id}/check`);
    expect(checked.ok, 'Check connection is green');
    this.#tell('BusinessMap (its sandbox) is connected and checked', `${checked.steps.length} checks, none failed`);
    const preview = await this.#call<{ cardsToCreate: { total: number } }>('POST', `/api/v1/configurations/${configuration.id}/preview`);
    this.#tell('The preview says what would be created now', `${preview.cardsToCreate.total} cards`);
    const scan = await this.#upload('first');
    expect(scan.summary.created > 0, 'the first report has findings');
    this.#tell('A real scanner’s report is uploaded', `${scan.summary.findings} findings, ${scan.summary.created} new vulnerabilities`);
    await this.#until('each has its card', () => sandbox.cards().length === scan.summary.created);
    const list = await this.#until('each link knows it', async () => {
      const all = await this.#vulnerabilities();
      return all.every((one) => one.links[0]?.state === 'linked') && all;
    });
    const markers = new Set(sandbox.cards().map((card) => card.marker));
    expect(markers.size === list.length, 'one card each');
    this.#tell('Each vulnerability has exactly one card', `${sandbox.cards().length} cards on ${url.length > 0 ? 'the board' : ''}, ${markers.size} different markers`);
    return list;
  }

  /** The rest of the main job, without a person. */
  async tellTheRest(vulnerabilities: readonly Vulnerability[]): Promise<void> {
    const { sandbox } = this.#stage;
    const { statusMapping } = sandbox.example;
    const fixedLater = await this.#goneInSecondReport(vulnerabilities);
    const one = fixedLater[0];
    expect(one !== undefined, 'the second report lacks something');
    const card = sandbox.cards().find((candidate) => candidate.title.includes(` ${one?.id} - `));
    expect(card !== undefined, 'the card is on the board');
    await sandbox.people.move(card?.ref ?? '', statusMapping.inProgress);
    await this.#until('it is in progress', async () => (await this.#vulnerability(one?.id)).status === 'in_progress');
    this.#tell(`A developer moves card ${card?.key} to work`, `vulnerability ${one?.id} is in progress`);
    await sandbox.people.move(card?.ref ?? '', statusMapping.fixed);
    await this.#until('it awaits validation', async () => (await this.#vulnerability(one?.id)).status === 'awaiting_validation');
    this.#tell('The developer moves the card to Done', `vulnerability ${one?.id} awaits validation: only a scan says fixed`);
    const second = await this.#upload('second');
    expect((await this.#vulnerability(one?.id)).status === 'fixed', 'the scan validated the fix');
    this.#tell('A second scan validates the fix', `${second.summary.fixed} fixed, ${second.summary.created} new, ${second.summary.unchanged} unchanged`);
    await this.#until('the board agrees', () => this.#stateOf(card?.ref) === statusMapping.fixed);
    this.#tell('The board agrees', `card ${card?.key} is in Done`);
    const third = await this.#upload('first');
    await this.#until('the same card moves back', () => this.#stateOf(card?.ref) === statusMapping.identified);
    expect(third.summary.reappeared > 0 && (await this.#vulnerability(one?.id)).status === 'identified', 'it reappeared');
    this.#tell('A third scan sees it again', `${third.summary.reappeared} reappeared; the same card ${card?.key} moved back`);
    const repeated = await this.#upload('first');
    expect(repeated.summary.created === 0 && repeated.summary.fixed === 0, 'the same report twice changes nothing');
    this.#tell('The same report once more', 'nothing changes');
    const total = (await this.#vulnerabilities()).length;
    expect(sandbox.cards().length === new Set(sandbox.cards().map((each) => each.marker)).size, 'still one card each');
    this.#tell('At the end', `${total} vulnerabilities, ${sandbox.cards().length} cards, no duplicate`);
  }

  #stateOf(ref: string | undefined): string | undefined {
    return this.#stage.sandbox.cards().find((card) => card.ref === ref)?.state;
  }

  /** What the second report cannot hold: its file is not in it any more. */
  async #goneInSecondReport(vulnerabilities: readonly Vulnerability[]): Promise<readonly Vulnerability[]> {
    const second = JSON.parse(await readFile(join(reports, files.second), 'utf8')) as BanditReport;
    const left = new Set(second.results.map((result) => result.filename.replace(/^\.\//u, '')));
    const details = await Promise.all(vulnerabilities.map((one) => this.#call<Vulnerability & Detail>('GET', `/api/v1/vulnerabilities/${one.id}`)));
    return details.filter((one) => one.location.path !== undefined && !left.has(one.location.path));
  }

  async #upload(name: 'first' | 'second'): Promise<Scan> {
    const report = await readFile(join(reports, files[name]), 'utf8');
    const startedAt = new Date(Math.max(Date.now(), this.#startedAt + 1)).toISOString();
    const scan = await this.#call<Scan>('POST', `/api/v1/assets/key:demo/scans?startedAt=${startedAt}`, report);
    const done = await this.#until('the scan is processed', async () => {
      const now = await this.#call<Scan>('GET', `/api/v1/scans/${scan.id}`);
      return now.status !== 'queued' && now.status !== 'processing' && now;
    });
    expect(done.status === 'completed', `the scan completes: ${done.error?.message ?? done.status}`);
    return done;
  }

  async #vulnerability(id: string | undefined): Promise<Vulnerability> {
    return this.#call('GET', `/api/v1/vulnerabilities/${id}`);
  }

  async #vulnerabilities(): Promise<readonly Vulnerability[]> {
    return (await this.#call<{ items: Vulnerability[] }>('GET', '/api/v1/vulnerabilities?limit=200')).items;
  }

  async #until<Value>(what: string, look: () => Value | Promise<Value>): Promise<Exclude<Value, false>> {
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      const value = await look();
      if (value !== false) {
        return value as Exclude<Value, false>;
      }
      await sleep(100);
    }
    throw new Error(`The story stops: waited in vain until ${what}.`);
  }

  async #call<Body>(method: string, path: string, body?: unknown): Promise<Body> {
    const response = await fetch(`${this.#stage.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#stage.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`The story stops: ${method} ${path} answered ${response.status}: ${text}`);
    }
    return (text === '' ? null : JSON.parse(text)) as Body;
  }
}

function expect(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(`The story stops: it is not so that ${what}.`);
  }
}
