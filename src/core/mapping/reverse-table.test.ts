import { expect, test } from 'vitest';
import type { Status } from '../vocabulary.ts';
import { statuses } from '../vocabulary.ts';
import type { Reading, StatusMapping } from './status-mapping.ts';
import { agrees, ambiguities, forward, reverse, reverseTable, statusesOf } from './status-mapping.ts';

/** The reverse mapping of behaviour.md, section 5, in its own order of words, over every mapping to two states and none. */

const states = ['a', 'b', 'c'];

function* everyMapping(): Iterable<StatusMapping> {
  const choices = [undefined, 'a', 'b'];
  for (let number = 0; number < 2 * 3 ** 5; number += 1) {
    let rest = Math.floor(number / 2);
    const mapping: { identified: string } & Partial<Record<Status, string>> = { identified: number % 2 === 0 ? 'a' : 'b' };
    for (const status of statuses.slice(1)) {
      const state = choices[rest % 3];
      rest = Math.floor(rest / 3);
      if (state !== undefined) {
        mapping[status] = state;
      }
    }
    yield mapping;
  }
}

function meaning(mapping: StatusMapping, state: string, current: Status): Reading {
  const mapped = statuses.filter((status) => mapping[status] === state);
  if (mapped.length === 0) {
    return { kind: 'unmapped' };
  }
  if (mapped.some((status) => status === current || (status === 'fixed' && current === 'awaiting_validation'))) {
    return { kind: 'keeps' };
  }
  for (const [working, sources] of [['identified', ['identified']], ['in_progress', ['in_progress']], ['awaiting_validation', ['awaiting_validation', 'fixed']]] as const) {
    if (sources.some((source) => mapped.includes(source))) {
      return { kind: 'means', status: working, ambiguous: mapped.length > 1 };
    }
  }
  const [first, second] = mapped;
  return second === undefined && first === 'risk_accepted'
    ? { kind: 'means', status: 'risk_accepted', ambiguous: false }
    : second === undefined
      ? { kind: 'means', status: 'false_positive', ambiguous: false }
      : { kind: 'choose', among: ['risk_accepted', 'false_positive'] };
}

test('whatever the mapping, each state means what the rules say, to each status', () => {
  for (const mapping of everyMapping()) {
    for (const state of states) {
      expect(statusesOf(mapping, state)).toEqual(statuses.filter((status) => mapping[status] === state));
      for (const current of statuses) {
        const wanted = meaning(mapping, state, current);
        const found = reverse(mapping, state, current);
        if (JSON.stringify(found) !== JSON.stringify(wanted)) {
          throw new Error(JSON.stringify({ mapping, state, current, found, wanted }, null, 2));
        }
        const claim = current === 'awaiting_validation' && mapping.fixed === state;
        expect(agrees(mapping, current, state)).toBe(mapping[current] === undefined || mapping[current] === state || claim);
        expect(forward(mapping, current)).toBe(mapping[current] ?? null);
      }
    }
  }
});

test('the table beside a mapping tells what a move to each state makes of a vulnerability from elsewhere', () => {
  for (const mapping of everyMapping()) {
    const named = new Map(ambiguities(mapping).map((entry) => [entry.state, entry]));
    const table = reverseTable(mapping, states);
    expect(table.map((row) => row.state)).toEqual(states);
    for (const row of table) {
      const count = statuses.filter((status) => mapping[status] === row.state).length;
      const becomes = fromElsewhere(mapping, row.state);
      expect({ mapping, ...row }).toEqual({ mapping, state: row.state, becomes, ambiguous: count > 1, held: count > 0 && becomes === null });
      const entry = named.get(row.state);
      expect(entry).toEqual(count > 1 ? { state: row.state, statuses: statusesOf(mapping, row.state), becomes } : undefined);
    }
  }
});

/** What the state means to a status that may be moved and is not one of its own; where all are, what it claims least. */
function fromElsewhere(mapping: StatusMapping, state: string): Status | null {
  for (const status of ['identified', 'in_progress', 'awaiting_validation'] as const) {
    const reading = meaning(mapping, state, status);
    if (reading.kind !== 'keeps') {
      return reading.kind === 'means' ? reading.status : null;
    }
  }
  return 'identified';
}
