import { describe, expect, test } from 'vitest';
import type { LinkStanding } from './link-acts.ts';
import { whyNot } from './link-acts.ts';
import { linkStates } from '../vocabulary.ts';

const linked: LinkStanding = { state: 'linked', hasCard: true, discarded: false, quarantined: false, status: 'identified', connectionDeleted: false };

describe('an act of a person on a link', () => {
  test.each([
    ['pending', 'sync attach detach'],
    ['linked', 'sync attach detach'],
    ['lost', 'sync recreate attach detach'],
    ['inaccessible', 'sync recreate attach detach'],
    ['held', 'detach'],
    ['detached', 'recreate attach detach'],
    ['duplicated', 'sync recreate attach detach'],
  ] as const)('that is %s is one of: %s', (state, possible) => {
    const standing = { ...linked, state, hasCard: state !== 'pending' };
    const acts = (['sync', 'recreate', 'attach', 'detach'] as const).filter((act) => whyNot(act, standing) === null);

    expect(acts.join(' ')).toBe(possible);
  });

  test('makes no other card while the old one may still appear', () => {
    const open = { ...linked, state: 'lost', quarantined: true } as const;

    expect(whyNot('recreate', open)).toContain('quarantine');
    expect(whyNot('attach', open)).toContain('quarantine');
  });

  test('makes no second card while the first is on its way, and one for a link that has lost what it waited for', () => {
    expect(whyNot('recreate', { ...linked, state: 'pending', hasCard: false })).toBe('The card is being created already. Sync now tries at once.');
    expect(whyNot('recreate', { ...linked, state: 'pending' })).toBeNull();
    expect(whyNot('recreate', { ...linked, state: 'lost', hasCard: false })).toBeNull();
  });

  test('that is refused says why, and what to do', () => {
    expect(whyNot('sync', { ...linked, connectionDeleted: true })).toBe('The connection was removed: nothing of it is synchronized any more.');
    expect(whyNot('sync', { ...linked, state: 'detached' })).toBe('The link is detached. Re-create the card, or attach one.');
    expect(whyNot('attach', { ...linked, state: 'held' })).toBe('The link is held: decide the hold first.');
    expect(whyNot('recreate', linked)).toBe('The card is there. Detach it first if you want another.');
  });

  test('replaces a card that people threw away, though it can be seen', () => {
    expect(whyNot('recreate', { ...linked, discarded: true })).toBeNull();
  });

  test('makes no new card for what is decided or fixed', () => {
    expect(whyNot('recreate', { ...linked, state: 'lost', status: 'fixed' })).toContain('fixed');
    expect(whyNot('recreate', { ...linked, state: 'lost', status: 'risk_accepted' })).toContain('risk accepted');
  });

  test('is none once the connection was removed, in any state', () => {
    const left = linkStates.flatMap((state) => (['sync', 'recreate', 'attach', 'detach'] as const).filter((act) => whyNot(act, { ...linked, state, connectionDeleted: true }) === null));

    expect(left).toEqual([]);
  });
});
