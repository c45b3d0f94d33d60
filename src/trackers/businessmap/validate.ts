import type { ConfigurationFacts, Problem, RemoteState, Target } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { need, remoteStates, targetOptions } from './discovery.ts';
import { fieldProblems, tagLabels, tagsField } from './fields.ts';
import type { Knowledge } from './knowledge.ts';
import { boardTags, boards, settings } from './wire.ts';

/** What is wrong with a configuration, as the board is today. */
export async function validate(
  api: Api,
  knowledge: Knowledge,
  configuration: ConfigurationFacts,
): Promise<readonly Problem[]> {
  const { target, fieldDefaults } = configuration;
  const board = await boardProblem(api, target);
  if (board !== null) {
    return [board];
  }
  const place = await placeProblems(api, target);
  const states = await remoteStates(knowledge, target);
  const fields = await knowledge.fields(need(target, 'board'), { live: true });
  return [
    ...place,
    ...goneStates(configuration, states),
    ...(await fullStates(api, configuration, states)),
    ...fieldProblems(fields, fieldDefaults),
    ...(await tagProblems(api, knowledge, target, fieldDefaults[tagsField])),
  ];
}

/** Whether the board can be seen and used; null: it can. */
export async function boardProblem(api: Api, target: Target): Promise<Problem | null> {
  const id = need(target, 'board');
  const answer = await api.get('/boards', boards, {
    board_ids: id,
    fields: 'board_id,workspace_id,is_archived,name',
  });
  const board = answer.data.find((one) => String(one.board_id) === id);
  const path = 'target.board';
  if (board === undefined) {
    return {
      kind: 'blocking',
      path,
      message: `The board ${id} cannot be seen.`,
      hint: 'Assign the key’s owner to it, or choose another.',
    };
  }
  return board.is_archived === 1
    ? {
        kind: 'blocking',
        path,
        message: `The board “${board.name}” is archived.`,
        hint: 'Unarchive it, or choose another.',
      }
    : null;
}

export async function placeProblems(api: Api, target: Target): Promise<readonly Problem[]> {
  const workflows = await targetOptions(api, 'workflow', target);
  if (!workflows.some((one) => one.value === target['workflow'])) {
    const message = 'The workflow is no longer on this board, or it is turned off.';
    return [{ kind: 'blocking', path: 'target.workflow', message, hint: 'Choose another workflow.' }];
  }
  const lanes = await targetOptions(api, 'lane', target);
  return lanes.some((one) => one.value === target['lane'])
    ? []
    : [
        {
          kind: 'blocking',
          path: 'target.lane',
          message: 'The lane is no longer in this workflow.',
          hint: 'Choose another lane.',
        },
      ];
}

function goneStates(configuration: ConfigurationFacts, states: readonly RemoteState[]): readonly Problem[] {
  return configuration.remoteStates
    .filter((state) => !states.some((known) => known.value === state.value))
    .map((state) => ({
      kind: 'blocking',
      path: `statusMapping.${state.status}`,
      message: `The column “${state.label ?? state.value}” is no longer in this workflow, or it has sub-columns now.`,
      hint: 'Choose another column.',
    }));
}

const neverExceed = 2;

/** A limit of cards is no obstacle unless the board never lets it be exceeded: the settings are asked for only then. */
async function fullStates(
  api: Api,
  { target, remoteStates: mapped }: ConfigurationFacts,
  states: readonly RemoteState[],
): Promise<readonly Problem[]> {
  const limited = states.filter(
    (state) => state.description !== undefined && mapped.some((one) => one.value === state.value),
  );
  if (limited.length === 0) {
    return [];
  }
  const answer = await api.get(`/boards/${need(target, 'board')}/settings`, settings);
  if (answer.data.allow_exceeding !== neverExceed) {
    return [];
  }
  return limited.map((state) => ({
    kind: 'warning',
    path: `statusMapping.${mapped.find((one) => one.value === state.value)?.status ?? ''}`,
    message: `“${state.label}” takes a limited number of cards, and this board never lets a limit be exceeded.`,
    hint: 'While the column is full, cards wait outside it and are moved when there is room.',
  }));
}

export async function tagProblems(
  api: Api,
  knowledge: Knowledge,
  target: Target,
  value: unknown,
): Promise<readonly Problem[]> {
  const labels = tagLabels(value);
  if (labels.length === 0) {
    return [];
  }
  const known = await knowledge.tags({ live: true });
  const onBoard = await api.get(`/boards/${need(target, 'board')}/tags`, boardTags);
  return labels.flatMap((label): readonly Problem[] => {
    const tag = known.find((one) => one.label.toLowerCase() === label.toLowerCase());
    const path = `fieldDefaults.${tagsField}`;
    if (tag === undefined) {
      const hint = 'Create it in BusinessMap (Administration → Tags). Until then cards come without it.';
      return [{ kind: 'warning', path, message: `There is no tag “${label}”.`, hint }];
    }
    return onBoard.data.some((one) => one.tag_id === tag.tag_id)
      ? []
      : [
          {
            kind: 'warning',
            path,
            message: `The tag “${label}” is not available on this board.`,
            hint: 'Make it available on the board.',
          },
        ];
  });
}
