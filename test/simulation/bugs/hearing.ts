import type { Bug } from './bug.ts';

const store = 'test/simulation/model-store.ts';
const acts = 'test/simulation/model-acts.ts';
const queue = 'test/simulation/model-queue.ts';

/** What breaks webhooks, sweeps and the work queue. */
export const hearingBugs: readonly Bug[] = [
  {
    name: 'answered-before-stored',
    what: 'A webhook is answered with 200 and not stored.',
    patches: [{ file: store, from: 'if (!this.database.inbox.has(key)) {', to: 'if (this.database.inbox.size < 0) {' }],
  },
  {
    name: 'garbage-is-dropped',
    what: 'An authenticated webhook that cannot be read leaves no trace.',
    patches: [{ file: store, from: 'if (!this.database.inbox.has(key)) {', to: "if (message.kind !== 'garbage' && !this.database.inbox.has(key)) {" }],
  },
  {
    name: 'unmatched-is-dropped',
    what: 'A webhook that came before its card was known is never looked at again.',
    patches: [{ file: store, from: '      this.matchWaitingHints(row, card.ref);\n', to: '' }],
  },
  {
    name: 'echo-window',
    what: 'Webhooks within 30 seconds of a visit count as our own echo.',
    patches: [{ file: store, from: "const links = [...this.database.links.values()].filter((link) => link.connectionId === connectionId &&", to: 'const links = [...this.database.links.values()].filter((link) => !link.recentWrites.some((at) => at > this.database.clock() - 30_000) && link.connectionId === connectionId &&' }],
  },
  {
    name: 'no-sweep',
    what: 'What webhooks missed is never looked for.',
    patches: [
      { file: 'src/sync/sweep.ts', from: '    await sweepChanges(env, session, start);\n', to: '' },
      { file: 'src/sync/sweep.ts', from: '    await sweepInventory(env, session, start);\n', to: '' },
    ],
  },
  {
    name: 'cursor-without-overlap',
    what: 'The next round of changes begins exactly where the last ended, and misses what was committed late.',
    patches: [{ file: 'test/simulation/tracker.ts', from: 'const since = Number(cursor) - changesLagMs;', to: 'const since = Number(cursor);' }],
  },
  {
    name: 'stale-sweep-moves-the-cursor',
    what: 'A sweep that stood still carries the cursor past what nobody has read; the simulation found it.',
    patches: [{ file: store, from: 'const moves = before === since;', to: 'const moves = since !== undefined;' }],
  },
  {
    name: 'cursor-before-the-page',
    what: 'The cursor moves although the page it came with could not be kept.',
    patches: [{ file: store, from: 'if (isUnseen(link, orders.get(link.cardRef) ?? null)) {', to: 'if (isUnseen(link, orders.get(link.cardRef) ?? null) && orders.size < 2) {' }],
  },
  {
    name: 'first-page-only',
    what: 'The comparison of all cards reads the first page.',
    patches: [{ file: 'src/sync/sweep.ts', from: '    cursor = answer.cursor;\n', to: '    cursor = null;\n' }],
  },
  {
    name: 'clones-not-listed',
    what: 'A second card with the marker of a link is not reported.',
    patches: [{ file: store, from: "if (!known && (link === undefined || link.cardRef !== null || link.state !== 'pending')) {", to: 'if (!known && link === undefined) {' }],
  },
  {
    name: 'wake-not-counted',
    what: 'A link that is woken during its own visit goes to rest.',
    patches: [{ file: queue, from: 'const woken = row.leaseWakes !== null && row.wakes > row.leaseWakes;', to: 'const woken = false;' }],
  },
  {
    name: 'dead-worker-finishes',
    what: 'A worker whose work was taken over finishes it all the same.',
    patches: [{ file: queue, from: 'return row !== undefined && row.token === claim.token ? row : null;', to: 'return row ?? null;' }],
  },
  {
    name: 'tokens-begin-again',
    what: 'A piece of work that is made anew has the tokens of the one before.',
    patches: [{ file: queue, from: 'token: freshToken(now)', to: 'token: 0' }],
  },
  {
    name: 'change-wakes-nobody',
    what: 'A status that changes does not mark its cards due.',
    patches: [{ file: 'test/simulation/model-tables.ts', from: '    this.wakeLinksOf(vulnerabilityId, by.exceptLinkId ?? null);\n', to: '' }],
  },
  {
    name: 'ran-out-and-rests',
    what: 'A visit whose lease ran out, and that nobody took over, lays its link to rest; the simulation found it.',
    patches: [{ file: 'src/sync/settle-card.ts', from: "return later(talk, 0, 'The visit was not the owner of the link any more.');", to: "return rest(talk, 'The visit was not the owner of the link any more.');" }],
  },
  {
    name: 'paused-forgets',
    what: 'A link that is visited while its connection is paused goes to rest; the simulation found it.',
    patches: [
      {
        file: 'src/sync/sync-link.ts',
        from: "return { kind: 'again', at: visit.asOf + closedMs, because: closed, calls: 0 };",
        to: "return { kind: 'rest', because: closed, calls: 0 };",
      },
    ],
  },
  {
    name: 'pause-beside-an-answer',
    what: 'A pause that a tracker asks for beside an answer (Retry-After on a 200) is not heeded.',
    patches: [{ file: 'src/sync/sync-link.ts', from: 'if (record.hints.length > 0) {', to: 'if (record.hints.length < 0) {' }],
  },
  {
    name: 'pause-not-kept',
    what: 'The pause that a tracker asks for holds only the link that was refused.',
    patches: [{ file: store, from: '    this.database.lanesPausedUntil.set(connectionId, Math.max(this.database.lanesPausedUntil.get(connectionId) ?? 0, until));\n', to: '' }],
  },
  {
    name: 'resume-forgets-the-pause',
    what: 'A connection that a person resumes forgets the pause that its tracker asked for.',
    patches: [{ file: acts, from: 'row.throttledUntil !== null && row.throttledUntil > now ? row.throttledUntil : 0', to: '0' }],
  },
];
