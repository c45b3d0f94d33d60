import type { CheckStep, CheckTarget, PaceHint } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { attempt, failed, faultWords, ok } from '../kit/check-steps.ts';
import type { Api } from './api.ts';
import { remoteStates } from './discovery.ts';
import { fieldProblems, requiredFieldsOf, tagLabels, tagsField } from './fields.ts';
import type { Knowledge } from './knowledge.ts';
import { boardProblem, placeProblems, tagProblems } from './validate.ts';
import { me, webhooks } from './wire.ts';

/** Check connection: host, key, person, quota, then each configuration's board by name. Writes nothing, throws nothing. */
export async function* checkSteps(
  api: Api,
  knowledge: Knowledge,
  targets: readonly CheckTarget[],
): AsyncIterable<CheckStep> {
  const steps = await signIn(api);
  yield* steps;
  if (steps.some((step) => step.outcome === 'failed')) {
    return;
  }
  yield quotaStep(api.quota());
  for (const target of targets) {
    yield* targetSteps(api, knowledge, target);
  }
  yield await webhookStep(api);
  yield {
    name: 'Create and move cards',
    outcome: 'unknown',
    message: 'Not provable without writing. The first card will show it.',
    hint: 'The key’s owner needs a role on the board that may create, edit and move cards and comment on them.',
  };
}

/** One call tells of the host, the encryption, the key and whose it is. */
async function signIn(api: Api): Promise<readonly CheckStep[]> {
  try {
    const { data } = await api.get('/me', me);
    const name = data.realname ?? data.username ?? data.email ?? 'unknown';
    const disabled = data.is_enabled === 0;
    return [
      { name: 'Host', outcome: 'ok', message: hostWords(api.origin) },
      { name: 'API key', outcome: 'ok', message: 'The key is accepted.' },
      {
        name: 'Identity',
        outcome: disabled ? 'warning' : 'ok',
        message: `The key belongs to ${name}${disabled ? ', who is disabled' : ''}. It may do what this person may.`,
        hint: 'A person of its own for Patchboard, who owns no other work, makes its traces easy to tell.',
      },
    ];
  } catch (fault) {
    const words = faultWords(fault);
    const kind = fault instanceof TrackerFault ? fault.kind : 'nonsense';
    if (kind === 'unauthorized' || kind === 'forbidden') {
      return [
        { name: 'Host', outcome: 'ok', message: hostWords(api.origin) },
        { name: 'API key', outcome: 'failed', ...words },
      ];
    }
    return [{ name: 'Host', outcome: 'failed', ...words, hint: words.hint ?? hostHint(kind) }];
  }
}

/** No webhook is no harm: changes are polled, and people can paste the address themselves. */
async function webhookStep(api: Api): Promise<CheckStep> {
  const step = await attempt('Webhooks', async () => {
    await api.get('/webhooks', webhooks);
    return ok(
      'The key may list webhooks. Whether it may register them shows when you choose “Register webhook”.',
    );
  });
  const hint = 'Paste the webhook URL by hand under Board Webhooks. Until then changes are polled.';
  return step.outcome === 'failed' ? { ...step, outcome: 'warning', hint } : step;
}

function hostWords(origin: string): string {
  const plain = origin.startsWith('http:');
  return `${origin} answers${plain ? ', without encryption: only for networks of your own' : ' over TLS'}.`;
}

function hostHint(kind: string): string {
  switch (kind) {
    case 'throttled':
      return 'The account’s API quota is used up. Try again in a minute.';
    case 'nonsense':
      return 'Something else than BusinessMap’s API answers there. Look at the site URL.';
    default:
      return 'Look at the site URL, and whether this server may reach it.';
  }
}

function quotaStep(quota: PaceHint | null): CheckStep {
  const name = 'API quota';
  if (quota === null) {
    return {
      name,
      outcome: 'unknown',
      message: 'The site does not say how many calls the account may make.',
    };
  }
  const { callsPerMinute, callsPerHour, callsLeftThisHour } = quota;
  const message = `${callsPerMinute ?? 'An unknown number of'} calls a minute, ${callsPerHour ?? 'an unknown number'} an hour, ${callsLeftThisHour ?? 'an unknown number'} left in this hour.`;
  const hint = 'The account’s other integrations share it.';
  return {
    name,
    outcome: callsLeftThisHour !== undefined && callsLeftThisHour < 20 ? 'warning' : 'ok',
    message,
    hint,
  };
}

async function* targetSteps(
  api: Api,
  knowledge: Knowledge,
  { name, target, remoteStates: wanted, fieldDefaults }: CheckTarget,
): AsyncIterable<CheckStep> {
  const board = await attempt(`Board of ${name}`, async () => {
    const problem = await boardProblem(api, target);
    return problem === null ? ok('The board is visible and not archived.') : failed(problem);
  });
  yield board;
  if (board.outcome === 'failed') {
    return;
  }
  yield await attempt(`Workflow and lane of ${name}`, async () => {
    const [problem] = await placeProblems(api, target);
    return problem === undefined ? ok('Workflow and lane are there.') : failed(problem);
  });
  yield await attempt(`Columns of ${name}`, async () => {
    const states = await remoteStates(knowledge, target);
    const missing = wanted.filter((state) => !states.some((known) => known.value === state));
    return missing.length === 0
      ? ok('Every mapped column is there.')
      : failed({
          message: `Mapped columns are gone: ids ${missing.join(', ')}.`,
          hint: 'Choose others in the configuration.',
        });
  });
  yield await attempt(`Custom fields of ${name}`, async () => {
    const fields = await knowledge.fields(target['board'] ?? '', { live: true });
    const [problem] = fieldDefaults === undefined ? [] : fieldProblems(fields, fieldDefaults);
    if (problem !== undefined) {
      return failed({ ...problem, hint: problem.hint ?? 'Give it another value in the configuration.' });
    }
    const demanded = requiredFieldsOf(fields);
    return ok(
      demanded.length === 0
        ? 'The board demands no custom field.'
        : `The board demands: ${demanded.map((field) => field.label).join(', ')}. The configuration gives their values.`,
    );
  });
  yield await attempt(`Tags of ${name}`, async () => {
    const labels = tagLabels(fieldDefaults?.[tagsField]);
    if (labels.length === 0) {
      return ok('Cards get no tags.');
    }
    const [problem] = await tagProblems(api, knowledge, target, fieldDefaults?.[tagsField]);
    return problem === undefined ? ok(`Every tag is there: ${labels.join(', ')}.`) : { ...failed(problem), outcome: 'warning' };
  });
}
