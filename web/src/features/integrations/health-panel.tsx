import { Alert, Group, List, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconClockPause } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { When } from '../../kit/faces.tsx';
import { clock } from '../../kit/time.ts';
import { words } from '../../words/words.ts';
import { HealthBadge } from './health-badge.tsx';

const text = words.integrations;

/** How the connection is: the badge, every reason, what went each way and when, and what waits. */
export function HealthPanel({ connection: { health, login } }: { readonly connection: ConnectionBody }) {
  const never = (time: string | null, otherwise = text.neverYet): ReactNode => (time === null ? otherwise : <When time={time} />);
  const facts: readonly { readonly label: string; readonly value: ReactNode }[] = [
    { label: text.lastPull, value: never(health.lastPulledAt) },
    { label: text.lastPush, value: never(health.lastPushedAt) },
    { label: text.lastEvent, value: never(health.lastEventAt, text.noEvent) },
    { label: text.events, value: text.eventsMode[health.events.mode] },
    { label: text.waiting, value: health.oldestWaitingSeconds === null ? health.waiting : `${health.waiting}, ${text.waitingSince(Math.ceil(health.oldestWaitingSeconds / 60))}` },
    ...(login === null || login.loggedInAt === null ? [] : [{ label: text.loggedIn, value: <When key="in" time={login.loggedInAt} /> }]),
    ...(health.credentialExpiresAt === null ? [] : [{ label: text.loginEnds, value: <When key="ends" time={health.credentialExpiresAt} /> }]),
  ];
  return (
    <Paper withBorder p="md" bg="var(--patchboard-surface)">
      <Stack gap="sm">
        <Group gap="xl" align="flex-start">
          <HealthBadge state={health.state} />
          <SimpleGrid cols={{ base: 2, sm: 3, lg: facts.length }} spacing="lg" flex={1} miw={260}>
            {facts.map(({ label, value }) => (
              <Stack key={label} gap={0}>
                <Text size="xs" c="dimmed">
                  {label}
                </Text>
                <Text size="sm" component="div">
                  {value}
                </Text>
              </Stack>
            ))}
          </SimpleGrid>
        </Group>
        {health.throttledUntil === null ? null : (
          <Alert color="blue" variant="outline" icon={<IconClockPause aria-hidden />} role="status">
            {text.throttledUntil(clock(health.throttledUntil))}
          </Alert>
        )}
        {health.reasons.length === 0 ? null : (
          <Alert color={health.state === 'action_needed' ? 'red' : 'yellow'} variant="outline" icon={<IconAlertTriangle aria-hidden />} title={text.becauseTitle[health.state]}>
            <List size="sm" listStyleType={health.reasons.length === 1 ? 'none' : 'disc'}>
              {health.reasons.map((reason) => (
                <List.Item key={reason} style={{ overflowWrap: 'anywhere' }}>
                  {reason}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
