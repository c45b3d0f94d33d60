import { ActionIcon, Alert, Badge, Button, Group, Table, Text, Tooltip } from '@mantine/core';
import { IconArrowsRightLeft, IconCards, IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { ConfigurationBody } from '../../../../src/contracts/api/configurations.ts';
import type { ConnectionBody } from '../../../../src/contracts/api/connections.ts';
import type { Draft, DraftBody } from '../../../../src/contracts/api/views.ts';
import { api } from '../../api.ts';
import { Confirm } from '../../kit/confirm.tsx';
import { Failed, When } from '../../kit/faces.tsx';
import { Only } from '../../kit/only.tsx';
import { Panel } from '../../kit/panel.tsx';
import { words } from '../../words/words.ts';
import { useAssets } from '../assets/queries.ts';
import { JobPanel } from './job-panel.tsx';
import { useConfigurations, useDrafts, useTrackers } from './queries.ts';

const text = words.integrations;
const BackfillForm = lazy(() => import('./backfill-form.tsx').then(({ BackfillForm: component }) => ({ default: component })));
const MoveForm = lazy(() => import('./move-form.tsx').then(({ MoveForm: component }) => ({ default: component })));

/** Default and custom configurations, with pencil and trash; and what is still being made. */
export function ConfigurationsPanel({ connection }: { readonly connection: ConnectionBody }) {
  const configurations = useConfigurations(connection.id);
  const drafts = useDrafts(connection.id);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState<ConfigurationBody | null>(null);
  const [moving, setMoving] = useState<ConfigurationBody | null>(null);
  const [filling, setFilling] = useState<ConfigurationBody | null>(null);
  const begin = useMutation({
    mutationFn: (wish: { readonly configurationId?: string; readonly body: DraftBody }) => api<Draft>('POST', `/connections/${connection.id}/drafts`, wish),
    onSuccess: (draft) => navigate({ to: '/connections/$id/configure/$draftId/$step', params: { id: connection.id, draftId: draft.id, step: draft.body.step ?? 'target' } }),
  });
  const discard = useMutation({ mutationFn: (id: string) => api('DELETE', `/drafts/${id}`), onSuccess: () => queries.invalidateQueries({ queryKey: ['drafts'] }) });
  const items = configurations.data?.items ?? [];
  const hasDefault = items.some(({ scope }) => scope === 'default');
  const actions = (
    <Group gap="xs">
      {hasDefault ? null : (
        <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => begin.mutate({ body: { step: 'target', scope: 'default' } })}>
          {text.addDefault}
        </Button>
      )}
      <Button size="xs" variant="default" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => begin.mutate({ body: { step: 'target', scope: 'custom' } })}>
        {text.addCustom}
      </Button>
    </Group>
  );
  return (
    <Panel title={text.configurations} lead={text.configurationsLead} actions={<Only role="administrator">{actions}</Only>}>
      {configurations.error === null ? null : <Failed error={configurations.error} />}
      {begin.error === null ? null : <Failed error={begin.error} />}
      {configurations.isSuccess && items.length === 0 ? <Text c="dimmed">{text.noConfiguration}</Text> : null}
      {items.length === 0 ? null : <Rows items={items} tracker={connection.tracker} edit={(one) => begin.mutate({ configurationId: one.id, body: draftOf(one) })} move={setMoving} backfill={setFilling} remove={setDeleting} />}
      {drafts.data?.items.map((draft) => (
        <Group key={draft.id} gap="sm">
          <Badge color="#8a6100" radius="sm" tt="none">
            {text.draft}
          </Badge>
          <Text size="sm">
            {draft.createdBy}, <When time={draft.updatedAt} />
          </Text>
          <Button size="compact-xs" variant="default" renderRoot={(props) => <Link to="/connections/$id/configure/$draftId/$step" params={{ id: connection.id, draftId: draft.id, step: draft.body.step ?? 'check' }} {...props} />}>
            {text.resumeDraft}
          </Button>
          <Button size="compact-xs" variant="subtle" onClick={() => discard.mutate(draft.id)}>
            {text.discardDraft}
          </Button>
        </Group>
      ))}
      <Suspense>
        {moving === null ? null : <MoveForm configurationId={moving.id} onClose={() => setMoving(null)} />}
        {filling === null ? null : <BackfillForm configurationId={filling.id} onClose={() => setFilling(null)} />}
      </Suspense>
      {deleting === null ? null : (
        <Confirm title={text.deleteTitle} label={text.deleteIt} onClose={() => setDeleting(null)} act={() => api('DELETE', `/configurations/${deleting.id}`)}>
          {deleting.cards === 0 ? null : text.deleteCards(deleting.cards)} {text.deleteWhat}
        </Confirm>
      )}
    </Panel>
  );
}

