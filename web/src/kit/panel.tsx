import { Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Facts {
  readonly title: string;
  readonly lead?: string;
  readonly actions?: ReactNode;
  /** As high as its neighbours. */
  readonly fills?: boolean;
  readonly children: ReactNode;
}

/** A part of a screen with its own heading. */
export function Panel({ title, lead, actions, fills, children }: Facts) {
  return (
    <Paper withBorder p="md" bg="var(--patchboard-surface)" component="section" h={fills === true ? '100%' : undefined} aria-label={title}>
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h4">
            {title}
          </Title>
          {actions}
        </Group>
        {lead === undefined ? null : (
          <Text size="sm" c="dimmed">
            {lead}
          </Text>
        )}
        {children}
      </Stack>
    </Paper>
  );
}
