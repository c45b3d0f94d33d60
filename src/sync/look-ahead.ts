import type { Card, Session } from '../contracts/tracker.ts';
import type { Conversation } from './create-card.ts';
import type { Visit } from './ports.ts';

/**
 * How long “there is no such card” stands for a link for which nothing was ever sent. Never longer than a quarantine, so that
 * what another process sent before rows were lost is not taken for absent.
 */
const standsMs = 150_000;

interface Look {
  /** The link whose visit made it. */
  readonly by: string;
  /** When it began, on the steady clock. */
  readonly at: number;
  readonly found: ReturnType<NonNullable<Session['findMany']>>;
}

/** Looks that one visit made for others besides its own, each good for one visit. Of one process, and lost with it. */
export type LookAhead = Map<string, Look>;

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
  const { findMany } = session;
  const earlier = taken(talk, link);
  const look = earlier ?? (await lookForMany(talk, visit, { findMany, most }));
  if (earlier === null && look.by === link.id) {
    return (await look.found).get(link.marker) ?? [];
  }
  // A fault was met by whoever looked, with the login of that moment: it says nothing to us.
  const absent = await look.found.then((found) => (found.get(link.marker) ?? []).length === 0, () => false);
  return absent ? [] : session.find(link.marker, configuration.target);
}

/** Or the look of another visit that began one meanwhile. */
async function lookForMany(talk: Conversation, { link }: Visit, { findMany, most }: { readonly findMany: NonNullable<Session['findMany']>; readonly most: number }): Promise<Look> {
  const { env, configuration } = talk;
  const untried = await env.store.untriedLinks(link.id, configuration.id, most * 2);
  const meanwhile = taken(talk, link);
  if (meanwhile !== null) {
    return meanwhile;
  }
  const others = untried.filter((one) => !env.looks.has(keyOf(talk, one))).slice(0, most - 1);
  const markers = [link.marker, ...others.map(({ marker }) => marker)];
  const look: Look = { by: link.id, at: env.monotonic(), found: findMany(markers, configuration.target) };
  others.forEach((one) => env.looks.set(keyOf(talk, one), look));
  return look;
}

function taken(talk: Conversation, link: Visit['link']): Look | null {
  const { looks, monotonic, bounds } = talk.env;
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
function keyOf({ configuration }: Conversation, link: { readonly id: string; readonly marker: string }): string {
  return `${link.id} ${link.marker} ${configuration.id} ${configuration.version}`;
}
