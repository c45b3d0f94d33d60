import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { statuses } from '../vocabulary.ts';
import { fixpoints, mappingProblems, writesMax } from './check-mapping.ts';
import type { StatusMapping } from './status-mapping.ts';
import { agrees, ambiguities, forward, reverse, reverseTable } from './status-mapping.ts';

const whole: StatusMapping = { identified: 'todo', in_progress: 'doing', awaiting_validation: 'test', fixed: 'done', risk_accepted: 'risk', false_positive: 'no' };

describe('the reverse mapping', () => {
  test('a state of one status means that status', () => {
    expect(reverse(whole, 'doing', 'identified')).toEqual({ kind: 'means', status: 'in_progress', ambiguous: false });
  });

  test('a state of the current status changes nothing, however many others share it', () => {
    const shared: StatusMapping = { identified: 'todo', in_progress: 'todo', risk_accepted: 'todo' };
    expect(reverse(shared, 'todo', 'in_progress')).toEqual({ kind: 'keeps' });
  });

  test('of several, the working status that claims least wins', () => {
    const shared: StatusMapping = { identified: 'a', in_progress: 'b', awaiting_validation: 'b', risk_accepted: 'b' };
    expect(reverse(shared, 'b', 'identified')).toEqual({ kind: 'means', status: 'in_progress', ambiguous: true });
  });

  test('a final decision is never reached through an ambiguous state', () => {
    const shared: StatusMapping = { identified: 'a', risk_accepted: 'closed', false_positive: 'closed' };
    expect(reverse(shared, 'closed', 'identified')).toEqual({ kind: 'choose', among: ['risk_accepted', 'false_positive'] });
  });

  test('the state for fixed is a claim that awaits validation', () => {
    expect(reverse(whole, 'done', 'identified')).toMatchObject({ kind: 'means', status: 'awaiting_validation' });
    expect(reverse(whole, 'done', 'awaiting_validation')).toEqual({ kind: 'keeps' });
    expect(agrees(whole, 'awaiting_validation', 'done')).toBe(true);
  });

  test('a state without a status changes nothing', () => {
    expect(reverse(whole, 'elsewhere', 'identified')).toEqual({ kind: 'unmapped' });
  });
});

test('ambiguous states are named with what they become', () => {
  const shared: StatusMapping = { identified: 'a', fixed: 'closed', risk_accepted: 'closed' };
  expect(ambiguities(shared)).toEqual([{ state: 'closed', statuses: ['fixed', 'risk_accepted'], becomes: 'awaiting_validation' }]);
  expect(reverseTable(shared, ['a', 'closed', 'x'])).toEqual([
    { state: 'a', becomes: 'identified', ambiguous: false, held: false },
    { state: 'closed', becomes: 'awaiting_validation', ambiguous: true, held: false },
    { state: 'x', becomes: null, ambiguous: false, held: false },
  ]);
});

const anyState = fc.constantFrom('a', 'b', 'c', 'd');
const anyMapping = fc
  .tuple(anyState, fc.dictionary(fc.constantFrom(...statuses.slice(1)), anyState, { noNullPrototype: true }))
  .map(([identified, rest]) => ({ ...rest, identified }) as StatusMapping);

test('whatever the mapping, the state of a status never leads away from it', () => {
  fc.assert(
    fc.property(anyMapping, fc.constantFrom(...statuses), (mapping, status) => {
      const state = forward(mapping, status);
      return state === null || reverse(mapping, state, status).kind === 'keeps';
    }),
  );
});

test('whatever the mapping, a board never makes anything fixed', () => {
  fc.assert(
    fc.property(anyMapping, anyState, fc.constantFrom(...statuses), (mapping, state, current) => {
      const reading = reverse(mapping, state, current);
      return reading.kind !== 'means' || reading.status !== 'fixed';
    }),
  );
});

test('whatever the mapping, every pair comes to rest within two writes', () => {
  fc.assert(
    fc.property(anyMapping, (mapping) => {
      expect(mappingProblems(mapping, ['a', 'b', 'c', 'd'])).toEqual([]);
      return fixpoints(mapping, ['a', 'b', 'c', 'd']).every((point) => point.restsAt !== null && point.writes <= writesMax);
    }),
  );
});
