import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoBoard } from './boards.ts';
import { logIn } from './log-in.ts';

/** One step of the story: what is done, and what was seen. Throws where the story does not hold. */
export type Tell = (step: string, saw: string) => void;

const reports = join(import.meta.dirname, 'reports');
const patienceMs = 180_000;

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
export interface StorySetting {
  readonly url: string;
  readonly token: string;
  readonly boards: readonly Pick<DemoBoard, 'tracker' | 'title' | 'sandbox' | 'sandboxUrl'>[];
}

type Board = StorySetting['boards'][number];

export class Storyteller {
  readonly #stage: StorySetting;
  readonly #tell: Tell;
  #startedAt = Date.now() - 3_600_000;

  constructor(stage: StorySetting, tell: Tell) {
    this.#stage = stage;
    this.#tell = tell;
  }

  /** Asset, connections, configurations, first report, cards. What `npm run demo` opens with. */
  async begin(): Promise<readonly Vulnerability[]> {
    const { boards } = this.#stage;
    const asset = await this.#call<{ name: string }>('POST', '/api/v1/assets', { name: 'Demo application', key: 'demo' });
    this.#tell('An asset is made', asset.name);
    for (const board of boards) {
      await this.#connect(board);
    }
    const scan = await this.#upload('first');
    expect(scan.summary.created > 0, 'the first report has findings');
    this.#tell('A real scanner’s report is uploaded', `${scan.summary.findings} findings, ${scan.summary.created} new vulnerabilities`);
    await this.#until('each has its cards', () => boards.every(({ sandbox }) => sandbox.cards().length === scan.summary.created));
    const list = await this.#until('each link knows its card', async () => {
      const all = await this.#vulnerabilities();
      return all.every(({ links }) => links.length === boards.length && links.every(({ state }) => state === 'linked')) && all;
    });
    for (const { title, sandbox } of boards) {
      const markers = new Set(sandbox.cards().map((card) => card.marker));
      expect(markers.size === list.length, 'one card each');
      this.#tell(`Each vulnerability has exactly one card in ${title}`, `${sandbox.cards().length} cards, ${markers.size} different markers`);
    }
    return list;
  }

  async #connect({ tracker, title, sandbox, sandboxUrl }: Board): Promise<void> {
    const { settings, credentials } = sandbox.connection(sandboxUrl);
    const { id, webhookUrl } = await this.#call<{ id: string; webhookUrl: string }>('POST', '/api/v1/connections', { tracker, name: `${title} of the team`, settings, credentials });
    const loggedIn = await logIn(this.#stage, id);
    const { target, statusMapping, fieldDefaults } = sandbox.example;
    const wish = { scope: 'default', target, statusMapping, fieldDefaults, createOn: 'identified', boardDecisions: 'apply' };
    const configuration = await this.#call<{ id: string }>('POST', `/api/v1/connections/${id}/configurations`, wish);
    sandbox.addWebhook({ url: webhookUrl });
    const checked = await this.#call<{ ok: boolean; steps: readonly { name: string; ok: boolean; message: string }[] }>('POST', `/api/v1/connections/${id}/check`);
    const wrong = checked.steps.filter(({ ok }) => !ok).map(({ name, message }) => `${name}: ${message}`);
    expect(checked.ok, `Check connection is green (${wrong.join('; ')})`);
    this.#tell(`${title} (its sandbox) is connected${loggedIn ? ', a person logged in,' : ''} and checked`, `${checked.steps.length} checks, none failed`);
    const preview = await this.#call<{ cardsToCreate: { total: number } }>('POST', `/api/v1/configurations/${configuration.id}/preview`);
    this.#tell('The preview says what would be created now', `${preview.cardsToCreate.total} cards`);
  }

  /** The rest of the main job, without a person: on each board another vulnerability is worked on. */
  async tellTheRest(vulnerabilities: readonly Vulnerability[]): Promise<void> {
    const { boards } = this.#stage;
    const fixedLater = await this.#goneInSecondReport(vulnerabilities);
    expect(fixedLater.length >= boards.length, 'the second report lacks something for each board');
    const works = boards.map((board, index) => ({ board, id: fixedLater[index]?.id ?? '' }));
    for (const { board, id } of works) {
      await this.#work(board, id);
    }
    const second = await this.#upload('second');
    for (const { id } of works) {
      expect((await this.#vulnerability(id)).status === 'fixed', 'the scan validated the fix');
    }
    this.#tell('A second scan validates the fixes', `${second.summary.fixed} fixed, ${second.summary.created} new, ${second.summary.unchanged} unchanged`);
    const places = await this.#allShow(works.map(({ id }) => id), 'fixed');
    this.#tell('Every board agrees', places);
    const third = await this.#upload('first');
    expect(third.summary.reappeared >= works.length, 'they reappeared');
    const back = await this.#allShow(works.map(({ id }) => id), 'identified');
    this.#tell('A third scan sees them again', `${third.summary.reappeared} reappeared; the same cards moved back: ${back}`);
    const repeated = await this.#upload('first');
    expect(repeated.summary.created === 0 && repeated.summary.fixed === 0, 'the same report twice changes nothing');
    this.#tell('The same report once more', 'nothing changes');
    const all = await this.#until('what is new has its cards', async () => {
      const now = await this.#vulnerabilities();
      return now.every(({ links, status }) => status === 'fixed' || links.every(({ state }) => state === 'linked')) && now;
    });
    for (const { title, sandbox } of boards) {
      const markers = new Set(sandbox.cards().map((each) => each.marker));
      expect(sandbox.cards().length === markers.size, 'still one card each');
      this.#tell(`At the end, ${title}`, `${all.length} vulnerabilities, ${sandbox.cards().length} cards, no duplicate`);
    }
  }

  /** A developer moves the card on one board, and the others follow. */
  async #work({ title, sandbox }: Board, id: string): Promise<void> {
    const { statusMapping } = sandbox.example;
    const { ref, key } = cardOf(sandbox, id);
    await sandbox.people.move(ref, statusMapping.inProgress);
    await this.#until('it is in progress', async () => (await this.#vulnerability(id)).status === 'in_progress');
    this.#tell(`In ${title} a developer moves card ${key} to work`, `vulnerability ${id} is in progress`);
    await sandbox.people.move(ref, statusMapping.fixed);
    await this.#until('it awaits validation', async () => (await this.#vulnerability(id)).status === 'awaiting_validation');
    this.#tell(`The developer moves card ${key} to ${cardOf(sandbox, id).stateLabel}`, `vulnerability ${id} awaits validation: only a scan says fixed`);
  }

  /** Waits until the cards of these vulnerabilities stand for this status on every board; answers where. */
  async #allShow(ids: readonly string[], status: 'fixed' | 'identified'): Promise<string> {
    const { boards } = this.#stage;
    await this.#until(`all boards show ${status}`, async () => {
      const ours = await Promise.all(ids.map((id) => this.#vulnerability(id)));
      return (
        ours.every((one) => one.status === status) &&
        boards.every(({ sandbox }) => ids.every((id) => cardOf(sandbox, id).state === sandbox.example.statusMapping[status]))
      );
    });
    return boards.map(({ title, sandbox }) => `${title} “${cardOf(sandbox, ids[0] ?? '').stateLabel}”`).join(', ');
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

  async #vulnerability(id: string): Promise<Vulnerability> {
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

function cardOf(sandbox: Board['sandbox'], id: string) {
  const card = sandbox.cards().find((candidate) => candidate.title.includes(` ${id} - `));
  if (card === undefined) {
    throw new Error(`The story stops: vulnerability ${id} has no card on a board.`);
  }
  return card;
}

function expect(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(`The story stops: it is not so that ${what}.`);
  }
}
