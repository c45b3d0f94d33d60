import type { Choice, RemoteState, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import { part } from './api.ts';
import { isOnBoard, remoteStatesOf, same } from './board-states.ts';
import { allowedOf, defaultLane, names, priorities, severityBeside } from './face.ts';
import type { Knowledge, KnownBoard } from './knowledge.ts';
import { categories, projects, workItemTypes } from './wire.ts';
import { boardOfTarget, need } from './writes.ts';

const pageSize = 200;
const pagesMax = 50;

/** Options of one step, live, in the service's own order. */
export async function targetOptions(knowledge: Knowledge, step: string, chosen: Target): Promise<readonly Choice[]> {
  switch (step) {
    case 'project':
      return allProjects(knowledge);
    case 'team':
      return (await knowledge.teams(need(chosen, 'project'))).map(choice);
    case 'board':
      return (chosen['team'] ?? '') === '' ? [] : (await knowledge.boardsOf(need(chosen, 'project'), need(chosen, 'team'))).map(choice);
    case 'workItemType':
      return types(knowledge, chosen);
    case 'lane':
      return lanes(knowledge, chosen);
    default:
      throw new TrackerFault('rejected', `Azure Boards has no target step “${step.slice(0, 80)}”.`, { errorClass: 'bug' });
  }
}

function choice({ id, name }: { readonly id: string; readonly name: string }): Choice {
  return { value: id, label: name };
}

async function allProjects({ api }: Knowledge): Promise<readonly Choice[]> {
  const all: Choice[] = [];
  for (let page = 0; page < pagesMax; page += 1) {
    const query = { stateFilter: 'wellFormed', $top: pageSize, $skip: all.length };
    const { value } = await api.get('/_apis/projects', projects, query);
    all.push(...value.map(choice));
    if (value.length < pageSize) {
      break;
    }
  }
  return all.toSorted((a, b) => a.label.localeCompare(b.label));
}

/** Types of the project's process; those on the board first. Disabled and hidden ones (test cases, code reviews) are left out. */
async function types(knowledge: Knowledge, chosen: Target): Promise<readonly Choice[]> {
  const base = `/${part(need(chosen, 'project'))}/_apis/wit`;
  const { value } = await knowledge.api.get(`${base}/workitemtypes`, workItemTypes);
  const groups = await knowledge.api.get(`${base}/workitemtypecategories`, categories);
  const hidden = groups.value
    .filter(({ referenceName }) => referenceName === 'Microsoft.HiddenCategory')
    .flatMap((group) => (group.workItemTypes ?? []).map(({ name }) => name));
  const known = await boardIfChosen(knowledge, chosen);
  const shown = value
    .filter(({ name, isDisabled }) => isDisabled !== true && !hidden.includes(name))
    .map(({ name }) => ({ name, there: known !== null && isOnBoard(known.board, name) }));
  return [...shown.filter(({ there }) => there), ...shown.filter(({ there }) => !there)].map(({ name, there }) => ({
    value: name,
    label: name,
    ...(there || known === null ? {} : { description: 'Not on this board: its states are used, and no columns.' }),
  }));
}

async function boardIfChosen(knowledge: Knowledge, { project, team, board: id }: Target): Promise<KnownBoard | null> {
  return project === undefined || team === undefined || id === undefined || team === '' || id === ''
    ? null
    : knowledge.board({ project, team, id }, { live: true });
}

async function lanes(knowledge: Knowledge, chosen: Target): Promise<readonly Choice[]> {
  const known = await boardIfChosen(knowledge, chosen);
  return (known?.board.rows ?? []).map(({ id, name }) => ({
    value: id,
    label: (name ?? '') !== '' ? (name ?? '') : id === defaultLane ? 'Default lane' : id,
  }));
}

export async function remoteStates(knowledge: Knowledge, target: Target): Promise<readonly RemoteState[]> {
  const facts = await knowledge.type(need(target, 'project'), need(target, 'workItemType'));
  return remoteStatesOf(facts.type, await boardOfTarget(knowledge, target, { live: true }));
}

/** Priorities as the type has them, each with the severity that is written beside it. */
export async function severityChoices(knowledge: Knowledge, target: Target): Promise<readonly Choice[]> {
  const { fields } = await knowledge.type(need(target, 'project'), need(target, 'workItemType'));
  if (!fields.some(({ referenceName }) => same(referenceName, names.priority))) {
    return priorities;
  }
  const values = allowedOf(fields, names.priority).filter((value) => /^\d+$/u.test(value));
  return (values.length === 0 ? priorities.map(({ value }) => value) : values).map((value) => {
    const severity = severityBeside(fields, value);
    return { value, label: `Priority ${value}${severity === null ? '' : `, Severity ${severity}`}` };
  });
}
