import type {
  Choice,
  ConfigurationFacts,
  Problem,
  RemoteState,
  RequiredField,
  Target,
} from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import type { CustomValue } from './face.ts';
import { statesOf } from './face.ts';
import type { WireField } from './wire.ts';
import { boardCustomFields, boards, columns, customFields, lanes, workflows, workspaces } from './wire.ts';

/** Options of one step, in the order of the service; workflows for cards come first. */
export async function targetOptions(api: Api, step: string, chosen: Target): Promise<readonly Choice[]> {
  switch (step) {
    case 'workspace': {
      const answer = await api.get('/workspaces', workspaces, {
        is_archived: 0,
        fields: 'workspace_id,type,is_archived,name',
      });
      return answer.data.map((one) => ({ value: String(one.workspace_id), label: one.name }));
    }
    case 'board': {
      const query = {
        workspace_ids: chosen['workspace'],
        is_archived: 0,
        fields: 'board_id,workspace_id,is_archived,name',
      };
      const answer = await api.get('/boards', boards, query);
      // A filter that the service does not know is ignored: the answer is filtered once more.
      return answer.data
        .filter(
          (one) => chosen['workspace'] === undefined || String(one.workspace_id) === chosen['workspace'],
        )
        .map((one) => ({ value: String(one.board_id), label: one.name }));
    }
    case 'workflow': {
      const answer = await api.get(`/boards/${need(chosen, 'board')}/workflows`, workflows);
      return answer.data
        .filter((one) => one.is_enabled !== 0)
        .toSorted((a, b) => (a.type ?? 0) - (b.type ?? 0) || (a.position ?? 0) - (b.position ?? 0))
        .map((one) => ({ value: String(one.workflow_id), label: one.name }));
    }
    case 'lane': {
      const answer = await api.get(`/boards/${need(chosen, 'board')}/lanes`, lanes);
      return answer.data
        .filter((one) => String(one.workflow_id) === chosen['workflow'])
        .toSorted((a, b) => (a.position ?? 0) - (b.position ?? 0))
        .map((one) => ({ value: String(one.lane_id), label: one.name }));
    }
    default:
      throw new TrackerFault(
        'rejected',
        `BusinessMap has no target step “${step}”. Its steps are workspace, board, workflow, lane.`,
      );
  }
}

export async function remoteStates(api: Api, target: Target): Promise<readonly RemoteState[]> {
  const answer = await api.get(`/boards/${need(target, 'board')}/columns`, columns);
  return statesOf(answer.data, need(target, 'workflow'));
}

const types: Readonly<Record<string, RequiredField['type']>> = {
  single_line_text: 'text',
  multi_line_text: 'text',
  link: 'text',
  number: 'number',
  date: 'date',
  dropdown: 'choice',
  contributor: 'user',
};

export async function requiredFields(api: Api, target: Target): Promise<readonly RequiredField[]> {
  const fields = await fieldsOf(api, target);
  return fields
    .filter((field) => field.required)
    .map(({ field }) => ({
      name: field.name,
      label: field.name,
      type: types[field.type] ?? 'text',
      choices: field.allowed_values?.map((one) => ({ value: one.value, label: one.value })),
    }));
}

async function fieldsOf(
  api: Api,
  target: Target,
): Promise<readonly { field: WireField; required: boolean }[]> {
  const onBoard = await api.get(`/boards/${need(target, 'board')}/customFields`, boardCustomFields);
  if (onBoard.data.length === 0) {
    return [];
  }
  const all = await api.get('/customFields', customFields, { expand: 'allowed_values' });
  return onBoard.data.flatMap((placed) => {
    const field = all.data.find((candidate) => candidate.field_id === placed.field_id);
    return field === undefined ? [] : [{ field, required: placed.is_required === 1 }];
  });
}

/** The configuration's values by field name → what the service takes by field id. */
export async function customValues(
  api: Api,
  target: Target,
  values: Readonly<Record<string, unknown>>,
): Promise<readonly CustomValue[]> {
  if (Object.keys(values).length === 0) {
    return [];
  }
  const fields = await fieldsOf(api, target);
  return Object.entries(values).map(([name, value]) => {
    const field = fields.find((candidate) => candidate.field.name === name)?.field;
    if (field === undefined) {
      const fields = [
        { name: `fieldDefaults.${name}`, message: 'There is no such custom field on the board.' },
      ];
      throw new TrackerFault('rejected', `The board has no custom field “${name}”.`, { fields });
    }
    return valueOf(field, value);
  });
}

function valueOf(field: WireField, value: unknown): CustomValue {
  const choice = field.allowed_values?.find(
    (one) => one.value === String(value) || String(one.value_id) === String(value),
  );
  if (field.type === 'dropdown' && choice !== undefined) {
    return { field_id: field.field_id, selected_values_to_add_or_update: [{ value_id: choice.value_id }] };
  }
  return { field_id: field.field_id, value };
}

export async function validate(api: Api, configuration: ConfigurationFacts): Promise<readonly Problem[]> {
  const { target } = configuration;
  const [states, laneOptions, required] = [
    await remoteStates(api, target),
    await targetOptions(api, 'lane', target),
    await requiredFields(api, target),
  ];
  const gone = configuration.remoteStates
    .filter((state) => !states.some((known) => known.value === state.value))
    .map((state): Problem => {
      const name = state.label ?? state.value;
      const path = `statusMapping.${state.status}`;
      return {
        kind: 'blocking',
        path,
        message: `The column “${name}” is no longer in this workflow.`,
        hint: 'Choose another column.',
      };
    });
  const lane = laneOptions.some((one) => one.value === target['lane']);
  const laneGone: Problem = {
    kind: 'blocking',
    path: 'target.lane',
    message: 'The lane is not in this workflow.',
    hint: 'Choose another lane.',
  };
  const empty = required
    .filter((field) => configuration.fieldDefaults[field.name] === undefined)
    .map(
      (field): Problem => ({
        kind: 'blocking',
        path: `fieldDefaults.${field.name}`,
        message: `The board demands the custom field “${field.label}”.`,
        hint: 'Give it a value.',
      }),
    );
  return [...gone, ...(lane ? [] : [laneGone]), ...empty];
}

function need(target: Target, step: string): string {
  const value = target[step];
  if (value === undefined || !/^\d+$/u.test(value)) {
    const fields = [{ name: `target.${step}`, message: 'Choose one first.' }];
    throw new TrackerFault('rejected', `The target has no ${step}.`, { fields });
  }
  return value;
}
