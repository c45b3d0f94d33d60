import type { Choice, RemoteState, Target } from '../../contracts/tracker.ts';
import { TrackerFault } from '../../contracts/tracker.ts';
import type { Api } from './api.ts';
import { lanesOf, statesOf } from './board-order.ts';
import type { Knowledge } from './knowledge.ts';
import type { WireWorkflow } from './wire.ts';
import { boards, lanes, workflows, workspaces } from './wire.ts';

/** Options of one step, in board order; workflows for cards come before those for initiatives. */
export async function targetOptions(api: Api, step: string, chosen: Target): Promise<readonly Choice[]> {
  switch (step) {
    case 'workspace': {
      const query = { is_archived: 0, fields: 'workspace_id,type,is_archived,name' };
      const answer = await api.get('/workspaces', workspaces, query);
      return answer.data
        .filter((one) => one.is_archived !== 1)
        .map((one) => ({ value: String(one.workspace_id), label: one.name }));
    }
    case 'board': {
      const workspace = chosen['workspace'];
      const query = {
        workspace_ids: workspace,
        is_archived: 0,
        fields: 'board_id,workspace_id,is_archived,name',
      };
      const answer = await api.get('/boards', boards, query);
      // A filter that the service does not know is ignored: the answer is filtered once more.
      return answer.data
        .filter(
          (one) =>
            one.is_archived !== 1 && (workspace === undefined || String(one.workspace_id) === workspace),
        )
        .map((one) => ({ value: String(one.board_id), label: one.name }));
    }
    case 'workflow': {
      const answer = await api.get(`/boards/${need(chosen, 'board')}/workflows`, workflows);
      return usableWorkflows(answer.data).map((one) => ({ value: String(one.workflow_id), label: one.name }));
    }
    case 'lane': {
      const answer = await api.get(`/boards/${need(chosen, 'board')}/lanes`, lanes);
      return lanesOf(answer.data, need(chosen, 'workflow'));
    }
    default:
      throw new TrackerFault(
        'rejected',
        `BusinessMap has no target step “${step}”. Its steps are workspace, board, workflow, lane.`,
      );
  }
}

function usableWorkflows(all: readonly WireWorkflow[]): readonly WireWorkflow[] {
  return all
    .filter((one) => one.is_enabled !== 0)
    .toSorted((a, b) => (a.type ?? 0) - (b.type ?? 0) || (a.position ?? 0) - (b.position ?? 0));
}

export async function remoteStates(knowledge: Knowledge, target: Target): Promise<readonly RemoteState[]> {
  const workflow = need(target, 'workflow');
  return statesOf(await knowledge.columns(need(target, 'board'), { live: true }), workflow);
}

/** The id chosen for a step; without it nothing can be asked. */
export function need(target: Target, step: string): string {
  const value = target[step];
  if (value === undefined || !/^\d{1,15}$/u.test(value)) {
    const fields = [{ name: `target.${step}`, message: 'Choose one first.' }];
    throw new TrackerFault('rejected', `The target has no ${step}.`, { fields });
  }
  return value;
}
