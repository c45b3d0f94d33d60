import type { Database, WorkRow } from './database.ts';

/** The work queue as the database's functions have it: leases with tokens, wakes that are counted, lanes that are paused. */
export class ModelQueue {
  readonly #database: Database;
  readonly #laneWidth: number;
  /** Told whenever something became due. */
  onDue: (at: number) => void = () => {};
  onWake: (row: WorkRow) => void = () => {};
  onRest: (row: WorkRow) => void = () => {};

  constructor(database: Database, laneWidth: number) {
    this.#database = database;
    this.#laneWidth = laneWidth;
  }

  markDue(kind: string, key: string, lane: string, dueAt: number = this.#database.clock()): void {
    const { work, clock } = this.#database;
    const id = `${kind}/${key}`;
    const now = clock();
    const row = work.get(id);
    if (row === undefined) {
      const fresh = { kind, key, lane, dueAt, wakes: 1, token: freshToken(now), leaseUntil: null, leaseWakes: null, attempts: 0 };
      work.set(id, fresh);
      this.onWake(fresh);
    } else {
      row.wakes += 1;
      row.attempts = 0;
      const leased = row.leaseUntil !== null && row.leaseUntil > now;
      row.dueAt = leased ? dueAt : Math.min(row.dueAt, dueAt);
      this.onWake(row);
    }
    this.onDue(dueAt);
  }

  claim(most: number, leaseMs: number, kind?: string): readonly WorkRow[] {
    const { work, clock, lanesPausedUntil } = this.#database;
    const now = clock();
    const inHand = new Map<string, number>();
    for (const row of work.values()) {
      if (row.leaseUntil !== null && row.leaseUntil > now) {
        inHand.set(row.lane, (inHand.get(row.lane) ?? 0) + 1);
      }
    }
    const claimed: WorkRow[] = [];
    const due = [...work.values()].filter((row) => (kind ?? row.kind) === row.kind && row.dueAt <= now && (row.leaseUntil === null || row.leaseUntil <= now));
    for (const row of due.toSorted((one, other) => one.dueAt - other.dueAt)) {
      const busy = inHand.get(row.lane) ?? 0;
      if (claimed.length < most && busy < this.#laneWidth && (lanesPausedUntil.get(row.lane) ?? 0) <= now) {
        inHand.set(row.lane, busy + 1);
        row.token += 1;
        row.leaseUntil = now + leaseMs;
        row.leaseWakes = row.wakes;
        claimed.push({ ...row });
      }
    }
    return claimed;
  }

  extend(claim: WorkRow, leaseMs: number): void {
    const row = this.#owned(claim);
    if (row !== null && row.leaseUntil !== null) {
      row.leaseUntil = this.#database.clock() + leaseMs;
    }
  }

  finish(claim: WorkRow, wish: { readonly nextAt: number | null; readonly attempts: number }): void {
    const row = this.#owned(claim);
    if (row === null) {
      return;
    }
    if (row.leaseWakes === null && wish.nextAt === null) {
      // It was finished before: whoever woke it since then is not to be forgotten.
      return;
    }
    const woken = row.leaseWakes !== null && row.wakes > row.leaseWakes;
    if (!woken && wish.nextAt === null) {
      this.#database.work.delete(`${row.kind}/${row.key}`);
      this.onRest(row);
      return;
    }
    row.leaseUntil = null;
    row.leaseWakes = null;
    row.attempts = woken ? 0 : wish.attempts;
    row.dueAt = woken ? Math.min(row.dueAt, wish.nextAt ?? row.dueAt) : (wish.nextAt ?? row.dueAt);
    this.onDue(row.dueAt);
  }

  /** Whether the lease is this one's and has not run out. */
  holds(lease: { readonly kind: string; readonly key: string; readonly token: string }): boolean {
    const row = this.#database.work.get(`${lease.kind}/${lease.key}`);
    return row !== undefined && row.token === Number(lease.token) && row.leaseUntil !== null && row.leaseUntil > this.#database.clock();
  }

  /** Whether nobody took it over, run out or not. */
  isStill(lease: { readonly kind: string; readonly key: string; readonly token: string }): boolean {
    return this.#database.work.get(`${lease.kind}/${lease.key}`)?.token === Number(lease.token);
  }

  nextAt(): number | null {
    let next: number | null = null;
    for (const row of this.#database.work.values()) {
      const pause = this.#database.lanesPausedUntil.get(row.lane) ?? 0;
      const at = Math.max(row.dueAt, row.leaseUntil ?? 0, pause);
      if (pause !== Infinity && (next === null || at < next)) {
        next = at;
      }
    }
    return next;
  }

  #owned(claim: WorkRow): WorkRow | null {
    const row = this.#database.work.get(`${claim.kind}/${claim.key}`);
    return row !== undefined && row.token === claim.token ? row : null;
  }
}

/** Microseconds of the database's clock, as the column's default: tokens of a row that is made anew do not begin again. */
function freshToken(now: number): number {
  return Math.floor(now * 1_000);
}
