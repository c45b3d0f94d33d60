import type { LinkState, Severity, Status } from '../vocabulary.ts';
import { isAtLeast, isWorking } from '../vocabulary.ts';

/** What is stored about a vulnerability and one connection. */
export interface CardFacts {
  readonly status: Status;
  readonly severity: Severity;
  readonly createdAt: number;
  readonly severityChangedAt: number | null;
  readonly mergedInto: string | null;
  /** A scan of the asset's default branch, or a person, has seen it. */
  readonly onDefaultBranch: boolean;
  /** False: this database is a copy, and only reads. */
  readonly mayWrite: boolean;
  readonly connection: {
    readonly state: 'active' | 'paused' | 'unauthorized' | 'deleted';
    readonly because: string | null;
    /** Its work waits until then. */
    readonly pausedUntil: number | null;
  };
  readonly configuration: {
    readonly createdAt: number;
    readonly changedAt: number;
    readonly minimumSeverity: Severity | null;
    readonly severityMapped: boolean;
    readonly createOn: 'identified' | 'assessment_completed';
    /** What is wrong with it, as the tracker is today. */
    readonly attention: string | null;
  } | null;
  readonly link: {
    readonly state: LinkState;
    readonly because: string | null;
    readonly hasCard: boolean;
    readonly quarantineUntil: number;
    /** What the link's work waits for, and since the last visit why. */
    readonly dueAt: number | null;
    readonly dueBecause: string | null;
  } | null;
  /** The last outbound delivery of the link. */
  readonly delivery: {
    readonly outcome: string;
    readonly message: string | null;
    readonly hint: string | null;
    readonly attempts: number;
    readonly nextAt: number | null;
    readonly discardedBecause: string | null;
  } | null;
  readonly hold: { readonly summary: string } | null;
}

export const cardCauses = [
  'has_card',
  'connection_deleted',
  'connection_paused',
  'connection_unauthorized',
  'connection_throttled',
  'read_only',
  'held',
  'detached',
  'lost',
  'inaccessible',
  'duplicated',
  'quarantined',
  'refused',
  'discarded',
  'retrying',
  'waiting',
  'not_needed',
  'merged',
  'no_configuration',
  'not_open',
  'severity_unmapped',
  'severity_below_minimum',
  'branch_not_default',
  'awaits_assessment',
  'identified_before',
  'changed_since',
  'unexplained',
] as const;
export type CardCause = (typeof cardCauses)[number];

export interface WhyNoCard {
  readonly cause: CardCause;
  readonly because: string;
  /** When it goes on by itself; null: it does not, or nobody knows. */
  readonly until: number | null;
  /** What a person can do; null: nothing is needed. */
  readonly hint: string | null;
}

const say = (cause: CardCause, because: string, more: { readonly until?: number | null; readonly hint?: string | null } = {}): WhyNoCard => ({
  cause,
  because,
  until: more.until ?? null,
  hint: more.hint ?? null,
});

/** Why a vulnerability has no card on a connection, or has one; from what is stored, and never guessed. */
export function whyNoCard(facts: CardFacts, now: number): WhyNoCard {
  const { link, connection } = facts;
  if (connection.state === 'deleted') {
    return say('connection_deleted', 'The connection was removed.');
  }
  if (link === null) {
    return whyNoLink(facts);
  }
  switch (link.state) {
    case 'linked':
      return say('has_card', 'It has a card.');
    case 'held':
      return say('held', facts.hold?.summary ?? link.because ?? 'It waits for a person.', { hint: 'Decide the hold.' });
    case 'detached':
      return say('detached', link.because ?? 'The link was detached.', { hint: 'Re-create the card, or attach one.' });
    case 'lost':
      return say('lost', link.because ?? 'The card cannot be seen any more.', { hint: 'Look for it in the tracker. Then re-create it, attach another, or detach.' });
    case 'inaccessible':
      return say('inaccessible', link.because ?? 'The account may not see the card.', { hint: 'Give the connection’s account access to the card, then sync.' });
    case 'duplicated':
      return say('duplicated', link.because ?? 'Several cards carry its marker.', { hint: 'Choose one among the orphan cards.' });
    case 'pending':
      return link.hasCard ? say('has_card', 'It has a card.') : whyPending(facts, link, now);
  }
}

