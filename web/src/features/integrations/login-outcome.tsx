import { Alert, Stack, Text } from '@mantine/core';
import { IconCircleCheck, IconLogin2 } from '@tabler/icons-react';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import { When } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

const text = words.integrations;

/** How the last login ended, in the tracker's words, and what to do; a success is told once, a failure until it is mended. */
export function LoginOutcome({ connection: { login }, cameBack }: { readonly connection: ConnectionBody; readonly cameBack: boolean }) {
  if (login === null || login.flow === 'unattended') {
    return null;
  }
  const { outcome, loggedInAt } = login;
  if (outcome === null) {
    return loggedInAt === null ? (
      <Alert color="yellow" variant="outline" bg="var(--patchboard-surface)" icon={<IconLogin2 aria-hidden />} title={text.loginNever} />
    ) : null;
  }
  if (outcome.ok) {
    return cameBack ? <Alert color="green" variant="outline" bg="var(--patchboard-surface)" icon={<IconCircleCheck aria-hidden />} title={text.loginFine} /> : null;
  }
  return (
    <Alert color="red" variant="outline" bg="var(--patchboard-surface)" icon={<IconLogin2 aria-hidden />} title={text.loginBad} role="alert">
      <Stack gap={4}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {outcome.message}
        </Text>
        <Text size="sm" c="dimmed">
          {text.loginBadHint} <When time={outcome.at} />
        </Text>
      </Stack>
    </Alert>
  );
}
