import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { words } from '../words/words.ts';
import { Failed } from './faces.tsx';

interface Facts {
  readonly title: string;
  readonly label: string;
  /** What will be so afterwards. */
  readonly children: ReactNode;
  readonly onClose: () => void;
  readonly act: () => Promise<unknown>;
  readonly onDone?: () => void;
}

/** Says what will follow before it is done. */
export function Confirm({ title, label, children, onClose, act, onDone }: Facts) {
  const queries = useQueryClient();
  const acting = useMutation({
    mutationFn: act,
    onSuccess: () => {
      onClose();
      onDone?.();
      return queries.invalidateQueries();
    },
  });
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Text component="div">{children}</Text>
        {acting.error === null ? null : <Failed error={acting.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {words.cancel}
          </Button>
          <Button color="red" loading={acting.isPending} onClick={() => acting.mutate()}>
            {label}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
