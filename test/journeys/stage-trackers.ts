import { makeSandbox as makeAzureBoards } from '../../src/trackers/azure-boards/sandbox.ts';
import { makeSandbox as makeBusinessMap } from '../../src/trackers/businessmap/sandbox.ts';
import type { Sandbox } from '../../src/trackers/kit/sandbox.ts';
import { makeSandbox as makeServiceNow } from '../../src/trackers/servicenow/sandbox.ts';

/** A sandbox of one way in, with what an administrator and the time do to its logins. */
interface Way {
  readonly sandbox: Sandbox;
  /** Every login, or the key, is refused from now on; a function that lets a new one in. */
  revoke(): () => void;
  /** Access tokens are over at the tracker while we take them for good. */
  expire?(): void;
}

export interface TableTracker {
  readonly id: string;
  readonly name: string;
  /** Whether a person logs in. */
  readonly login: boolean;
  make(): Sandbox;
  /** Of the sandbox that was made last. */
  way(): Way;
}

const tokenLifeMs = 3 * 3_600_000;

/** Every tracker that exists, with each of its ways in: what holds for one has to hold for all. */
export const stageTrackers: readonly TableTracker[] = [
  tracker({ name: 'BusinessMap', id: 'businessmap', login: false }, () => withKey(makeBusinessMap())),
  tracker({ name: 'Azure Boards with a token', id: 'azure-boards', login: false }, () => withKey(makeAzureBoards())),
  tracker({ name: 'ServiceNow', id: 'servicenow', login: true }, () => {
    const clock = { skewMs: 0 };
    const sandbox = makeServiceNow({ now: () => Date.now() + clock.skewMs });
    return { sandbox, revoke: () => (sandbox.logins.revokeAll(), () => {}), expire: () => void (clock.skewMs += tokenLifeMs) };
  }),
  tracker({ name: 'Azure Boards with Entra ID', id: 'azure-boards', login: true }, () => {
    const clock = { skewMs: 0 };
    const sandbox = makeAzureBoards({ signIn: 'entra', now: () => Date.now() + clock.skewMs });
    return { sandbox, revoke: () => (sandbox.entra.revokeAll(), () => {}), expire: () => void (clock.skewMs += tokenLifeMs) };
  }),
];

function withKey(sandbox: Sandbox): Way {
  return { sandbox, revoke: () => sandbox.misbehave({ kind: 'refuse-credentials', times: Infinity }) };
}

function tracker(facts: Pick<TableTracker, 'name' | 'id' | 'login'>, open: () => Way): TableTracker {
  let way: Way | null = null;
  return {
    ...facts,
    make: () => (way = open()).sandbox,
    way: () => {
      if (way === null) {
        throw new Error('A sandbox is made first.');
      }
      return way;
    },
  };
}
