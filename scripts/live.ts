/**
 * `LIVE=<tracker> npm run test:live`: the promises of a tracker that only read, against a real account. Writes nothing.
 * LIVE_SETTINGS, LIVE_CREDENTIALS, LIVE_TARGET are JSON as the API takes them; LIVE_CARD is the id of a card in the target;
 * LIVE_ACCESS_TOKEN stands in for a login; PATCHBOARD_ALLOWED_NETWORKS as for the product.
 */

import { randomUUID } from 'node:crypto';
import type { Session, Target, Tracker } from '../src/contracts/tracker.ts';
import { TrackerFault } from '../src/contracts/tracker.ts';
import { findTrackers } from '../src/trackers/index.ts';
import { makeHttpClient } from '../src/trackers/kit/http.ts';

const pagesMax = 20;
const say = (line: string) => process.stdout.write(`${line}\n`);
const env = (name: string) => process.env[name] ?? '';
const json = (name: string): Record<string, never> => JSON.parse(env(name) || '{}') as Record<string, never>;

const trackers = await findTrackers({ includeMemory: true });
const tracker = trackers.find(({ id }) => id === env('LIVE'));
if (tracker === undefined) {
  say(`Say which tracker with LIVE=…: ${trackers.map(({ id }) => id).join(', ')}.`);
  process.exit(2);
}

const target = json('LIVE_TARGET') as Target;
const session = open(tracker);
const sums = { passed: 0, failed: 0 };
let calls = 0;

await promise('the check says nothing is wrong', async () => {
  const failed: string[] = [];
  for await (const step of session.check([{ name: 'live', target, remoteStates: [] }])) {
    say(`    ${step.outcome.padEnd(8)}${step.name}: ${step.message}`);
    failed.push(...(step.outcome === 'failed' ? [step.name] : []));
  }
  return failed.length === 0 ? null : failed.join(', ');
});
await promise('each target step offers the chosen value', async () => {
  const missing: string[] = [];
  for (const step of tracker.targetSteps) {
    const options = await session.targetOptions(step.id, target);
    const known = options.some(({ value }) => value === target[step.id]);
    missing.push(...(known || step.optional === true || step.freeEntry === true ? [] : [step.id]));
  }
  return missing.length === 0 ? null : `not offered: ${missing.join(', ')}`;
});
await promise('the target has remote states, each once', async () => {
  const states = await session.remoteStates(target);
  say(`    ${states.map(({ label }) => label).join(' | ')}`);
  return states.length > 0 && new Set(states.map(({ value }) => value)).size === states.length
    ? null
    : 'none, or twice';
});
await promise('required fields are told', async () => {
  const fields = await session.requiredFields(target);
  say(`    ${fields.map(({ label, type }) => `${label} (${type})`).join(', ') || 'none'}`);
  return null;
});
await promise('a marker that nobody carries finds nothing', async () => {
  const found = await session.find(`pb-live-${randomUUID()}`, target);
  return found.length === 0 ? null : `${found.length} strangers’ cards came back`;
});
await promise('changes begin now', async () => {
  const page = await session.changes(null, [target]);
  return page.more ? 'there is more before now' : null;
});
await promise('the inventory comes to its end', async () => {
  let cursor: string | null = null;
  let cards = 0;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer: Awaited<ReturnType<Session['inventory']>> = await session.inventory(cursor, [target]);
    cards += answer.cards.length;
    cursor = answer.cursor;
    if (cursor === null) {
      say(`    ${cards} cards with a marker`);
      return null;
    }
  }
  return `not after ${pagesMax} pages`;
});
if (env('LIVE_CARD') !== '') {
  await promise('the card is read, alone and among others', async () => {
    const card = await session.read(env('LIVE_CARD'));
    say(`    ${card.key} in ${card.stateLabel}, ${card.presence}, order ${card.order}, at ${card.url}`);
    const many = await session.readMany([card.ref, '999999999']);
    return many.get(card.ref)?.revision === card.revision ? null : 'read among others it is another';
  });
  await promise('a card that does not exist is gone', async () => {
    const outcome = await session.read('999999999').then(
      () => 'read',
      (fault: TrackerFault) => fault.kind,
    );
    return outcome === 'gone' || outcome === 'forbidden' ? null : outcome;
  });
}
say(`${sums.passed} passed, ${sums.failed} failed, ${calls} calls`);
process.exit(sums.failed === 0 ? 0 : 1);

/** Runs one promise; its answer is what is wrong, or null. */
async function promise(sentence: string, act: () => Promise<string | null>): Promise<void> {
  const wrong = await act().catch((error: unknown) =>
    error instanceof TrackerFault
      ? `${error.kind}: ${error.message} ${error.detail.hint ?? ''}`
      : String(error),
  );
  sums[wrong === null ? 'passed' : 'failed'] += 1;
  say(`${wrong === null ? 'ok    ' : 'FAILED'} ${sentence}${wrong === null ? '' : `: ${wrong}`}`);
}

function open(chosen: Tracker): Session {
  const settings = chosen.settings.parse(json('LIVE_SETTINGS'));
  const environment = {
    entraAuthority: env('PATCHBOARD_ENTRA_AUTHORITY') || 'https://login.microsoftonline.com',
  };
  const http = makeHttpClient({
    allowedOrigins: [chosen.origin(settings), ...(chosen.otherOrigins?.(settings, environment) ?? [])],
    allowedNetworks: env('PATCHBOARD_ALLOWED_NETWORKS')
      .split(',')
      .filter((network) => network !== ''),
    onExchange: () => {
      calls += 1;
    },
  });
  return chosen.open({
    settings,
    credentials: chosen.credentials.parse(json('LIVE_CREDENTIALS')),
    accessToken: async () => env('LIVE_ACCESS_TOKEN'),
    http,
    now: Date.now,
    onPace: () => {},
    environment,
  });
}
