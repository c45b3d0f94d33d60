import type { Bug } from './bug.ts';

const createCard = 'src/sync/create-card.ts';
const lookAhead = 'src/sync/look-ahead.ts';
const store = 'test/simulation/model-store.ts';

/** What breaks “exactly one card”. */
export const creatingBugs: readonly Bug[] = [
  {
    name: 'no-look-before-create',
    what: 'A card is made without looking for its marker first.',
    patches: [{ file: createCard, from: 'const found = await findBeforeCreate(talk, visit);', to: 'const found: readonly Card[] = [];' }],
  },
  {
    name: 'marker-in-other-case',
    what: 'The marker is searched for in capital letters.',
    patches: [
      { file: lookAhead, from: 'return session.find(link.marker, configuration.target);', to: 'return session.find(link.marker.toUpperCase(), configuration.target);' },
      { file: lookAhead, from: 'sought.map(({ marker }) => marker)', to: 'sought.map(({ marker }) => marker.toUpperCase())' },
    ],
  },
  {
    name: 'error-is-not-found',
    what: 'An error while looking for the marker counts as “not found”.',
    patches: [{ file: createCard, from: 'await findBeforeCreate(talk, visit);', to: 'await findBeforeCreate(talk, visit).catch(() => [] as readonly Card[]);' }],
  },
  {
    name: 'old-look-believed',
    what: 'That there was no card when many were looked for is believed for good, also after a try.',
    patches: [
      { file: lookAhead, from: ' || link.attempts > 0', to: '' },
      { file: lookAhead, from: 'monotonic() - at > stands)', to: 'at < 0)' },
      { file: lookAhead, from: 'look !== undefined && looks.delete(key)', to: 'look !== undefined' },
      { file: lookAhead, from: 'talk.env.looks.made.delete(keyOf(talk, link));', to: '' },
    ],
  },
  {
    name: 'no-quarantine',
    what: 'After an answer that leaves doubt, nobody waits before looking and sending again.',
    patches: [{ file: createCard, from: 'quarantineMs: quarantineOf(talk, visit),', to: 'quarantineMs: 0,' }],
  },
  {
    name: 'short-quarantine',
    what: 'The quarantine covers the send window and forgets how late a tracker still executes and shows a request.',
    patches: [{ file: createCard, from: 'quarantineMs: quarantineOf(talk, visit),', to: 'quarantineMs: 5_000,' }],
  },
  {
    name: 'quarantine-forgets-search-lag',
    what: 'The quarantine ends as soon as a late request must have been executed, before a search shows it.',
    patches: [{ file: createCard, from: 'quarantineMs: quarantineOf(talk, visit),', to: 'quarantineMs: 95_000,' }],
  },
  {
    name: 'no-lease',
    what: 'Work that another worker has in hand is claimed again.',
    patches: [{ file: 'test/simulation/model-queue.ts', from: 'row.dueAt <= now && (row.leaseUntil === null || row.leaseUntil <= now)', to: 'row.dueAt <= now' }],
  },
  {
    name: 'intent-not-written',
    what: 'A card is sent without the intent in the database.',
    patches: [{ file: createCard, from: '  if (!committed) {', to: '  await env.store.withdrawIntent(link.id, talk.lease);\n  if (!committed) {' }],
  },
  {
    name: 'marker-per-try',
    what: 'Each try to make a card writes another marker.',
    patches: [
      { file: 'src/sync/face.ts', from: 'marker: visit.link.marker,', to: 'marker: `${visit.link.marker}-${visit.link.attempts}`,' },
    ],
  },
  {
    name: 'timeout-is-no',
    what: 'A create without an answer counts as not executed.',
    patches: [{ file: createCard, from: "fault.kind !== 'uncertain' && fault.kind !== 'nonsense'", to: "fault.kind !== 'nonsense'" }],
  },
  {
    name: 'page-is-no',
    what: 'A sign-in page that answers a create counts as not executed.',
    patches: [{ file: createCard, from: "fault.kind !== 'uncertain' && fault.kind !== 'nonsense'", to: "fault.kind !== 'uncertain'" }],
  },
  {
    name: 'sent-after-deadline',
    what: 'A worker that stood still sends its create after its time is over.',
    patches: [{ file: createCard, from: 'committedFrom + env.bounds.sendWindowMs;', to: 'Infinity;' }],
  },
  {
    name: 'retry-inside-the-send',
    what: 'A create without an answer is sent a second time at once, as HTTP clients like to do.',
    patches: [
      {
        file: createCard,
        from: 'return await session.create(draftOf(face, visit, configuration), { sendBefore });',
        to: 'return await session.create(draftOf(face, visit, configuration), { sendBefore }).catch(() => session.create(draftOf(face, visit, configuration), { sendBefore }));',
      },
    ],
  },
  {
    name: 'unseen-card-is-forgotten',
    what: 'A card that cannot be seen is forgotten, and a new one is made.',
    patches: [{ file: store, from: "this.change(row, 'recordMiss', { misses:", to: "this.change(row, 'recordMiss', { cardRef: null, card: null, base: null, misses:" }],
  },
  {
    name: 'adopts-the-last',
    what: 'Of several cards with one marker, the last one is adopted.',
    patches: [{ file: createCard, from: 'const [first, ...others] = found;', to: 'const [first, ...others] = found.toReversed();' }],
  },
  {
    name: 'late-card-takes-over',
    what: 'A card that comes to light late replaces the one that is linked.',
    patches: [{ file: store, from: 'const linked = row.cardRef === null && (card.marker === null', to: 'const linked = (card.marker === null' }],
  },
  {
    name: 'late-card-is-dropped',
    what: 'A card that comes to light late is not listed.',
    patches: [{ file: store, from: 'for (const orphan of linked ? found.duplicates : [card]) {', to: 'for (const orphan of linked ? found.duplicates : []) {' }],
  },
  {
    name: 'asked-anew-and-not-looked-for',
    what: 'A card that is asked for anew gets another marker though an earlier try may have left one; the simulation found it.',
    patches: [{ file: 'test/simulation/model-acts.ts', from: 'const afresh = link.cardRef === null ?', to: 'const afresh = link.cardRef === "" ?' }],
  },
  {
    name: 'anothers-fault-believed',
    what: 'A fault that another visit met while it looked for many, with a login that was renewed since, is taken for one’s own; the simulation found it.',
    patches: [{ file: lookAhead, from: 'length === 0, () => false);', to: 'length === 0);' }],
  },
  {
    name: 'stranger-withdraws',
    what: 'A visit that was taken over withdraws the try of the one that took it over.',
    patches: [{ file: store, from: 'if (row !== undefined && row.cardRef === null && this.queue.isStill(lease)) {', to: 'if (row !== undefined && row.cardRef === null) {' }],
  },
  {
    name: 'base-from-what-came-back',
    what: 'The base of a card that is adopted is what it shows, and not what was sent.',
    patches: [
      {
        file: createCard,
        from: '...birth(sent, card, untouched), ...texts, order: Math.min(card.order, 1), revision',
        to: '...birth(sent, card, untouched), ...texts, state: card.state, order: card.order, revision',
      },
    ],
  },
  {
    name: 'commented-is-moved',
    what: 'A card that was born elsewhere and commented on counts as moved by people; the simulation found it.',
    patches: [{ file: createCard, from: 'return born !== undefined && born.order <= 1', to: 'return born === undefined && card.order <= 1' }],
  },
  {
    name: 'nothing-to-do-waits',
    what: 'What needs no card says for ever that it waits for one; the simulation found it.',
    patches: [{ file: createCard, from: '    await talk.env.store.supersede(link.deliveryId, because);\n', to: '' }],
  },
  {
    name: 'waits-for-a-deleted-card',
    what: 'A create waits until a search shows another card, which may be deleted; the simulation found it.',
    patches: [{ file: createCard, from: ' || clock() > link.quarantineUntil + catchUpMostMs', to: '' }],
  },
  {
    name: 'copied-database-writes',
    what: 'A copy of the database, started elsewhere, writes to the trackers.',
    patches: [{ file: 'src/sync/sync-link.ts', from: 'if (!mayWrite) {', to: 'if (mayWrite === null) {' }],
  },
];
