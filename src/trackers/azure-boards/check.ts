import type { CheckStep, CheckTarget, Problem, SessionContext } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { parseAnswer } from '../kit/answer.ts';
import { attempt, failed, faultWords, ok } from '../kit/check-steps.ts';
import { halvesOf } from './board-states.ts';
import { remoteStates } from './discovery.ts';
import type { Knowledge } from './knowledge.ts';
import { checkDraft } from './required-fields.ts';
import type { PlaceFacts } from './validate.ts';
import { boardProblems, placeOf } from './validate.ts';
import { oauth } from './oauth.ts';
import { accounts, connectionData, profile, subscriptions } from './wire.ts';

/** Check connection: organization, identity, clock, then each target by name, and service hooks. Writes nothing, throws nothing. */
export async function* checkSteps(
  knowledge: Knowledge,
  context: SessionContext,
  targets: readonly CheckTarget[],
): AsyncIterable<CheckStep> {
  const steps = await signIn(knowledge, context);
  yield* steps;
  if (steps.some(({ outcome }) => outcome === 'failed')) {
    return;
  }
  for (const target of targets) {
    yield* targetSteps(knowledge, target);
  }
  yield await hookStep(knowledge);
  yield {
    name: 'Change work items',
    outcome: 'unknown',
    message: 'Whether columns may be moved and comments added is not provable without writing. The first card will show it.',
    hint: 'The identity needs “Edit work items in this node” on the area path, and “Create tag definition” in the project.',
  };
}

/** One call tells of the organization, of who we are, and of the time there. */
async function signIn({ api }: Knowledge, context: SessionContext): Promise<readonly CheckStep[]> {
  try {
    const wish = { method: 'GET', url: api.root, purpose: 'read' } as const;
    const response = await api.look('/_apis/connectionData', { 'api-version': '7.1-preview' });
    const { authenticatedUser, deploymentType } = parseAnswer(connectionData, wish, response);
    const kind = deploymentType === 'onPremises' ? 'Azure DevOps Server' : 'Azure DevOps Services';
    return [
      { name: 'Organization', outcome: 'ok', message: `${api.root} answers (${kind}).` },
      {
        name: 'Identity',
        outcome: 'ok',
        message: `We are ${authenticatedUser.providerDisplayName ?? authenticatedUser.id}, and may do what this identity may.`,
        hint: 'An account of its own, or a service principal, makes Patchboard’s traces easy to tell.',
      },
      clockStep(response.headers['date'], context.now()),
    ];
  } catch (fault) {
    return [{ name: 'Organization', outcome: 'failed', ...faultWords(fault) }, ...(await organizationsStep({ api }, context))];
  }
}

/** Where the organization does not answer, those that the signed-in person may see. Tokens and apps cannot ask for them. */
async function organizationsStep({ api }: Pick<Knowledge, 'api'>, { credentials, settings }: SessionContext): Promise<readonly CheckStep[]> {
  if (!oauth.applies(credentials) || oauth.flow(credentials) === 'unattended') {
    return [];
  }
  try {
    const { id } = await api.ofAccount('/_apis/profile/profiles/me', profile);
    const { value } = await api.ofAccount('/_apis/accounts', accounts, { memberId: id });
    const names = value.map(({ accountName }) => accountName).toSorted();
    const given = String(settings['organization']);
    const isAmong = names.some((name) => name.toLowerCase() === given.toLowerCase());
    const message = names.length === 0 ? 'Who is signed in belongs to no organization.' : `Who is signed in may see: ${names.slice(0, 50).join(', ')}.`;
    const hint = isAmong || names.length === 0 ? {} : { hint: `“${given}” is not among them. Enter one of these as the organization of this connection.` };
    return [{ name: 'Organizations', outcome: names.length === 0 ? 'failed' : 'ok', message, ...hint }];
  } catch (fault) {
    faultWords(fault);
    return [];
  }
}

const clockMostMs = 5 * 60_000;

function clockStep(date: string | undefined, now: number): CheckStep {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) {
    return { name: 'Clock', outcome: 'unknown', message: 'The answer does not tell the time.' };
  }
  const apart = Math.round(Math.abs(theirs - now) / 1_000);
  return apart * 1_000 <= clockMostMs
    ? { name: 'Clock', outcome: 'ok', message: `Our clock is ${apart} s from theirs.` }
    : { name: 'Clock', outcome: 'warning', message: `Our clock is ${apart} s from theirs: changes may be found late.`, hint: 'Let this server take its time from a time server.' };
}

async function* targetSteps(knowledge: Knowledge, check: CheckTarget): AsyncIterable<CheckStep> {
  const { name, target } = check;
  let place: PlaceFacts | Problem | null = null;
  yield await attempt(`Project, team, board and type of ${name}`, async () => {
    place = await placeOf(knowledge, target);
    return 'path' in place ? failed(place) : ok(`The project is there, and the type ${place.facts.type.name}${place.known === null ? '' : ` and the board “${place.known.board.name}”`}.`);
  });
  const found = place as PlaceFacts | Problem | null;
  if (found === null || 'path' in found) {
    return;
  }
  yield await attempt(`Type on the board of ${name}`, async () => {
    const [problem] = boardProblems(found);
    return problem === undefined
      ? ok(found.known === null ? 'No board is configured: states are used.' : `The board shows it, in ${halvesOf(found.known.board).length} columns and halves.`)
      : { ...failed(problem), outcome: problem.kind === 'blocking' ? 'failed' : 'warning' };
  });
  yield await attempt(`Columns of ${name}`, async () => {
    const states = await remoteStates(knowledge, target);
    const missing = check.remoteStates.filter((value) => !states.some((known) => known.value === value));
    return missing.length === 0
      ? ok('Every mapped column or state is there.')
      : failed({ message: `Mapped columns are gone: ${missing.join(', ')}.`, hint: 'Choose others in the configuration.' });
  });
  yield await createStep(knowledge, check, found);
}

/** A draft that the service checks, and does not make. Fields that the configuration gives are not known here. */
async function createStep(knowledge: Knowledge, { name, target }: CheckTarget, { facts }: PlaceFacts): Promise<CheckStep> {
  const step = `Create ${facts.type.name} for ${name}`;
  try {
    await checkDraft(knowledge, { target, facts, fields: {} });
    return { name: step, ...ok('The service takes a draft, which was checked and not made.') };
  } catch (fault) {
    const asksForFields = fault instanceof TrackerFault && fault.kind === 'rejected';
    return asksForFields
      ? { name: step, outcome: 'ok', message: `The right is there; the process demands fields beside: ${(fault.detail.fields ?? []).map((one) => one.name).join(', ') || fault.message}. The configuration gives their values.` }
      : { name: step, outcome: 'failed', ...faultWords(fault) };
  }
}

/** No hook is no harm: changes are polled, and people can set hooks up by hand. */
async function hookStep({ api }: Knowledge): Promise<CheckStep> {
  const name = 'Service hooks';
  try {
    await api.get('/_apis/hooks/subscriptions', subscriptions, { publisherId: 'tfs', eventType: 'workitem.updated', consumerId: 'webHooks', consumerActionId: 'httpRequest' });
    const message = 'The identity may list service hooks. Whether it may create them shows when you create them.';
    return { name, outcome: 'ok', message, hint: 'It needs the permission “Edit subscriptions” in each project.' };
  } catch (fault) {
    const { message } = faultWords(fault);
    return { name, outcome: 'warning', message, hint: 'Set up the hooks by hand, as the guide shows. Until then changes are polled.' };
  }
}
