import { afterEach, beforeEach } from 'vitest';
import type { ConfigurationFacts } from '../../contracts/tracker.ts';
import type { SandboxOptions } from '../kit/sandbox.ts';
import type { Stage } from '../kit/stage.ts';
import { makeStage } from '../kit/stage.ts';
import tracker from './index.ts';
import { forgetKnowledge } from './knowledge.ts';
import type { Account } from './sandbox-account.ts';
import type { BusinessMapSandbox } from './sandbox.ts';
import { makeSandbox } from './sandbox.ts';

/** The adapter and its sandbox face to face, for tests of the service's oddities. */

const closers: (() => Promise<void>)[] = [];

/** In each test file that sets stages up: nothing of one test is known in the next. */
export function closeStagesAfterEach(): void {
  beforeEach(() => {
    forgetKnowledge();
  });
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });
}

export async function setUp(options: SandboxOptions = {}): Promise<Stage & { readonly account: Account }> {
  const stage = await makeStage(tracker, makeSandbox, { sandbox: options });
  closers.push(() => stage.close());
  return { ...stage, account: (stage.sandbox as BusinessMapSandbox).account };
}

/** `GET /cards` and the like, in the order of the calls. */
export function paths({ sandbox }: Stage): readonly string[] {
  return sandbox.requests.map(
    ({ method, path }) => `${method} ${path.split('?')[0]?.replace('/api/v2', '')}`,
  );
}

export function writes(stage: Stage): readonly string[] {
  return paths(stage).filter((path) => !path.startsWith('GET'));
}

export function configurationOf(
  stage: Stage,
  fieldDefaults: Readonly<Record<string, unknown>> = {},
  target = stage.example.target,
): ConfigurationFacts {
  const labels = new Map(stage.sandbox.board().map(({ state, label }) => [state, label]));
  const mapping = target === stage.example.target ? Object.entries(stage.example.statusMapping) : [];
  const remoteStates = mapping.map(([status, value]) => ({
    status,
    value,
    label: labels.get(value) ?? null,
  }));
  return { target, remoteStates, severityMapping: tracker.defaultSeverityMapping, fieldDefaults };
}
