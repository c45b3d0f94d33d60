import { Anchor, List, Loader, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { z } from 'zod';
import type { movePlan } from '../../../../src/contracts/api/jobs.ts';
import { api } from '../../api.ts';
import { Failed } from '../../kit/faces.tsx';
import { FormEnd } from '../../kit/form-end.tsx';
import { words } from '../../words/words.ts';

const text = words.wizard.move;
type Plan = z.infer<typeof movePlan>;

/** Which cards would move, and from where to where; then a job does it. */
export function MoveForm({ configurationId, onClose }: { readonly configurationId: string; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const path = `/configurations/${configurationId}/move-cards`;
  const plan = useQuery({ queryKey: ['jobs', configurationId, 'move-plan'], queryFn: () => api<Plan>('POST', path, { apply: false }), refetchInterval: false, retry: false });
  const start = useMutation({
    mutationFn: () => api('POST', path, { apply: true }),
    onSuccess: () => {
      onClose();
      return queries.invalidateQueries({ queryKey: ['jobs'] });
    },
  });
  const error = plan.error ?? start.error;
  return (
    <Modal opened onClose={onClose} size="lg" title={text.title} closeButtonProps={{ 'aria-label': words.close }}>
      <Stack>
        <Text size="sm">{text.lead}</Text>
        {plan.isPending ? <Loader size="sm" aria-label={words.loading} /> : null}
        {plan.data === undefined ? null : <Planned plan={plan.data} />}
        {error === null ? null : <Failed error={error} />}
        <FormEnd label={text.start} disabled={plan.data === undefined || plan.data.cards === 0} busy={start.isPending} act={() => start.mutate()} onClose={onClose} />
      </Stack>
    </Modal>
  );
}

function Planned({ plan }: { readonly plan: Plan }) {
  if (plan.cards === 0) {
    return <Text fw={600}>{text.none}</Text>;
  }
  return (
    <Stack gap="xs">
      <Text fw={600}>{text.plan(plan.cards, plan.unchanged)}</Text>
      <Text size="sm">{[...(plan.toPlace > 0 ? [text.toPlace(plan.toPlace)] : []), ...(plan.toState > 0 ? [text.toState(plan.toState)] : [])].join(', ')}</Text>
      <List size="sm">
        {plan.sample.map(({ vulnerabilityId, key, from, to }) => (
          <List.Item key={vulnerabilityId} style={{ overflowWrap: 'anywhere' }}>
            <Anchor size="sm" renderRoot={(props) => <Link to="/vulnerabilities/$id" params={{ id: vulnerabilityId }} {...props} />}>
              {key}
            </Anchor>
            : {from} → {to}
          </List.Item>
        ))}
      </List>
      {plan.cards > plan.sample.length ? <Text size="sm">{text.more(plan.cards - plan.sample.length)}</Text> : null}
    </Stack>
  );
}
