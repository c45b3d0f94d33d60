import { expect, test } from 'vitest';
import { lastingDrift } from './drift.ts';
import type { Base, Drift, Ours, Rules, Theirs } from './reconcile.ts';

const rules: Rules = { mapping: { identified: 'todo', in_progress: 'doing', fixed: 'done' }, boardDecisions: 'apply' };
const base: Base = { status: 'fixed', state: 'doing', order: 3, revision: '3', titleDigest: 't', bodyDigest: 'b', priority: { ours: null, theirs: null } };
const ours: Ours = { status: 'fixed', causedBy: 'scan', titleDigest: 't', bodyDigest: 'b', priority: null };
const theirs: Theirs = { state: 'doing', order: 3, revision: '3', priority: null, presence: 'active' };
const shown: Drift = { kind: 'lifecycle', because: 'It is fixed.' };
const discarded: Drift = { kind: 'discarded', because: 'People discarded the card.' };

test('a difference that was shown stays shown while nobody moves', () => {
  expect(lastingDrift(shown, base, ours, theirs, rules)).toBe(shown);
});

test('it is over when one of the sides moves, or when there was none', () => {
  expect(lastingDrift(null, base, ours, theirs, rules)).toBeNull();
  expect(lastingDrift(shown, base, { ...ours, status: 'identified' }, theirs, rules)).toBeNull();
  expect(lastingDrift(shown, base, ours, { ...theirs, state: 'todo' }, rules)).toBeNull();
});

test('a card that is restored shows what stood behind its being discarded', () => {
  expect(lastingDrift(discarded, base, ours, { ...theirs, presence: 'discarded' }, rules)).toBe(discarded);
  expect(lastingDrift(discarded, base, ours, theirs, rules)).toEqual({ kind: 'lifecycle', because: 'It is fixed: a card does not undo that.' });
  expect(lastingDrift(discarded, { ...base, state: 'done' }, ours, { ...theirs, state: 'done' }, rules)).toBeNull();
});

test('a changed mapping is shown until the card fits it, or somebody moves', () => {
  const remapped: Drift = { kind: 'mapping', because: 'The mapping was changed.' };
  expect(lastingDrift(remapped, base, ours, theirs, rules)).toBe(remapped);
  expect(lastingDrift(remapped, base, ours, theirs, { ...rules, mapping: { identified: 'todo', fixed: 'doing' } })).toBeNull();
});

test('a card that is moved back shows what stood behind its being elsewhere', () => {
  const elsewhere: Drift = { kind: 'elsewhere', because: 'It is on another board.' };
  expect(lastingDrift(elsewhere, base, ours, theirs, rules)?.kind).toBe('lifecycle');
});
