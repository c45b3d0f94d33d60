import type { CheckStep, CheckTarget, SessionContext } from '../../contracts/tracker.ts';
import { jsonOf } from '../kit/answer.ts';
import type { CheckResult } from '../kit/check-steps.ts';
import { attempt, ok } from '../kit/check-steps.ts';
import type { Knowledge } from './knowledge.ts';
import { tableOf } from './knowledge.ts';
import { isAsleep } from './faults.ts';
import { requiredFields } from './required-fields.ts';
import { statesOf } from './states.ts';
import { computesPriority, stateModel } from './tables.ts';
import { neededColumns } from './target-tables.ts';
import { isTrue, valueOf, wireError } from './wire.ts';

const clockToleranceMs = 60_000;

/** The ladder: the first rung that breaks names the cure. Writes nothing, throws nothing. */
export async function* checkSteps(
  knowledge: Knowledge,
  context: SessionContext,
  targets: readonly CheckTarget[],
): AsyncIterable<CheckStep> {
  for (const [name, act] of [
    ['Instance is awake', () => awake(knowledge)],
    ['Login', () => login(knowledge, context)],
  ] as const) {
    const step = await attempt(name, act);
    yield step;
    if (step.outcome === 'failed') {
      return;
    }
  }
  yield await attempt('Who we are', () => whoWeAre(knowledge));
  for (const target of targets) {
    yield* tableSteps(knowledge, target);
  }
  yield {
    name: 'Create and update records',
    outcome: 'unknown',
    message: 'Not provable without writing. The first record will show it.',
    hint: 'The role itil, or sn_incident_write, sn_problem_write, sn_change_write, is needed for it.',
  };
}

/** Without credentials, an instance that is awake answers 401 in JSON. */
async function awake({ api }: Knowledge): Promise<CheckResult> {
  const response = await api.knock();
  if (isAsleep(response)) {
    return {
      outcome: 'failed',
      message: 'The instance is hibernating.',
      hint: 'Open it in a browser to wake it.',
    };
  }
  if (response.status === 401 && wireError.safeParse(jsonOf(response)).success) {
    return ok(`${api.origin} answers as a ServiceNow instance does.`);
  }
  const type = response.headers['content-type'] ?? 'no content type';
  return {
    outcome: 'failed',
    message: `${api.origin} answered ${response.status} (${type}), not as a ServiceNow instance does.`,
    hint: 'Compare the instance URL. A single sign-on page or a proxy may stand before the instance.',
  };
}

async function login({ api }: Knowledge, context: SessionContext): Promise<CheckResult> {
  await context.accessToken();
  const { serverTime } = await api.list('task', { sysparm_limit: 1, sysparm_fields: 'sys_id' });
  const apartMs = Math.abs(serverTime - context.now());
  return apartMs <= clockToleranceMs
    ? ok('The login is accepted, and both clocks agree.')
    : {
        outcome: 'warning',
        message: `The login is accepted. The instance's clock and ours are ${Math.round(apartMs / 1_000)} seconds apart.`,
        hint: 'Changes are found by the instance’s clock, so nothing is missed; times on screen may look odd. Check the clock of this server.',
      };
}

async function whoWeAre({ api }: Knowledge): Promise<CheckResult> {
  const page = await api.list('sys_user', {
    sysparm_query: 'sys_id=javascript:gs.getUserID()',
    sysparm_fields: 'sys_id,user_name',
    sysparm_limit: 2,
  });
  // A term that was dropped would return everybody.
  const [user, another] = page.rows;
  return user === undefined || another !== undefined
    ? { outcome: 'unknown', message: 'ServiceNow does not tell which user this login belongs to.' }
    : ok(
        `This login belongs to the user “${valueOf(user, 'user_name') ?? 'unknown'}”. Records will carry that name.`,
      );
}

