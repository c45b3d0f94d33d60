import type { Bug } from './bug.ts';

const store = 'test/simulation/model-store.ts';
const settleCard = 'src/sync/settle-card.ts';
const reconcile = 'src/core/sync/reconcile.ts';

/** What breaks the merge of both sides and the write that settles it. */
export const writingBugs: readonly Bug[] = [
  {
    name: 'unconditional-write',
    what: 'A tracker that could compare revisions is not asked to.',
    patches: [{ file: 'test/simulation/tracker.ts', from: 'if (this.profile.traits.conditionalWrite && revision !== String(card.order)) {', to: "if (revision === 'none') {" }],
  },
  {
    name: 'no-base',
    what: 'What people did on the board is not compared with the last agreement: our side always wins.',
    patches: [{ file: reconcile, from: 'const theirsChanged = theirs.state !== base.state;', to: 'const theirsChanged = false;' }],
  },
  {
    name: 'stale-read-believed',
    what: 'An answer older than the base is taken for the present.',
    patches: [{ file: reconcile, from: 'if (theirs.order < base.order) {', to: 'if (theirs.order < 0) {' }],
  },
  {
    name: 'base-goes-back',
    what: 'A settlement may put an older base in the place of a newer one.',
    patches: [
      { file: store, from: '(row.base !== null && row.base.order > settlement.base.order) || ', to: '' },
      { file: settleCard, from: 'order: Math.max(after.order, base.order),', to: 'order: after.order,' },
      { file: reconcile, from: 'if (theirs.order < base.order) {', to: 'if (theirs.order < 0) {' },
    ],
  },
  {
    name: 'settled-without-lease',
    what: 'A visit whose lease has run out records its outcome.',
    patches: [{ file: store, from: '!this.queue.holds(settlement.lease) || row === undefined', to: 'row === undefined' }],
  },
  {
    name: 'conflict-never-told',
    what: 'The loser’s value of a conflict is not written to history before the write.',
    patches: [{ file: store, from: 'if (wish.conflict !== null) {', to: 'if (wish.conflict === undefined) {' }],
  },
  {
    name: 'move-and-back-never-told',
    what: 'A card that people moved and moved back is written to without a word.',
    patches: [{ file: store, from: 'if (wish.note !== null) {', to: 'if (wish.note === undefined) {' }],
  },
  {
    name: 'no-look-into-history',
    what: 'Where writes carry no condition, nobody looks for moves that a write replaced.',
    patches: [{ file: 'src/core/sync/pending.ts', from: 'if (pending.state === null || card.order', to: 'if (pending !== null || card.order' }],
  },
  {
    name: 'own-write-taken-for-theirs',
    what: 'A write whose outcome was not recorded is read as a person’s move.',
    patches: [{ file: settleCard, from: 'pending === null ? lastBase : presumedBase(lastBase, pending, card, history ?? []);', to: 'lastBase;' }],
  },
  {
    name: 'base-before-the-write',
    what: 'The base is what is about to be written, before it is.',
    patches: [{ file: store, from: "base: row.pending === null ? row.base : stillAsked(row.base, wish), pending:", to: "base: row.base && { ...row.base, ...wish.pending.base }, pending:" }],
  },
  {
    name: 'second-write-forgets-the-first',
    what: 'A write replaces an earlier one of unknown outcome, and what is known of that one by now is lost; the simulation found it.',
    patches: [{ file: store, from: 'base: row.pending === null ? row.base : stillAsked(row.base, wish),', to: '' }],
  },
  {
    name: 'base-with-the-old-state',
    what: 'After a write the base holds the state from before it.',
    patches: [{ file: settleCard, from: 'state: plan.push?.state ?? card.state,\n    priority', to: 'state: card.state,\n    priority' }],
  },
  {
    name: 'writes-to-discarded',
    what: 'A card that people threw away is written to.',
    patches: [{ file: reconcile, from: "if (theirs.presence === 'discarded') {", to: 'if (theirs.order < 0) {' }],
  },
  {
    name: 'withheld-and-forgotten',
    what: 'What was not written to an archived card counts as told.',
    patches: [{ file: settleCard, from: 'plan.withheld === null ? settled', to: 'plan.withheld !== undefined ? settled' }],
  },
  {
    name: 'drift-forgotten',
    what: 'A difference that was shown is forgotten by the next visit, though it lasts.',
    patches: [{ file: settleCard, from: 'plan.drift ?? lastingDrift(visit.link.drift, base, face.ours, card, rules);', to: 'plan.drift;' }],
  },
  {
    name: 'title-never-updated',
    what: 'A new title stays on our side.',
    patches: [{ file: 'src/core/sync/fields.ts', from: 'ours.titleDigest === base.titleDigest', to: 'ours.titleDigest !== null' }],
  },
  {
    name: 'tells-again',
    what: 'A status without a remote state is told with a comment at every visit.',
    patches: [{ file: settleCard, from: 'const status = plan.pull?.status ?? visit.vulnerability.status;', to: 'const status = plan.push?.tell === true ? base.status ?? visit.vulnerability.status : plan.pull?.status ?? visit.vulnerability.status;' }],
  },
  {
    name: 'no-breaker',
    what: 'A link may change by itself as often as it likes.',
    patches: [{ file: 'src/core/sync/brake.ts', from: '.length >= automaticChangesPerHour;', to: '.length < 0;' }],
  },
  {
    name: 'held-and-nobody-asked',
    what: 'A link is held, and the question for a person is lost; the simulation found it.',
    patches: [{ file: store, from: "      this.keepHold({ kind: 'breaker', connectionId: row.connectionId, linkId, detail });\n", to: '' }],
  },
  {
    name: 'version-not-read-again',
    what: 'A write is sent though the vulnerability moved on since the visit read it.',
    patches: [{ file: 'test/simulation/model-tables.ts', from: 'String(vulnerability.version) === seen.version &&', to: '' }],
  },
  {
    name: 'mapping-not-read-again',
    what: 'A write is sent through a mapping that was edited since the visit read it.',
    patches: [{ file: 'test/simulation/model-tables.ts', from: 'effective?.id === seen.configurationId && effective.version === seen.configurationVersion', to: 'effective !== undefined' }],
  },
  {
    name: 'connection-not-read-again',
    what: 'A write is sent though its connection was paused or deleted since the visit read it.',
    patches: [{ file: 'test/simulation/model-tables.ts', from: "database.connection(row.connectionId).state === 'active' &&", to: '' }],
  },
  {
    name: 'detached-is-written',
    what: 'A link that a person detached goes on being synced.',
    patches: [
      { file: 'src/sync/sync-link.ts', from: "link.state === 'detached' || link.state === 'held'", to: "link.state === 'held'" },
      { file: 'test/simulation/model-tables.ts', from: "row.state !== 'detached' && row.state !== 'held'", to: "row.state !== 'held'" },
      { file: store, from: "row === undefined || row.state === 'detached') {", to: 'row === undefined) {' },
    ],
  },
];
