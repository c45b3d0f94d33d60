import type { Windows } from './pace.ts';
import { bucketOf } from './pace.ts';

export interface PaceFacts {
  readonly cards: number;
  /** Calls that the latest cards of the connection took; null: none was made yet. */
  readonly callsPerCard: number | null;
  /** Calls of one look for a marker, and for how many cards one look is made. */
  readonly look: { readonly calls: number; readonly cards: number };
  /** Calls a minute that go to watching the board. */
  readonly watching: number;
  /** As the tracker's answers have told; null: they have not. */
  readonly learnedPerSecond: number | null;
  /** As the tracker's documents tell. */
  readonly stated: Windows;
  /** As the person wishes. */
  readonly perMinute: number | null;
}

export interface BackfillPace {
  readonly callsPerCard: number;
  readonly callsPerMinute: number | null;
  readonly cardsPerMinute: number | null;
  /** Null: nothing is known of the tracker's pace, and none was wished. */
  readonly minutes: number | null;
  readonly because: string;
}

/** What the cards are left with where watching the board alone would take it all: visits and sweeps take turns. */
const leastShare = 0.1;

/** How long a backfill takes: calls a card, by the calls that the tracker lets through besides watching the board. */
export function backfillPace(facts: PaceFacts): BackfillPace {
  const callsPerCard = facts.callsPerCard ?? facts.look.calls / facts.look.cards + 1;
  const perSecond = facts.learnedPerSecond ?? bucketOf(facts.stated)?.perSecond ?? null;
  const callsPerMinute = perSecond === null ? null : perSecond * 60;
  const free = callsPerMinute === null ? Infinity : Math.max(callsPerMinute - facts.watching, callsPerMinute * leastShare);
  const bound = Math.min(facts.perMinute ?? Infinity, free / callsPerCard);
  const cardsPerMinute = Number.isFinite(bound) ? bound : null;
  const minutes = facts.cards === 0 ? 0 : cardsPerMinute === null ? null : facts.cards / cardsPerMinute;
  return { callsPerCard: round(callsPerCard), callsPerMinute: round(callsPerMinute), cardsPerMinute: round(cardsPerMinute), minutes: round(minutes), because: wordsOf(facts, perSecond) };
}

function wordsOf({ callsPerCard, learnedPerSecond, look }: PaceFacts, perSecond: number | null): string {
  const { cards } = look;
  const search = cards === 1 ? 'a search' : `its part of a search for ${cards}`;
  const calls = callsPerCard === null ? `${search} and a create for each card, none having been made yet` : 'the calls that the latest cards took';
  if (perSecond === null) {
    return `From ${calls}; how fast the tracker may be asked is not known before it is.`;
  }
  return `From ${calls}, and ${learnedPerSecond === null ? 'the pace that the tracker’s documents state' : 'the pace that the tracker’s answers state'}, less what watching the board takes.`;
}

function round(value: number): number;
function round(value: number | null): number | null;
function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
