import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Status } from '../vocabulary.ts';
import { statuses } from '../vocabulary.ts';
import type { LifecycleEvent } from './advance.ts';
import { advance } from './advance.ts';

const set = 1_000;
const standing = (status: Status, acceptedUntil: number | null = null) => ({ status, asOf: set, acceptedUntil });
const person = (status: Status, more: { reason?: string; expiresAt?: number } = {}): LifecycleEvent => ({
  kind: 'person',
  status,
  at: 2_000,
  reason: more.reason ?? null,
  expiresAt: more.expiresAt ?? null,
});

function outcome(status: Status, event: LifecycleEvent): string {
  const result = advance(standing(status), event);
  return result.kind === 'moves' ? result.to : result.kind;
}

describe('the table of the lifecycle', () => {
  const newer = 2_000;
  const rows: readonly (readonly [Status, string, string])[] = [
    ['identified', 'stays', 'fixed'],
    ['in_progress', 'stays', 'fixed'],
    ['awaiting_validation', 'identified', 'fixed'],
    ['fixed', 'identified', 'stays'],
    ['risk_accepted', 'stays', 'fixed'],
    ['false_positive', 'stays', 'stays'],
  ];
  test.each(rows)('%s, seen by a newer scan: %s; not seen: %s', (status, seen, missed) => {
    expect(outcome(status, { kind: 'detected', startedAt: newer })).toBe(seen);
    expect(outcome(status, { kind: 'absent', startedAt: newer })).toBe(missed);
  });

  test.each(['awaiting_validation', 'fixed', 'risk_accepted'] as const)('a scan that started before %s was set decides nothing', (status) => {
    expect(outcome(status, { kind: 'detected', startedAt: set })).toBe('stays');
    expect(outcome(status, { kind: 'absent', startedAt: set })).toBe('stays');
  });
});

describe('what a person may decide', () => {
  test.each(statuses)('nobody sets %s to fixed by hand', (status) => {
    expect(outcome(status, person('fixed'))).toBe('refused');
  });

  test.each(['identified', 'in_progress', 'awaiting_validation', 'risk_accepted', 'false_positive'] as const)('what is fixed is not made %s by a person', (status) => {
    expect(outcome('fixed', person(status, { reason: 'Because.' }))).toBe('refused');
  });

  test('a final decision needs a reason', () => {
    expect(outcome('identified', person('risk_accepted'))).toBe('refused');
    expect(outcome('identified', person('risk_accepted', { reason: ' ' }))).toBe('refused');
    expect(outcome('identified', person('risk_accepted', { reason: 'Not reachable.' }))).toBe('risk_accepted');
    expect(outcome('identified', person('false_positive', { reason: 'A test.' }))).toBe('false_positive');
  });

  test('only an accepted risk expires, and in the future', () => {
    expect(outcome('identified', person('risk_accepted', { reason: 'r', expiresAt: 1_999 }))).toBe('refused');
    expect(outcome('identified', person('risk_accepted', { reason: 'r', expiresAt: 3_000 }))).toBe('risk_accepted');
    expect(outcome('identified', person('false_positive', { reason: 'r', expiresAt: 3_000 }))).toBe('refused');
    expect(outcome('identified', person('in_progress', { expiresAt: 3_000 }))).toBe('refused');
  });

  test('a decision is reopened to identified and to nothing else', () => {
    expect(outcome('risk_accepted', person('identified'))).toBe('identified');
    expect(outcome('risk_accepted', person('in_progress'))).toBe('refused');
    expect(outcome('risk_accepted', person('false_positive', { reason: 'r' }))).toBe('refused');
    expect(outcome('false_positive', person('identified'))).toBe('identified');
  });
});

describe('what a card may do', () => {
  test.each(['identified', 'in_progress', 'awaiting_validation'] as const)('from %s a card in the column for fixed claims that it awaits validation', (status) => {
    expect(['awaiting_validation', 'stays']).toContain(outcome(status, { kind: 'card', status: 'fixed' }));
  });

  test.each(['fixed', 'risk_accepted', 'false_positive'] as const)('a card does not undo %s', (status) => {
    expect(outcome(status, { kind: 'card', status: 'in_progress' })).toBe('drift');
  });
});

test('an accepted risk expires at its end and not before', () => {
  expect(advance(standing('risk_accepted', 5_000), { kind: 'expiry', at: 4_999 }).kind).toBe('stays');
  expect(advance(standing('risk_accepted', 5_000), { kind: 'expiry', at: 5_000 })).toMatchObject({ kind: 'moves', to: 'identified' });
  expect(advance(standing('risk_accepted'), { kind: 'expiry', at: 5_000 }).kind).toBe('stays');
});

test('nothing but a scan that did not see it ever leads to fixed', () => {
  const anyStatus = fc.constantFrom(...statuses);
  const events = fc.oneof(
    fc.record({ kind: fc.constant('detected' as const), startedAt: fc.nat() }),
    fc.record({ kind: fc.constant('card' as const), status: anyStatus }),
    fc.record({ kind: fc.constant('expiry' as const), at: fc.nat() }),
    fc.record({ kind: fc.constant('person' as const), status: anyStatus, at: fc.nat(), reason: fc.option(fc.string()), expiresAt: fc.option(fc.nat()) }),
  );

  fc.assert(
    fc.property(anyStatus, fc.nat(), fc.option(fc.nat()), events, (status, asOf, acceptedUntil, event) => {
      const result = advance({ status, asOf, acceptedUntil }, event);
      return result.kind !== 'moves' || result.to !== 'fixed';
    }),
  );
});
