import type { Session, Subscription, SubscriptionWish, Tracker } from '../contracts/tracker.ts';
import { TrackerFault } from '../contracts/tracker.ts';
import { randomToken, unseal } from '../lib/seal.ts';
import type { AuditEntry } from '../store/audit.ts';
import { audit } from '../store/audit.ts';
import { inTransaction } from '../store/open.ts';
import type { SubscriptionsRow } from '../store/subscriptions.ts';
import * as kept from '../store/subscriptions.ts';
import { markDue } from '../store/work.ts';
import { configuredTargets, loadConnection } from './connection-facts.ts';
import type { SyncEngine } from './engine.ts';
import type { ConnectionFacts } from './facts.ts';
import type { SessionRecord } from './ports.ts';
import type { Refused } from './refusal.ts';
import { refuse } from './refusal.ts';
import { mayWrite } from './take-over.ts';
import type { WebhookSecret } from './webhook-secrets.ts';
import { openSecrets, sealSecrets, sharedSecret } from './webhook-secrets.ts';

/** Longer than the calls of one arrangement together. */
const leaseMs = 120_000;

export interface Arrangement {
  readonly connection: ConnectionFacts;
  readonly tracker: Tracker;
  readonly row: SubscriptionsRow;
  readonly secrets: readonly WebhookSecret[];
  readonly wish: SubscriptionWish;
}

export async function loadArrangement(engine: SyncEngine, id: string): Promise<Arrangement | null> {
  const { store, sealKey } = engine.options;
  const connection = await loadConnection(store.db, sealKey, id);
  const row = connection === null ? null : await kept.selectSubscriptions(store.db, id);
  if (connection === null || row === null) {
    return null;
  }
  const secrets = openSecrets(sealKey, row);
  const targets = (await configuredTargets(store.db, id)).map(({ target }) => target);
  const known = row.subscriptions
    .filter((one) => one.id !== '')
    .map((one) => ({ id: one.id, secret: secrets.find(({ subscription }) => subscription === one.id)?.secret }));
  const url = webhookUrlOf(engine, { ...row, tracker: connection.tracker });
  const secret = sharedSecret(secrets) ?? randomToken();
  return { connection, tracker: engine.tracker(connection.tracker), row, secrets, wish: { url, secret, targets, known: known.map(plain) } };
}

function plain({ id, secret }: { id: string; secret: string | undefined }): SubscriptionWish['known'][number] {
  return secret === undefined ? { id } : { id, secret };
}

/** Where the tracker sends its webhooks. The token in it admits them. */
export function webhookUrlOf(
  { options }: SyncEngine,
  row: { readonly id: string; readonly tracker: string; readonly webhook_token: Buffer },
): string {
  const token = unseal(options.sealKey, row.webhook_token, { connectionId: row.id, purpose: 'webhook token', origin: '' });
  return `${options.publicUrl}/webhooks/${row.tracker}/${token}`;
}

export type Subscribed = { readonly kind: 'done' } | Refused;

/** One click: the webhooks are made through the tracker's API, and kept from now on. */
export async function subscribe(engine: SyncEngine, id: string): Promise<Subscribed> {
  const { store } = engine.options;
  const arrangement = await loadArrangement(engine, id);
  if (arrangement === null) {
    return refuse(404, 'There is no such connection.');
  }
  const refused = refusalOf(arrangement);
  if (refused !== null) {
    return refused;
  }
  if (!(await mayWrite(engine))) {
    return refuse(409, 'This database is a copy of another installation’s. Take over first.');
  }
  await kept.wantSubscriptions(store.db, id, true);
  try {
    const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
    const made = await arrange(engine, arrangement, engine.env.openSession(arrangement.connection, record));
    if (made === 'busy') {
      return refuse(409, 'The webhooks are being made just now. Look again in a moment.');
    }
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    await kept.noteSubscriptionFault(store.db, id, wordsOf(fault));
    return refuse(fault.kind === 'rejected' ? 400 : 502, wordsOf(fault));
  } finally {
    await markDue(store.db, [{ kind: 'subscriptions', key: id, lane: id, dueAt: new Date(Date.now() + 60_000), because: 'Somebody asked for webhooks.' }]);
  }
  return { kind: 'done' };
}

/** Why these webhooks cannot be made at all; null: they can. */
export function refusalOf({ tracker, wish }: Arrangement): Refused | null {
  const { subscriptions, webhookUrlMax } = tracker.traits;
  if (subscriptions !== 'api') {
    return refuse(409, `${tracker.title} has no way to make webhooks through its API. The steps on this page say how to set them up by hand.`);
  }
  if (wish.targets.length === 0) {
    return refuse(409, 'There is no configuration yet: make one first, so that it is known where to listen.');
  }
  if (webhookUrlMax !== null && wish.url.length > webhookUrlMax) {
    return refuse(
      409,
      `${tracker.title} takes webhook addresses of at most ${webhookUrlMax} characters; ours has ${wish.url.length}. Give Patchboard a shorter address (PATCHBOARD_PUBLIC_URL).`,
    );
  }
  return null;
}

