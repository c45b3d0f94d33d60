import type { SandboxExample } from '../kit/sandbox.ts';

/** Ready-made choices, one for each table. */
export const examples: Readonly<Record<string, SandboxExample>> = {
  incident: {
    target: { table: 'incident' },
    otherTarget: { table: 'u_security_task' },
    statusMapping: {
      identified: '1',
      inProgress: '2',
      awaitingValidation: '3',
      riskAccepted: '8',
      falsePositive: '7',
      fixed: '6',
    },
    fieldDefaults: { close_code: 'Solution provided', close_notes: 'Settled in Patchboard.' },
    unmappedState: '4',
  },
  problem: {
    target: { table: 'problem' },
    otherTarget: { table: 'incident' },
    statusMapping: {
      identified: '101',
      inProgress: '102',
      awaitingValidation: '104',
      riskAccepted: '107',
      falsePositive: '107',
      fixed: '106',
    },
    fieldDefaults: { resolution_code: 'fix_applied' },
    unmappedState: '103',
  },
  change_request: {
    target: { table: 'change_request' },
    otherTarget: { table: 'incident' },
    statusMapping: {
      identified: '-5',
      inProgress: '-4',
      awaitingValidation: '0',
      riskAccepted: '-3',
      falsePositive: '4',
      fixed: '3',
    },
    fieldDefaults: { assignment_group: '44444444444444444444444444444444', close_code: 'successful' },
    unmappedState: '-2',
  },
  u_security_task: {
    target: { table: 'u_security_task' },
    otherTarget: { table: 'incident' },
    statusMapping: {
      identified: '1',
      inProgress: '2',
      awaitingValidation: '-5',
      riskAccepted: '4',
      falsePositive: '7',
      fixed: '3',
    },
    fieldDefaults: {},
    unmappedState: '8',
  },
};

export function otherTable(table: string): string {
  return table === 'incident' ? 'u_security_task' : 'incident';
}
