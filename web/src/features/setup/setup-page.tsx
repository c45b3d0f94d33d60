import { Alert, Button, Card, Center, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../../api.ts';
import { words } from '../../words/words.ts';

/** The first administrator. The token stands behind the `#`, so that it is in no log of any server. */
export function SetupPage() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const token = location.hash.replace(/^#(?:token=)?/u, '');
  const form = useForm({ initialValues: { name: '', email: '', password: '' }, validate: { password: (value) => (value.length < 12 ? words.setup.passwordRule : null) } });
  const claim = useMutation({
    mutationFn: (values: typeof form.values) => api('POST', '/setup', { ...values, token }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      await navigate({ to: '/overview' });
    },
  });
  return (
    <Center mih="100vh" p="md" component="main">
      <Card withBorder shadow="sm" padding="xl" w="100%" maw={440}>
        <form onSubmit={form.onSubmit((values) => claim.mutate(values))}>
          <Stack>
            <Title order={1} size="h2">
              {words.setup.title}
            </Title>
            <Text>{token === '' ? words.setup.noToken : words.setup.lead}</Text>
            {claim.error === null ? null : (
              <Alert color="red" role="alert">
                {claim.error.message}
              </Alert>
            )}
            <TextInput label={words.signIn.name} autoComplete="name" required {...form.getInputProps('name')} />
            <TextInput label={words.signIn.email} type="email" autoComplete="username" required {...form.getInputProps('email')} />
            <PasswordInput label={words.signIn.password} description={words.setup.passwordRule} autoComplete="new-password" required {...form.getInputProps('password')} />
            <Button type="submit" loading={claim.isPending} disabled={token === ''}>
              {words.setup.submit}
            </Button>
          </Stack>
        </form>
      </Card>
    </Center>
  );
}
