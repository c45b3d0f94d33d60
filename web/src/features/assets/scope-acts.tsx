import { ActionIcon, Checkbox, Menu, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowMerge, IconDots, IconZzz } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';
import type { Scope } from './scopes-panel.tsx';

const text = words.scopeActs;

interface Outcome {
  readonly vulnerabilities: number;
  readonly missedElsewhere: number;
  readonly fixed: number;
}

export function nameOf({ tool, branch, category }: Scope): string {
  return [tool, branch, category].filter((word) => word !== null).join(' · ');
}

/** What is to become of a scope that nobody scans any more. */
export function ScopeActs({ scope, others }: { readonly scope: Scope; readonly others: readonly Scope[] }) {
  const [act, setAct] = useState<'retire' | 'merge' | null>(null);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" aria-label={text.actionsOf(nameOf(scope))}>
            <IconDots size={17} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconZzz size={15} aria-hidden />} onClick={() => setAct('retire')}>
            {text.retire}
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowMerge size={15} aria-hidden />} disabled={others.length === 0} onClick={() => setAct('merge')}>
            {text.merge}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {act === null ? null : <Act act={act} scope={scope} others={others} onClose={() => setAct(null)} />}
    </>
  );
}

interface ActFacts {
  readonly act: 'retire' | 'merge';
  readonly scope: Scope;
  readonly others: readonly Scope[];
  readonly onClose: () => void;
}

function Act({ act, scope, others, onClose }: ActFacts) {
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const [closeMissed, setCloseMissed] = useState(false);
  const [into, setInto] = useState<string | null>(null);
  const retires = act === 'retire';
  const done = useMutation({
    mutationFn: () => api<Outcome>('POST', `/scopes/${scope.id}/${act}`, retires ? { reason, closeMissed } : { into, ...(reason.trim() === '' ? {} : { reason }) }),
    onSuccess: ({ vulnerabilities, missedElsewhere, fixed }) => {
      onClose();
      notifications.show({ message: text.done(vulnerabilities, missedElsewhere, fixed), color: 'green' });
      return queries.invalidateQueries();
    },
  });
  return (
    <Modal opened onClose={onClose} title={retires ? text.retireTitle : text.mergeTitle} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Text fw={600}>{nameOf(scope)}</Text>
        <Text size="sm">{retires ? text.retireWhat : text.mergeWhat}</Text>
        {retires ? (
          <Checkbox label={text.closeMissed} description={text.closeMissedHint} checked={closeMissed} onChange={(event) => setCloseMissed(event.currentTarget.checked)} />
        ) : (
          <Select label={text.into} required value={into} onChange={setInto} data={others.map((one) => ({ value: one.id, label: nameOf(one) }))} />
        )}
        <Textarea label={text.reason} required={retires} autosize minRows={2} maxLength={1_000} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        {done.error === null ? null : <Failed error={done.error} />}
        <FormEnd label={retires ? text.retire : text.merge} disabled={retires ? reason.trim() === '' : into === null} busy={done.isPending} act={() => done.mutate()} onClose={onClose} />
      </Stack>
    </Modal>
  );
}
