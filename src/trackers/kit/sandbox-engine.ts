import { setTimeout as sleep } from 'node:timers/promises';
import type { Mischief, Sandbox, SandboxDelivery, SandboxOptions, SandboxRequest } from './sandbox.ts';

const requestsKept = 10_000;

/** What a sandbox asks of the engine: its own words for the faults that every tracker words differently. */
export interface SandboxVoice {
  /** Executes a request that nothing disturbs. */
  answer(request: Request, body: string): Promise<Response>;
  throttled(retryAfterSeconds: number): Response;
  credentialsRefused(): Response;
  outage(): Response;
  signInPage(): Response;
}

interface RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly body: string | null;
}

interface Active {
  readonly mischief: Mischief;
  left: number;
}

/** What all sandboxes share: faults, the request log, and webhook deliveries that get lost, doubled or late. */
export class SandboxEngine {
  readonly requests: SandboxRequest[] = [];
  readonly webhooks: { readonly url: string; readonly secret?: string }[] = [];
  deliver: Sandbox['deliver'] = postOverHttp;
  readonly now: () => number;
  readonly #random: () => number;
  readonly #voice: SandboxVoice;
  readonly #options: SandboxOptions;
  readonly #active = new Set<Active>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(voice: SandboxVoice, options: SandboxOptions) {
    this.#voice = voice;
    this.#options = options;
    this.now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
  }

  misbehave(mischief: Mischief): () => void {
    const active = { mischief, left: mischief.times ?? (isLasting(mischief) ? Number.POSITIVE_INFINITY : 1) };
    this.#active.add(active);
    return () => this.#active.delete(active);
  }

  /** How long new cards stay unfound by searches now. */
  get searchLagMs(): number {
    return Math.max(
      0,
      ...[...this.#active].map(({ mischief }) => (mischief.kind === 'search-lag' ? mischief.ms : 0)),
    );
  }

  /** Whether lists and searches ignore what they are asked to filter by. */
  get ignoresFilters(): boolean {
    return [...this.#active].some(({ mischief }) => mischief.kind === 'ignore-filters');
  }

  async handle(request: Request): Promise<Response> {
    const body = await request.text();
    const url = new URL(request.url);
    const facts: RequestFacts = {
      method: request.method,
      path: url.pathname + url.search,
      body: body === '' ? null : body,
    };
    const headers = Object.fromEntries(request.headers);
    const entry = { at: this.now(), ...facts, headers, status: null as number | null };
    this.requests.push(entry);
    this.requests.splice(0, Math.max(0, this.requests.length - requestsKept));
    const latencyMs = this.#latencyMs(facts);
    if (latencyMs > 0) {
      await sleep(latencyMs);
    }
    const response = await this.#disturbed(request, body, facts);
    entry.status = response.status;
    return response;
  }

  #latencyMs(facts: RequestFacts): number {
    const active = this.#take(facts, (mischief) => mischief.kind === 'latency');
    return active?.kind === 'latency' ? active.ms : (this.#options.latencyMs ?? 0);
  }

  async #disturbed(request: Request, body: string, facts: RequestFacts): Promise<Response> {
    const execute = () => this.#voice.answer(request, body);
    const mischief = this.#take(facts, (one) => !isLasting(one));
    switch (mischief?.kind) {
      case undefined:
      case 'latency':
      case 'search-lag':
      case 'ignore-filters':
      case 'webhooks':
        return execute();
      case 'answer':
        if (mischief.executed === true) {
          await execute();
        }
        return new Response(mischief.body, { status: mischief.status, headers: mischief.headers });
      case 'lose-answer':
        await execute();
        throw new Error('The answer is lost.');
      case 'lose-request':
        throw new Error('The request is lost.');
      case 'late':
        this.#later(mischief.ms, execute);
        throw new Error('The answer is lost; the request is executed later.');
      case 'sign-in-page':
        if (mischief.executed === true) {
          await execute();
        }
        return this.#voice.signInPage();
      case 'throttle':
        return this.#voice.throttled(mischief.retryAfterSeconds);
      case 'refuse-credentials':
        return this.#voice.credentialsRefused();
      case 'outage':
        return this.#voice.outage();
    }
  }

  #take(facts: RequestFacts, fits: (mischief: Mischief) => boolean): Mischief | undefined {
    for (const active of this.#active) {
      if (fits(active.mischief) && (active.mischief.when?.(facts) ?? true)) {
        active.left -= 1;
        if (active.left <= 0) {
          this.#active.delete(active);
        }
        return active.mischief;
      }
    }
    return undefined;
  }

  /** Sends one event to these webhooks, as badly as told. */
  notifyAll<Hook>(webhooks: readonly Hook[], makeDelivery: (webhook: Hook) => SandboxDelivery): void {
    const mischief = [...this.#active]
      .map((active) => active.mischief)
      .find((one) => one.kind === 'webhooks');
    const manners: { lose?: number; duplicate?: number; delayMs?: number } =
      mischief?.kind === 'webhooks' ? mischief : {};
    for (const webhook of webhooks) {
      if (this.#random() < (manners.lose ?? 0)) {
        continue;
      }
      const copies = this.#random() < (manners.duplicate ?? 0) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        this.#send(makeDelivery(webhook), this.#random() * (manners.delayMs ?? 0));
      }
    }
  }

  #send(delivery: SandboxDelivery, delayMs: number): void {
    this.#later(delayMs, () => this.deliver(delivery));
  }

  /** What goes on after the answer; nobody hears of its failures, as nobody would of the tracker's. */
  #later(delayMs: number, act: () => Promise<unknown>): void {
    const going = sleep(delayMs)
      .then(act)
      .then(
        () => {},
        () => {},
      );
    this.#underWay.add(going);
    void going.then(() => this.#underWay.delete(going));
  }

  async settled(): Promise<void> {
    while (this.#underWay.size > 0) {
      await Promise.all(this.#underWay);
    }
  }
}

function isLasting(mischief: Mischief): boolean {
  return ['latency', 'search-lag', 'ignore-filters', 'webhooks'].includes(mischief.kind);
}

async function postOverHttp(delivery: SandboxDelivery): Promise<number> {
  const response = await fetch(delivery.url, {
    method: 'POST',
    headers: delivery.headers,
    body: delivery.body,
    signal: AbortSignal.timeout(10_000),
  });
  await response.text();
  return response.status;
}
