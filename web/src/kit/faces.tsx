import { Alert, Badge, Button, Center, Loader, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed, IconCircleX, IconProgress, IconShieldCheck, IconEyeCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { words } from '../words.ts';
import { ago, exactly } from './time.ts';

const severityColors: Readonly<Record<string, string>> = {
  critical: '#a51111',
  high: '#b3390a',
  medium: '#8a6100',
  low: '#1864ab',
  informational: '#495057',
};

/** Severity by word and colour; never by colour alone. */
export function Severity({ severity }: { readonly severity: string }) {
  return (
    <Badge color={severityColors[severity] ?? '#495057'} variant="filled" radius="sm" autoContrast>
      {words.severity[severity] ?? severity}
    </Badge>
  );
}

const statusIcons: Readonly<Record<string, ReactNode>> = {
  identified: <IconCircleDashed size={15} aria-hidden />,
  in_progress: <IconProgress size={15} aria-hidden />,
  awaiting_validation: <IconEyeCheck size={15} aria-hidden />,
  fixed: <IconCircleCheck size={15} aria-hidden />,
  risk_accepted: <IconShieldCheck size={15} aria-hidden />,
  false_positive: <IconCircleX size={15} aria-hidden />,
};

export function Status({ status }: { readonly status: string }) {
  return (
    <Badge variant="default" radius="sm" leftSection={statusIcons[status]} tt="none" fw={500}>
      {words.status[status] ?? status}
    </Badge>
  );
}

export function When({ time }: { readonly time: string }) {
  return (
    <Tooltip label={exactly(time)} withArrow>
      <Text span size="sm" component="time" dateTime={time}>
        {ago(time)}
      </Text>
    </Tooltip>
  );
}

export function Loading() {
  return (
    <Center p="xl" role="status" aria-label={words.loading}>
      <Loader />
    </Center>
  );
}

export function Failed({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle />} title={words.failed.title} role="alert">
      <Stack align="flex-start" gap="sm">
        {error instanceof Error ? error.message : String(error)}
        {retry === undefined ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            {words.failed.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Empty({ children, action }: { readonly children: ReactNode; readonly action?: ReactNode }) {
  return (
    <Center p="xl">
      <Stack align="center" gap="sm">
        <Text c="dimmed" ta="center">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
