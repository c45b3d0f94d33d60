import { expect, test } from 'vitest';
import { mergeFields } from './fields.ts';
import type { Base, Ours, Theirs } from './reconcile.ts';

const priorities = ['1', '2', null] as const;

test('title and body go to the card when ours changed, and the priority when ours was re-rated and nobody ever touched it', () => {
  for (const title of ['t', 'new']) {
    for (const body of ['b', 'new']) {
      for (const [oursBefore, theirsBefore, oursNow, theirsNow] of combinations()) {
        const base: Base = { status: 'identified', state: 'todo', order: 1, revision: '1', titleDigest: 't', bodyDigest: 'b', priority: { ours: oursBefore, theirs: theirsBefore } };
        const ours: Ours = { status: 'identified', causedBy: 'scan', titleDigest: title, bodyDigest: body, priority: oursNow };
        const theirs: Theirs = { state: 'todo', order: 1, revision: '1', priority: theirsNow, presence: 'active' };
        const rerated = oursNow !== null && oursNow !== oursBefore;
        // What people set before the last agreement is theirs all the same.
        const untouched = theirsNow === theirsBefore && (oursBefore === null || theirsBefore === oursBefore);

        expect(mergeFields(base, ours, theirs)).toEqual({
          ...(title === 'new' ? { title: true } : {}),
          ...(body === 'new' ? { body: true } : {}),
          ...(rerated && untouched && oursNow !== theirsNow ? { priority: oursNow } : {}),
        });
      }
    }
  }
});

function combinations() {
  return priorities.flatMap((a) => priorities.flatMap((b) => priorities.flatMap((c) => priorities.map((d) => [a, b, c, d] as const))));
}
