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
