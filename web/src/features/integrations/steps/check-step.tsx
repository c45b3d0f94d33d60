import { Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { words } from '../../../words/words.ts';
import { CheckList } from '../check-list.tsx';
import type { StepFacts } from '../wizard-page.tsx';
import { StepButtons } from './step-buttons.tsx';

export function CheckStep({ connection, next, back }: StepFacts) {
  const [ok, setOk] = useState<boolean | null>(null);
  return (
    <Stack>
      <Text>{words.wizard.check.lead}</Text>
      <CheckList connectionId={connection.id} atOnce onDone={setOk} />
      <StepButtons back={back} next={next} label={ok === false ? words.wizard.check.skip : undefined} />
    </Stack>
  );
}