interface Facts {
  readonly items: readonly ConfigurationBody[];
  readonly tracker: string;
  readonly edit: (configuration: ConfigurationBody) => void;
  readonly move: (configuration: ConfigurationBody) => void;
  readonly backfill: (configuration: ConfigurationBody) => void;
  readonly remove: (configuration: ConfigurationBody) => void;
}

function Rows({ items, tracker, edit, move, backfill, remove }: Facts) {
  const trackers = useTrackers();
  const steps = (trackers.data?.items.find(({ id }) => id === tracker)?.targetSteps ?? []).map(({ id }) => id);
  const assets = useAssets();
  const names = new Map((assets.data?.items ?? []).map(({ id, name }) => [id, name]));
  return (
    <Table.ScrollContainer minWidth={560} type="native" scrollAreaProps={{ tabIndex: 0 }}>
      <Table aria-label={text.configurations}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{text.kindColumn}</Table.Th>
            <Table.Th>{text.targetColumn}</Table.Th>
            <Table.Th>{text.assetColumn}</Table.Th>
            <Table.Th>{text.actions}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((one) => (
            <Table.Tr key={one.id}>
              <Table.Td>
                <Badge variant="default" radius="sm" tt="none">
                  {one.scope === 'default' ? text.default : text.custom}
                </Badge>
              </Table.Td>
              <Table.Td>
                <Text size="sm">{targetName(one, steps)}</Text>
                <Text size="xs" c="dimmed">
                  {wishesOf(one).join(' · ')}
                </Text>
                {one.attention?.map(({ message }) => (
                  <Alert key={message} color="red" variant="outline" p="xs" mt={4}>
                    {message}
                  </Alert>
                ))}
                {one.warnings.map(({ message }) => (
                  <Text key={message} size="xs" c="dimmed">
                    {message}
                  </Text>
                ))}
                <JobPanel configurationId={one.id} />
              </Table.Td>
              <Table.Td>{one.scope === 'default' ? text.everyAsset : one.assetIds.map((id) => names.get(id) ?? id.slice(0, 8)).join(', ')}</Table.Td>
              <Table.Td>
                <Only role="administrator">
                  <Group gap={4} wrap="nowrap">
                    <Tooltip label={words.wizard.move.open}>
                      <ActionIcon variant="subtle" aria-label={words.wizard.move.open} onClick={() => move(one)}>
                        <IconArrowsRightLeft size={17} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                    <Tooltip label={words.wizard.backfill.open}>
                      <ActionIcon variant="subtle" aria-label={words.wizard.backfill.open} onClick={() => backfill(one)}>
                        <IconCards size={17} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                    <Tooltip label={text.edit}>
                      <ActionIcon variant="subtle" aria-label={text.edit} onClick={() => edit(one)}>
                        <IconPencil size={17} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                    <Tooltip label={text.delete}>
                      <ActionIcon variant="subtle" color="red" aria-label={text.delete} onClick={() => remove(one)}>
                        <IconTrash size={17} aria-hidden />
                      </ActionIcon>
                    </Tooltip>
                  </Group>
                </Only>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** By the tracker's names and in the order in which it was chosen. */
function targetName({ target, targetLabels }: ConfigurationBody, steps: readonly string[]): string {
  const order = [...steps, ...Object.keys(target).filter((step) => !steps.includes(step))];
  return order.flatMap((step) => (target[step] === undefined ? [] : [targetLabels[step] ?? target[step]])).join(' › ');
}

/** What it does otherwise than most. */
function wishesOf({ cards, minimumSeverity, createOn, boardDecisions, dueDates }: ConfigurationBody): readonly string[] {
  return [
    text.cards(cards),
    ...(minimumSeverity === null ? [] : [text.minimum(words.severity[minimumSeverity] ?? minimumSeverity)]),
    ...(createOn === 'identified' ? [] : [text.onAssessment]),
    ...(boardDecisions === 'apply' ? [] : [text.asks]),
    ...(dueDates ? [text.dueDates] : []),
  ];
}

function draftOf(one: ConfigurationBody): DraftBody {
  const { scope, assetIds, target, statusMapping, severityMapping, fieldDefaults, createOn, minimumSeverity, boardDecisions, dueDates } = one;
  return { step: 'turn-on', scope, assetIds, target, statusMapping, severityMapping, fieldDefaults, createOn, minimumSeverity, boardDecisions, dueDates };
}