/**
 * Lists, creates or mends, and keeps what came of it, with the entry for the audit log if there is to be one. One process at a time,
 * so that nothing is made twice.
 */
export async function arrange(engine: SyncEngine, arrangement: Arrangement, session: Session, entry: AuditEntry | null = null): Promise<readonly Subscription[] | 'busy'> {
  const { store, sealKey } = engine.options;
  const { row, wish, tracker } = arrangement;
  if (!(await kept.leaseSubscriptions(store.db, row.id, leaseMs))) {
    return 'busy';
  }
  try {
    const ours = tracker.traits.subscriptionSecret !== 'theirs';
    // Read again under the lease: a sibling may have made them a moment ago.
    const fresh = (await loadArrangement(engine, row.id)) ?? arrangement;
    const base = ours && sharedSecret(fresh.secrets) === null ? [...fresh.secrets, { secret: wish.secret, subscription: null, until: null }] : fresh.secrets;
    if (base !== fresh.secrets) {
      // Before the tracker sends anything with it.
      await kept.keepSecrets(store.db, row.id, sealSecrets(sealKey, row, base));
    }
    const wanted = { ...fresh.wish, secret: sharedSecret(base) ?? wish.secret };
    if (fresh.row.subscriptions_url === kept.renewed) {
      await session.removeSubscriptions?.(wanted);
    }
    let made = (await session.ensureSubscriptions?.(wanted)) ?? [];
    if (!ours && made.some((one) => one.secret === undefined)) {
      // Shown once, and lost with an answer: only a new one tells its secret.
      await session.removeSubscriptions?.({ ...wanted, known: [...wanted.known, ...made.map(({ id }) => ({ id }))] });
      made = (await session.ensureSubscriptions?.({ ...wanted, known: [] })) ?? [];
    }
    if (!ours) {
      await kept.keepSecrets(store.db, row.id, sealSecrets(sealKey, row, secretsOf(base, made)));
    }
    await inTransaction(store, async (tx) => {
      await kept.keepSubscriptions(tx, row.id, { subscriptions: made.map(withoutSecret), url: wanted.url });
      if (entry !== null) {
        await audit(tx, entry);
      }
    });
    return made;
  } finally {
    await kept.releaseSubscriptions(store.db, row.id);
  }
}

/** Where each has a secret of its own that we know, they are asked for; one that is unknown would be taken for forged. */
function secretsOf(secrets: readonly WebhookSecret[], made: readonly Subscription[]): readonly WebhookSecret[] {
  const shared = secrets.filter(({ subscription }) => subscription === null);
  if (made.some((one) => one.secret === undefined)) {
    return shared;
  }
  return [...shared, ...made.map((one) => ({ secret: one.secret ?? '', subscription: one.id, until: null }))];
}

export function withoutSecret({ id, state, describes, message }: Subscription): kept.KeptSubscription {
  return { id, state, describes, ...(message === undefined ? {} : { message }) };
}

/** The webhooks go, and are not made again. */
export async function unsubscribe(engine: SyncEngine, id: string): Promise<Subscribed> {
  const { store } = engine.options;
  const arrangement = await loadArrangement(engine, id);
  if (arrangement === null) {
    return refuse(404, 'There is no such connection.');
  }
  if (!(await mayWrite(engine))) {
    return refuse(409, 'This database is a copy of another installation’s. Take over first.');
  }
  await kept.wantSubscriptions(store.db, id, false);
  if (!(await endSubscriptions(engine, id))) {
    return refuse(502, 'The webhooks could not be removed at the tracker. They are not kept any more; delete them there.');
  }
  await kept.keepSubscriptions(store.db, id, { subscriptions: [], url: arrangement.wish.url });
  return { kind: 'done' };
}

/** When the connection goes: what it made at the tracker goes too, as far as it can be reached. False: something stays. */
export async function endSubscriptions(engine: SyncEngine, id: string): Promise<boolean> {
  const arrangement = await loadArrangement(engine, id);
  if (arrangement === null || arrangement.tracker.traits.subscriptions !== 'api') {
    return true;
  }
  const { row, wish, connection } = arrangement;
  if (row.subscriptions.length === 0) {
    return true;
  }
  try {
    const record: SessionRecord = { exchanges: [], hints: [], calls: 0 };
    await engine.env.openSession(connection, record).removeSubscriptions?.(wish);
    return true;
  } catch (fault) {
    if (!(fault instanceof TrackerFault)) {
      throw fault;
    }
    engine.options.log('webhooks not removed', { connection: id, because: fault.message });
    return false;
  }
}

export function wordsOf(fault: TrackerFault): string {
  const words = fault.detail.trackerMessage ?? fault.message;
  return fault.detail.hint === undefined ? words : `${words} ${fault.detail.hint}`;
}

