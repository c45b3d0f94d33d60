import { Button, Divider, Stack } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { SignInWays } from '../../../../src/contracts/api/single-sign-on.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { words } from '../../words/words.ts';

const text = words.singleSignOn;

export function useSignInWays() {
  return useQuery({ queryKey: ['sign-in-ways'], queryFn: () => api<SignInWays>('GET', '/session/oidc'), refetchInterval: false });
}

/** Leads to the provider, and from there back to the callback. */
export function useSignOn(path: '/session/oidc' | '/me/oidc') {
  return useMutation({
    mutationFn: () => api<{ authorizationUrl: string }>('POST', path),
    onSuccess: ({ authorizationUrl }) => location.assign(authorizationUrl),
  });
}

/** Shown where the organization has a provider. */
export function SignOnButton() {
  const ways = useSignInWays();
  const leave = useSignOn('/session/oidc');
  const provider = ways.data?.singleSignOn ?? null;
  return provider === null ? null : (
    <Stack>
      <Button leftSection={<IconLogin2 size={18} aria-hidden />} loading={leave.isPending || leave.isSuccess} onClick={() => leave.mutate()}>
        {text.with(provider.label)}
      </Button>
      {leave.error === null ? null : <Failed error={leave.error} />}
      <Divider label={ways.data?.passwords === 'administrators' ? text.onlyAdministrators : text.or} labelPosition="center" />
    </Stack>
  );
}
