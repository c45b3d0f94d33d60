import type { Card, Session } from '../contracts/tracker.ts';
import type { Conversation } from './create-card.ts';
import type { Visit } from './ports.ts';

/**
 * How long “there is no such card” stands for a link for which nothing was ever sent. Never longer than a quarantine, so that
 * what another process sent before rows were lost is not taken for absent.
 */
const standsMs = 150_000;

interface Look {
  /** The configuration, and its version, for whose links it was made. */
  readonly of: string;
  /** The link whose visit made it. */
  readonly by: string;
  /** When it began, on the steady clock. */
  readonly at: number;
  readonly found: ReturnType<NonNullable<Session['findMany']>>;
}

/** Looks that one visit made for others besides its own, each good for one visit. Of one process, and lost with it. */
export class LookAhead {
  readonly made = new Map<string, Look>();
  /** By configuration: a visit is asking who else waits. One at a time does. */
  readonly asking = new Map<string, Promise<unknown>>();

  clear(): void {
    this.made.clear();
    this.asking.clear();
  }
}

/**
 * The cards with a link's marker, before one is created. Where the tracker looks for many markers at once, the links that wait
 * for their first card are looked for together. Only that nothing was found is taken from an earlier look, only by a link whose
 * create was never tried, and only once: all else is looked for anew.
 */
export async function findBeforeCreate(talk: Conversation, visit: Visit): Promise<readonly Card[]> {
  const { env, session, configuration } = talk;
  const { link } = visit;
  const most = env.tracker(visit.connection.tracker).traits.bulkMax;
  if (session.findMany === undefined || most === undefined || link.attempts > 0) {
    return session.find(link.marker, configuration.target);
  }
  const means: Means = { findMany: session.findMany, most };
  const earlier = taken(talk, link);
  if (earlier === null) {
    const look = await lookForMany(talk, visit, means);
    return look.by === link.id ? ((await look.found).get(link.marker) ?? []) : unlessAbsent(talk, visit, look);
  }
  if (left(talk) < most / 2 && !env.looks.asking.has(configurationKey(talk))) {
    // Before the last is used up, so that nobody waits for the next look, and no earlier: at a slow pace a look grows old before it is
    // used. What goes wrong with it, its own links meet.
    await lookForOthers(talk, visit, means).catch(() => {});
  }
  return unlessAbsent(talk, visit, earlier);
}

/** Once a create is tried, what was looked for in the meantime is of no use to anybody. */
export function forgetLook(talk: Conversation, { link }: Visit): void {
  talk.env.looks.made.delete(keyOf(talk, link));
}

interface Means {
  readonly findMany: NonNullable<Session['findMany']>;
  /** Markers at once. */
  readonly most: number;
}

async function unlessAbsent({ session, configuration }: Conversation, { link }: Visit, look: Look): Promise<readonly Card[]> {
  // A fault was met by whoever looked, with the login of that moment: it says nothing to us.
  const absent = await look.found.then((found) => (found.get(link.marker) ?? []).length === 0, () => false);
  return absent ? [] : session.find(link.marker, configuration.target);
}

/** Or the look of another visit that began one meanwhile: many links that become due together wait for one answer. */
async function lookForMany(talk: Conversation, { link }: Visit, means: Means): Promise<Look> {
  const { asking } = talk.env.looks;
  const key = configurationKey(talk);
  for (let other = asking.get(key); other !== undefined; other = asking.get(key)) {
    await other;
  }
  return (
    taken(talk, link) ??
    asked(talk, async () => {
      const others = await othersOf(talk, link, means);
      return begin(talk, link, [link, ...others.slice(0, means.most - 1)], means);
    })
  );
}

async function lookForOthers(talk: Conversation, { link }: Visit, means: Means): Promise<void> {
  const look = await asked(talk, async () => {
    const others = await othersOf(talk, link, means);
    // For a few it is not worth its calls: they are looked for with the next one that needs it.
    return others.length < means.most / 2 ? null : begin(talk, link, others.slice(0, means.most), means);
  });
  await look?.found;
}

/** Others hear that it is being asked, and not what went wrong. */
async function asked<Answer>(talk: Conversation, ask: () => Promise<Answer>): Promise<Answer> {
  const { asking } = talk.env.looks;
  const key = configurationKey(talk);
  const asks = ask().finally(() => asking.delete(key));
  asking.set(
    key,
    asks.catch(() => {}),
  );
  return asks;
}

interface Sought {
  readonly id: string;
  readonly marker: string;
}

async function othersOf(talk: Conversation, link: Sought, { most }: Means): Promise<readonly Sought[]> {
  const untried = await talk.env.store.untriedLinks(link.id, talk.configuration.id, most * 2);
  return untried.filter((one) => !talk.env.looks.made.has(keyOf(talk, one)));
}

function begin(talk: Conversation, { id: by }: Sought, sought: readonly Sought[], { findMany }: Means): Look {
  const { env, configuration } = talk;
  const found = findMany(
    sought.map(({ marker }) => marker),
    configuration.target,
  );
  const look: Look = { of: configurationKey(talk), by, at: env.monotonic(), found };
  sought.filter(({ id }) => id !== by).forEach((one) => env.looks.made.set(keyOf(talk, one), look));
  return look;
}

/** How many links of this configuration have an earlier look to take. */
function left(talk: Conversation): number {
  const key = configurationKey(talk);
  return [...talk.env.looks.made.values()].filter(({ of }) => of === key).length;
}

function taken(talk: Conversation, link: Sought): Look | null {
  const { monotonic, bounds } = talk.env;
  const looks = talk.env.looks.made;
  const stands = Math.min(standsMs, bounds.quarantineMs);
  const key = keyOf(talk, link);
  const look = looks.get(key);
  for (const [old, { at }] of looks) {
    if (monotonic() - at > stands) {
      looks.delete(old);
    }
  }
  return look !== undefined && looks.delete(key) ? look : null;
}

/** Another marker, another target, another link: another question. */
function keyOf(talk: Conversation, link: Sought): string {
  return `${link.id} ${link.marker} ${configurationKey(talk)}`;
}

function configurationKey({ configuration }: Conversation): string {
  return `${configuration.id} ${configuration.version}`;
}
