import { deservesCard } from './faults.ts';
import type { LinkState, Status } from '../vocabulary.ts';

export type LinkAct = 'sync' | 'recreate' | 'detach' | 'attach';

/** What an act of a person on a link depends on. */
export interface LinkStanding {
  readonly state: LinkState;
  readonly hasCard: boolean;
  /** People threw the card away; it can be seen, and is not written to. */
  readonly discarded: boolean;
  /** A create of unknown outcome may still bring forth a card. */
  readonly quarantined: boolean;
  readonly status: Status;
  readonly connectionDeleted: boolean;
}

/** Why an act is not possible now; null: it is. */
export function whyNot(act: LinkAct, link: LinkStanding): string | null {
  if (link.connectionDeleted) {
    return 'The connection was removed: nothing of it is synchronized any more.';
  }
  switch (act) {
    case 'detach':
      return null;
    case 'sync':
      return link.state === 'detached' ? 'The link is detached. Re-create the card, or attach one.' : whyHeld(link);
    case 'attach':
      return whyHeld(link) ?? whyOpen(link);
    case 'recreate':
      return whyHeld(link) ?? whyOpen(link) ?? whyNoOther(link);
  }
}

function whyHeld({ state }: LinkStanding): string | null {
  return state === 'held' ? 'The link is held: decide the hold first.' : null;
}

/** While the old card may still appear there must be no other. */
function whyOpen({ quarantined }: LinkStanding): string | null {
  return quarantined ? 'A card may have been created a moment ago; its fate is known when the quarantine is over. Try again in some minutes.' : null;
}

function whyNoOther({ state, hasCard, discarded, status }: LinkStanding): string | null {
  if (!deservesCard(status)) {
    return `It is ${status.replaceAll('_', ' ')}: a card is made for what is open.`;
  }
  if (state === 'pending' && !hasCard) {
    return 'The card is being created already. Sync now tries at once.';
  }
  return state === 'linked' && !discarded ? 'The card is there. Detach it first if you want another.' : null;
}
