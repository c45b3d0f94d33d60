import type { Card, Draft, Patch, PaceHint, Session } from '../../src/contracts/tracker.ts';
import { TrackerFault } from '../../src/contracts/tracker-fault.ts';
import type { FaultClass, Swarm } from './faults.ts';
import type { Fate, Process } from './process.ts';
import type { Random } from './random.ts';
import type { Sometimes } from './sometimes.ts';
import type { SimulatedTracker } from './tracker.ts';
import { cardOf } from './tracker.ts';

export interface Weather {
  readonly random: Random;
  readonly swarm: Swarm;
  /** False in the quiet phase: nothing goes wrong any more. */
  stormy: boolean;
  /** Until then no call of any process reaches the database. */
  databaseAwayUntil: number;
}

interface Line {
  readonly process: Process;
  readonly tracker: SimulatedTracker;
  readonly weather: Weather;
  readonly sometimes: Sometimes;
  readonly record: { calls: number; readonly hints: PaceHint[] };
}

/** As long as an HTTP client waits for an answer. */
const clientTimeoutMs = 90_000;
/** A2: what was sent is executed within this, or never. */
const executionMaxMs = 115_000;

export function happens(weather: Weather, name: FaultClass, probability: number): boolean {
  const rate = weather.stormy ? weather.swarm.get(name) : undefined;
  return rate !== undefined && weather.random.chance(Math.min(0.9, probability * rate));
}

/** A signed-in conversation over a bad line. Verbs fail in the contract's closed list of ways, as adapters class them. */
export function openSession(line: Line): Session {
  const { tracker } = line;
  const missing = () => Promise.reject(new Error('The engine does not ask this.'));
  return {
    read: (ref) => read(line, () => glimpse(line, ref)),
    find: (marker) => read(line, () => tracker.find(marker)),
    ...(tracker.profile.traits.bulkMax === undefined ? {} : { findMany: (markers: readonly string[]) => read(line, () => new Map(markers.map((marker) => [marker, tracker.find(marker)]))) }),
    create: (draft, options) => create(line, draft, options.sendBefore),
    update: (ref, patch, options) => update(line, { ref, patch, revision: options.revision, sendBefore: options.sendBefore }),
    changes: (cursor) => read(line, () => tracker.changes(cursor)),
    inventory: (cursor) => read(line, () => tracker.inventory(cursor)),
    ...(tracker.profile.traits.history ? { history: (ref: string, since: number) => read(line, () => historyOf(tracker, ref, since)) } : {}),
    readMany: missing,
    targetOptions: missing,
    remoteStates: missing,
    requiredFields: missing,
    validate: missing,
    render: missing,
    check: () => {
      throw new Error('The engine does not ask this.');
    },
  };
}

/** A card that cannot be seen for a moment, though it is there. */
function glimpse({ tracker, weather, sometimes }: Line, ref: string): Card {
  if (happens(weather, 'missing', 0.02)) {
    sometimes.saw('a card could not be seen for a moment');
    throw new TrackerFault('gone', 'Not now.');
  }
  if (happens(weather, 'forbidden', 0.01)) {
    throw new TrackerFault('forbidden', 'Not for you.');
  }
  return tracker.read(ref);
}

function historyOf(tracker: SimulatedTracker, ref: string, since: number) {
  const { history } = tracker.visible(ref);
  return history
    .filter((change) => change.order > since)
    .map(({ order, by, at, state }) => ({ order, by, at: new Date(at).toISOString(), state }));
}

async function create(line: Line, draft: Draft, sendBefore: number): Promise<Card> {
  const { tracker } = line;
  const born = await write(line, sendBefore, () => ({ ...tracker.create(draft) }));
  if (born.state === draft.state) {
    return cardOf(tracker, born);
  }
  // The second call: a card of this tracker is born in its first state, and moved to where it belongs.
  try {
    return cardOf(tracker, await write(line, sendBefore, () => ({ ...tracker.update(born.ref, { state: draft.state }, String(born.order)) })));
  } catch (fault) {
    if (fault instanceof TrackerFault && (fault.kind === 'uncertain' || fault.kind === 'nonsense')) {
      throw fault;
    }
    // It exists, wherever it stands: the engine moves it.
    return cardOf(tracker, born);
  }
}

interface Update {
  readonly ref: string;
  readonly patch: Patch;
  readonly revision: string;
  readonly sendBefore: number;
}

function update(line: Line, { ref, patch, revision, sendBefore }: Update): Promise<Card> {
  return write(line, sendBefore, () => cardOf(line.tracker, line.tracker.update(ref, patch, revision)));
}

function read<Answer>(line: Line, effect: () => Answer): Promise<Answer> {
  const { process, weather, record } = line;
  record.calls += 1;
  const refusal = refusalOf(line);
  const failure = refusal ?? readTrouble(weather);
  const fate = fateOf(line, failure === null ? {} : { failure: { error: () => failure, when: 'before' } });
  return process.ask(effect, fate, () => weather.random.between(500, 30_000));
}

