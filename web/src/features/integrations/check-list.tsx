import { Alert, Button, Group, List, Loader, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconCheck, IconExclamationMark, IconQuestionMark, IconRefresh, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';
import type { Checked } from './queries.ts';

const faces = {
  ok: { icon: IconCheck, color: '#1f6f35' },
  warning: { icon: IconExclamationMark, color: '#8a6100' },
  failed: { icon: IconX, color: '#a51111' },
  unknown: { icon: IconQuestionMark, color: '#495057' },
} as const;

/** What the account may do, line by line, with how to mend it. Reads only. */
export function CheckList({ connectionId, atOnce, onDone }: { readonly connectionId: string; readonly atOnce?: boolean; readonly onDone?: (ok: boolean) => void }) {
  const check = useMutation({ mutationFn: () => api<Checked>('POST', `/connections/${connectionId}/check`), onSuccess: ({ ok }) => onDone?.(ok) });
  const { mutate } = check;
  useEffect(() => {
    if (atOnce === true) {
      mutate();
    }
  }, [atOnce, mutate]);
  return (
    <Stack gap="sm">
      <Group>
        <Button variant="default" size="xs" leftSection={<IconRefresh size={15} aria-hidden />} loading={check.isPending} onClick={() => mutate()}>
          {check.data === undefined ? words.integrations.check : words.wizard.check.run}
        </Button>
        <Text size="sm" c="dimmed">
          {words.integrations.checkLead}
        </Text>
      </Group>
      {check.error === null ? null : <Failed error={check.error} />}
      <div aria-live="polite">
        {check.isPending ? <Loader size="sm" aria-label={words.loading} /> : null}
        {check.data === undefined ? null : (
          <Stack gap="sm">
            <Alert variant="outline" color={check.data.ok ? 'green' : 'red'} title={check.data.ok ? words.integrations.checkFine : words.integrations.checkBad} />
            <List listStyleType="none" spacing="sm" size="sm">
              {check.data.steps.map((step) => {
                const { icon: Icon, color } = faces[step.outcome];
                return (
                  <List.Item
                    key={step.name}
                    icon={
                      <ThemeIcon color={color} size={22} radius="xl" role="img" aria-label={words.checkOutcome[step.outcome]}>
                        <Icon size={14} aria-hidden />
                      </ThemeIcon>
                    }
                  >
                    <Text size="sm" fw={600}>
                      {step.name}
                    </Text>
                    <Text size="sm">{step.message}</Text>
                    {step.hint === undefined ? null : (
                      <Text size="sm" c="dimmed">
                        → {step.hint}
                      </Text>
                    )}
                  </List.Item>
                );
              })}
            </List>
          </Stack>
        )}
      </div>
    </Stack>
  );
}
