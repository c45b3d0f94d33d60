import { Alert, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { Me } from '../../../../src/contracts/api/people.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useSignInWays, useSignOn } from '../sign-in/sign-on-button.tsx';

const text = words.singleSignOn;

/** A person links the account of their organization to themselves; only they can, signed in. */
export function LinkPanel() {
  const { signOn } = useSearch({ from: '/inside/settings' });
  const ways = useSignInWays();
  const me = useQuery({ queryKey: ['me'], queryFn: () => api<Me>('GET', '/me') });
  const leave = useSignOn('/me/oidc');
  const provider = ways.data?.singleSignOn ?? null;
  if (provider === null || me.data === undefined) {
    return null;
  }
  const said = signOn === undefined ? undefined : signOn === 'linked' ? text.linked : text.failed[signOn];
  return (
    <Panel title={text.linkTitle}>
      {said === undefined ? null : (
        <Alert color={signOn === 'linked' ? 'green' : 'red'} variant="outline" bg="var(--patchboard-surface)" role="status">
          {said}
        </Alert>
      )}
      <Text size="sm">{me.data.singleSignOn ? text.isLinked : text.isNotLinked}</Text>
      {leave.error === null ? null : <Failed error={leave.error} />}
      <Group>
        <Button variant="default" loading={leave.isPending || leave.isSuccess} onClick={() => leave.mutate()}>
          {text.link(provider.label)}
        </Button>
      </Group>
    </Panel>
  );
}
