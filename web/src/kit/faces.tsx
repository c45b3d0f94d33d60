import { Alert, Button, Center, List, Loader, Stack, Text, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInbox, IconCircleDashed, IconCircleX, IconProgress, IconShieldCheck, IconEyeCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiProblem } from '../api.ts';
import { words } from '../words/words.ts';
import { Mark, markStyle } from './mark.tsx';
import { ago, exactly } from './time.ts';

const severityStyles = Object.fromEntries(Object.entries({ critical: '#a51111', high: '#b3390a', medium: '#8a6100', low: '#1864ab', informational: '#495057' }).map(([severity, color]) => [severity, markStyle(color)]));

/** Severity by word and colour; never by colour alone. */
export function Severity({ severity }: { readonly severity: string }) {
  return <Mark style={severityStyles[severity]}>{words.severity[severity] ?? severity}</Mark>;
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
  return <Mark icon={statusIcons[status]}>{words.status[status] ?? status}</Mark>;
}

export function When({ time }: { readonly time: string }) {
  return (
    <Tooltip label={exactly(time)} withArrow>
      <Text span inherit component="time" dateTime={time} style={{ whiteSpace: 'nowrap' }}>
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
  const errors = error instanceof ApiProblem ? error.errors : [];
  return (
    <Alert color="red" variant="outline" bg="var(--patchboard-surface)" icon={<IconAlertTriangle aria-hidden />} title={words.failed.title} role="alert">
      <Stack align="flex-start" gap="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {error instanceof Error ? error.message : String(error)}
        </Text>
        {errors.length === 0 ? null : (
          <List size="sm">
            {errors.map(({ path, message }) => (
              <List.Item key={path + message}>
                {path}: {message}
              </List.Item>
            ))}
          </List>
        )}
        {retry === undefined ? null : (
          <Button size="xs" variant="default" onClick={retry}>
            {words.failed.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

interface EmptyFacts {
  readonly icon?: ReactNode;
  readonly title?: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}

/** Why there is nothing, and one thing to do about it. */
export function Empty({ icon, title, children, action }: EmptyFacts) {
  return (
    <Center p="xl">
      <Stack align="center" gap="sm" maw={460}>
        {icon ?? <IconInbox size={44} stroke={1.3} aria-hidden />}
        {title === undefined ? null : <Text fw={600}>{title}</Text>}
        <Text c="dimmed" ta="center">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}
