import { Alert, Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { Go } from '../../kit/go.tsx';
import { words } from '../../words/words.ts';
import { SignOnButton } from './sign-on-button.tsx';

export function SignInPage() {
  const navigate = useNavigate();
  const { failed } = useSearch({ from: '/sign-in' });
  const queries = useQueryClient();
  const setup = useQuery({ queryKey: ['setup'], queryFn: () => api<{ needed: boolean }>('GET', '/setup'), refetchInterval: false });
  const form = useForm({ initialValues: { email: '', password: '' } });
  const signIn = useMutation({
    mutationFn: (values: typeof form.values) => api('POST', '/session', values),
    onSuccess: async () => {
      await queries.invalidateQueries();
      await navigate({ to: '/overview' });
    },
  });
  if (setup.data?.needed === true) {
    return <Go to="/setup" />;
  }
  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder shadow="sm" padding="xl" w="100%" maw={400}>
        <form onSubmit={form.onSubmit((values) => signIn.mutate(values))}>
          <Stack>
            <Title order={1} size="h2">
              {words.signIn.title}
            </Title>
            <Text c="dimmed">{words.signIn.lead}</Text>
            {failed === undefined || signIn.error !== null ? null : (
              <Alert color="red" role="alert" title={words.singleSignOn.failedTitle}>
                {words.singleSignOn.failed[failed] ?? words.singleSignOn.failed['provider']}
              </Alert>
            )}
            <SignOnButton />
            {signIn.error === null ? null : (
              <Alert color="red" role="alert">
                {signIn.error.message}
              </Alert>
            )}
            <TextInput label={words.signIn.email} type="email" autoComplete="username" required {...form.getInputProps('email')} />
            <PasswordInput label={words.signIn.password} autoComplete="current-password" required {...form.getInputProps('password')} />
            <Button type="submit" loading={signIn.isPending}>
              {words.signIn.submit}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
