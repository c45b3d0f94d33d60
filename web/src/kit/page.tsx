import { Group, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { words } from '../words/words.ts';

interface Facts {
  readonly title: string;
  readonly lead?: ReactNode;
  /** What can be done on the whole page, at the right. */
  readonly actions?: ReactNode;
  readonly above?: ReactNode;
  readonly children: ReactNode;
}

/** A screen: its heading, what it is for, what can be done. */
export function Page({ title, lead, actions, above, children }: Facts) {
  useDocumentTitle(`${title} · ${words.product}`);
  return (
    <Stack maw={1400} mx="auto" gap="lg">
      <Stack gap={6}>
        {above}
        <Group justify="space-between" align="flex-start" gap="sm">
          <Title order={1} size="h2" style={{ overflowWrap: 'anywhere' }}>
            {title}
          </Title>
          {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
        </Group>
        {lead === undefined ? null : (
          <Text c="dimmed" maw={760}>
            {lead}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}
