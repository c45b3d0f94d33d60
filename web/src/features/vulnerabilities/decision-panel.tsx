import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Vulnerability } from '../../../../src/contracts/api/vulnerabilities.ts';
import { Failed } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { DecisionFields, decisionOf, isComplete, noDecision } from './decision-fields.tsx';
import { useDecide } from './queries.ts';

/** What a person may decide; the server says what the lifecycle refuses. */
export function DecisionPanel({ vulnerability }: { readonly vulnerability: Vulnerability }) {
  const decide = useDecide(vulnerability.id);
  const [values, setValues] = useState(noDecision);
  return (
    <Panel title={words.detail.change}>
      <form
        id="decision"
        onSubmit={(event) => {
          event.preventDefault();
          decide.mutate(decisionOf(values), { onSuccess: () => setValues(noDecision) });
        }}
      >
        <Stack gap="sm">
          <DecisionFields values={values} onChange={setValues} current={vulnerability.status} />
          {decide.error === null ? null : <Failed error={decide.error} />}
          <Group>
            <Button type="submit" size="xs" disabled={!isComplete(values)} loading={decide.isPending}>
              {words.save}
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            {words.detail.onlyScan}
          </Text>
        </Stack>
      </form>
    </Panel>
  );
}
