import { Alert, Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconCopyOff } from '@tabler/icons-react';
import { api } from '../api.ts';
import { Confirm } from '../kit/confirm.tsx';
import { useIsAdministrator } from '../kit/me.ts';
import { words } from '../words/words.ts';

const { readsOnly } = words;

/** A copy of another installation's database only reads, and says so on every screen until somebody takes over. */
export function CopyBanner({ because }: { readonly because: string | null }) {
  const [asking, ask] = useDisclosure();
  const isAdministrator = useIsAdministrator();
  return (
    <Alert role="status" color="yellow" variant="outline" bg="var(--patchboard-amber)" icon={<IconCopyOff aria-hidden />} title={readsOnly.title} maw={1400} mx="auto" mb="lg">
      <Group justify="space-between" gap="md">
        <Text size="sm" flex={1} miw={260}>
          {because} {isAdministrator ? null : readsOnly.ask}
        </Text>
        {isAdministrator ? <Button onClick={ask.open}>{readsOnly.act}</Button> : null}
      </Group>
      {asking ? (
        <Confirm title={readsOnly.confirmTitle} label={readsOnly.act} onClose={ask.close} act={() => api('POST', '/instance/take-over')} onDone={() => notifications.show({ message: readsOnly.done, color: 'green' })}>
          {readsOnly.confirmWhat}
        </Confirm>
      ) : null}
    </Alert>
  );
}
