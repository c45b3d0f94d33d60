import { Stepper } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import type { TrackerBody } from '../../../../src/contracts/api/connections.ts';
import { words } from '../../words/words.ts';

export type Step = 'connect' | 'check' | TrackerBody['stepOrder'][number] | 'preview' | 'turn-on';

/** What makes up a configuration is asked for in the tracker's own order. */
export function stepsOf({ stepOrder }: Pick<TrackerBody, 'stepOrder'>): readonly Step[] {
  return ['connect', 'check', ...stepOrder, 'preview', 'turn-on'];
}

interface Facts {
  readonly steps: readonly Step[];
  readonly current: Step;
  readonly reached?: Step;
  readonly onStep?: (step: Step) => void;
}

/** Where one is; steps that were reached can be gone back to. */
export function WizardSteps({ steps, current, reached, onStep }: Facts) {
  const narrow = useMediaQuery('(max-width: 62em)');
  const last = steps.indexOf(reached ?? current);
  return (
    <Stepper
      active={steps.indexOf(current)}
      onStepClick={(index) => {
        const step = steps[index];
        if (step !== undefined && step !== 'connect') {
          onStep?.(step);
        }
      }}
      orientation={narrow === true ? 'horizontal' : 'vertical'}
      size={narrow === true ? 'xs' : 'sm'}
      iconSize={narrow === true ? 26 : 32}
      wrap
    >
      {steps.map((step, index) => (
        <Stepper.Step
          key={step}
          label={narrow === true && step !== current ? undefined : words.wizard.steps[step]}
          aria-label={narrow === true && step !== current ? `${index + 1} ${words.wizard.steps[step]}` : undefined}
          aria-current={step === current ? 'step' : undefined}
          allowStepSelect={onStep !== undefined && step !== 'connect' && index <= last}
        />
      ))}
    </Stepper>
  );
}