/** A link without a card yet: what stands in its way, the whole connection first. */
function whyPending(facts: CardFacts, link: NonNullable<CardFacts['link']>, now: number): WhyNoCard {
  const { connection, delivery, mayWrite } = facts;
  if (!mayWrite) {
    return say('read_only', 'This installation only reads: its database is a copy of another’s.', { hint: 'An administrator may take over.' });
  }
  if (connection.state === 'paused') {
    return say('connection_paused', 'The connection is paused.', { hint: 'Resume the connection.' });
  }
  if (connection.state === 'unauthorized') {
    return say('connection_unauthorized', connection.because ?? 'The connection’s login ended.', { hint: 'Log in again on the connection’s page.' });
  }
  if (delivery?.outcome === 'failed') {
    return say('refused', delivery.message ?? 'The tracker refused the card.', { hint: delivery.hint });
  }
  if (delivery?.outcome === 'discarded') {
    return say('discarded', `A person gave it up: ${delivery.discardedBecause ?? 'without a reason'}`, { hint: 'Sync tries again.' });
  }
  if (link.quarantineUntil > now) {
    const because = 'The answer to its creation was lost. It is looked for before anything is sent again, once it must be visible.';
    return say('quarantined', because, { until: link.quarantineUntil });
  }
  if ((connection.pausedUntil ?? now) > now) {
    return say('connection_throttled', 'The tracker asked for a pause.', { until: connection.pausedUntil });
  }
  if (delivery?.outcome === 'waiting' && delivery.attempts > 0) {
    return say('retrying', delivery.message ?? link.dueBecause ?? 'The last try failed.', { until: delivery.nextAt ?? link.dueAt, hint: delivery.hint });
  }
  if (link.dueAt !== null) {
    return say('waiting', 'It is about to be created.', { until: link.dueAt });
  }
  return delivery?.outcome === 'superseded'
    ? say('not_needed', delivery.message ?? 'No card was needed.', { hint: 'Sync decides again.' })
    : say('unexplained', 'Nothing stands in its way, and nothing is on its way.', { hint: 'Sync now creates it.' });
}

/** Nobody ever asked for a card: which condition was not met. */
function whyNoLink(facts: CardFacts): WhyNoCard {
  const { configuration, severity, status } = facts;
  if (facts.mergedInto !== null) {
    return say('merged', `It was merged into ${facts.mergedInto}, which holds the card.`);
  }
  if (configuration === null) {
    return say('no_configuration', 'No configuration of this connection applies to its asset.', { hint: 'Make a default configuration, or a custom one for the asset.' });
  }
  if (!isWorking(status)) {
    return say('not_open', `It is ${status.replaceAll('_', ' ')}, and had no card before.`);
  }
  if (!configuration.severityMapped) {
    return say('severity_unmapped', `The severity mapping gives ${severity} no card.`, { hint: 'Change the severity mapping.' });
  }
  const { minimumSeverity } = configuration;
  if (minimumSeverity !== null && !isAtLeast(severity, minimumSeverity)) {
    return say('severity_below_minimum', `It is ${severity}; cards are made from ${minimumSeverity} on.`, { hint: askFor });
  }
  if (!facts.onDefaultBranch) {
    return say('branch_not_default', 'Only scans of other branches saw it; cards are made for the default branch.');
  }
  if (configuration.createOn === 'assessment_completed') {
    return say('awaits_assessment', 'Cards are made when an assessment of it is completed, and none is yet.', { hint: askFor });
  }
  return whyNotAsked(facts, configuration);
}

const askFor = 'Ask for its card on its page.';

function whyNotAsked(facts: CardFacts, configuration: NonNullable<CardFacts['configuration']>): WhyNoCard {
  const backfill = 'Start a backfill, or ask for its card on its page.';
  if (facts.createdAt < configuration.createdAt) {
    return say('identified_before', 'It was identified before the configuration was made.', { hint: backfill });
  }
  if (facts.createdAt < configuration.changedAt) {
    return say('changed_since', 'The configuration was changed after it was identified; as it was before, it asked for no card.', { hint: backfill });
  }
  return (facts.severityChangedAt ?? facts.createdAt) > facts.createdAt
    ? say('changed_since', 'Its severity was changed after it was identified; as it was before, no card was asked for.', { hint: askFor })
    : say('unexplained', 'Every condition is met, and no card was asked for.', { hint: askFor });
}
