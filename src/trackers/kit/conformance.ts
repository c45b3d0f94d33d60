import { afterEach, describe } from 'vitest';
import type { Tracker } from '../../contracts/tracker.ts';
import { promisesOfCards } from './conformance-cards.ts';
import { promisesOfChecks } from './conformance-check.ts';
import { promisesOfChanges } from './conformance-changes.ts';
import { promisesOfDiscovery } from './conformance-discovery.ts';
import { promisesOfFaults } from './conformance-faults.ts';
import { promisesOfPlugIns } from './conformance-plug-in.ts';
import { promisesOfPresence } from './conformance-presence.ts';
import { promisesOfSecrets } from './conformance-secrets.ts';
import { promisesOfWebhooks } from './conformance-webhooks.ts';
import { promisesOfWords } from './conformance-words.ts';
import type { SandboxOptions } from './sandbox.ts';
import type { MakeSandbox, PeopleAct, Stage, StageOptions } from './stage.ts';
import { makeStage } from './stage.ts';

export interface ConformanceOptions extends StageOptions {
  /** The tracker says nothing of its limits until they are reached. */
  readonly silentPace?: boolean;
  /** The tracker's own way to send a test event, if it has one. */
  readonly testEvent?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** What each group of promises works with: a fresh stage for each test, closed by itself. */
export interface Conformance {
  readonly tracker: Tracker;
  readonly options: ConformanceOptions;
  readonly makeSandbox: MakeSandbox;
  stage(sandbox?: SandboxOptions): Promise<Stage>;
  can(act: PeopleAct): boolean;
}

/** Each promise of the tracker contract as a sentence, run over an adapter and its sandbox. */
export function describeConformance(
  tracker: Tracker,
  makeSandbox: MakeSandbox,
  options: ConformanceOptions = {},
): void {
  const open: Stage[] = [];
  const conformance: Conformance = {
    ...{ tracker, options, makeSandbox },
    async stage(sandbox) {
      const stage = await makeStage(tracker, makeSandbox, {
        ...options,
        ...(sandbox === undefined ? {} : { sandbox }),
      });
      open.push(stage);
      return stage;
    },
    can: (act) => options.lacks?.includes(act) !== true,
  };
  describe(`${tracker.id} keeps the promises of a tracker`, () => {
    afterEach(async () => {
      await Promise.all(open.splice(0).map((stage) => stage.close()));
    });
    describe('as a plug-in', () => {
      promisesOfPlugIns(conformance);
    });
    describe('with cards', () => {
      promisesOfCards(conformance);
    });
    describe('with cards that people put away', () => {
      promisesOfPresence(conformance);
    });
    describe('with hostile words', () => {
      promisesOfWords(conformance);
    });
    describe('when things go wrong', () => {
      promisesOfFaults(conformance);
    });
    describe('with credentials and limits', () => {
      promisesOfSecrets(conformance);
    });
    describe('when the connection is checked', () => {
      promisesOfChecks(conformance);
    });
    describe('with changes', () => {
      promisesOfChanges(conformance);
    });
    describe('with what the tracker offers', () => {
      promisesOfDiscovery(conformance);
    });
    describe('with webhooks', () => {
      promisesOfWebhooks(conformance);
    });
  });
}