async function* tableSteps(
  knowledge: Knowledge,
  { name, target, remoteStates, fieldDefaults }: CheckTarget,
): AsyncIterable<CheckStep> {
  const readable = await attempt(`Table of ${name}`, async () => readableTable(knowledge, tableOf(target)));
  yield readable;
  if (readable.outcome === 'failed') {
    return;
  }
  const table = tableOf(target);
  yield await attempt(`Fields of ${name}`, () => fieldsOf(knowledge, table));
  yield await attempt(`Mandatory fields of ${name}`, () => mandatory(knowledge, table, fieldDefaults ?? {}));
  yield await attempt(`States of ${name}`, () => mappedStates(knowledge, table, remoteStates));
}

/** The count ignores access rules: counted and not shown is a denial; not counted is an empty table. */
async function readableTable({ api }: Knowledge, table: string): Promise<CheckResult> {
  const page = await api.list(table, { sysparm_limit: 1, sysparm_fields: 'sys_id' });
  if (page.rows.length > 0) {
    return ok(`“${table}” can be read.`);
  }
  return page.total === 0
    ? ok(`“${table}” is there and has no record yet.`)
    : {
        outcome: 'failed',
        message: `ServiceNow counts ${page.total ?? 'some'} records in “${table}” and shows none of them: the user may not read it.`,
        hint: 'Give the integration user the role itil, or one that reads this table (sn_incident_read, sn_problem_read, sn_change_read).',
      };
}

async function fieldsOf(knowledge: Knowledge, table: string): Promise<CheckResult> {
  const columns = await knowledge.columns(table);
  if (columns === null) {
    return {
      outcome: 'unknown',
      message: `ServiceNow does not describe the fields of “${table}” to this user.`,
    };
  }
  const missing = neededColumns.filter((name) => columns[name] === undefined);
  const locked = neededColumns.filter((name) => isTrue(columns[name]?.read_only));
  if (missing.length + locked.length > 0) {
    const words = [
      ...missing.map((name) => `${name} is missing`),
      ...locked.map((name) => `${name} is read-only`),
    ].join(', ');
    return {
      outcome: 'failed',
      message: `On “${table}”: ${words}.`,
      hint: 'Choose a table that extends Task, or open the fields for the integration user.',
    };
  }
  const rule = computesPriority(table)
    ? 'The instance computes the priority.'
    : 'No rule computes a priority here: Patchboard writes it.';
  const model = stateModel(table);
  return model === null
    ? ok(`All needed fields are there and writable. ${rule}`)
    : {
        outcome: 'warning',
        message: `All needed fields are there and writable. ${rule} ${model.words}`,
        hint: 'Statuses whose state is refused are told by work notes.',
      };
}

async function mandatory(
  knowledge: Knowledge,
  table: string,
  given: Readonly<Record<string, unknown>>,
): Promise<CheckResult> {
  const always = (await requiredFields(knowledge, table)).filter(
    ({ name, onState }) => onState === undefined && (given[name] ?? '') === '',
  );
  return always.length === 0
    ? ok('The table demands no field that neither we nor the configuration fill.')
    : {
        outcome: 'warning',
        message: `The table demands ${always.map((field) => `${field.label} (${field.name})`).join(', ')}.`,
        hint: 'Give each of them a value in the configuration.',
      };
}

async function mappedStates(
  knowledge: Knowledge,
  table: string,
  wanted: readonly string[],
): Promise<CheckResult> {
  const { states, source } = await statesOf(knowledge, table);
  const missing = wanted.filter((value) => !states.some((state) => state.value === value));
  if (missing.length > 0) {
    const live = source === 'meta' || source === 'choices';
    return {
      outcome: live ? 'failed' : 'warning',
      message: `Mapped states that are not in the list: ${missing.join(', ')}.`,
      hint: 'Choose others in the configuration.',
    };
  }
  return source === 'meta' || source === 'choices'
    ? ok('Every mapped state is there.')
    : {
        outcome: 'unknown',
        message:
          'The instance does not let us read the list of states; the mapped ones are those that ServiceNow ships or records carry.',
      };
}