function readTrouble(weather: Weather): TrackerFault | null {
  if (happens(weather, 'signInPage', 0.01)) {
    return new TrackerFault('nonsense', 'A sign-in page answered.');
  }
  if (happens(weather, 'serverError', 0.02) || happens(weather, 'requestLost', 0.02) || happens(weather, 'answerLost', 0.02)) {
    return new TrackerFault('unavailable', 'No answer.');
  }
  return null;
}

/** No name, no connection, no handshake: whatever was to be sent was not. */
function unreachable({ weather, tracker, process, sometimes }: Line): TrackerFault | null {
  if (process.kernel.now < tracker.awayUntil) {
    sometimes.saw('a tracker could not be reached for minutes');
    return new TrackerFault('unavailable', 'The connection was refused.');
  }
  return happens(weather, 'refusedConnection', 0.02) ? new TrackerFault('unavailable', 'The connection was refused.') : null;
}

/** What a tracker says for sure, before anything is executed. */
function refusalOf(line: Line): TrackerFault | null {
  const { weather, tracker, record, sometimes } = line;
  const away = unreachable(line);
  if (away !== null) {
    return away;
  }
  if (!tracker.tokenValid) {
    return new TrackerFault('unauthorized', 'The token is not accepted.');
  }
  if (happens(weather, 'unauthorized', 0.002)) {
    tracker.tokenValid = false;
    sometimes.saw('a token ended');
    return new TrackerFault('unauthorized', 'The token is not accepted any more.');
  }
  if (happens(weather, 'throttled', 0.01)) {
    sometimes.saw('a tracker asked for a pause');
    return new TrackerFault('throttled', 'Too many calls.', { retryAfterMs: weather.random.between(1_000, 120_000) });
  }
  if (happens(weather, 'throttled', 0.01)) {
    record.hints.push({ pauseMs: weather.random.between(1_000, 20_000) });
  }
  return null;
}

async function write<Answer>(line: Line, sendBefore: number, effect: () => Answer): Promise<Answer> {
  const { process, weather, record, sometimes } = line;
  record.calls += 1;
  // Names are resolved and a socket is waited for, all of it before the deadline is looked at.
  const fate = fateOf(line, {});
  if (fate.pauseMs !== undefined || weather.random.chance(0.1)) {
    await process.ask(() => undefined, { thereMs: 0, backMs: weather.random.between(0, 50), ...(fate.pauseMs === undefined ? {} : { pauseMs: fate.pauseMs }) }, () => 1_000);
  }
  if (process.kernel.now >= sendBefore) {
    sometimes.saw('a request was not sent, because its time was over');
    throw new TrackerFault('unavailable', 'The send window is over.');
  }
  const refusal = refusalOf(line);
  return process.ask(effect, refusal === null ? trouble(line, fate) : { ...fate, failure: { error: () => refusal, when: 'before' } }, () => weather.random.between(500, 30_000));
}

/** Lost on the way there, on the way back, or executed long after we gave up. */
function trouble({ weather, sometimes }: Line, fate: Fate): Fate {
  const doubt = () => new TrackerFault('uncertain', 'No answer to a write.');
  if (happens(weather, 'requestLost', 0.03)) {
    return { ...fate, backMs: clientTimeoutMs, failure: { error: doubt, when: 'before' } };
  }
  if (happens(weather, 'answerLost', 0.03)) {
    return { ...fate, backMs: weather.random.pick([50, clientTimeoutMs]), failure: { error: doubt, when: 'after' } };
  }
  if (happens(weather, 'serverError', 0.02)) {
    return { ...fate, failure: { error: doubt, when: weather.random.pick(['before', 'after']) } };
  }
  if (happens(weather, 'signInPage', 0.02)) {
    const page = () => new TrackerFault('nonsense', 'A page answered a write.');
    return { ...fate, failure: { error: page, when: weather.random.pick(['before', 'after']) } };
  }
  if (happens(weather, 'lateExecution', 0.03)) {
    sometimes.saw('a write was executed long after it was given up');
    return { ...fate, late: { afterMs: weather.random.between(1_000, executionMaxMs), error: doubt } };
  }
  return fate;
}

function fateOf({ weather }: Line, more: Pick<Fate, 'failure'>): Fate {
  const { random } = weather;
  const slow = happens(weather, 'slow', 0.05);
  const thereMs = slow ? random.between(100, 20_000) : random.between(5, 60);
  const backMs = slow ? random.between(100, 20_000) : random.between(5, 60);
  return { calls: 'tracker', thereMs, backMs, ...more, ...doom(weather) };
}

/** The process dies or stands still at this await. */
export function doom(weather: Weather): Pick<Fate, 'crash' | 'pauseMs'> {
  const { random } = weather;
  if (happens(weather, 'crash', 0.004)) {
    return { crash: random.pick(['before', 'after']) };
  }
  if (happens(weather, 'pause', 0.004)) {
    return { pauseMs: random.between(1_000, 60_000) };
  }
  if (happens(weather, 'longPause', 0.002)) {
    return { pauseMs: random.between(60_000, 400_000) };
  }
  return {};
}
