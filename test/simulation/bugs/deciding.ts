import type { Bug } from './bug.ts';

const acts = 'test/simulation/model-acts.ts';
const advance = 'src/core/lifecycle/advance.ts';
const syncLink = 'src/sync/sync-link.ts';
const faults = 'src/core/sync/faults.ts';
const store = 'test/simulation/model-store.ts';

/** What breaks the lifecycle, and the answers to faults. */
export const decidingBugs: readonly Bug[] = [
  {
    name: 'closed-means-fixed',
    what: 'A card in the column for fixed makes its vulnerability fixed.',
    patches: [
      { file: advance, from: "const claimed = status === 'fixed' ? 'awaiting_validation' : status;", to: 'const claimed = status;' },
      { file: 'src/core/mapping/status-mapping.ts', from: '  return decisions.length === 1', to: "  return candidates.includes('fixed')\n    ? { kind: 'means', status: 'fixed', ambiguous: false }\n    : decisions.length === 1" },
      { file: 'src/core/mapping/status-mapping.ts', from: "(status === 'fixed' ? 'awaiting_validation' : status));", to: 'status);' },
    ],
  },
  {
    name: 'card-undoes-decisions',
    what: 'A card that is moved undoes a final decision.',
    patches: [{ file: advance, from: '  if (!isWorking(standing.status)) {', to: '  if (standing.status === status) {' }],
  },
  {
    name: 'board-decides-unasked',
    what: 'A decision made on the board is taken over where the configuration asks for approval.',
    patches: [{ file: 'src/core/sync/reconcile.ts', from: "isFinalDecision(result.to) && rules.boardDecisions === 'ask'", to: 'isFinalDecision(result.to) && rules.mapping === null' }],
  },
  {
    name: 'status-without-history',
    what: 'A status that a card sets changes without an entry in the history.',
    patches: [{ file: store, from: "this.transition(row.vulnerabilityId, allowed.to, { kind: 'card', cause, asOf: now, exceptLinkId: row.id });", to: 'Object.assign(vulnerability, { status: allowed.to, causedBy: cause.linkId === null ? null : "card", asOf: now });' }],
  },
  {
    name: 'credentials-by-product',
    what: 'Credentials are kept by product, so that two connections of one product share them.',
    patches: [
      { file: syncLink, from: 'const session = env.openSession(visit.connection, record);', to: 'keptCredentials[visit.connection.tracker] ??= visit.connection.credentials;\n  const session = env.openSession({ ...visit.connection, credentials: keptCredentials[visit.connection.tracker] ?? {} }, record);' },
      { file: syncLink, from: '/** Acts on the answer to a fault;', to: 'const keptCredentials: Record<string, typeof Object.prototype & Visit["connection"]["credentials"]> = {};\n\n/** Acts on the answer to a fault;' },
    ],
  },
  {
    name: 'one-miss-is-lost',
    what: 'A card that was not seen once is lost.',
    patches: [{ file: 'src/core/sync/brake.ts', from: 'return misses >= missesUntilLost && now', to: 'return misses >= 1 || now' }],
  },
  {
    name: 'all-lost-at-once',
    what: 'When a right is taken away, every card of the connection is lost.',
    patches: [{ file: 'src/core/sync/brake.ts', from: 'return missing >= 10 && missing * 2 > linked;', to: 'return missing < linked - linked;' }],
  },
  {
    name: 'login-fails-deliveries',
    what: 'A login that ended fails what was to be sent.',
    patches: [{ file: faults, from: "return { kind: 'halt' };", to: "return { kind: 'person' };" }],
  },
  {
    name: 'no-backoff',
    what: 'What failed is tried again at once, and again.',
    patches: [{ file: faults, from: 'return Math.round(ceiling * random);', to: 'return Math.round(ceiling * random * 0);' }],
  },
  {
    name: 'refusal-retried-at-once',
    what: 'What a tracker refuses for good is sent again and again.',
    patches: [{ file: faults, from: "{ kind: 'later', delayMs: slowMs } : { kind: 'person' };", to: "{ kind: 'later', delayMs: slowMs } : { kind: 'later', delayMs: 0 };" }],
  },
  {
    name: 'refusal-of-a-visit-taken-over',
    what: 'A visit that was taken over sets its link lost or inaccessible; the simulation found it.',
    patches: [{ file: store, from: "row.state !== 'detached' && this.queue.isStill(lease) && (state !== 'lost' || row.misses > 0)) {\n      this.change(row, 'setLinkState'", to: "row.state !== 'detached') {\n      this.change(row, 'setLinkState'" }],
  },
  {
    name: 'waiting-for-nobody',
    what: 'A visit that was taken over says that its delivery waits for the next try; the simulation found it.',
    patches: [{ file: store, from: '    if (!this.queue.isStill(lease)) {\n      return;\n    }\n', to: '' }],
  },
  {
    name: 'unhandled-fault',
    what: 'A fault while a fault is answered ends the process; the simulation found it.',
    patches: [{ file: syncLink, from: 'return await whenFaulty(', to: 'return whenFaulty(' }],
  },
  {
    name: 'old-refusal-halts',
    what: 'A refusal of the login before the present one stops the connection.',
    patches: [{ file: store, from: " && row.stateChangedAt <= asOf + 1) {", to: ') {' }],
  },
  {
    name: 'breaker-lets-nobody-go',
    what: 'A person lets a held link go on, and it stays held.',
    patches: [{ file: acts, from: "if (link.state === 'held') {", to: "if (link.state === 'linked') {" }],
  },
  {
    name: 'asks-what-is-not-so',
    what: 'A question about a card that moved on stays open.',
    patches: [{ file: 'test/simulation/model-tables.ts', from: 'if (driftBefore !== null && asked', to: 'if (driftBefore === "" && asked' }],
  },
  {
    name: 'attach-takes-anothers',
    what: 'A person attaches a card that is the card of another link.',
    patches: [{ file: acts, from: 'if (taken || foreign || outdated', to: 'if (outdated' }],
  },
  {
    name: 'attach-goes-back',
    what: 'A person attaches a card as it was before the last visit; the simulation found it.',
    patches: [{ file: acts, from: 'if (taken || foreign || outdated ||', to: 'if (taken || foreign ||' }],
  },
  {
    name: 'attach-leaves-webhooks',
    what: 'Webhooks of a card that nobody knew wait for ever, though a person attached it; the simulation found it.',
    patches: [{ file: acts, from: '    this.#store.matchWaitingHints(link, card.ref);\n', to: '' }],
  },
];
