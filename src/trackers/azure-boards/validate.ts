import type { ConfigurationFacts, Problem, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { isOnBoard, isReachable, same, stateIn } from './board-states.ts';
import { part } from './api.ts';
import { defaultLane, givenOperations } from './face.ts';
import { remoteStates, severityChoices } from './discovery.ts';
import type { Knowledge, KnownBoard, TypeFacts } from './knowledge.ts';
import { refusedFields, requiredFields } from './required-fields.ts';
import { project } from './wire.ts';
import { need } from './writes.ts';

/** What is wrong with a configuration, as the organization is today. */
export async function validate(knowledge: Knowledge, configuration: ConfigurationFacts): Promise<readonly Problem[]> {
  const { target } = configuration;
  const place = await placeOf(knowledge, target);
  if ('path' in place) {
    return [place];
  }
  const { facts, known } = place;
  return [
    ...boardProblems(place),
    ...laneProblems(known, target),
    ...(await stateProblems(knowledge, configuration, place)),
    ...(await severityProblems(knowledge, configuration)),
    ...(await fieldProblems(knowledge, configuration, facts)),
  ];
}

export interface PlaceFacts {
  readonly facts: TypeFacts;
  readonly known: KnownBoard | null;
}

const gone = (path: string, message: string, hint: string): Problem => ({ kind: 'blocking', path, message, hint });

/** Project, team, board and type, one after the other; the first that is not there is the problem. */
export async function placeOf(knowledge: Knowledge, target: Target): Promise<PlaceFacts | Problem> {
  const id = need(target, 'project');
  const seen = await orNull(knowledge.api.get(`/_apis/projects/${part(id)}`, project));
  if (seen === null) {
    return gone('target.project', `The project ${id} cannot be seen.`, 'It was deleted, or this identity has no access to it. Choose another.');
  }
  const { team = '', board = '' } = target;
  if (team !== '' && !(await knowledge.teams(id)).some((one) => one.id === team)) {
    return gone('target.team', `The team is no longer in the project ${seen.name}.`, 'Choose another team.');
  }
  const known = team === '' || board === '' ? null : await orNull(knowledge.board({ project: id, team, id: board }, { live: true }));
  if (known === null && board !== '') {
    return gone('target.board', 'The board is not among those of the team any more.', 'Choose another board.');
  }
  const name = need(target, 'workItemType');
  const facts = await orNull(knowledge.type(id, name, { live: true }));
  return facts === null || facts.type.isDisabled === true
    ? gone('target.workItemType', `The work item type “${name}” is ${facts === null ? 'not in' : 'disabled in'} the process of ${seen.name}.`, 'Choose another work item type.')
    : { facts, known };
}

async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (fault) {
    if (fault instanceof TrackerFault && fault.kind === 'gone') {
      return null;
    }
    throw fault;
  }
}

export function boardProblems({ facts, known }: PlaceFacts): readonly Problem[] {
  if (known === null) {
    return [];
  }
  const { board } = known;
  if (board.isValid === false) {
    return [gone('target.board', `The settings of the board “${board.name}” are broken: a state has no column.`, 'Open the board in Azure Boards; it shows what to correct.')];
  }
  return isOnBoard(board, facts.type.name)
    ? []
    : [
        {
          kind: 'warning',
          path: 'target.workItemType',
          message: `${facts.type.name} is not on the board “${board.name}”: its states are used in place of columns.`,
          hint: 'For bugs: Team configuration → Working with bugs → “Bugs are managed with requirements”. Or choose a type that the board shows.',
        },
      ];
}

function laneProblems(known: KnownBoard | null, { lane = '' }: Target): readonly Problem[] {
  const rows = known?.board.rows ?? [];
  return known === null || lane === '' || lane === defaultLane || rows.some(({ id }) => id === lane)
    ? []
    : [gone('target.lane', 'The lane is no longer on this board.', 'Choose another lane.')];
}

async function stateProblems(
  knowledge: Knowledge,
  { target, remoteStates: mapped }: ConfigurationFacts,
  { facts, known }: PlaceFacts,
): Promise<readonly Problem[]> {
  const states = await remoteStates(knowledge, target);
  const columns = known?.board.columns ?? [];
  return mapped.flatMap((one): readonly Problem[] => {
    const path = `statusMapping.${one.status}`;
    if (!states.some(({ value }) => value === one.value)) {
      return [gone(path, `“${one.label ?? one.value}” is no longer there, or it was split or joined.`, 'Choose another column.')];
    }
    const column = columns.find(({ id }) => id === one.value.split(':')[0]);
    const state = column === undefined ? one.value : stateIn(column, facts.type.name);
    return state === undefined || isReachable(facts.type, state)
      ? []
      : [gone(path, `The process has no way for ${facts.type.name} into the state “${state}”.`, 'Allow the transition in the process, or choose another column.')];
  });
}

async function severityProblems(
  knowledge: Knowledge,
  { target, severityMapping }: ConfigurationFacts,
): Promise<readonly Problem[]> {
  const choices = await severityChoices(knowledge, target);
  return Object.entries(severityMapping).flatMap(([severity, value]): readonly Problem[] =>
    value === null || choices.some((one) => one.value === value)
      ? []
      : [gone(`severityMapping.${severity}`, `The field Priority does not take ${value} there.`, `It takes: ${choices.map((one) => one.value).join(', ')}.`)],
  );
}

/** Demanded and not given; then what the service says to the whole draft. */
async function fieldProblems(
  knowledge: Knowledge,
  { target, fieldDefaults }: ConfigurationFacts,
  facts: TypeFacts,
): Promise<readonly Problem[]> {
  const given = givenOperations(fieldDefaults).map(({ path }) => path.slice('/fields/'.length));
  const missing = (await requiredFields(knowledge, target)).filter(
    ({ name, default: usual }) => (usual ?? null) === null && !given.some((one) => same(one, name)),
  );
  if (missing.length > 0) {
    return missing.map(({ name, label }) => gone(`fieldDefaults.${name}`, `${facts.type.name} demands “${label}”.`, 'Give a value in the configuration.'));
  }
  const refused = await refusedFields(knowledge, { target, facts, fields: fieldDefaults });
  return refused.map(({ name, message }) => gone(name === '' ? 'fieldDefaults' : `fieldDefaults.${name}`, `Azure DevOps refuses it: ${message}`, 'Correct the value in the configuration.'));
}
